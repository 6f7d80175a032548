import type { Pod } from '../../client/objects.ts'
import { allFailures, finishedTime } from './job-pods.ts'
import type { JobLimits } from './limits.ts'

type Backoff = Pick<JobLimits, 'firstBackoffMs' | 'longestBackoffMs'>

export interface Failures {
  /** Since the last success. */
  count: number
  /** When the last one was, in ms; meaningless while there is none. */
  lastAt: number
}

const NONE: Failures = { count: 0, lastAt: 0 }

/** A job's failures in a row, with those of this round. A success starts the count anew. */
export function nextFailures(before: Failures = NONE, succeeded: readonly Pod[], failed: readonly Pod[]): Failures {
  const ends = failed.map(finishedTime)
  if (succeeded.length === 0) {
    return ends.length === 0 ? before : { count: before.count + ends.length, lastAt: Math.max(...ends) }
  }
  const lastSuccess = Math.max(...succeeded.map(finishedTime))
  const later = ends.filter((at) => at > lastSuccess)
  return later.length === 0 ? NONE : { count: later.length, lastAt: Math.max(...later) }
}

/** Milliseconds before the next pod may be made; the wait doubles with each failure. */
export function waitAfter({ count, lastAt }: Failures, now: number, { firstBackoffMs, longestBackoffMs }: Backoff): number {
  if (count === 0) return 0
  return Math.max(0, Math.min(firstBackoffMs * 2 ** (count - 1), longestBackoffMs) - (now - lastAt))
}

/** The same for one index of a job, whose last failed pod carries the count. */
export function waitForIndex(lastFailed: Pod | undefined, now: number, backoff: Backoff): number {
  if (lastFailed === undefined) return 0
  return waitAfter({ count: allFailures(lastFailed) + 1, lastAt: finishedTime(lastFailed) }, now, backoff)
}
