/**
 * JSON numbers as Go's decoder tells them apart (docs/decisions/0012-numbers.md): an integer that fits int64 is exact, everything
 * else is a float64, and a typed field looks at the spelling (`3.0` is no int32). A number is
 *  - a JavaScript number where that says all there is to say: safe integers, floats in their shortest form;
 *  - a bigint for an int64 beyond 2⁵³;
 *  - a JsonNumber for any other spelling: `3.0`, `1e1`, `9223372036854775808`, `-0`.
 * JSON.stringify writes all three digit for digit.
 */

import { hasLongNumbers, scanJson } from './json-scan.ts'
import { setOwn } from './own.ts'

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown
interface SourceTextJson {
  parse(text: string, reviver: Reviver): unknown
  rawJSON(text: string): unknown
}
// TypeScript's library does not know these two yet.
const { parse, rawJSON } = JSON as unknown as SourceTextJson

/** A number literal that neither a number nor a bigint can stand for. The name is Go's (encoding/json `Number`). */
export class JsonNumber {
  readonly literal: string

  constructor(literal: string) {
    this.literal = literal
  }

  /** The float64 that Go reads; infinite for a literal that does not fit one. */
  get value(): number {
    return Number(this.literal)
  }

  toJSON(): unknown {
    return rawJSON(this.literal)
  }
}

// JSON.stringify throws on a bigint unless this is there; it costs nothing where no bigint is.
Object.defineProperty(BigInt.prototype, 'toJSON', {
  value(this: bigint): unknown {
    return rawJSON(String(this))
  },
  configurable: true,
  writable: true,
})

const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n
const integer = /^-?\d+$/

/** The value of a JSON number literal, in the form that keeps what Go keeps of it. */
export function numberOf(literal: string): number | bigint | JsonNumber {
  const value = Number(literal)
  if (String(value) === literal && (Number.isSafeInteger(value) || !Number.isInteger(value))) return value
  if (integer.test(literal) && literal !== '-0') {
    const exact = BigInt(literal)
    if (exact >= MIN_INT64 && exact <= MAX_INT64) return exactInteger(exact)
  }
  return String(value) === literal ? value : new JsonNumber(literal)
}

/** An int64 as parsed objects have it: a bigint beyond 2⁵³. Comparisons take both; who computes converts first. */
export type Int64 = number | bigint

/** An int64 in the form that a parsed one has. */
export function exactInteger(value: bigint): Int64 {
  const rounded = Number(value)
  return Number.isSafeInteger(rounded) ? rounded : value
}

/** How a parsed number was spelled; undefined for what is no number. */
export function literalOf(value: unknown): string | undefined {
  if (value instanceof JsonNumber) return value.literal
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined
}

/** Go's name for the kind of a JSON value, as its errors print it. */
export function jsonKind(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return literalOf(value) === undefined ? typeof value : 'number'
}

/** As JSON.parse with every number by its spelling. The engine recurses into it. */
function parseBySource(text: string): unknown {
  let lost = false
  const value = parse(text, (_key, item, { source }) => {
    if (typeof item !== 'number') return item
    // Seen once in a hundred thousand requests of `npm run fuzz`, of a number that had one: the engine does not say why.
    if (source === undefined) lost = true
    return source === undefined ? item : numberOf(source)
  })
  return lost ? parseByTokens(text) : value
}

const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g

/** The same of a text that is known to be JSON without the engine's help: numbers are read as texts first. */
export function parseByTokens(text: string): unknown {
  return unmarked(JSON.parse(text.replace(tokens, (token) => (token.startsWith('"') ? `"s${token.slice(1)}` : `"n${token}"`))))
}

function unmarked(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith('n') ? numberOf(value.slice(1)) : value.slice(1)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items: unknown[] = []
    for (const item of value) items.push(unmarked(item))
    return items
  }
  const out: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) setOwn(out, key.slice(1), unmarked(item))
  return out
}

/** As JSON.parse, with every number in the form that keeps its spelling. */
export function parseNumbers(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return scanJson(text).unusualNumbers ? parseBySource(text) : value
}

/** The same of a text that is known to be JSON and to have unusual numbers. The engine recurses into it. */
export const parseSpelled = (text: string): unknown => parseBySource(text)

/**
 * As JSON.parse, with integers beyond 2⁵³ exact. For what servers write, where numbers have the usual spelling; another one may be
 * forgotten.
 */
export function parseIntegers(text: string): unknown {
  return hasLongNumbers(text) ? parseBySource(text) : JSON.parse(text)
}

/** A copy with something in the place of every JsonNumber. A loop over lists, as in all walks through what clients nest: callbacks of the engine's take twice the stack. */
export function withNumbers(value: unknown, of: (number: JsonNumber) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof JsonNumber) return of(value)
  if (Array.isArray(value)) {
    const items: unknown[] = []
    for (const item of value) items.push(withNumbers(item, of))
    return items
  }
  const out: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) setOwn(out, key, withNumbers(item, of))
  return out
}

/** `value` with every JsonNumber as the float64 that it stands for: what Go has after decoding into `interface{}`. */
export const withoutSpellings = (value: unknown): unknown => withNumbers(value, (number) => number.value)

/**
 * The same for who asks of what type a number is in Go: a float64 that is a whole number stays a JsonNumber, one and the same wherever it
 * stands, so that equal ones are identical and none is an int64.
 */
export function withFloats(value: unknown): unknown {
  const floats = new Map<number, JsonNumber>()
  return withNumbers(value, (number) => {
    const { value: float, literal } = number
    if (!Number.isSafeInteger(float)) return float
    if (literal === '-0') return 0
    const known = floats.get(float)
    if (known === undefined) floats.set(float, number)
    return known ?? number
  })
}

/** The first number in a JSON value that does not fit a float64, which Go's decoder refuses wherever it stands. */
export function overflowing(value: unknown): JsonNumber | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (value instanceof JsonNumber) return Number.isFinite(value.value) ? undefined : value
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    const found = overflowing(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** A float as Go's strconv writes it with 'g' and the shortest precision: with an exponent below 1e-4 and from 1e6 on, never for zero. */
export function goFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  const size = Number(exponent)
  if (value === 0 || (size >= -4 && size < 6)) return String(value)
  return `${digits}e${size < 0 ? '-' : '+'}${String(Math.abs(size)).padStart(2, '0')}`
}
