import { goTimeQuote } from './go-quote.ts'

/**
 * metav1.Time and MicroTime: Go's time.Parse for RFC 3339, with its error texts, since clients see them in 400 answers.
 * An instant is whole seconds since the epoch and nanoseconds; Go's zero time (year 1) stands for "not set".
 */
export interface Instant {
  seconds: number
  nanos: number
}

export class TimeParseError extends Error {
  override readonly name = 'TimeParseError'
}

export const ZERO_SECONDS = -62135596800
const MAX_SECONDS = 253402300799
// Every day that each year has, so that the end of a month is no slower: only 29 February is looked at.
const DAY = '(?:0[1-9]|1[0-2])-(?:0[1-9]|1\\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31'
const plain = new RegExp(`^\\d{4}-(?:${DAY})T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{6})?Z$`)

const PLAIN_LENGTH = { time: 20, microTime: 27 } as const

type Layout = '2006-01-02T15:04:05Z07:00' | '2006-01-02T15:04:05.000000Z07:00'
const layouts: Record<'time' | 'microTime', Layout> = { time: '2006-01-02T15:04:05Z07:00', microTime: '2006-01-02T15:04:05.000000Z07:00' }

interface Step {
  /** What the error text calls it. */
  as: string
  pattern: RegExp
  field?: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'
  max?: number
  min?: number
}
const literal = (as: string): Step => ({ as, pattern: new RegExp(`^\\${as}`) })
const steps: readonly Step[] = [
  { as: '2006', pattern: /^\d{4}/, field: 'year' },
  literal('-'),
  { as: '01', pattern: /^\d\d/, field: 'month', min: 1, max: 12 },
  literal('-'),
  { as: '02', pattern: /^\d\d/, field: 'day' },
  { as: 'T', pattern: /^T/ },
  { as: '15', pattern: /^\d\d?/, field: 'hour', max: 23 },
  literal(':'),
  { as: '04', pattern: /^\d\d/, field: 'minute', max: 59 },
  literal(':'),
  { as: '05', pattern: /^\d\d/, field: 'second', max: 59 },
]

/** @throws TimeParseError with Go's text */
export function parseTime(text: string, kind: 'time' | 'microTime'): Instant {
  // What a server writes; everything else is read step by step, for the words of what is wrong.
  if (text.length === PLAIN_LENGTH[kind] && plain.test(text))
    return { seconds: Date.parse(`${text.slice(0, 19)}Z`) / 1000, nanos: kind === 'time' ? 0 : Number(text.slice(20, 26)) * 1000 }
  const layout = layouts[kind]
  const bad = (rest: string, as: string): TimeParseError =>
    new TimeParseError(`parsing time ${goTimeQuote(text)} as "${layout}": cannot parse ${goTimeQuote(rest)} as "${as}"`)
  const range = (what: string): TimeParseError => new TimeParseError(`parsing time ${goTimeQuote(text)}: ${what} out of range`)
  const at = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 }
  let rest = text
  for (const step of steps) {
    const found = step.pattern.exec(rest)
    if (found === null) throw bad(rest, step.as)
    rest = rest.slice(found[0].length)
    if (step.field === undefined) continue
    const value = Number(found[0])
    if ((step.min !== undefined && value < step.min) || (step.max !== undefined && value > step.max)) throw range(step.field)
    at[step.field] = value
  }
  // Time takes a fraction of any length after the seconds; MicroTime wants exactly six digits.
  const fraction = (kind === 'time' ? /^[.,](\d+)/ : /^[.,](\d{6})/).exec(rest)
  if (fraction === null && kind === 'microTime') throw bad(rest, '.000000')
  if (fraction !== null) rest = rest.slice(fraction[0].length)
  const zone = /^(?:Z|([+-])(\d\d):(\d\d))/.exec(rest)
  if (zone === null) throw bad(rest, 'Z07:00')
  if (Number(zone[2] ?? 0) > 24) throw range('time zone offset hour')
  if (Number(zone[3] ?? 0) > 60) throw range('time zone offset minute')
  rest = rest.slice(zone[0].length)
  if (rest !== '') throw new TimeParseError(`parsing time ${goTimeQuote(text)}: extra text: ${goTimeQuote(rest)}`)
  if (at.day < 1 || at.day > daysIn(at.month, at.year)) throw range('day')
  const offset = (Number(zone[2] ?? 0) * 60 + Number(zone[3] ?? 0)) * (zone[1] === '-' ? -60 : 60)
  const iso = `${pad(at.year, 4)}-${pad(at.month, 2)}-${pad(at.day, 2)}T${pad(at.hour, 2)}:${pad(at.minute, 2)}:${pad(at.second, 2)}Z`
  return { seconds: Date.parse(iso) / 1000 - offset, nanos: fraction === null ? 0 : Number((fraction[1]! + '00000000').slice(0, 9)) }
}

const pad = (n: number, width: number): string => String(n).padStart(width, '0')

function daysIn(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/**
 * The text that Go writes for what it read: UTC, whole seconds or six digits; null for the zero time.
 * @throws TimeParseError with Go's text
 */
export function canonicalTime(text: string, kind: 'time' | 'microTime'): string | null {
  if (text.length === PLAIN_LENGTH[kind] && plain.test(text) && !text.startsWith('0')) return text
  const { seconds, nanos } = parseTime(text, kind)
  return kind === 'time' ? formatSeconds(seconds) : formatMicros(seconds, nanos)
}

/** RFC 3339 with whole seconds; null for the zero time. The year must fit four digits, which the caller ensures. */
export function formatSeconds(seconds: number): string | null {
  if (seconds === ZERO_SECONDS) return null
  return `${iso(seconds).slice(0, 19)}Z`
}

/** RFC 3339 with six digits; null for the zero time. */
export function formatMicros(seconds: number, nanos: number): string | null {
  const micros = Math.trunc(nanos / 1000)
  if (seconds === ZERO_SECONDS && micros === 0) return null
  return `${iso(seconds).slice(0, 19)}.${pad(micros, 6)}Z`
}

/** Whether an instant can be written with a year of four digits. */
export const inRange = (seconds: number): boolean => seconds >= -62167219200 && seconds <= MAX_SECONDS

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()
