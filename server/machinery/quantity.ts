/**
 * resource.Quantity (apimachinery `api/resource`): fixed-point numbers with a suffix, exact to one nano, and a canonical text.
 * Values are immutable and interned by their text, so that parsing the quantities of many objects costs a map lookup.
 */
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
const shape = /^([+-]?)(0*)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*(?:[-+]?[0-9]*))$/
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

function interpret(suffix: string): Suffix | undefined {
  const known = suffixes.get(suffix)
  if (known !== undefined) return known
  if (!/^[eE][-+]?[0-9]+$/.test(suffix)) return undefined
  const exponent = Number(suffix.slice(1))
  // 10⁻¹⁰ rounds up to one nano already; a huge exponent would only make a huge bigint.
  return Math.abs(exponent) > 2147483647 ? undefined : { base: 10, exponent, format: 'DecimalExponent' }
}

const interned = new Map<string, Quantity>()
const INTERNED_MAX = 4096

function intern(key: string, q: Quantity): Quantity {
  if (interned.size >= INTERNED_MAX) interned.clear()
  interned.set(key, q)
  return q
}

/**
 * Parses a quantity as it stands in JSON (a string, or a bare number's text).
 * @throws QuantityError with the reference's text
 */
export function parseQuantity(text: string): Quantity {
  return interned.get(text) ?? intern(text, parse(text))
}

/** As parseQuantity, with undefined for a value that is none; numbers are taken by their JSON text. */
export function tryQuantity(value: unknown): Quantity | undefined {
  try {
    if (typeof value === 'string') return parseQuantity(value.trim())
    return typeof value === 'number' ? parseQuantity(String(value)) : undefined
  } catch (e) {
    if (e instanceof QuantityError) return undefined
    throw e
  }
}

function parse(text: string): Quantity {
  if (text === '') throw formatWrong()
  const m = shape.exec(text)
  if (m === null) throw formatWrong()
  const suffix = interpret(m[5]!)
  if (suffix === undefined) throw new QuantityError("unable to parse quantity's suffix")
  const whole = m[3]! === '' ? '0' : m[3]!
  const fraction = m[4] ?? ''
  const digits = BigInt(whole + fraction)
  const negative = m[1] === '-'
  const magnitude = scaleUp(digits, fraction.length, suffix)
  let format = suffix.format
  if (format === 'BinarySI' && magnitude > 0n && magnitude < NANO) format = 'DecimalSI'
  const nano = negative ? -magnitude : magnitude
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
  if (power > 100_000) throw new QuantityError('unable to parse numeric part of quantity')
  if (power >= 0) return digits * 10n ** BigInt(power)
  return -power > String(digits).length ? 1n : divideUp(digits, 10n ** BigInt(-power))
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
  let n = nano
  let exponent = -9
  while (n % 1000n === 0n) {
    n /= 1000n
    exponent += 3
  }
  if (format === 'DecimalExponent') return exponent === 0 ? String(n) : `${n}e${exponent}`
  return `${n}${decimalNames.get(exponent) ?? ''}`
}

export function quantityOf(nano: bigint, format: QuantityFormat): Quantity {
  return { nano, format, text: canonicalText(nano, format) }
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

/** Rounded up to a whole number of 10^scale; the same object when it is one already. */
export function roundUp(q: Quantity, scale: -3 | 0): Quantity {
  const unit = 10n ** BigInt(9 + scale)
  if (q.nano % unit === 0n) return q
  return quantityOf(scaledValue(q, scale) * unit, q.format)
}
