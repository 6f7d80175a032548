import type { PersistentVolumeClaim } from '../../client/objects-storage.ts'
import type { ContainerStatus, Pod, Volume } from '../../client/objects.ts'
import { claimNameOf, foreignClaim } from '../../client/volume-binding.ts'

/** Which pods count as users of a claim (pvcprotection); ephemeral volumes only when the claim was made for this pod. */

const isRunning = ({ state }: ContainerStatus): boolean => state?.terminated === undefined && state?.waiting === undefined

/** It has ended, or it is being deleted and no container of it runs (pkg/volume/util `IsPodTerminated`). */
const isFinished = ({ metadata, status }: Pod): boolean => {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return true
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {}
  const containers = [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses]
  return metadata.deletionTimestamp != null && !containers.some(isRunning)
}

/** The kubelet is done with it, or it was deleted by force: it may be waiting for this very claim to go. */
const isShutDown = ({ metadata }: Pod): boolean => metadata.deletionTimestamp != null && metadata.deletionGracePeriodSeconds === 0

const hasVolume = (pod: Pod, claim: PersistentVolumeClaim, counts: (volume: Volume) => boolean): boolean =>
  (pod.spec?.volumes ?? []).some(
    (v) =>
      claimNameOf(pod, v) === claim.metadata.name && counts(v) && (v.ephemeral === undefined || foreignClaim(pod, claim) === undefined),
  )

/** Whether a claim that is deleted has to stay for the pod. One without a node uses nothing yet: no kubelet starts it any more. */
export const holds = (pod: Pod, claim: PersistentVolumeClaim): boolean =>
  (pod.spec?.nodeName ?? '') !== '' && hasVolume(pod, claim, (v) => v.ephemeral === undefined || !isShutDown(pod))

/** Whether the claim is in use as its condition tells it (KEP-5541): by every pod that has it and may still run. */
export const references = (pod: Pod, claim: PersistentVolumeClaim): boolean => !isFinished(pod) && hasVolume(pod, claim, () => true)
