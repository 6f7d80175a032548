import { CelError, Duration, MAX_INT, MIN_INT, Timestamp, type CelValue } from './values.ts'

/** Times and durations as Go reads and writes them, to the nanosecond (cel-go `types/timestamp`, `types/duration`). */
export const SECOND = 1_000_000_000n
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
} // prettier-ignore

/** Go's time.ParseDuration; undefined for what is none, and for one beyond 64 bits. */
export function parseDuration(text: string): bigint | undefined {
  if (text.length > 1024) return undefined
  const sign = /^[+-]/.exec(text)?.[0] ?? ''
  const body = text.slice(sign.length)
  if (body === '0') return 0n
  let total = 0n
  let rest = body
  if (rest === '') return undefined
  while (rest !== '') {
    const part = /^(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/.exec(rest)
    if (part === null) return undefined
    const [all, whole = '', fraction = '', unit = ''] = part
    if (whole === '' && fraction === '') return undefined
    total += BigInt(whole === '' ? 0 : whole) * UNITS[unit]!
    if (fraction !== '') total += (BigInt(fraction) * UNITS[unit]!) / 10n ** BigInt(fraction.length)
    rest = rest.slice(all.length)
  }
  const nanos = sign === '-' ? -total : total
  return nanos < MIN_INT || nanos > MAX_INT ? undefined : nanos
}

/** A duration in seconds as CEL writes it: the shortest decimal of the float64, and an s. */
export function durationText(nanos: bigint): string {
  const seconds = Number(nanos / SECOND) + Number(nanos % SECOND) / 1e9
  return `${decimalText(seconds)}s`
}

/** Go's FormatFloat with 'f' and the shortest precision. */
export function decimalText(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return Object.is(value, -0) ? '-0' : text
  const [digits, exponent] = text.split('e') as [string, string]
  const negative = digits.startsWith('-')
  const [whole, fraction = ''] = digits.replace('-', '').split('.') as [string, string?]
  const point = whole.length + Number(exponent)
  const all = whole + fraction
  const shown =
    point <= 0
      ? `0.${'0'.repeat(-point)}${all}`
      : all.length <= point
        ? all.padEnd(point, '0')
        : `${all.slice(0, point)}.${all.slice(point)}`
  return negative ? `-${shown}` : shown
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)(?:[.,](\d+))?(Z|([+-])(\d\d):(\d\d))$/
const MIN_SECONDS = -62135596800n
const MAX_SECONDS = 253402300799n
const timestampOverflow = (): CelError => new CelError('timestamp overflow')

/** RFC 3339 as Go's time.Parse takes it; undefined for what is none. */
export function parseTimestamp(text: string): Timestamp | CelError | undefined {
  if (text.length > 1024) return undefined
  const m = RFC3339.exec(text)
  if (m === null) return undefined
  const [year, month, day, hour, minute, second] = m.slice(1, 7).map(Number) as [number, number, number, number, number, number]
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month) || hour > 23 || minute > 59 || second > 59) return undefined
  const zone = m[8] === 'Z' ? 0 : (m[9] === '-' ? -1 : 1) * (Number(m[10]) * 3600 + Number(m[11]) * 60)
  if (m[8] !== 'Z' && (Number(m[10]) > 24 || Number(m[11]) > 60)) return undefined
  const nanos = BigInt((m[7] ?? '').slice(0, 9).padEnd(9, '0'))
  const seconds = BigInt(daysBefore(year, month, day)) * 86400n + BigInt(hour * 3600 + minute * 60 + second - zone)
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) return timestampOverflow()
  return new Timestamp(seconds * SECOND + nanos, zone)
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

const daysBefore = (year: number, month: number, day: number): number => {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return Math.round(date.getTime() / 86_400_000)
}

export function timestampOfSeconds(seconds: bigint): Timestamp | CelError {
  return seconds < MIN_SECONDS || seconds > MAX_SECONDS ? timestampOverflow() : new Timestamp(seconds * SECOND)
}

const floorDiv = (a: bigint, b: bigint): bigint => a / b - (a % b < 0n ? 1n : 0n)
export const secondsOf = (t: Timestamp): bigint => floorDiv(t.nanos, SECOND)

/** RFC 3339 with as many digits as there are, in the zone that the time came with. */
export function timestampText(t: Timestamp): string {
  const date = new Date(Number(secondsOf(t) + BigInt(t.offset)) * 1000)
  const fraction = String(t.nanos - secondsOf(t) * SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '')
  const two = (n: number): string => String(n).padStart(2, '0')
  const minutes = Math.abs(Math.trunc(t.offset / 60))
  const zone = t.offset === 0 ? 'Z' : `${t.offset < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`
  const day = `${String(date.getUTCFullYear()).padStart(4, '0')}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
  return `${day}T${time}${fraction === '' ? '' : `.${fraction}`}${zone}`
}

export const durationOf = (nanos: bigint): CelValue =>
  nanos < MIN_INT || nanos > MAX_INT ? new CelError('integer overflow') : new Duration(nanos)

export function shifted(t: Timestamp, nanos: bigint): CelValue {
  const sum = t.nanos + nanos
  const seconds = floorDiv(sum, SECOND)
  return seconds < MIN_SECONDS || seconds > MAX_SECONDS ? timestampOverflow() : new Timestamp(sum, t.offset)
}

export type DatePart =
  | 'getFullYear'
  | 'getMonth'
  | 'getDayOfYear'
  | 'getDate'
  | 'getDayOfMonth'
  | 'getDayOfWeek'
  | 'getHours'
  | 'getMinutes'
  | 'getSeconds'
  | 'getMilliseconds' // prettier-ignore

const PARTS: Readonly<Record<DatePart, (d: Date) => number>> = {
  getFullYear: (d) => d.getUTCFullYear(),
  getMonth: (d) => d.getUTCMonth(),
  getDayOfYear: (d) => Math.floor((d.getTime() - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86_400_000),
  getDate: (d) => d.getUTCDate(),
  getDayOfMonth: (d) => d.getUTCDate() - 1,
  getDayOfWeek: (d) => d.getUTCDay(),
  getHours: (d) => d.getUTCHours(),
  getMinutes: (d) => d.getUTCMinutes(),
  getSeconds: (d) => d.getUTCSeconds(),
  getMilliseconds: (d) => d.getUTCMilliseconds(),
}
export const DATE_PARTS = Object.keys(PARTS) as readonly DatePart[]

/** A part of a time in a zone: an IANA name or `+02:30`; UTC without one. */
export function datePart(t: Timestamp, part: DatePart, zone = 'UTC'): CelValue {
  const offset = zoneOffset(t, zone)
  if (offset instanceof CelError) return offset
  const date = new Date(Number(floorDiv(t.nanos, 1_000_000n)) + offset * 1000)
  return BigInt(PARTS[part](date))
}

function zoneOffset(t: Timestamp, zone: string): number | CelError {
  if (zone === 'UTC' || zone === '') return 0
  const colon = zone.indexOf(':')
  if (colon === -1) return namedOffset(t, zone)
  const [hours, minutes] = [zone.slice(0, colon), zone.slice(colon + 1)]
  for (const n of [hours, minutes])
    if (!/^[+-]?\d{1,15}$/.test(n)) return new CelError(`strconv.Atoi: parsing ${JSON.stringify(n)}: invalid syntax`)
  const h = Number(hours) * 60
  return (zone.startsWith('-') ? h - Number(minutes) : h + Number(minutes)) * 60
}

/** What the zone's clock is ahead of UTC at that time, in seconds. */
function namedOffset(t: Timestamp, zone: string): number | CelError {
  if (zone.length > 100) return new CelError(`unknown time zone ${zone}`)
  const format = formatOf(zone)
  if (format === undefined) return new CelError(`unknown time zone ${zone}`)
  const ms = Number(secondsOf(t)) * 1000
  const part = Object.fromEntries(format.formatToParts(new Date(ms)).map((p) => [p.type, p.value])) as Record<string, string>
  const year = part['era'] === 'BC' ? 1 - Number(part['year']) : Number(part['year'])
  const local = new Date(0)
  local.setUTCFullYear(year, Number(part['month']) - 1, Number(part['day']))
  local.setUTCHours(Number(part['hour']), Number(part['minute']), Number(part['second']))
  return Math.round((local.getTime() - ms) / 1000)
}

const zones = new Map<string, Intl.DateTimeFormat | undefined>()
const MAX_ZONES = 64

/** Making one takes a hundred times as long as using it. */
function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (zones.has(zone)) return zones.get(zone)
  if (zones.size >= MAX_ZONES) zones.clear()
  let made: Intl.DateTimeFormat | undefined
  try {
    made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
      calendar: 'gregory',
    }) // prettier-ignore
  } catch {
    made = undefined
  }
  zones.set(zone, made)
  return made
}
