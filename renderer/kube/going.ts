import type { ObjectMeta, StatusWord } from './types.ts'

/** So long after its grace period is over, what is still there waits for somebody who may never come, ms. */
const patienceMs = 5 * 60_000

/**
 * The word of an object that is being deleted; undefined for any other. One that is late warns: a finalizer that nobody removes, or a
 * kubelet that does not say that the containers have ended.
 */
export function going({ deletionTimestamp }: ObjectMeta, now = Date.now()): StatusWord | undefined {
  if (deletionTimestamp === undefined) return undefined
  const due = Date.parse(deletionTimestamp)
  const until = due + patienceMs
  if (now >= until) return { text: 'Terminating', tone: 'warn', at: due }
  return { text: 'Terminating', tone: 'busy', ...(Number.isNaN(until) ? {} : { until }) }
}

/** When it was deleted: its timestamp is the end of its grace period. NaN while nobody has. */
export const deletedAt = ({ deletionTimestamp, deletionGracePeriodSeconds = 0 }: ObjectMeta): number =>
  Date.parse(deletionTimestamp ?? '') - deletionGracePeriodSeconds * 1000
