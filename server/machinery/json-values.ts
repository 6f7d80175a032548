import { sortTexts } from './text-order.ts'
import { goQuote } from './go-quote.ts'
import { goFloat, JsonNumber } from './numbers.ts'
import { escapedJson } from './json-escape.ts'

/**
 * JSON values as Go has them after decoding into `interface{}`: an integer that fits int64 is one, every other number is a float64
 * (docs/decisions/0012-numbers.md). Messages of the reference print them in two ways: `%v` and as JSON.
 */
export type JsonObject = Record<string, unknown>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)

export type GoKind = 'null' | 'bool' | 'string' | 'int64' | 'float64' | 'slice' | 'map'

export function kindOf(value: unknown): GoKind {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int64'
    case 'number':
      return Number.isSafeInteger(value) ? 'int64' : 'float64'
  }
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'slice'
  // Go's ParseInt takes -0 for an integer.
  if (value instanceof JsonNumber) return value.literal === '-0' ? 'int64' : 'float64'
  return 'map'
}

/** A number of any form as a float64. */
export const floatOf = (value: unknown): number => (value instanceof JsonNumber ? value.value : Number(value))

/** An int64 of any form; a float is cut as Go's conversion does, within the range. */
export function int64Of(value: unknown): bigint {
  if (typeof value === 'bigint') return value
  const float = Math.trunc(floatOf(value))
  return Number.isFinite(float) ? BigInt.asIntN(64, BigInt(float)) : MIN_INT64
}
const MIN_INT64 = -(2n ** 63n)

/** As Go's reflect.DeepEqual of decoded JSON: 1 and 1.0 are of different types. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return typeof a !== 'number' || kindOf(a) === kindOf(b)
  const kind = kindOf(a)
  if (kind !== kindOf(b)) return false
  if (kind === 'null') return true
  if (kind === 'float64') return floatOf(a) === floatOf(b)
  if (kind === 'int64') return int64Of(a) === int64Of(b)
  if (kind === 'slice') {
    const [x, y] = [a as readonly unknown[], b as readonly unknown[]]
    return x.length === y.length && x.every((item, i) => deepEqual(item, y[i]))
  }
  if (kind !== 'map') return false
  const [x, y] = [a as JsonObject, b as JsonObject]
  const keys = Object.keys(x)
  return keys.length === Object.keys(y).length && keys.every((key) => Object.hasOwn(y, key) && deepEqual(x[key], y[key]))
}

/** A float64 as encoding/json writes it: with an exponent below 1e-6 and from 1e21 on, which has no padding. */
function jsonFloat(value: number): string {
  if (Object.is(value, -0)) return '-0'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-6 || size >= 1e21)) return value.toExponential()
  return String(value)
}

interface Verb {
  readonly list: readonly [open: string, between: string, close: string]
  readonly map: readonly [open: string, between: string, close: string]
  key(name: string): string
  scalar(value: unknown): string
}

const VALUE: Verb = {
  list: ['[', ' ', ']'],
  map: ['map[', ' ', ']'],
  key: (name) => `${name}:`,
  scalar(value) {
    const kind = kindOf(value)
    if (kind === 'null') return '<nil>'
    return kind === 'int64' ? String(int64Of(value)) : kind === 'float64' ? goFloat(floatOf(value)) : String(value)
  },
}
const SYNTAX: Verb = {
  list: ['[]interface {}{', ', ', '}'],
  map: ['map[string]interface {}{', ', ', '}'],
  key: (name) => `${goQuote(name)}:`,
  scalar: (value) => (typeof value === 'string' ? goQuote(value) : value === null ? 'interface {}(nil)' : VALUE.scalar(value)),
}

const TEXT: Verb = {
  ...VALUE,
  scalar(value) {
    const kind = kindOf(value)
    if (kind === 'string') return String(value)
    return kind === 'null' ? '%!s(<nil>)' : `%!s(${goType[kind]}=${VALUE.scalar(value)})`
  },
}
const JSON_TEXT: Verb = {
  list: ['[', ',', ']'],
  map: ['{', ',', '}'],
  key: (name) => `${escapedJson(name)}:`,
  scalar(value) {
    const kind = kindOf(value)
    if (kind === 'null') return 'null'
    return kind === 'string' ? escapedJson(value) : kind === 'float64' ? jsonFloat(floatOf(value)) : VALUE.scalar(value)
  },
}

/** As json.Marshal writes a decoded value: keys in order, `<`, `>` and `&` escaped. */
export const goJson = (value: unknown): string => printed(JSON_TEXT, value)
/** As `%s` prints a decoded value, which complains of all that are no strings. */
export const goVerbS = (value: unknown): string => printed(TEXT, value)
/** As `%v` prints a decoded value: `map[a:1 b:[x y]]`. */
export const goText = (value: unknown): string => printed(VALUE, value)
/** As `%#v` prints it: `map[string]interface {}{"a":1}`. */
export const goSyntax = (value: unknown): string => printed(SYNTAX, value)

/** Without recursion: clients send what is nested deeper than the stack is. */
function printed(verb: Verb, root: unknown): string {
  if (typeof root !== 'object' || root === null) return verb.scalar(root)
  const out: string[] = []
  const left: ({ text: string } | { value: unknown })[] = [{ value: root }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if ('text' in next) {
      out.push(next.text)
      continue
    }
    const { value } = next
    const isList = Array.isArray(value)
    if (!isList && !isObject(value)) {
      out.push(verb.scalar(value))
      continue
    }
    const [open, between, close] = isList ? verb.list : verb.map
    out.push(open)
    left.push({ text: close })
    // The first of them is taken next.
    const keys = isList ? undefined : sortedKeys(value)
    for (let i = (isList ? value.length : keys!.length) - 1; i >= 0; i--) {
      left.push({ value: isList ? value[i] : value[keys![i]!] })
      left.push({ text: (i > 0 ? between : '') + (isList ? '' : verb.key(keys![i]!)) })
    }
  }
  return out.join('')
}

/** As `%T` names the type of a decoded value. */
export const goType: Readonly<Record<GoKind, string>> = {
  null: '<nil>',
  bool: 'bool',
  string: 'string',
  int64: 'int64',
  float64: 'float64',
  slice: '[]interface {}',
  map: 'map[string]interface {}',
}

export const sortedKeys = (map: Readonly<JsonObject>): string[] => sortTexts(Object.keys(map))

/** A value in a field error: scalars by `%v`, strings quoted, the rest as JSON. */
export function shown(value: unknown): string {
  const kind = kindOf(value)
  if (kind === 'string') return goQuote(value as string)
  return kind === 'null' || kind === 'slice' || kind === 'map' ? goJson(value) : goText(value)
}

/** As `%f` writes a float64. */
export const goFloat6 = (value: unknown): string => floatOf(value).toFixed(6)
