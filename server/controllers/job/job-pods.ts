import type { Job } from '../../client/objects-batch.ts'
import { findCondition, type ContainerStatus, type Pod } from '../../client/objects.ts'
import { byRestarts, readySince } from '../pods.ts'

/** Keeps a pod until its outcome is counted in its job's status (KEP-2307). */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking'
export const INDEX_ANNOTATION = 'batch.kubernetes.io/job-completion-index'
export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count'
export const INDEX_IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count'

export const isIndexed = (job: Job): boolean => job.spec?.completionMode === 'Indexed'
export const isSuspended = (job: Job): boolean => job.spec?.suspend === true
export const hasBackoffLimitPerIndex = (job: Job): boolean => job.spec?.backoffLimitPerIndex !== undefined
export const completionsOf = (job: Job): number => job.spec?.completions ?? 0
/** A pod is only replaced when it has ended, not when it is about to. */
export const onlyReplacesFailed = (job: Job): boolean => job.spec?.podReplacementPolicy === 'Failed'

/** The condition that ended the job, if it has ended. */
export function finishedCondition(job: Job): 'Complete' | 'Failed' | undefined {
  const found = job.status?.conditions?.find((c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True')
  return found?.type as 'Complete' | 'Failed' | undefined
}

export const hasFinalizer = (pod: Pod): boolean => pod.metadata.finalizers?.includes(TRACKING_FINALIZER) === true

/** A deleted pod may never reach the Failed phase, so it counts as failed unless only failed ones are replaced. */
export function isPodFailed(pod: Pod, job: Job): boolean {
  if (pod.status?.phase === 'Failed') return true
  if (onlyReplacesFailed(job)) return false
  return pod.metadata.deletionTimestamp != null && pod.status?.phase !== 'Succeeded'
}

/** The pod's completion index; undefined when it has none. */
export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[INDEX_ANNOTATION]
  return text === undefined || !/^\+?\d+$/.test(text) ? undefined : Number(text)
}

/** The pod's index where it is one of the job's. */
export function validIndexOf(pod: Pod, job: Job): number | undefined {
  const index = indexOf(pod)
  return index === undefined || index >= completionsOf(job) ? undefined : index
}

function count(pod: Pod, annotation: string): number {
  const n = Number(pod.metadata.annotations?.[annotation] ?? 0)
  return Number.isInteger(n) && n >= 0 && n <= 2_147_483_647 ? n : 0
}
export const failureCount = (pod: Pod): number => count(pod, INDEX_FAILURES)
export const ignoredFailureCount = (pod: Pod): number => count(pod, INDEX_IGNORED_FAILURES)
export const allFailures = (pod: Pod): number => failureCount(pod) + ignoredFailureCount(pod)

/** When the pod ended, in ms: its last container's end, else when it stopped being ready, else when it was deleted. */
export function finishedTime(pod: Pod): number {
  const fromContainers = lastEnd(pod)
  if (fromContainers !== undefined) return fromContainers
  const ready = findCondition(pod.status?.conditions, 'Ready')
  if (ready?.status === 'False' && ready.lastTransitionTime != null) return Date.parse(ready.lastTransitionTime)
  const { deletionTimestamp, deletionGracePeriodSeconds, creationTimestamp } = pod.metadata
  if (deletionTimestamp != null) return Date.parse(deletionTimestamp) - Number(deletionGracePeriodSeconds ?? 0) * 1000
  return Date.parse(creationTimestamp ?? '') || 0
}

function lastEnd(pod: Pod): number | undefined {
  // Sidecars end after the rest.
  const sidecars = new Set(pod.spec?.initContainers?.filter((c) => c.restartPolicy === 'Always').map((c) => c.name))
  const groups: ContainerStatus[][] = [
    pod.status?.containerStatuses ?? [],
    (pod.status?.initContainerStatuses ?? []).filter((c) => sidecars.has(c.name)),
  ]
  let end: number | undefined
  for (const statuses of groups) {
    for (const { state } of statuses) {
      const at = state?.terminated?.finishedAt
      if (at == null) {
        end = undefined
        break
      }
      end = Math.max(end ?? 0, Date.parse(at))
    }
  }
  return end
}

const PHASE: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }

/** Who is removed first: unassigned, pending, not ready, ready for a shorter time, restarted more often, younger. */
export function byUsefulness(a: Pod, b: Pod): number {
  const assigned = (p: Pod): number => Number((p.spec?.nodeName ?? '') !== '')
  const phase = (p: Pod): number => PHASE[p.status?.phase ?? ''] ?? 0
  const [ready, readyB] = [readySince(a), readySince(b)]
  const created = (p: Pod): number => Date.parse(p.metadata.creationTimestamp ?? '') || 0
  return (
    assigned(a) - assigned(b) ||
    phase(a) - phase(b) ||
    Number(ready !== undefined) - Number(readyB !== undefined) ||
    (readyB ?? 0) - (ready ?? 0) ||
    byRestarts(a, b) ||
    created(b) - created(a)
  )
}
