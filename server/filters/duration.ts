import { goTimeQuote } from '../machinery/go-quote.ts'
const units: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** The message is Go's, which clients and users know. */
export class DurationError extends Error {}

/** Go's time.ParseDuration (`1h30m`, `1.5s`, `-2ms`) in milliseconds. */
export function parseDuration(text: string): number {
  const quoted = goTimeQuote(text)
  let rest = /^[+-]/.test(text) ? text.slice(1) : text
  if (rest === '0') return 0
  if (rest === '') throw new DurationError(`time: invalid duration ${quoted}`)
  let ms = 0
  while (rest !== '') {
    const match = /^(\d*\.?\d*)([^\d.]*)/.exec(rest)
    const [all, number = '', unit = ''] = match ?? ['']
    if (number === '' || number === '.') throw new DurationError(`time: invalid duration ${quoted}`)
    if (unit === '') throw new DurationError(`time: missing unit in duration ${quoted}`)
    const factor = units[unit]
    if (factor === undefined) throw new DurationError(`time: unknown unit ${goTimeQuote(unit)} in duration ${quoted}`)
    ms += Number(number) * factor
    rest = rest.slice(all.length)
  }
  // The largest value of an int64 in nanoseconds.
  if (ms > 9_223_372_036_854) throw new DurationError(`time: invalid duration ${quoted}`)
  return text.startsWith('-') ? -ms : ms
}
