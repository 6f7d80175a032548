import { claimNames } from '../../client/volume-binding.ts'
import type { ClusterEvent } from '../framework.ts'
import type { PodInfo } from '../pod-info.ts'

/** A claim that changes helps the pods that use it; volumes and classes may help any pod that waits for them. */
export function storageHelps({ pod }: PodInfo, e: ClusterEvent): boolean {
  if (e.type !== 'StorageChange') return false
  const { claim } = e
  return claim === undefined || (claim.namespace === pod.metadata.namespace && claimNames(pod).includes(claim.name ?? ''))
}
