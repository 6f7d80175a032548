import { findCondition, type Condition } from '../../client/objects.ts'

/** A condition of a job; both of its times are `now` (RFC 3339). */
export function newCondition(type: string, reason: string, message: string, now: string, status: 'True' | 'False' = 'True'): Condition {
  return { type, status, lastProbeTime: now, lastTransitionTime: now, reason, message }
}

/** Sets a condition in its place; undefined when nothing changes. One that is not there is not added as False. */
export function ensureCondition(conditions: readonly Condition[] | undefined, next: Condition): Condition[] | undefined {
  const old = findCondition(conditions, next.type)
  if (old === undefined) return next.status === 'False' ? undefined : [...(conditions ?? []), next]
  if (old.status === next.status && old.reason === next.reason && old.message === next.message) return undefined
  return (conditions ?? []).map((c) => (c === old ? next : c))
}
