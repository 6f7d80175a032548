import { goFloat } from '../machinery/numbers.ts'
import { step, stepText } from './limits.ts'
import type { CelType } from './types.ts'

/**
 * What an expression computes with. int is a bigint within 64 bits, double a number; an error is a value as well, since `||` and `&&`
 * forget one when the other side decides (cel-spec langdef "Logical Operators").
 */
export type CelValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Duration
  | Timestamp
  | TypeValue
  | Optional
  | CelList
  | CelMap
  | Opaque
  | CelError

export class CelError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

export const noSuchOverload = (): CelError => new CelError('no such overload')
/**
 * What a function says to a first argument that it does not take; texts and times know functions of their own, so their answer does not
 * name it.
 */
export function notTaken(name: string, value: CelValue | undefined): CelError {
  const isReceiver = typeof value === 'string' || value instanceof Duration || value instanceof Timestamp
  return isReceiver ? noSuchOverload() : new CelError(`no such overload: ${name}`)
}

/** An error stays the one that it is. */
export const noOverloadFor = (value: CelValue): CelError => (value instanceof CelError ? value : noSuchOverload())

export class Uint {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

/** Nanoseconds in 64 bits, as Go's. */
export class Duration {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

export class Timestamp {
  /** Since 1970. */
  readonly nanos: bigint
  /** Seconds east of UTC, in which it is written. */
  readonly offset: number
  constructor(nanos: bigint, offset = 0) {
    this.nanos = nanos
    this.offset = offset
  }
}

export class TypeValue {
  readonly type: CelType
  constructor(type: CelType) {
    this.type = type
  }
}

export class Optional {
  static readonly none = new Optional(undefined)
  readonly value: CelValue | undefined
  constructor(value: CelValue | undefined) {
    this.value = value
  }
}

/** A value of a library's own type: a URL, a quantity, an address. */
export abstract class Opaque {
  abstract readonly typeName: string
  abstract equals(other: CelValue): CelValue
  /** For the cost of calls; undefined for one that counts as 1. */
  get size(): number | undefined {
    return undefined
  }
}

export abstract class CelList {
  abstract readonly size: number
  /** An element; `i` is within the list. */
  abstract at(i: number): CelValue
  /** The list with another behind it. */
  add(other: CelList): CelValue {
    return this.size === 0 ? other : other.size === 0 ? this : new Concatenated(this, other)
  }
  equals(other: CelValue): CelValue {
    if (!(other instanceof CelList) || this.size !== other.size) return false
    for (let i = 0; i < this.size; i++) {
      step()
      if (equal(this.at(i), other.at(i)) === false) return false
    }
    return true
  }
  contains(value: CelValue): CelValue {
    for (let i = 0; i < this.size; i++) {
      step()
      if (equal(value, this.at(i)) === true) return true
    }
    return false
  }
  /** What indexing by any value gives. */
  get(index: CelValue): CelValue {
    const i = indexOf(index)
    if (i instanceof CelError) return i
    return i < 0 || i >= this.size ? new CelError(`index '${i}' out of range in list size '${this.size}'`) : this.at(i)
  }
  *[Symbol.iterator](): Generator<CelValue> {
    for (let i = 0; i < this.size; i++) yield this.at(i)
  }
}

/** The number that an index is; an error for what is none. */
export function indexOf(index: CelValue): number | CelError {
  if (typeof index === 'bigint') return Number(index)
  if (typeof index === 'number' || index instanceof Uint) {
    const exact = typeof index === 'number' ? lossless(index) : index.value
    if (exact !== undefined && exact <= MAX_INT) return Number(exact)
    return new CelError(`unsupported index value ${printed(index)} in list`)
  }
  return index instanceof CelError ? index : new CelError(`unsupported index type '${typeNameOf(index)}' in list`)
}

const lossless = (value: number): bigint | undefined =>
  Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(value) : undefined

export class ListValue extends CelList {
  readonly values: readonly CelValue[]
  constructor(values: readonly CelValue[]) {
    super()
    this.values = values
  }
  get size(): number {
    return this.values.length
  }
  at(i: number): CelValue {
    return this.values[i]!
  }
  override *[Symbol.iterator](): Generator<CelValue> {
    yield* this.values
  }
}

/** What a fold adds to: nobody else has it, so adding changes it. */
export class Growing extends CelList {
  readonly values: CelValue[] = []
  get size(): number {
    return this.values.length
  }
  at(i: number): CelValue {
    return this.values[i]!
  }
  override add(other: CelList): CelList {
    const { size } = other
    for (let i = 0; i < size; i++) this.values.push(other.at(i))
    return this
  }
}

class Concatenated extends CelList {
  readonly #first: CelList
  readonly #second: CelList
  readonly size: number
  constructor(first: CelList, second: CelList) {
    super()
    this.#first = first
    this.#second = second
    this.size = first.size + second.size
  }
  at(i: number): CelValue {
    return i < this.#first.size ? this.#first.at(i) : this.#second.at(i - this.#first.size)
  }
}

export abstract class CelMap {
  abstract readonly size: number
  /** The value of a key; undefined for none. */
  abstract find(key: CelValue): CelValue | undefined
  abstract keys(): Iterable<CelValue>
  equals(other: CelValue): CelValue {
    if (!(other instanceof CelMap) || this.size !== other.size) return false
    for (const key of this.keys()) {
      step()
      const [mine, theirs] = [this.find(key), other.find(key)]
      if (theirs === undefined || mine === undefined || equal(mine, theirs) === false) return false
    }
    return true
  }
  get(key: CelValue): CelValue {
    return this.find(key) ?? (key instanceof CelError ? key : new CelError(`no such key: ${printed(key)}`))
  }
}

/** Keys of several number types are one when they are equal. */
const numericKey = (key: CelValue): CelValue => {
  if (typeof key === 'bigint') return key
  if (key instanceof Uint) return key.value
  return typeof key === 'number' ? (lossless(key) ?? key) : key
}

export class MapValue extends CelMap {
  readonly #entries = new Map<CelValue, readonly [key: CelValue, value: CelValue]>()
  constructor(entries: Iterable<readonly [CelValue, CelValue]> = []) {
    super()
    for (const [key, value] of entries) this.#entries.set(numericKey(key), [key, value])
  }
  get size(): number {
    return this.#entries.size
  }
  find(key: CelValue): CelValue | undefined {
    return this.#entries.get(numericKey(key))?.[1]
  }
  *keys(): Generator<CelValue> {
    for (const [key] of this.#entries.values()) yield key
  }
  /** Changes the map: for one that a fold makes. */
  insert(key: CelValue, value: CelValue): void {
    this.#entries.set(numericKey(key), [key, value])
  }
}

export const MIN_INT = -(2n ** 63n)
export const MAX_INT = 2n ** 63n - 1n
export const MAX_UINT = 2n ** 64n - 1n

/** As `==`: numbers by value whatever their type, everything else only within its type. */
export function equal(a: CelValue, b: CelValue): CelValue {
  if (a instanceof CelError) return a
  if (b instanceof CelError) return b
  if (a === null || b === null) return a === b
  switch (typeof a) {
    case 'string':
      stepText(a.length)
      return a === b
    case 'boolean':
      return a === b
    case 'number':
    case 'bigint':
      return equalNumber(a, b)
  }
  if (a instanceof Uint) return equalNumber(a.value, b)
  if (a instanceof CelList || a instanceof CelMap || a instanceof Opaque) return a.equals(b)
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos
  if (a instanceof TypeValue) return b instanceof TypeValue && a.type.name === b.type.name
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0
  if (!(b instanceof Optional)) return false
  if (a.value === undefined || b.value === undefined) return a.value === b.value
  return equal(a.value, b.value)
}

function equalNumber(a: number | bigint, b: CelValue): boolean {
  const other = b instanceof Uint ? b.value : b
  if (typeof other !== 'number' && typeof other !== 'bigint') return false
  // Beside a double an integer is one, too.
  return typeof a === typeof other ? a === other : Number(a) === Number(other)
}

/** -1, 0 or 1; an error for values that have no order between them. */
export function compare(a: CelValue, b: CelValue): -1 | 0 | 1 | CelError {
  const [x, y] = [a instanceof Uint ? a.value : a, b instanceof Uint ? b.value : b]
  if ((typeof x === 'number' || typeof x === 'bigint') && (typeof y === 'number' || typeof y === 'bigint')) {
    if (Number.isNaN(x) || Number.isNaN(y)) return new CelError('NaN values cannot be ordered')
    if (typeof x !== typeof y) return order(Number(x), Number(y))
    return order(x, y)
  }
  if (typeof x === 'string' && typeof y === 'string') return compareStrings(x, y)
  if (typeof x === 'boolean' && typeof y === 'boolean') return x === y ? 0 : x ? 1 : -1
  if (x instanceof Uint8Array && y instanceof Uint8Array) return Buffer.compare(x, y)
  if ((x instanceof Duration && y instanceof Duration) || (x instanceof Timestamp && y instanceof Timestamp)) {
    return x.nanos < y.nanos ? -1 : x.nanos > y.nanos ? 1 : 0
  }
  return noOverloadFor(b)
}

const order = (a: number | bigint, b: number | bigint): -1 | 0 | 1 => (a < b ? -1 : a > b ? 1 : 0)

/** By code points, as Go's order of UTF-8. */
function compareStrings(a: string, b: string): -1 | 0 | 1 {
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x === y) continue
    const [high, low] = [x >= 0xd800 && x < 0xe000, y >= 0xd800 && y < 0xe000]
    return high === low ? (x < y ? -1 : 1) : high ? 1 : -1
  }
  return a.length < b.length ? -1 : a.length > b.length ? 1 : 0
}

/** The type that holds a value in the reference, which some messages name. */
export function goTypeNameOf(value: CelValue): string {
  const name = typeNameOf(value)
    .replace(/^google\.protobuf\./, '')
    .replace('null_type', 'null')
  return `types.${name[0]!.toUpperCase()}${name.slice(1)}`
}

/** The name of a value's type, as errors print it. */
export function typeNameOf(value: CelValue): string {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'bool'
    case 'number':
      return 'double'
    case 'bigint':
      return 'int'
  }
  if (value === null) return 'null_type'
  if (value instanceof Opaque) return value.typeName
  const known = CLASSES.find(([class_]) => value instanceof class_)
  return known?.[1] ?? 'error'
}

const CLASSES: readonly (readonly [abstract new (...args: never[]) => unknown, string])[] = [
  [Uint, 'uint'],
  [Uint8Array, 'bytes'],
  [CelList, 'list'],
  [CelMap, 'map'],
  [Duration, 'google.protobuf.Duration'],
  [Timestamp, 'google.protobuf.Timestamp'],
  [TypeValue, 'type'],
  [Optional, 'optional_type'],
]

/** Code points; a lone surrogate is one. */
export function codePoints(text: string): number {
  stepText(text.length)
  let count = text.length
  for (let i = 0; i < text.length - 1; i++) {
    if ((text.charCodeAt(i) & 0xfc00) !== 0xd800 || (text.charCodeAt(i + 1) & 0xfc00) !== 0xdc00) continue
    count--
    i++
  }
  return count
}

/** What `size()` says, and what calls cost by; 1 for what has no size. */
export function sizeOf(value: CelValue | undefined): number {
  if (typeof value === 'string') return codePoints(value)
  if (value instanceof CelList || value instanceof CelMap) return value.size
  if (value instanceof Uint8Array) return value.length
  if (value instanceof Optional && value.value !== undefined) return sizeOf(value.value)
  return value instanceof Opaque ? (value.size ?? 1) : 1
}

/** As Go prints a value with %v, in messages about a key or an index. */
export function printed(value: CelValue): string {
  if (typeof value === 'number') return goFloat(value)
  if (value instanceof Uint) return String(value.value)
  if (value === null) return 'null'
  if (value instanceof Uint8Array) return `[${value.join(' ')}]`
  if (value instanceof CelList) return `[${[...value].map(printed).join(', ')}]`
  if (value instanceof TypeValue) return value.type.name
  return typeof value === 'object' ? typeNameOf(value) : String(value)
}

const DOUBLE = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?\d+)$/
const WORDS: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  infinity: Infinity,
  '+inf': Infinity,
  '+infinity': Infinity,
  '-inf': -Infinity,
  '-infinity': -Infinity,
} // prettier-ignore

/** As Go's ParseFloat; undefined for what is no number. Infinite for one that is too large. */
export function parseDouble(text: string): number | undefined {
  const plain = text.includes('_') ? text : text.toLowerCase()
  const word = WORDS[plain]
  if (word !== undefined) return word
  return DOUBLE.test(text) && !/x/i.test(text) ? Number(text) : undefined
}
