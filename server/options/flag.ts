import { isIP } from 'node:net'
import { DurationError, parseDuration } from '../filters/duration.ts'
import { formatDuration } from '../machinery/go-duration.ts'

/** The value types of flags, by their names in `--help` (spf13/pflag's). */
export interface FlagTypes {
  string: string
  int: number
  float: number
  bool: boolean
  /** In milliseconds. */
  duration: number
  /** Comma-separated, and the flag may be repeated. */
  strings: readonly string[]
  /** One each time that the flag is given. */
  texts: readonly string[]
  ip: string
}
export type FlagType = keyof FlagTypes

type Fields<T> = { [K in keyof T]-?: { field: K; type: TypeOf<NonNullable<T[K]>>; help: string; shorthand?: string } }[keyof T]
type TypeOf<V> = { [F in FlagType]: V extends FlagTypes[F] ? F : never }[FlagType]

/** Where a flag's value goes in its family's options. */
export type FlagSpec<T> = Fields<T>

/** One family of flags: what they mean when absent, where they go, and what they must not be. */
export interface Family<T extends object> {
  readonly title: string
  readonly defaults: T
  readonly flags: Readonly<Record<string, FlagSpec<T>>>
  /** One sentence for each thing that is wrong. `given`: the flags that the command line has. */
  validate(options: T, given: ReadonlySet<string>): string[]
  /** One sentence for each thing that is asked for and not had. */
  warnings?(options: T, given: ReadonlySet<string>): string[]
}

/** A value that is none of its type; the message is Go's. */
export class FlagValueError extends Error {}

const bools: Readonly<Record<string, boolean>> = {
  '1': true,
  t: true,
  T: true,
  true: true,
  TRUE: true,
  True: true,
  '0': false,
  f: false,
  F: false,
  false: false,
  FALSE: false,
  False: false,
}

const quote = (text: string): string => JSON.stringify(text)

export const parsers: { readonly [F in FlagType]: (text: string) => FlagTypes[F] } = {
  string: (text) => text,
  int(text) {
    if (!/^[+-]?\d+$/.test(text)) throw new FlagValueError(`strconv.ParseInt: parsing ${quote(text)}: invalid syntax`)
    const value = Number(text)
    if (!Number.isSafeInteger(value)) throw new FlagValueError(`strconv.ParseInt: parsing ${quote(text)}: value out of range`)
    return value
  },
  float(text) {
    if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) {
      throw new FlagValueError(`strconv.ParseFloat: parsing ${quote(text)}: invalid syntax`)
    }
    return Number(text)
  },
  bool(text) {
    const value = Object.hasOwn(bools, text) ? bools[text] : undefined
    if (value === undefined) throw new FlagValueError(`strconv.ParseBool: parsing ${quote(text)}: invalid syntax`)
    return value
  },
  duration(text) {
    try {
      return parseDuration(text)
    } catch (e) {
      throw e instanceof DurationError ? new FlagValueError(e.message) : e
    }
  },
  strings: (text) => (text === '' ? [] : text.split(',')),
  texts: (text) => [text],
  ip(text) {
    if (isIP(text.trim()) === 0) throw new FlagValueError(`failed to parse IP: ${quote(text)}`)
    return text.trim()
  },
}

/** A default as `--help` shows it; empty when there is nothing to show. */
export function showDefault(type: FlagType, value: unknown): string {
  if (type === 'bool') return value === true ? 'true' : ''
  if (type === 'duration') return duration(value as number)
  if (type === 'strings' || type === 'texts')
    return (value as readonly string[]).length === 0 ? '' : `[${(value as readonly string[]).join(',')}]`
  if (type === 'int' || type === 'float') return String(value)
  return value === undefined || value === '' ? '' : type === 'ip' ? String(value) : quote(String(value))
}

/** A value as Go's flags print it. */
export function showValue(type: FlagType, value: unknown): string {
  if (type === 'duration') return formatDuration(BigInt(Math.round((value as number) * 1e6)))
  if (type === 'strings' || type === 'texts') return `[${(value as readonly string[]).join(',')}]`
  return value === undefined ? '' : String(value)
}

function duration(ms: number): string {
  const [h, m, s] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, (ms / 1000) % 60]
  return h > 0 ? `${h}h${m}m${s}s` : m > 0 ? `${m}m${s}s` : `${s}s`
}
