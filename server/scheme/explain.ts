/**
 * What is wrong with a body, in the words and the order of the reference's decoder: it reads the text from the front, keeps the first
 * value of a wrong type, and collects unknown and duplicate fields. Only bodies with something wrong come here.
 */
import { goQuote } from '../machinery/go-quote.ts'
import { DurationParseError, parseDuration } from '../machinery/go-duration.ts'
import { Entries } from '../machinery/json.ts'
import { JsonNumber, jsonKind, literalOf, overflowing } from '../machinery/numbers.ts'
import { TimeParseError, parseTime } from '../machinery/time.ts'
import { QuantityError, parseJsonQuantity, parseQuantity } from '../machinery/quantity.ts'
import { canonicalBase64, illegalAt, isByte } from './base64.ts'
import type { FieldFacts, ScalarKind, TypeFacts, TypeRef } from './contract.ts'
import { goName, goTypeOf } from './go-types.ts'

/** What a type that reads its own JSON answers: Go's decoder stops there, and forgets what it had kept before. */
class Fatal extends Error {}

/** All that is told of is found. */
class Enough extends Error {}

export interface Explanation {
  /** Go's text for the first value of a wrong type. */
  typeError?: string
  /** `unknown field "spec.foo"`, `duplicate field "spec.bar"`; at most 100, none twice. */
  strict: string[]
}

const MAX_STRICT = 100
const MAX_DEPTH = 500

/** Where the walk is: the struct that holds the value, the path as type errors and as strict errors write it. */
interface Place {
  struct: string
  path: string
  strictPath: string
}

/**
 * @param value from parseJson, or from parseEntries, which keeps duplicate fields
 * @param typed no value is of a wrong type: as many strict errors as are told of are enough
 * @param sorted the text that the reference reads is of its own making (the outcome of a patch, YAML): it writes fields in order
 */
export function explain(facts: TypeFacts, value: unknown, typed = false, sorted = false): Explanation {
  const walk = new Walk(typed, sorted)
  try {
    walk.message(facts, value, { struct: '', path: '', strictPath: '' }, goName(facts.name), 0)
  } catch (e) {
    if (e instanceof Fatal) walk.typeError = e.message
    else if (!(e instanceof Enough)) throw e
  }
  return { typeError: walk.typeError, strict: [...walk.strict] }
}

const shortName = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
const join = (path: string, name: string): string => (path === '' ? name : name === '' ? path : `${path}.${name}`)

/** A field without a name leaves its dot. */
const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** A field by JSON name, with the names of the embedded structs on the way to it. */
function find(facts: TypeFacts, name: string): { field: FieldFacts; through: string } | undefined {
  for (const field of facts.fields) {
    if (field.name === name) {
      const isTypeMeta = field.number === 0 && (name === 'kind' || name === 'apiVersion')
      return { field, through: isTypeMeta ? 'TypeMeta' : '' }
    }
    if (field.name !== '' || field.type.kind !== 'ref') continue
    const inner = find(field.type.facts, name)
    if (inner !== undefined) return { field: inner.field, through: join(field.embedded ?? '', inner.through) }
  }
  return undefined
}

class Walk {
  typeError: string | undefined
  readonly strict = new Set<string>()
  readonly #typed: boolean
  readonly #sorted: boolean
  #silent = 0

  constructor(typed: boolean, sorted: boolean) {
    this.#typed = typed
    this.#sorted = sorted
  }

  #entriesOf(value: unknown): Iterable<readonly [string, unknown]> | undefined {
    const entries = entriesOf(value)
    return this.#sorted && entries !== undefined ? [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)) : entries
  }

  #report(text: string): void {
    if (this.#silent !== 0) return
    if (this.strict.size < MAX_STRICT) this.strict.add(text)
    else if (this.#typed) throw new Enough()
  }

  #mismatch(what: string, place: Place, goType: string, fatal = false): void {
    const where = place.path === '' ? 'Go value' : `Go struct field ${place.struct}.${place.path}`
    const text = `json: cannot unmarshal ${what} into ${where} of type ${goType}`
    if (fatal) throw new Fatal(text)
    this.typeError ??= text
  }

  message(facts: TypeFacts, value: unknown, place: Place, goType: string, depth: number): void {
    if (facts.union !== undefined) return this.#union(facts, value, place, depth)
    if (depth > MAX_DEPTH) throw new Fatal('exceeded max depth')
    const entries = this.#entriesOf(value)
    if (entries === undefined) return this.#mismatch(jsonKind(value), place, goType)
    const seen = new Set<string>()
    for (const [name, item] of entries) {
      const strictPath = below(place.strictPath, name)
      const found = find(facts, name)
      if (found === undefined) {
        this.#report(`unknown field ${goQuote(strictPath)}`)
        continue
      }
      if (seen.has(name)) this.#report(`duplicate field ${goQuote(strictPath)}`)
      seen.add(name)
      const path = join(join(place.path, found.through), name)
      this.#value(found.field.type, item, { struct: shortName(facts.name), path, strictPath }, found.field.goType, depth + 1)
    }
  }

  #value(type: TypeRef, value: unknown, place: Place, goType: string, depth: number): void {
    if (value === null) return
    switch (type.kind) {
      case 'array': {
        if (!Array.isArray(value)) return this.#mismatch(jsonKind(value), place, goType)
        const inner = goType.startsWith('[]') ? goType.slice(2) : goTypeOf(type.items)
        value.forEach((item, i) => {
          this.#value(type.items, item, { ...place, strictPath: `${place.strictPath}[${i}]` }, inner, depth)
        })
        return
      }
      case 'map':
        return this.#map(type.values, value, place, goType, depth)
      case 'ref': {
        const { facts } = type
        if (facts.scalar === undefined) return this.message(facts, value, place, goType, depth)
        return this.#scalar(facts.scalar, value, place, goType)
      }
    }
    this.#scalar(type.kind, value, place, goType)
  }

  #map(values: TypeRef, value: unknown, place: Place, goType: string, depth: number): void {
    const entries = this.#entriesOf(value)
    if (entries === undefined) return this.#mismatch(jsonKind(value), place, goTypeOfMap(goType, values))
    const seen = new Set<string>()
    const inner = /^map\[[^\]]*\](.+)$/.exec(goType)?.[1] ?? goTypeOf(values)
    for (const [key, item] of entries) {
      const strictPath = below(place.strictPath, key)
      if (seen.has(key)) this.#report(`duplicate field ${goQuote(strictPath)}`)
      seen.add(key)
      this.#value(values, item, { ...place, strictPath }, inner, depth)
    }
  }

  #scalar(kind: ScalarKind, value: unknown, place: Place, goType: string): void {
    if (isOpaque.has(kind)) return this.#opaque(value)
    if (kind === 'quantity')
      return this.#custom(() => (typeof value === 'string' ? parseJsonQuantity(value) : parseQuantity(literalOf(value) ?? 'x')))
    const type = goScalar[kind] ?? goType
    const want = jsonType[kind]
    if (kind === 'intOrString' && typeof value === 'string') return
    const fatal = goScalar[kind] !== undefined
    if (kind === 'bytes' && Array.isArray(value)) return this.#byteList(value, place)
    if (jsonKind(value) !== want) return this.#mismatch(jsonKind(value), place, type, fatal)
    if (kind === 'bytes' && canonicalBase64(value as string) === undefined) {
      this.typeError ??= `illegal base64 data at input byte ${illegalAt(value as string)}`
    }
    if (kind === 'time' || kind === 'microTime') this.#custom(() => parseTime(value as string, kind))
    if (kind === 'duration') this.#custom(() => parseDuration(value as string))
    if (want === 'number' && !fits(kind, value)) this.#mismatch(`number ${literalOf(value)}`, place, type, fatal)
  }

  /** Nothing is wrong with JSON of any form but a number that no float64 holds. Upstream ends the connection there. */
  #opaque(value: unknown): void {
    const found = overflowing(value)
    if (found !== undefined) throw new Fatal(`json: cannot unmarshal number ${found.literal} into Go value of type float64`)
  }

  /** Go reads a list of numbers as bytes too. */
  #byteList(list: readonly unknown[], place: Place): void {
    for (const item of list) {
      if (item === null || isByte(item)) continue
      const literal = literalOf(item)
      this.#mismatch(literal === undefined ? jsonKind(item) : `number ${literal}`, place, 'uint8')
    }
  }

  /** Types that read their own JSON answer with their own error, without a path. */
  #custom(parse: () => unknown): void {
    try {
      parse()
    } catch (e) {
      if (!(e instanceof TimeParseError || e instanceof DurationParseError || e instanceof QuantityError)) throw e
      throw new Fatal(e.message)
    }
  }

  #union(facts: TypeFacts, value: unknown, place: Place, depth: number): void {
    const schema = facts.fields.find((f) => f.type.kind === 'ref')!
    const list = facts.fields.find((f) => f.type.kind === 'array')
    this.#silent++
    if (entriesOf(value) !== undefined) this.#value(schema.type, value, place, schema.goType, depth + 1)
    else if (list !== undefined && Array.isArray(value)) this.#value(list.type, value, place, list.goType, depth + 1)
    else if (list === undefined && typeof value !== 'boolean') throw new Fatal('boolean or JSON schema expected')
    this.#silent--
  }
}

const isOpaque = new Set<ScalarKind>(['raw', 'json', 'fieldsV1'])
/** Whether Go's number type takes this literal. */
function fits(kind: ScalarKind, value: unknown): boolean {
  if (kind === 'double') return Number.isFinite(Number(literalOf(value)))
  if (value instanceof JsonNumber) return value.literal === '-0'
  if (typeof value === 'bigint') return kind === 'int64'
  return kind === 'int64' ? Number.isSafeInteger(value) : ((value as number) | 0) === value
}
/** What these read first in Go, and so what their errors name. */
const goScalar: Partial<Record<ScalarKind, string>> = { time: 'string', microTime: 'string', duration: 'string', intOrString: 'int32' }
const jsonType: Record<ScalarKind, string> = {
  string: 'string',
  boolean: 'bool',
  int32: 'number',
  int64: 'number',
  double: 'number',
  bytes: 'string',
  time: 'string',
  microTime: 'string',
  duration: 'string',
  quantity: '',
  intOrString: 'number',
  raw: '',
  json: '',
  fieldsV1: '',
}

function entriesOf(value: unknown): Iterable<readonly [string, unknown]> | undefined {
  if (value instanceof Entries) return value.list
  return jsonKind(value) === 'object' ? fieldsOf(value as Readonly<Record<string, unknown>>) : undefined
}

/** One by one: of a hundred thousand the first hundred may be enough. */
function* fieldsOf(object: Readonly<Record<string, unknown>>): Iterable<readonly [string, unknown]> {
  for (const name in object) yield [name, object[name]]
}

const goTypeOfMap = (goType: string, values: TypeRef): string => (goType === '' ? `map[string]${goTypeOf(values)}` : goType)
