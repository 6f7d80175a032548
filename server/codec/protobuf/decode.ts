/**
 * Protobuf messages to JSON objects, by the table: one decoder a type, built on first use. The object has the fields, and the order
 * of fields, that the reference writes: Go's json.Marshal of the decoded struct.
 */
import { setOwn } from '../../machinery/own.ts'
import type { FieldFacts, ScalarKind, TypeFacts, TypeRef } from '../../scheme/contract.ts'
import { scalarCodecs } from './scalars.ts'
import { BYTES, DecodeError, Reader, VARINT } from './wire.ts'

type Json = Record<string, unknown>

interface Decoder {
  /** Reads fields up to the reader's end. */
  read(r: Reader): unknown
  /** The zero struct's JSON; a new value each time. */
  zero(): unknown
}

/** Reads a value off the wire, given what the field held before (lists and maps repeat). */
type ReadField = (r: Reader, before: unknown) => unknown

interface Slot {
  wire: number
  read: ReadField
}

const MAX_DEPTH = 500
const decoders = new Map<string, Decoder>()

/**
 * The object that a message holds, without apiVersion and kind. Unknown fields are passed over.
 * @throws DecodeError for anything that is not such a message
 */
export function decodeMessage(bytes: Buffer, type: TypeFacts): Json {
  return decoderOf(type).read(new Reader(bytes)) as Json
}

function decoderOf(type: TypeFacts): Decoder {
  const known = decoders.get(type.name)
  if (known !== undefined) return known
  const made = type.union === undefined ? messageDecoder(type) : unionDecoder(type)
  decoders.set(type.name, made)
  return made
}

/** Puts what was read into the object, as Go's omitempty has it. */
type Place = (object: Json, values: unknown[]) => void

function messageDecoder(type: TypeFacts): Decoder {
  let slots: (Slot | undefined)[] | undefined
  let places: Place[] = []
  const build = (): (Slot | undefined)[] => {
    const made: (Slot | undefined)[] = []
    places = type.fields
      .filter((f) => f.number > 0)
      .map((field) => {
        made[field.number] = slot(field)
        return place(field)
      })
    slots = made
    return made
  }
  const assemble = (values: unknown[]): Json => {
    const object: Json = {}
    for (let i = 0; i < places.length; i++) places[i]!(object, values)
    return object
  }
  return {
    read(r) {
      const known = slots ?? build()
      const values: unknown[] = new Array<unknown>(known.length)
      if (++r.depth > MAX_DEPTH) throw new DecodeError('exceeded max depth')
      while (r.pos < r.end) {
        const tag = r.uint()
        const number = tag >>> 3
        const found = known[number]
        if (found === undefined) {
          if (number === 0) throw new DecodeError(`proto: ${type.name}: illegal tag 0 (wire type ${tag & 7})`)
          r.skip(tag & 7)
        } else if (found.wire !== (tag & 7)) throw new DecodeError(`proto: ${type.name}: wrong wireType = ${tag & 7} for field ${number}`)
        else values[number] = found.read(r, values[number])
      }
      r.depth--
      return assemble(values)
    },
    zero() {
      if (slots === undefined) build()
      return assemble([])
    },
  }
}

function slot(field: FieldFacts): Slot {
  const { type } = field
  if (type.kind === 'array' && type.wrapped !== true) {
    const read = valueReader(type.items)
    const push: ReadField = (r, before) => {
      const list = (before as unknown[] | undefined) ?? []
      list.push(read(r, undefined))
      return list
    }
    return { wire: wireOf(type.items), read: push }
  }
  if (type.kind === 'map') return { wire: BYTES, read: mapReader(type.values) }
  return { wire: wireOf(type), read: valueReader(type) }
}

/** Whether Go's json.Marshal leaves a value out under omitempty. */
const isEmpty = (value: unknown): boolean => value === '' || value === 0 || value === false || value === null

function place(field: FieldFacts): Place {
  const { name, number, type, omitEmpty, omitZero } = field
  if (name === '') {
    const inner = type.kind === 'ref' ? decoderOf(type.facts) : undefined
    return (object, values) => {
      Object.assign(object, values[number] ?? inner?.zero())
    }
  }
  const isStruct = type.kind === 'ref' || isStructScalar(type)
  if (field.pointer || type.kind === 'array' || type.kind === 'map' || type.kind === 'bytes') {
    const skipsEmpty = omitEmpty && type.kind === 'bytes' && !field.pointer
    return (object, values) => {
      const value = values[number]
      if (value === undefined) {
        if (!omitEmpty) object[name] = null
      } else if (!(skipsEmpty && value === '')) object[name] = value
    }
  }
  if (isStruct) {
    const zero = zeroOf(type)
    return (object, values) => {
      const value = values[number] === undefined ? zero() : values[number]
      if (!(omitZero && value === null)) object[name] = value
    }
  }
  const { empty } = scalarCodecs[type.kind as ScalarKind]
  return (object, values) => {
    const value = values[number]
    if (value === undefined) {
      if (!omitEmpty) object[name] = empty
    } else if (!(omitEmpty && isEmpty(value))) object[name] = value
  }
}

/** Scalars that are structs in Go, which omitempty does not leave out. */
function isStructScalar(type: TypeRef): boolean {
  return type.kind !== 'ref' && type.kind !== 'array' && type.kind !== 'map' && structScalars.has(type.kind)
}
const structScalars = new Set(['time', 'microTime', 'duration', 'quantity', 'intOrString', 'raw', 'json', 'fieldsV1'])

function zeroOf(type: TypeRef): () => unknown {
  if (type.kind === 'ref') {
    const facts = type.facts
    if (facts.scalar !== undefined) return () => scalarCodecs[facts.scalar!].empty
    return () => decoderOf(facts).zero()
  }
  if (type.kind === 'array' || type.kind === 'map') return () => null
  return () => scalarCodecs[type.kind].empty
}

const wireOf = (type: TypeRef): number =>
  type.kind === 'ref' || type.kind === 'array' || type.kind === 'map' ? BYTES : scalarCodecs[type.kind].wire

function valueReader(type: TypeRef): ReadField {
  if (type.kind === 'ref') {
    const facts = type.facts
    if (facts.scalar !== undefined) return scalarCodecs[facts.scalar].read
    let decoder: Decoder | undefined
    return (r) => {
      decoder ??= decoderOf(facts)
      return within(r, decoder)
    }
  }
  if (type.kind === 'array') {
    const item = slot({ type: { kind: 'array', items: type.items } } as FieldFacts)
    return (r) => {
      const outer = r.end
      r.end = r.span()
      // Without items it is nil in Go.
      let list: unknown
      while (r.pos < r.end) {
        const tag = r.uint()
        if (tag >>> 3 === 1 && (tag & 7) === item.wire) list = item.read(r, list)
        else r.skip(tag & 7)
      }
      r.end = outer
      return list
    }
  }
  if (type.kind === 'map') throw new DecodeError('a map cannot stand in a list or a map')
  return scalarCodecs[type.kind].read
}

/** Reads a message that is a field of another. */
function within(r: Reader, decoder: Decoder): unknown {
  const outer = r.end
  r.end = r.span()
  const value = decoder.read(r)
  r.end = outer
  return value
}

function mapReader(values: TypeRef): ReadField {
  const read = valueReader(values)
  const wire = wireOf(values)
  const zero = zeroOf(values)
  return (r, before) => {
    const map = (before as Json | undefined) ?? {}
    const outer = r.end
    r.end = r.span()
    let key = ''
    let value: unknown
    while (r.pos < r.end) {
      const tag = r.uint()
      if (tag === 0x0a) key = r.string()
      else if (tag === ((2 << 3) | wire)) value = read(r, undefined)
      else r.skip(tag & 7)
    }
    r.end = outer
    setOwn(map, key, value === undefined ? zero() : value)
    return map
  }
}

function unionDecoder(type: TypeFacts): Decoder {
  const [first, second] = [...type.fields].sort((a, b) => a.number - b.number)
  const isBool = type.union === 'schemaOrBool'
  const schema = valueReader((isBool ? second : first)!.type)
  const list = isBool ? undefined : slot(second!)
  const read = (r: Reader): unknown => {
    let allows = false
    let found: unknown
    let items: unknown
    while (r.pos < r.end) {
      const tag = r.uint()
      if (isBool && tag === ((1 << 3) | VARINT)) allows = r.int() !== 0
      else if (tag === (((isBool ? 2 : 1) << 3) | BYTES)) found = schema(r, undefined)
      else if (list && tag === ((2 << 3) | list.wire)) items = list.read(r, items)
      else r.skip(tag & 7)
    }
    return items ?? found ?? (isBool ? allows : null)
  }
  return { read, zero: () => (isBool ? false : null) }
}
