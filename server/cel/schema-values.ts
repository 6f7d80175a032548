import { JsonNumber } from '../machinery/numbers.ts'
import type { RuleSchema } from './contract.ts'
import { escapeField, unescapeField } from './escaping.ts'
import { step, stepText } from './limits.ts'
import { withObjectMeta } from './schema-types.ts'
import { parseDuration, parseTimestamp } from './time.ts'
import { CelError, CelList, CelMap, Duration, equal, ListValue, noOverloadFor, Opaque, Timestamp, Uint, type CelValue } from './values.ts'

/**
 * Values of a custom resource as its schema types them (apiserver `pkg/cel/common/valuesunstructured.go`). They are looked at, not copied:
 * an expression costs what it reads.
 */
type Json = Readonly<Record<string, unknown>>
const isMap = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v) && !(v instanceof JsonNumber)
const isInteger = (v: unknown): v is number | bigint => typeof v === 'bigint' || (typeof v === 'number' && Number.isSafeInteger(v))

/** Go reads it as an integer. */
const isMinusZero = (v: unknown): boolean => v instanceof JsonNumber && v.literal === '-0'

/** Go's name of a JSON value's type. */
function goTypeOf(v: unknown): string {
  if (isInteger(v) || isMinusZero(v)) return 'int64'
  if (typeof v === 'number' || v instanceof JsonNumber) return 'float64'
  if (typeof v === 'boolean') return 'bool'
  if (typeof v === 'string') return 'string'
  return Array.isArray(v) ? '[]interface {}' : 'map[string]interface {}'
}

const invalid = (wanted: string): CelError => new CelError(`invalid data, expected ${wanted}`)

export function valueOf(v: unknown, s: RuleSchema): CelValue {
  if (v === null || v === undefined) return s.nullable ? null : new CelError('invalid data, got null for schema with nullable=false')
  if (s.intOrString) {
    if (typeof v === 'string') return v
    return isInteger(v) ? BigInt(v) : isMinusZero(v) ? 0n : invalid('XIntOrString value to be either a string or integer')
  }
  switch (s.type) {
    case 'object':
      return isMap(v)
        ? new SchemaMap(v, s.embeddedResource ? withObjectMeta(s) : s)
        : invalid('a map for the provided schema with type=object')
    case 'array':
      return listValue(v, s)
    case 'string':
      return typeof v === 'string' ? textValue(v, s.format) : invalid(`string, got ${goTypeOf(v)}`)
    case 'number':
      if (typeof v === 'number') return v
      return typeof v === 'bigint' ? Number(v) : v instanceof JsonNumber ? v.value : invalid(`float, got ${goTypeOf(v)}`)
    case 'integer':
      return isInteger(v) ? BigInt(v) : isMinusZero(v) ? 0n : invalid(`int, got ${goTypeOf(v)}`)
    case 'boolean':
      return typeof v === 'boolean' ? v : invalid(`bool, got ${goTypeOf(v)}`)
  }
  if (s.preserveUnknownFields) return new Unknown(v)
  return new CelError(
    `invalid type, expected object, array, number, integer, boolean or string, or no type with x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got ${s.type}`,
  ) // prettier-ignore
}

function listValue(v: unknown, s: RuleSchema): CelValue {
  if (!Array.isArray(v)) return invalid('an array for the provided schema with type=array')
  if (s.items === undefined) return new CelError('invalid array type, expected Items with a non-empty Schema')
  const { listType = '' } = s
  if (listType === 'map')
    return new MapList(
      schemaItems(v, s.items),
      s.listMapKeys.map((key) => escapeField(key) ?? key),
    ) // prettier-ignore
  if (listType === 'set') return new SetList(schemaItems(v, s.items))
  if (listType === '' || listType === 'atomic') return schemaItems(v, s.items)
  return new CelError(`invalid x-kubernetes-list-type, expected 'map', 'set' or 'atomic' but got ${listType}`)
}

/** Formats that have types of their own are read; validation has seen to it that they can be. */
function textValue(text: string, format: string): CelValue {
  if (format !== '') stepText(text.length)
  switch (format) {
    case 'duration': {
      const nanos = parseDuration(text) ?? wordyDuration(text)
      return nanos === undefined ? new CelError(`Invalid duration ${text}: unable to parse ${text} as duration`) : new Duration(nanos)
    }
    case 'date': {
      const made = parseTimestamp(`${text}T00:00:00Z`)
      return made instanceof Timestamp ? made : new CelError(`Invalid date formatted string ${text}: ${text}`)
    }
    case 'date-time': {
      const made = parseTimestamp(text.replace(/^(\d{4}-\d\d-\d\d)[t ]/, '$1T').replace(/z$/, 'Z'))
      return made instanceof Timestamp ? made : new CelError(`Invalid date-time formatted string ${text}: ${text}`)
    }
    case 'byte':
      return new Uint8Array(Buffer.from(text, 'base64'))
    default:
      return text
  }
}

const WORDS: readonly (readonly [bigint, readonly string[]])[] = [
  [1n, ['ns', 'nano']],
  [1000n, ['us', 'µs', 'micro']],
  [1_000_000n, ['ms', 'milli']],
  [1_000_000_000n, ['s', 'sec']],
  [60_000_000_000n, ['m', 'min']],
  [3_600_000_000_000n, ['h', 'hr', 'hour']],
  [86_400_000_000_000n, ['d', 'day']],
  [604_800_000_000_000n, ['w', 'wk', 'week']],
]

/** `3 days`: what strfmt takes besides Go's durations. */
function wordyDuration(text: string): bigint | undefined {
  let [nanos, found] = [0n, false]
  for (const [, count = '', word = ''] of text.slice(0, 1000).matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    const unit = word.toLowerCase()
    for (const [factor, names] of WORDS) {
      if (!names.includes(unit) && !unit.startsWith(names.at(-1)!)) continue
      nanos += BigInt(count) * factor
      found = true
    }
  }
  return found ? BigInt.asIntN(64, nanos) : undefined
}

const schemaItems = (values: readonly unknown[], items: RuleSchema): SchemaList => new SchemaList(values, items)

/** Equality between values of schemas and others fails with an error where the reference's does. */
class SchemaList extends CelList {
  readonly #values: readonly unknown[]
  readonly #items: RuleSchema
  constructor(values: readonly unknown[], items: RuleSchema) {
    super()
    this.#values = values
    this.#items = items
  }
  get size(): number {
    return this.#values.length
  }
  at(i: number): CelValue {
    return valueOf(this.#values[i], this.#items)
  }
  override equals(other: CelValue): CelValue {
    if (!(other instanceof CelList)) return noOverloadFor(other)
    if (this.size !== other.size) return false
    for (let i = 0; i < this.size; i++) {
      step()
      const same = equal(this.at(i), other.at(i))
      if (same !== true) return same
    }
    return true
  }
  override contains(value: CelValue): CelValue {
    let failed: CelError | undefined
    for (let i = 0; i < this.size; i++) {
      step()
      const same = equal(this.at(i), value)
      if (same === true) return true
      if (same instanceof CelError) failed ??= same
    }
    return failed ?? false
  }
  override get(index: CelValue): CelValue {
    return typeof index === 'bigint' || index instanceof CelError
      ? super.get(index)
      : new CelError(`unsupported index: ${String(index instanceof Uint ? index.value : index)}`) // prettier-ignore
  }
}

/** A scalar as the key of a map; undefined for what is none. */
function scalarKey(value: CelValue): string | undefined {
  if (value instanceof CelList || value instanceof CelMap) return undefined
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('hex')}`
  if (value instanceof Timestamp) return `t${value.nanos}`
  if (value instanceof Duration) return `d${value.nanos}`
  return `${typeof value} ${String(value)}`
}

/** A list that is read as it is; what its x-kubernetes-list-type changes is how it is compared and added to. */
abstract class TypedList extends CelList {
  protected readonly list: CelList
  constructor(list: CelList) {
    super()
    this.list = list
  }
  get size(): number {
    return this.list.size
  }
  at(i: number): CelValue {
    return this.list.at(i)
  }
  override get(index: CelValue): CelValue {
    return this.list.get(index)
  }
  override contains(value: CelValue): CelValue {
    return this.list.contains(value)
  }
}

/** x-kubernetes-list-type: set. Order does not count; adding adds what is new. */
class SetList extends TypedList {
  #keys: Set<string> | CelError | undefined
  get keys(): Set<string> | CelError {
    return (this.#keys ??= keysOf(this.list))
  }
  override equals(other: CelValue): CelValue {
    if (!(other instanceof CelList)) return noOverloadFor(other)
    if (this.size !== other.size) return false
    const [mine, theirs] = [this.keys, keysOf(other)]
    if (mine instanceof CelError) return mine
    if (theirs instanceof CelError) return theirs
    return mine.size === theirs.size && [...theirs].every((key) => mine.has(key))
  }
  override add(other: CelList): CelValue {
    const { keys } = this
    if (keys instanceof CelError) return keys
    const seen = new Set(keys)
    step(this.size + other.size)
    const values = [...this.list]
    for (const value of other) {
      const key = scalarKey(value)
      if (key === undefined) return notScalar()
      if (seen.has(key)) continue
      seen.add(key)
      values.push(value)
    }
    return new SetList(new ListValue(values))
  }
}

const notScalar = (): CelError => new CelError('listSet operations are only supported on lists of scalar values')

function keysOf(list: CelList): Set<string> | CelError {
  const keys = new Set<string>()
  for (const value of list) {
    step()
    const key = scalarKey(value)
    if (key === undefined) return notScalar()
    keys.add(key)
  }
  return keys
}

/** x-kubernetes-list-type: map. Items are known by their keys; adding overwrites those that are there. */
class MapList extends TypedList {
  readonly #keys: readonly string[]
  #byKey: Map<string, number> | undefined
  constructor(list: CelList, keys: readonly string[]) {
    super(list)
    this.#keys = keys
  }
  #key(item: CelValue): string {
    step()
    if (!(item instanceof CelMap)) return ''
    return JSON.stringify(
      this.#keys.map((key) => {
        const value = item.find(key)
        return value === undefined ? null : (scalarKey(value) ?? '')
      }),
    ) // prettier-ignore
  }
  get #places(): Map<string, number> {
    if (this.#byKey !== undefined) return this.#byKey
    const places = new Map<string, number>()
    for (let i = 0; i < this.size; i++) places.set(this.#key(this.at(i)), i)
    return (this.#byKey = places)
  }
  override equals(other: CelValue): CelValue {
    if (!(other instanceof CelList)) return noOverloadFor(other)
    if (this.size !== other.size) return false
    const places = this.#places
    const seen = new Set<string>()
    for (const item of other) {
      const key = this.#key(item)
      const i = places.get(key)
      if (i === undefined) return false
      const same = equal(this.at(i), item)
      if (same !== true) return same
      seen.add(key)
    }
    return seen.size === places.size
  }
  override add(other: CelList): CelValue {
    const places = new Map(this.#places)
    step(this.size + other.size)
    const values = [...this.list]
    for (const item of other) {
      const i = places.get(this.#key(item))
      if (i === undefined) values.push(item)
      else values[i] = item
    }
    return new MapList(new ListValue(values), this.#keys)
  }
}

/** An object with declared fields, or a map. */
class SchemaMap extends CelMap {
  readonly #value: Json
  readonly #schema: RuleSchema
  #size: number | undefined
  constructor(value: Json, schema: RuleSchema) {
    super()
    this.#value = value
    this.#schema = schema
  }
  get #isObject(): boolean {
    return this.#schema.embeddedResource || this.#schema.properties.size > 0
  }
  get size(): number {
    if (this.#size !== undefined) return this.#size
    this.#size = Object.keys(this.#value).length
    step(this.#size >> 3)
    return this.#size
  }
  #fieldSchema(name: string): RuleSchema | undefined {
    if (this.#isObject) return this.#schema.properties.get(name)
    return typeof this.#schema.additionalProperties === 'object' ? this.#schema.additionalProperties : undefined
  }
  find(key: CelValue): CelValue | undefined {
    if (typeof key !== 'string') return noOverloadFor(key)
    const name = this.#schema.properties.size > 0 ? unescapeField(key) : key
    return name === undefined ? undefined : this.#field(name)
  }
  #field(name: string): CelValue | undefined {
    if (!Object.hasOwn(this.#value, name)) return undefined
    const value = this.#value[name]
    // A field that is null is one that is not there.
    if (this.#schema.properties.size > 0 && value === null) return undefined
    const schema = this.#fieldSchema(name)
    return schema === undefined ? undefined : valueOf(value, schema)
  }
  *keys(): Generator<CelValue> {
    const isObject = this.#schema.properties.size > 0
    for (const name in this.#value) if (this.#fieldSchema(name) !== undefined) yield isObject ? (escapeField(name) ?? name) : name
  }
  override equals(other: CelValue): CelValue {
    if (!(other instanceof CelMap)) return noOverloadFor(other)
    if (this.size !== other.size) return false
    for (const name in this.#value) {
      step()
      const same = this.#fieldSchema(name) === undefined ? this.#sameUnknown(name, other) : this.#sameField(name, other)
      if (same !== true) return same
    }
    return true
  }
  #sameField(name: string, other: CelMap): CelValue {
    const [mine, theirs] = [this.find(name), other.find(name)]
    if (mine === undefined || theirs === undefined) return mine === theirs
    return equal(mine, theirs)
  }
  #sameUnknown(name: string, other: CelMap): CelValue {
    if (!(other instanceof SchemaMap)) return noOverloadFor(other)
    return !Object.hasOwn(other.#value, name) || sameJson(this.#value[name], other.#value[name])
  }
}

/** Data of which the schema says nothing: only whether it is equal can be asked. */
class Unknown extends Opaque {
  readonly typeName = 'unknown'
  readonly #value: unknown
  constructor(value: unknown) {
    super()
    this.#value = value
  }
  equals(other: CelValue): CelValue {
    return other instanceof Unknown && sameJson(this.#value, other.#value)
  }
}

function sameJson(a: unknown, b: unknown): boolean {
  step()
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((x, i) => sameJson(x, (b as unknown[])[i]))
  if (!isMap(a)) return a instanceof JsonNumber && b instanceof JsonNumber && a.value === b.value
  if (!isMap(b)) return false
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && sameJson(a[name], b[name]))
}
