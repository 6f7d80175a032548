/**
 * resource.Quantity (apimachinery `api/resource`): fixed-point numbers with a suffix, exact to one nano, and a canonical text.
 * Values are immutable and interned by their text, so that parsing the quantities of many objects costs a map lookup.
 * The reference takes any number of digits, and minutes for a million of them; here a number has at most MAX_DIGITS.
 */
import { literalOf } from './numbers.ts'

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

export interface Quantity {
  /** The amount in units of 10⁻⁹. */
  readonly nano: bigint
  readonly format: QuantityFormat
  /** Canonical text. */
  readonly text: string
}

export class QuantityError extends Error {
  override readonly name = 'QuantityError'
}

const PATTERN = '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
const formatWrong = (): QuantityError => new QuantityError(`quantities must match the regular expression '${PATTERN}'`)

interface Suffix {
  base: 2 | 10
  exponent: number
  format: QuantityFormat
}

const suffixes = new Map<string, Suffix>([
  ...['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map((s, i): [string, Suffix] => [
    s,
    { base: 10, exponent: (i - 3) * 3, format: 'DecimalSI' },
  ]),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((s, i): [string, Suffix] => [s, { base: 2, exponent: (i + 1) * 10, format: 'BinarySI' }]),
])
const decimalNames = new Map([...suffixes].filter(([, s]) => s.base === 10).map(([name, s]) => [s.exponent, name]))
const binaryNames = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

const NANO = 1_000_000_000n
const MAX_INT64 = 9223372036854775807n
const MAX_BINARY = MAX_INT64 * NANO
/** Of an amount in nanos: as many as the largest double has, and nine. So many cost a byte no more than few do. */
const MAX_DIGITS = 318
const MAX_NANO = 10n ** BigInt(MAX_DIGITS) - 1n
const numericWrong = (): QuantityError => new QuantityError('unable to parse numeric part of quantity')

function interpret(suffix: string): Suffix | undefined {
  const known = suffixes.get(suffix)
  if (known !== undefined) return known
  if (suffix.length > MAX_DIGITS || !/^[eE][-+]?[0-9]+$/.test(suffix)) return undefined
  const exponent = BigInt(suffix.startsWith('+', 1) ? suffix.slice(2) : suffix.slice(1))
  if (BigInt.asIntN(64, exponent) !== exponent) return undefined
  // Go's conversion to an int32 keeps the lower bits.
  return { base: 10, exponent: Number(BigInt.asIntN(32, exponent)), format: 'DecimalExponent' }
}

const interned = new Map<string, Quantity>()
const INTERNED_MAX = 4096
const INTERNED_LENGTH = 64

function intern(key: string, q: Quantity): Quantity {
  if (key.length > INTERNED_LENGTH) return q
  if (interned.size >= INTERNED_MAX) interned.clear()
  interned.set(key, q)
  return q
}

/**
 * Parses a quantity.
 * @throws QuantityError with the reference's text
 */
export function parseQuantity(text: string): Quantity {
  return interned.get(text) ?? intern(text, parse(text))
}

/**
 * Parses a quantity as it stands in JSON: a string, or a bare number by its text.
 * @throws QuantityError with the reference's text
 */
export function parseJsonQuantity(value: string | number): Quantity {
  return parseQuantity(typeof value === 'string' ? withoutSpace(value) : String(value))
}

/** The reference trims the JSON text, where no white space but these stands unescaped. */
const SPACE = /[ \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/

function withoutSpace(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && SPACE.test(text[start]!)) start++
  while (end > start && SPACE.test(text[end - 1]!)) end--
  return end - start === text.length ? text : text.slice(start, end)
}

/** As parseJsonQuantity, but returns undefined for a value that is not a quantity. */
export function tryQuantity(value: unknown): Quantity | undefined {
  try {
    if (typeof value === 'string') return parseJsonQuantity(value)
    const literal = literalOf(value)
    return literal === undefined ? undefined : parseQuantity(literal)
  } catch (e) {
    if (e instanceof QuantityError) return undefined
    throw e
  }
}

/** Index of the first character at or behind `at` that is not a decimal digit. */
function afterDigits(text: string, at: number): number {
  while (at < text.length && isDigit(text.charCodeAt(at))) at++
  return at
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

interface Parts {
  negative: boolean
  /** Digits before the point, without leading zeros. */
  whole: string
  fraction: string
  suffix: string
}

/** One pass from the front: a regular expression would go back over long texts that do not fit. */
function split(text: string): Parts {
  const signed = text.startsWith('-') || text.startsWith('+')
  let start = signed ? 1 : 0
  while (text[start] === '0') start++
  const point = afterDigits(text, start)
  const hasPoint = text[point] === '.'
  const end = hasPoint ? afterDigits(text, point + 1) : point
  let at = end
  while (at < text.length && 'eEinumkKMGTP'.includes(text[at]!)) at++
  if (text[at] === '-' || text[at] === '+') at++
  if (afterDigits(text, at) < text.length) throw formatWrong()
  return {
    negative: text.startsWith('-'),
    whole: text.slice(start, point),
    fraction: hasPoint ? text.slice(point + 1, end) : '',
    suffix: text.slice(end),
  }
}

function parse(text: string): Quantity {
  if (text === '') throw formatWrong()
  const parts = split(text)
  const suffix = interpret(parts.suffix)
  if (suffix === undefined) throw new QuantityError("unable to parse quantity's suffix")
  const { fraction } = parts
  const whole = parts.whole === '' ? '0' : parts.whole
  if (whole.length + fraction.length > MAX_DIGITS) throw numericWrong()
  const digits = BigInt(whole + fraction)
  const magnitude = scaleUp(digits, fraction.length, suffix)
  let format = suffix.format
  if (format === 'BinarySI' && magnitude > 0n && magnitude < NANO) format = 'DecimalSI'
  const nano = parts.negative ? -magnitude : magnitude
  return { nano, format, text: keptText(text, whole, fraction, digits, suffix) ?? canonicalText(nano, format) }
}

/** digits × 10^-fraction × suffix in nanos, rounded up (away from zero), capped for binary suffixes as upstream. */
function scaleUp(digits: bigint, fraction: number, suffix: Suffix): bigint {
  if (digits === 0n) return 0n
  if (suffix.base === 2) {
    const n = divideUp((digits << BigInt(suffix.exponent)) * NANO, 10n ** BigInt(fraction))
    return n > MAX_BINARY ? MAX_BINARY : n
  }
  const power = suffix.exponent - fraction + 9
  const length = String(digits).length
  if (length + power > MAX_DIGITS) throw numericWrong()
  if (power >= 0) return digits * 10n ** BigInt(power)
  return -power > length ? 1n : divideUp(digits, 10n ** BigInt(-power))
}

const divideUp = (a: bigint, b: bigint): bigint => (a + b - 1n) / b

/** Upstream keeps the text it was given when it looks canonical and fits an int64 (so `1.500` stays `1.500`). */
function keptText(text: string, whole: string, fraction: string, digits: bigint, suffix: Suffix): string | undefined {
  if (text === '0') return '0'
  if (suffix.base === 2) {
    if (fraction !== '' || 15 - whole.length - Math.trunc((suffix.exponent * 3) / 10) - 1 < 0) return undefined
    return digits << BigInt(suffix.exponent) <= MAX_INT64 && (digits & 7n) !== 0n ? text : undefined
  }
  const scale = suffix.exponent - fraction.length
  if (18 - whole.length - fraction.length < 0 || scale < -9 || scale % 3 !== 0) return undefined
  const shifted = whole + fraction
  return shifted.endsWith('000') || shifted.startsWith('0') ? undefined : text
}

/** The one text of a value in a format: no fraction, the largest suffix that keeps it exact. */
export function canonicalText(nano: bigint, format: QuantityFormat): string {
  if (nano === 0n) return '0'
  if (format === 'BinarySI' && nano % NANO === 0n) {
    let n = nano / NANO
    if (n <= -1024n || n >= 1024n) {
      let steps = 0
      while (n % 1024n === 0n) {
        n /= 1024n
        steps++
      }
      return `${n}${binaryNames[steps] ?? ''}`
    }
  }
  const digits = String(nano)
  let end = digits.length
  while (digits.endsWith('000', end)) end -= 3
  const exponent = digits.length - end - 9
  const n = digits.slice(0, end)
  if (format === 'DecimalExponent') return exponent === 0 ? n : `${n}e${exponent}`
  return `${n}${decimalNames.get(exponent) ?? ''}`
}

/** What is larger than a text may say is as large as that: whatever is computed here can be written and read again. */
export function quantityOf(nano: bigint, format: QuantityFormat): Quantity {
  const amount = nano > MAX_NANO ? MAX_NANO : nano < -MAX_NANO ? -MAX_NANO : nano
  return { nano: amount, format, text: canonicalText(amount, format) }
}

export function compareQuantity(a: Quantity, b: Quantity): -1 | 0 | 1 {
  return a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0
}

/** The sum in the first one's format, or the second one's when the first is zero. */
export function addQuantity(a: Quantity, b: Quantity): Quantity {
  return quantityOf(a.nano + b.nano, a.nano === 0n ? b.format : a.format)
}

export function subtractQuantity(a: Quantity, b: Quantity): Quantity {
  return quantityOf(a.nano - b.nano, a.nano === 0n ? b.format : a.format)
}

/** In whole units (0), milli (-3), …; rounded away from zero, as ScaledValue. */
export function scaledValue(q: Quantity, scale: -9 | -6 | -3 | 0): bigint {
  const unit = 10n ** BigInt(9 + scale)
  return q.nano >= 0n ? divideUp(q.nano, unit) : -divideUp(-q.nano, unit)
}

export const milliValue = (q: Quantity): bigint => scaledValue(q, -3)
export const integerValue = (q: Quantity): bigint => scaledValue(q, 0)

const DIGITS = /^-?\d+$/
const wrapped = (value: bigint): bigint => BigInt.asIntN(64, value)

/** As Go has it in an int64: a number written in digits that is too large for one wraps round (apimachinery `scale_int.go`, scaledValue). */
export const int64Value = (q: Quantity): bigint =>
  q.nano < 0n ? negativeInt64(q) : DIGITS.test(q.text) ? wrapped(integerValue(q)) : integerValue(q)

const MIN_INT64 = -(2n ** 63n)
const MILLI = 1_000_000n
/** Binary amounts from a pebibyte on are big numbers in Go. */
const BIG_BINARY = -(2n ** 50n)

/**
 * Below zero a big number, of which defaults have left three decimals, wraps round with these: only what is above an int64 is kept from that.
 * Other decimal ones are 0.
 */
function negativeInt64(q: Quantity): bigint {
  const whole = integerValue(q)
  const isBig = q.format === 'BinarySI' ? whole <= BIG_BINARY : whole < MIN_INT64 || (whole === MIN_INT64 && DIGITS.test(q.text))
  if (!isBig) return whole
  if (q.format !== 'BinarySI' && !DIGITS.test(q.text)) return 0n
  const low = wrapped(q.nano / MILLI)
  return low / 1000n + (low % 1000n === 0n ? 0n : 1n)
}

export const int64MilliValue = (q: Quantity): bigint => (DIGITS.test(q.text) ? wrapped(wrapped(integerValue(q)) * 1000n) : milliValue(q))

/** Rounded up to a whole number of 10^scale; the same object when it is one already. */
export function roundUp(q: Quantity, scale: -3 | 0): Quantity {
  const unit = 10n ** BigInt(9 + scale)
  if (q.nano % unit === 0n) return q
  return quantityOf(scaledValue(q, scale) * unit, q.format)
}
