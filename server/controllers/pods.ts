import { findCondition, type Pod } from '../client/objects.ts'

export function isReady(pod: Pod): boolean {
  return findCondition(pod.status?.conditions, 'Ready')?.status === 'True'
}

/** Since when the pod has been ready, in ms; undefined when it is not. */
export function readySince(pod: Pod): number | undefined {
  const c = findCondition(pod.status?.conditions, 'Ready')
  if (c?.status !== 'True') return undefined
  return c.lastTransitionTime == null ? 0 : Date.parse(c.lastTransitionTime)
}

/** Ready for at least `minReadySeconds`. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  const since = readySince(pod)
  if (since === undefined) return false
  return minReadySeconds === 0 || (since > 0 && since + minReadySeconds * 1000 <= now)
}

export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

/** Neither finished nor being deleted. */
export function isActive(pod: Pod): boolean {
  return !isTerminal(pod) && pod.metadata.deletionTimestamp == null
}

export function isTerminating(pod: Pod): boolean {
  return !isTerminal(pod) && pod.metadata.deletionTimestamp != null
}
