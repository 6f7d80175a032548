import { goQuote } from '../../machinery/go-quote.ts'
import { goFloat } from '../../machinery/numbers.ts'
import { stepResult } from '../limits.ts'
import { durationText, timestampText } from '../time.ts'
import { CelError, CelList, CelMap, Duration, Timestamp, typeNameOf, TypeValue, Uint, type CelValue } from '../values.ts'

/** `'%s has %d'.format([…])` (cel-go `ext/formatting.go`, locale en_US). */
class FormatError extends Error {}

/** Of a format string, its clauses: `%s`, `%.3f`, and what stands between them. */
export interface Clause {
  readonly verb: string
  readonly precision: number | undefined
}

const DEFAULT_PRECISION = 6
/** The reference writes no more, either. */
const MAX_PRECISION = 1_000_000
const VERBS: ReadonlySet<string> = new Set(['s', 'd', 'f', 'e', 'b', 'x', 'X', 'o'])

/**
 * Goes through a format string.
 * @param render what stands in place of the clause of an argument
 * @throws FormatError
 */
function through(format: string, count: number, render: (i: number, clause: Clause) => string): string {
  const out: string[] = []
  let [used, length] = [0, format.length]
  for (let i = 0; i < format.length; ) {
    const percent = format.indexOf('%', i)
    if (percent === -1) {
      out.push(format.slice(i))
      break
    }
    out.push(format.slice(i, percent))
    if (format[percent + 1] === '%') {
      out.push('%')
      i = percent + 2
      continue
    }
    if (used >= count) throw new FormatError(`index ${used} out of range`)
    if (percent + 1 >= format.length) throw new FormatError('unexpected end of string')
    const [clause, end] = readClause(format, percent + 1)
    const text = render(used++, clause)
    length += text.length
    stepResult(length)
    out.push(text)
    i = end
  }
  return out.join('')
}

function readClause(format: string, at: number): [Clause, number] {
  let i = at
  let precision: number | undefined
  if (format[i] === '.') {
    const start = ++i
    while (i < format.length && /[0-9]/.test(format[i]!)) i++
    if (i >= format.length) throw wrong('error while parsing precision: could not find end of precision specifier')
    const digits = format.slice(start, i)
    if (digits === '') {
      throw wrong('error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax')
    }
    precision = Number(digits)
  }
  const verb = format[i]!
  if (!VERBS.has(verb)) throw wrong(`unrecognized formatting clause "${verb}"`)
  return [{ verb, precision }, i + 1]
}

const wrong = (text: string): FormatError => new FormatError(`could not parse formatting clause: ${text}`)

/** The text, or an error with the reference's words. */
export function formatText(format: string, args: CelList): CelValue {
  try {
    return through(format, args.size, (i, clause) => rendered(args.at(i), clause))
  } catch (error) {
    if (error instanceof FormatError) return new CelError(error.message)
    throw error
  }
}

/**
 * Goes through the clauses of a format string that is known before it runs.
 * @returns what is wrong with the string for so many arguments
 */
export function checkClauses(format: string, count: number, visit: (i: number, clause: Clause) => void): string | undefined {
  try {
    through(format, count, (i, clause) => {
      visit(i, clause)
      return ''
    })
    return undefined
  } catch (error) {
    if (error instanceof FormatError) return error.message
    throw error
  }
}

const TEXTS: Readonly<Record<string, string>> = {
  s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  d: 'decimal clause can only be used on integers',
  f: 'fixed-point clause can only be used on doubles',
  e: 'scientific clause can only be used on doubles',
  b: 'only integers and bools can be formatted as binary',
  x: 'only integers, byte buffers, and strings can be formatted as hex',
  X: 'only integers, byte buffers, and strings can be formatted as hex',
  o: 'octal clause can only be used on integers',
}

/** A clause that does not take a value of this type. */
export const misused = (verb: string, typeName: string): string => `error during formatting: ${TEXTS[verb]!}, was given ${typeName}`

function rendered(value: CelValue, { verb, precision = DEFAULT_PRECISION }: Clause): string {
  const text = verb === 's' ? plainText(value) : verb === 'f' || verb === 'e' ? floatText(value, verb, precision) : integerText(value, verb)
  if (text === undefined) throw new FormatError(misused(verb, typeNameOf(value)))
  return text
}

const BASES: Readonly<Record<string, number>> = { d: 10, b: 2, o: 8, x: 16, X: 16 }

function integerText(value: CelValue, verb: string): string | undefined {
  const upper = (text: string): string => (verb === 'X' ? text.toUpperCase() : text)
  if (typeof value === 'bigint') return upper(value.toString(BASES[verb]))
  if (value instanceof Uint) return upper(value.value.toString(BASES[verb]))
  if (verb === 'b' && typeof value === 'boolean') return value ? '1' : '0'
  if (verb !== 'x' && verb !== 'X') return undefined
  if (typeof value === 'string' || value instanceof Uint8Array) return upper(Buffer.from(value as string).toString('hex'))
  return undefined
}

const WORDS: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity }

/** Grouped by thousands and with typographic exponents, as the reference's locale has it; of `%e` the precision is a width. */
function floatText(value: CelValue, verb: 'f' | 'e', precision: number): string | undefined {
  const number = typeof value === 'string' ? WORDS[value] : value
  if (typeof number !== 'number') return undefined
  if (precision > MAX_PRECISION) throw new FormatError(`precision ${precision} exceeds maximum allowed precision ${MAX_PRECISION}`)
  if (verb === 'e') return scientific(number).padStart(precision)
  if (!Number.isFinite(number)) return infinite(number)
  const [whole, fraction] = fixedText(number, precision).split('.') as [string, string?]
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

const infinite = (value: number): string => (Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞')

function scientific(value: number): string {
  if (!Number.isFinite(value)) return infinite(value)
  const [mantissa, exponent] = value.toExponential(DEFAULT_PRECISION).split('e') as [string, string]
  const power = String(Math.abs(Number(exponent))).padStart(2, '0')
  const sign = exponent.startsWith('-') ? '⁻' : ''
  return `${mantissa}×10${sign}${[...power].map((c) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)]).join('')}`
}

/** A double has no more digits behind the point. */
const ALL_DIGITS = 1074

/** As Go's %.Nf: exact, and what lies between two texts goes to the even one. */
function fixedText(value: number, precision: number): string {
  const digits = Math.min(precision, ALL_DIGITS)
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, Math.abs(value))
  const exponent = Number(bits.getBigUint64(0) >> 52n)
  const mantissa = (bits.getBigUint64(0) & ((1n << 52n) - 1n)) | (exponent === 0 ? 0n : 1n << 52n)
  const shift = Math.max(exponent, 1) - 1075
  const scaled = mantissa * 10n ** BigInt(digits)
  let units = scaled << BigInt(Math.max(shift, 0))
  if (shift < 0) {
    const [unit, half] = [1n << BigInt(-shift), 1n << BigInt(-shift - 1)]
    units = scaled / unit
    const rest = scaled % unit
    if (rest > half || (rest === half && units % 2n === 1n)) units++
  }
  const text = String(units).padStart(digits + 1, '0')
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const fraction = text.slice(text.length - digits) + '0'.repeat(precision - digits)
  return `${sign}${text.slice(0, text.length - digits)}${precision === 0 ? '' : `.${fraction}`}`
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function bytesText(value: Uint8Array): string {
  try {
    return decoder.decode(value)
  } catch {
    throw new FormatError(
      'error during formatting: could not convert argument "invalid UTF-8 in bytes, cannot convert to string" to string',
    )
  }
}

/** `%s`; undefined for what has no text. */
function plainText(value: CelValue): string | undefined {
  if (value instanceof CelList || value instanceof CelMap) return nestedText(value)
  if (typeof value === 'number') return goFloat(value)
  return scalarText(value)
}

function scalarText(value: CelValue): string | undefined {
  if (value === null) return 'null'
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Uint8Array) return bytesText(value)
  if (value instanceof Timestamp) return timestampText(value)
  if (value instanceof Duration) return durationText(value.nanos)
  if (value instanceof TypeValue) return value.type.name
  return typeof value === 'object' ? undefined : String(value)
}

/** A list or a map as CEL writes it, keys in order. */
function nestedText(value: CelList | CelMap): string {
  if (value instanceof CelList) return `[${[...value].map(literalText).join(', ')}]`
  const entries: [string, string][] = []
  for (const key of value.keys()) {
    if (typeof key !== 'string' && typeof key !== 'boolean' && typeof key !== 'bigint' && !(key instanceof Uint)) {
      throw new FormatError(`error during formatting: no formatting function for map key of type ${typeNameOf(key)}`)
    }
    entries.push([literalText(key), literalText(value.get(key))])
  }
  entries.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return `{${entries.map(([key, item]) => `${key}:${item}`).join(', ')}}`
}

function literalText(value: CelValue): string {
  if (value instanceof CelList || value instanceof CelMap) return nestedText(value)
  if (typeof value === 'string') return goQuote(value)
  if (value instanceof Uint8Array) return `b${goQuote(bytesText(value))}`
  if (value instanceof Timestamp) return `timestamp(${goQuote(timestampText(value))})`
  if (value instanceof Duration) return `duration(${goQuote(durationText(value.nanos))})`
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return fixedText(value, DEFAULT_PRECISION)
    return Number.isNaN(value) ? '"NaN"' : value > 0 ? '"+Inf"' : '"-Inf"'
  }
  const text = scalarText(value)
  if (text === undefined) throw new FormatError(`error during formatting: no formatting function for ${typeNameOf(value)}`)
  return text
}
