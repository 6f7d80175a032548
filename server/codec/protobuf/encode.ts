/**
 * JSON objects to protobuf messages, by the table: one encoder a type, built on first use. Bytes are those of the reference's
 * generated code: fields by number, maps by key, scalars that are no pointers written even when zero.
 */
import type { FieldFacts, TypeFacts, TypeRef } from '../../scheme/contract.ts'
import { DurationParseError } from '../../machinery/go-duration.ts'
import { TimeParseError } from '../../machinery/time.ts'
import { delimited, scalarCodecs } from './scalars.ts'
import { BYTES, EncodeError, VARINT, Writer } from './wire.ts'

type Fields = Readonly<Record<string, unknown>>
type WriteValue = (w: Writer, value: unknown) => void
/** Writes tag and value of one field of the object, or nothing. */
type WriteField = (w: Writer, object: Fields) => void

interface Encoder {
  /** The fields, without a length. */
  write(w: Writer, object: Fields): void
  /** What the zero struct writes. */
  zero(): Buffer
}

const MAX_DEPTH = 500
let depth = 0
const encoders = new Map<string, Encoder>()
const writer = new Writer()

/**
 * The message of an object, without envelope. apiVersion and kind are not part of it.
 * @throws EncodeError for a value of the wrong type or nested too deep
 */
export function encodeMessage(object: object, type: TypeFacts): Buffer {
  try {
    encoderOf(type).write(writer, object as Fields)
    return writer.finish()
  } catch (e) {
    writer.reset()
    depth = 0
    if (e instanceof TimeParseError || e instanceof DurationParseError) throw new EncodeError(e.message)
    throw e
  }
}

function encoderOf(type: TypeFacts): Encoder {
  const known = encoders.get(type.name)
  if (known !== undefined) return known
  const made = type.union === undefined ? messageEncoder(type) : unionEncoder(type)
  encoders.set(type.name, made)
  return made
}

function messageEncoder(type: TypeFacts): Encoder {
  // Written from the end: the last field comes first.
  let writers: WriteField[] | undefined
  let zero: Buffer | undefined
  const write = (w: Writer, object: Fields): void => {
    if (++depth > MAX_DEPTH) throw new EncodeError('exceeded max depth')
    if (writers === undefined) {
      const numbered = type.fields.filter((f) => f.number > 0).sort((a, b) => b.number - a.number)
      writers = numbered.map(fieldWriter)
    }
    for (let i = 0; i < writers.length; i++) writers[i]!(w, object)
    depth--
  }
  return {
    write,
    zero() {
      if (zero === undefined) {
        const w = new Writer()
        write(w, {})
        zero = w.finish()
      }
      return zero
    },
  }
}

function fieldWriter(field: FieldFacts): WriteField {
  const { name, number, type } = field
  if (type.kind === 'array' && type.wrapped !== true) return arrayWriter(name, number, type.items)
  if (type.kind === 'map') return mapWriter(name, number, type.values)
  const tag = (number << 3) | wireOf(type)
  const write = valueWriter(type)
  if (name === '') {
    return (w, object) => {
      write(w, object)
      w.uint(tag)
    }
  }
  const nothing = field.pointer || type.kind === 'bytes' || type.kind === 'array'
  if (nothing) {
    return (w, object) => {
      const value = object[name]
      if (value === undefined || value === null) return
      write(w, value)
      w.uint(tag)
    }
  }
  let zero: Buffer | undefined
  return (w, object) => {
    const value = object[name]
    if (value === undefined || value === null) {
      zero ??= zeroField(type, tag)
      w.raw(zero)
      return
    }
    write(w, value)
    w.uint(tag)
  }
}

function zeroField(type: TypeRef, tag: number): Buffer {
  const w = new Writer()
  if (type.kind === 'ref') w.bytes(encoderOf(type.facts).zero())
  else if (type.kind !== 'array' && type.kind !== 'map') w.raw(Uint8Array.from(scalarCodecs[type.kind].zero ?? [0]))
  w.uint(tag)
  return w.finish()
}

function arrayWriter(name: string, number: number, items: TypeRef): WriteField {
  const tag = (number << 3) | wireOf(items)
  const write = itemWriter(items)
  return (w, object) => {
    const list = object[name]
    if (list === undefined || list === null) return
    if (!Array.isArray(list)) throw new EncodeError(`cannot encode ${typeof list} as array`)
    for (let i = list.length - 1; i >= 0; i--) {
      write(w, list[i])
      w.uint(tag)
    }
  }
}

function mapWriter(name: string, number: number, values: TypeRef): WriteField {
  const tag = (number << 3) | BYTES
  const valueTag = (2 << 3) | wireOf(values)
  const write = itemWriter(values)
  const skipsNull = values.kind === 'bytes'
  return (w, object) => {
    const map = object[name]
    if (map === undefined || map === null) return
    if (typeof map !== 'object' || Array.isArray(map)) throw new EncodeError(`cannot encode ${typeof map} as map`)
    const keys = sortedKeys(map)
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i]!
      const value = (map as Fields)[key]
      const end = w.mark
      if (!(skipsNull && value === null)) {
        write(w, value)
        w.uint(valueTag)
      }
      w.string(key)
      w.uint(0x0a)
      w.uint(w.mark - end)
      w.uint(tag)
    }
  }
}

/** Go sorts by UTF-8 bytes; UTF-16 order differs only where surrogates occur. */
function sortedKeys(map: object): string[] {
  const keys = Object.keys(map)
  if (keys.length < 2) return keys
  if (keys.some((key) => /[\ud800-\uffff]/.test(key))) return keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return keys.sort()
}

const wireOf = (type: TypeRef): number =>
  type.kind === 'ref' || type.kind === 'array' || type.kind === 'map' ? BYTES : scalarCodecs[type.kind].wire

/** In a list or a map a null is Go's zero value. */
function itemWriter(type: TypeRef): WriteValue {
  const write = valueWriter(type)
  return (w, value) => {
    if (value !== null && value !== undefined) write(w, value)
    else if (type.kind === 'ref') w.bytes(encoderOf(type.facts).zero())
    else if (type.kind === 'array' || type.kind === 'map') w.uint(0)
    else w.raw(Uint8Array.from(scalarCodecs[type.kind].zero ?? [0]))
  }
}

function valueWriter(type: TypeRef): WriteValue {
  if (type.kind === 'ref') {
    const facts = type.facts
    if (facts.scalar !== undefined) return scalarCodecs[facts.scalar].write
    let encoder: Encoder | undefined
    return (w, value) => {
      if (typeof value !== 'object' || value === null || (Array.isArray(value) && facts.union === undefined)) {
        if (facts.union === undefined) throw new EncodeError(`cannot encode ${typeof value} as ${facts.name}`)
      }
      encoder ??= encoderOf(facts)
      const end = w.mark
      encoder.write(w, value as Fields)
      w.uint(w.mark - end)
    }
  }
  if (type.kind === 'array') {
    // A wrapped list: a message whose field 1 repeats.
    const write = arrayWriter('items', 1, type.items)
    return (w, value) => delimited(w, () => write(w, { items: value }))
  }
  if (type.kind === 'map') throw new EncodeError('a map cannot stand in a list or a map')
  return scalarCodecs[type.kind].write
}

/** apiextensions' JSONSchemaPropsOr…: in JSON one of two forms, in protobuf a message with a field for each. */
function unionEncoder(type: TypeFacts): Encoder {
  const [first, second] = [...type.fields].sort((a, b) => a.number - b.number)
  const isBool = type.union === 'schemaOrBool'
  const schema = valueWriter((isBool ? second : first)!.type)
  const schemaTag = ((isBool ? 2 : 1) << 3) | BYTES
  const list = isBool ? undefined : arrayWriter(second!.name, 2, (second!.type as { items: TypeRef }).items)
  const write = (w: Writer, value: unknown): void => {
    const isSchema = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (Array.isArray(value) && list) list(w, { [second!.name]: value })
    else if (isSchema) {
      schema(w, value)
      w.uint(schemaTag)
    } else if (!(isBool && typeof value === 'boolean')) throw new EncodeError(`cannot encode ${typeof value} as ${type.name}`)
    if (isBool) {
      w.uint(value === false ? 0 : 1)
      w.uint((1 << 3) | VARINT)
    }
  }
  return { write, zero: () => (isBool ? Buffer.from([0x08, 0]) : Buffer.alloc(0)) }
}
