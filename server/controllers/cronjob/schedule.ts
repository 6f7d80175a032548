import { Cron } from 'croner'
import { scheduleError } from '../../machinery/cron.ts'
import { DurationParseError, parseDuration } from '../../machinery/go-duration.ts'
import { offsetAt, transitionIn } from './zone.ts'

/** Times in milliseconds since the epoch. */
export interface Schedule {
  /** The first time after `after`; undefined when there is none within five years. */
  next(after: number): number | undefined
}

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const EVERY = '@every '
const ZONE = /^(?:CRON_)?TZ=(\S*) +/
// Minute, hour, day of month, month, day of week.
const LIMITS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const
const NAMES = new Map(
  [
    ...'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ').map((name, i) => [name, i + 1] as const),
    ...'sun mon tue wed thu fri sat'.split(' ').map((name, i) => [name, i] as const),
  ].map(([name, n]) => [name, String(n)]),
)
const MAX_YEARS = 5

/**
 * A schedule as robfig/cron reads it, in an IANA time zone. A zone in the text (`TZ=…`) goes before `timeZone`.
 * @throws Error with the reference's words
 */
export function parseSchedule(text: string, timeZone = 'UTC'): Schedule {
  const zone = ZONE.exec(text)?.[1] ?? timeZone
  const spec = text.replace(ZONE, '').trim()
  const error = scheduleError(text, (d) => durationMs(d) !== undefined)
  if (error !== undefined) throw new Error(error)
  if (spec.startsWith(EVERY)) return every(durationMs(spec.slice(EVERY.length)) ?? 0)
  return calendar(DESCRIPTORS[spec] ?? spec, zone)
}

function durationMs(text: string): number | undefined {
  try {
    return Number(parseDuration(text) / 1_000_000n)
  } catch (e) {
    if (e instanceof DurationParseError) return undefined
    throw e
  }
}

/** Whole seconds, one at least, from any second on. */
function every(ms: number): Schedule {
  const period = Math.max(Math.trunc(ms / 1000), 1) * 1000
  return { next: (after) => Math.floor(after / 1000) * 1000 + period }
}

/** Every instant at which the zone's clock matches: an hour that comes twice counts twice, one that is left out does not. */
function calendar(spec: string, zone: string): Schedule {
  const cron = new Cron(plain(spec), { timezone: 'UTC', paused: true })
  return {
    next(after) {
      const limit = new Date(after).getUTCFullYear() + MAX_YEARS
      for (let from = after; ; ) {
        const offset = offsetAt(zone, from)
        const wall = cron.nextRun(new Date(from + offset))?.getTime()
        if (wall === undefined || new Date(wall).getUTCFullYear() > limit) return undefined
        const at = wall - offset
        const change = transitionIn(zone, from, at)
        if (change === undefined) return at
        // The clock jumps before that; a match at the very moment of the jump counts.
        from = change
        if (cron.match(new Date(change + offsetAt(zone, change))) && change % 60_000 === 0) return change
      }
    },
  }
}

/** The fields as lists of numbers, which every cron reads alike; `*` and `?` stay, because they decide how days combine. */
function plain(spec: string): string {
  const fields = spec.split(/\s+/).map((field, i) => {
    const parts = field.split(',').filter((p) => p !== '')
    if (parts.some((p) => /^[*?](\/0*1)?$/.test(p))) return '*'
    const [min, max] = LIMITS[i]!
    return [...new Set(parts.flatMap((p) => numbersOf(p, min, max)))].sort((a, b) => a - b).join(',')
  })
  return fields.join(' ')
}

function numbersOf(part: string, min: number, max: number): number[] {
  const [range = '', step] = part.split('/')
  const [low = '', high] = range.split('-')
  const value = (t: string): number => Number(NAMES.get(t.toLowerCase()) ?? t)
  const any = low === '*' || low === '?'
  const first = any ? min : value(low)
  const last = any || (step !== undefined && high === undefined) ? max : value(high ?? low)
  const out: number[] = []
  for (let n = first; n <= last; n += Number(step ?? 1)) out.push(n)
  return out
}
