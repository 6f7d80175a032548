import { isDeepStrictEqual } from 'node:util'
import type { CSINode } from '../../../client/objects-storage.ts'
import type { ClusterEvent } from '../../framework.ts'
import type { PodInfo } from '../../pod-info.ts'
import { volumeLimit } from './provisioning.ts'

const MIGRATED = 'storage.alpha.kubernetes.io/migrated-plugins'
const migrated = (node: CSINode): string | undefined => node.metadata.annotations?.[MIGRATED]

/** Whether a change of what drivers offer may give the pod's claims a volume; of what is new all may. */
export function storageHelps({ pod }: PodInfo, e: ClusterEvent): boolean {
  switch (e.type) {
    case 'StorageClass':
      return e.old === undefined || !isDeepStrictEqual(e.now.allowedTopologies, e.old.allowedTopologies)
    case 'CSINode':
      return e.old === undefined || migrated(e.now) !== migrated(e.old)
    // Drivers tell of their storage again and again; only more of it helps anybody.
    case 'CSIStorageCapacity':
      return e.old === undefined || volumeLimit(e.now) > volumeLimit(e.old)
    // Upstream looks at volumes of a driver in the pod itself only.
    case 'CSIDriver':
      return (
        e.old?.spec?.storageCapacity === true &&
        e.now.spec?.storageCapacity !== true &&
        pod.spec?.volumes?.some((v) => (v.csi as { driver?: string } | undefined)?.driver === e.now.metadata.name) === true
      )
    default:
      return false
  }
}
