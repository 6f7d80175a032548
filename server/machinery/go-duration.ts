import { goTimeQuote } from './go-quote.ts'
/** metav1.Duration: Go's time.ParseDuration and Duration.String, in nanoseconds. */
import type { Int64 } from './numbers.ts'

export class DurationParseError extends Error {
  override readonly name = 'DurationParseError'
}

const units: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const MAX = 1n << 63n
const part = /^(\d*)(?:\.(\d*))?([^\d.]*)/

/** @throws DurationParseError with Go's text */
export function parseDuration(text: string): bigint {
  const wrong = (why = 'invalid duration'): DurationParseError => new DurationParseError(`time: ${why} ${goTimeQuote(text)}`)
  const negative = text.startsWith('-')
  let rest = negative || text.startsWith('+') ? text.slice(1) : text
  if (rest === '0') return 0n
  if (rest === '') throw wrong()
  let total = 0n
  while (rest !== '') {
    const [whole, integer = '', fraction = '', unit = ''] = part.exec(rest)!
    if (integer === '' && fraction === '') throw wrong()
    if (unit === '') throw wrong('missing unit in duration')
    const scale = Object.hasOwn(units, unit) ? units[unit] : undefined
    if (scale === undefined) throw wrong(`unknown unit ${goTimeQuote(unit)} in duration`)
    total += BigInt(integer === '' ? 0 : integer) * scale
    if (fraction !== '') total += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length)
    if (total > MAX) throw wrong()
    rest = rest.slice(whole.length)
  }
  if (!negative && total === MAX) throw wrong()
  return negative ? -total : total
}

/** Go's form: `1h0m0s`, `1m30.5s`, `10ms`, `0s`. */
export function formatDuration(ns: bigint): string {
  if (ns === 0n) return '0s'
  const sign = ns < 0n ? '-' : ''
  const u = ns < 0n ? -ns : ns
  if (u < 1_000n) return `${sign}${u}ns`
  if (u < 1_000_000n) return `${sign}${decimal(u, 3)}µs`
  if (u < 1_000_000_000n) return `${sign}${decimal(u, 6)}ms`
  const seconds = decimal(u % 60_000_000_000n, 9)
  const minutes = u / 60_000_000_000n
  if (minutes === 0n) return `${sign}${seconds}s`
  const hours = minutes / 60n
  return `${sign}${hours > 0n ? `${hours}h` : ''}${minutes % 60n}m${seconds}s`
}

/** u × 10^-digits without trailing zeros. */
function decimal(u: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits)
  const fraction = (u % scale).toString().padStart(digits, '0').replace(/0+$/, '')
  return fraction === '' ? String(u / scale) : `${u / scale}.${fraction}`
}

/** `time.Duration(seconds) * time.Second` in milliseconds. A duration has 64 bits of nanoseconds: beyond 292 years Go's wraps around. */
export function secondsToMs(seconds: Int64): number {
  if (seconds > -WRAPS && seconds < WRAPS) return Number(seconds) * 1000
  return Number(BigInt.asIntN(64, BigInt(seconds) * 1_000_000_000n) / 1_000_000n)
}
const WRAPS = 9_000_000_000
