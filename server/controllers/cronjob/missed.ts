import type { CronJob } from '../../client/objects-batch.ts'
import type { Schedule } from './schedule.ts'

export const TOO_MANY_MISSED = 100
// So that a clock a little ahead does not look too early.
const SLACK_MS = 100

export interface Due {
  /** From when on starts count, in ms. */
  earliest: number
  /** The last time before now at which a job should have started. */
  at: number | undefined
  missed: number
}

/**
 * The most recent start that is due. However many were missed, only the last one is made up for.
 * @throws Error for a schedule that never comes, in the reference's words
 */
export function mostRecent(cronJob: CronJob, now: number, schedule: Schedule, withDeadline: boolean): Due {
  const { status, spec, metadata } = cronJob
  let earliest = Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp ?? '')
  const deadline = spec?.startingDeadlineSeconds
  if (withDeadline && deadline !== undefined) earliest = Math.max(earliest, now - Number(deadline) * 1000)
  const first = schedule.next(earliest)
  const second = first === undefined ? undefined : schedule.next(first)
  if (first === undefined || second === undefined || second - first < 1000) {
    if (first !== undefined && now < first) return { earliest, at: undefined, missed: 0 }
    throw new Error('time difference between two schedules is less than 1 second')
  }
  if (now < first) return { earliest, at: undefined, missed: 0 }
  if (now < second) return { earliest, at: first, missed: 0 }
  const period = Math.round((second - first) / 1000)
  const missed = Math.floor(Math.trunc((now - first) / 1000) / period) + 1
  // One period back from the estimate, and on from there: not every schedule has one period.
  let at: number | undefined
  for (let t = schedule.next(first + (missed - 2) * period * 1000); t !== undefined && t <= now; t = schedule.next(t)) at = t
  return { earliest, at, missed }
}

/** Milliseconds until the next look, a little after the next start. */
export function untilNext(cronJob: CronJob, now: number, schedule: Schedule): number | undefined {
  let from = now
  try {
    const { earliest, at, missed } = mostRecent(cronJob, now, schedule, false)
    from = at ?? (missed === 0 ? earliest : now)
  } catch {
    // It never comes, or so it seems from here.
  }
  const next = schedule.next(from)
  return next === undefined ? undefined : next + SLACK_MS - now
}
