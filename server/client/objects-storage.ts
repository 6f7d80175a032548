import type { LabelSelectorObject } from '../machinery/labels.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Condition, NodeSelectorTerm, Strings } from './objects.ts'

/** Volumes and claims, as far as control loops read or write them, in their JSON form. */

export interface PersistentVolumeClaim extends KubeObject {
  spec?: {
    accessModes?: string[]
    selector?: LabelSelectorObject
    resources?: { requests?: Strings; limits?: Strings }
    volumeName?: string
    storageClassName?: string
    volumeMode?: string
    volumeAttributesClassName?: string
    dataSource?: Record<string, unknown>
    [field: string]: unknown
  }
  status?: {
    phase?: string
    accessModes?: string[]
    capacity?: Strings
    currentVolumeAttributesClassName?: string
    conditions?: Condition[]
    [field: string]: unknown
  }
}

export interface ClaimReference {
  apiVersion?: string
  kind?: string
  namespace?: string
  name?: string
  uid?: string
  resourceVersion?: string
}

export interface PersistentVolume extends KubeObject {
  spec?: {
    capacity?: Strings
    accessModes?: string[]
    claimRef?: ClaimReference
    persistentVolumeReclaimPolicy?: string
    storageClassName?: string
    volumeMode?: string
    volumeAttributesClassName?: string
    nodeAffinity?: { required?: { nodeSelectorTerms: NodeSelectorTerm[] } }
    hostPath?: { path: string; type?: string }
    csi?: { driver: string; volumeHandle: string }
    [field: string]: unknown
  }
  status?: { phase?: string; message?: string; reason?: string; lastPhaseTransitionTime?: string }
}

export interface StorageClass extends KubeObject {
  provisioner?: string
  parameters?: Strings
  reclaimPolicy?: string
  mountOptions?: string[]
  volumeBindingMode?: string
  allowedTopologies?: { matchLabelExpressions?: { key: string; values: string[] }[] }[]
}

export interface CSINode extends KubeObject {
  spec?: { drivers?: { name: string; nodeID?: string; allocatable?: { count?: number } }[] }
}

export interface CSIDriver extends KubeObject {
  spec?: { attachRequired?: boolean; seLinuxMount?: boolean; storageCapacity?: boolean; preventPodSchedulingIfMissing?: boolean }
}

/** What a driver has left for a class, on the nodes that the selector takes; without one, on none. */
export interface CSIStorageCapacity extends KubeObject {
  storageClassName?: string
  nodeTopology?: LabelSelectorObject
  capacity?: string
  maximumVolumeSize?: string
}

export interface VolumeAttachment extends KubeObject {
  spec?: { attacher: string; nodeName: string; source: { persistentVolumeName?: string } }
  status?: { attached?: boolean; attachError?: { message?: string }; detachError?: { message?: string } }
}
