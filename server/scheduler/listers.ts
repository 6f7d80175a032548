import { dropManagedFields, type InformerFactory } from '../client/informer.ts'
import {
  CSI_DRIVERS,
  CSI_NODES,
  CSI_STORAGE_CAPACITIES,
  DEVICE_CLASSES,
  DEVICE_TAINT_RULES,
  NAMESPACES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  POD_DISRUPTION_BUDGETS,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  RESOURCE_CLAIMS,
  RESOURCE_SLICES,
  SERVICES,
  STATEFUL_SETS,
  STORAGE_CLASSES,
  VOLUME_ATTACHMENTS,
  type ResourceId,
} from '../client/resource.ts'
import type { Lister } from '../client/store.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { VolumeAttachment } from '../client/objects-storage.ts'
import type { DeviceClass, ResourceClaim } from '../client/objects-resource.ts'
import type { ClusterEvent, Listers, StorageEvent, StorageKind } from './framework.ts'

const STORAGE: Readonly<Record<StorageKind, ResourceId>> = {
  PersistentVolumeClaim: PERSISTENT_VOLUME_CLAIMS,
  PersistentVolume: PERSISTENT_VOLUMES,
  StorageClass: STORAGE_CLASSES,
  CSINode: CSI_NODES,
  CSIDriver: CSI_DRIVERS,
  CSIStorageCapacity: CSI_STORAGE_CAPACITIES,
}

/** Tells of changes of what volumes depend on. */
export function watchStorage(informers: InformerFactory, tell: (event: ClusterEvent) => void): void {
  const transform = dropManagedFields
  for (const [type, id] of Object.entries(STORAGE)) {
    informers.informer(id, { transform }).addHandler({
      added: (now) => tell({ type, now } as StorageEvent),
      updated: (now, old) => tell({ type, now, old } as StorageEvent),
    })
  }
  // A volume that leaves a node makes room for another.
  informers.informer<VolumeAttachment>(VOLUME_ATTACHMENTS, { transform }).addHandler({
    deleted: (old) => tell({ type: 'VolumeAttachmentDelete', old }),
  })
}

/** Tells of changes of what claims for devices depend on. */
export function watchDevices(informers: InformerFactory, tell: (event: ClusterEvent) => void): void {
  const transform = dropManagedFields
  informers.informer<ResourceClaim>(RESOURCE_CLAIMS, { transform }).addHandler({
    added: (claim) => tell({ type: 'ClaimChange', claim }),
    updated: (claim, old) => tell({ type: 'ClaimChange', claim, old }),
    deleted: (old) => tell({ type: 'ClaimChange', old }),
  })
  informers.informer<DeviceClass>(DEVICE_CLASSES, { transform }).addHandler({
    added: (now) => tell({ type: 'DeviceClass', now }),
    updated: (now, old) => tell({ type: 'DeviceClass', now, old }),
  })
  const changed = (): void => tell({ type: 'DeviceChange' })
  informers.informer(RESOURCE_SLICES, { transform }).addHandler({ added: changed, updated: changed })
  informers.informer(DEVICE_TAINT_RULES, { transform }).addHandler({ added: changed, updated: changed, deleted: changed })
}

/** Starts what fills them: they are complete when the factory's informers are. */
export function listersOf(informers: InformerFactory): Listers {
  const lister = <T extends KubeObject>(id: ResourceId): Lister<T> => informers.informer<T>(id, { transform: dropManagedFields }).lister
  return {
    namespaces: lister(NAMESPACES),
    services: lister(SERVICES),
    replicationControllers: lister(REPLICATION_CONTROLLERS),
    replicaSets: lister(REPLICA_SETS),
    statefulSets: lister(STATEFUL_SETS),
    budgets: lister(POD_DISRUPTION_BUDGETS),
    persistentVolumeClaims: lister(PERSISTENT_VOLUME_CLAIMS),
    persistentVolumes: lister(PERSISTENT_VOLUMES),
    storageClasses: lister(STORAGE_CLASSES),
    csiNodes: lister(CSI_NODES),
    csiDrivers: lister(CSI_DRIVERS),
    csiStorageCapacities: lister(CSI_STORAGE_CAPACITIES),
    volumeAttachments: lister(VOLUME_ATTACHMENTS),
    resourceClaims: lister(RESOURCE_CLAIMS),
    resourceSlices: lister(RESOURCE_SLICES),
    deviceClasses: lister(DEVICE_CLASSES),
    deviceTaintRules: lister(DEVICE_TAINT_RULES),
  }
}
