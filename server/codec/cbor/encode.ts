/**
 * JSON objects to CBOR as the reference writes it (KEP-4222): texts and keys are byte strings, bytes are tagged as such that JSON has in base64, and the
 * encoding is RFC 8949's deterministic one. One encoder a type, built on first use.
 */
import { JsonNumber } from '../../machinery/numbers.ts'
import type { FieldFacts, TypeFacts, TypeRef } from '../../scheme/contract.ts'
import { ARRAY, BASE64_TAG, BYTE_STRING, FALSE, MAP, NEGATIVE, NULL, POSITIVE, SELF_DESCRIBED, TAG, TRUE } from './head.ts'
import { isInt64 } from './decoder.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

type Fields = Readonly<Record<string, unknown>>
type Write = (value: unknown) => void

const w = new Writer()
/** Room for a name. */
const SHORT = 64

/** Whatever throws must not leave half an item behind. */
function finished(write: () => void): Buffer {
  try {
    write()
    return w.finish()
  } catch (e) {
    w.reset()
    throw e
  }
}

/** A JSON value of any form, with the tag that says what it is. */
export const encodeAny = (value: unknown): Buffer =>
  finished(() => {
    w.raw(SELF_DESCRIBED)
    writeAny(value)
  })

/** An object with the tag, by its type where it has one. */
export const encodeObject = (object: object, type: TypeFacts | undefined): Buffer =>
  type === undefined
    ? encodeAny(object)
    : finished(() => {
        w.raw(SELF_DESCRIBED)
        writerOf(type)(object)
      })

/** The head of a map or an array of so many. */
export const encodeHead = (type: typeof MAP | typeof ARRAY, size: number): Buffer => finished(() => w.head(type, size))

/** One entry of a map. */
export const encodeEntry = (key: string, value: unknown): Buffer =>
  finished(() => {
    w.text(BYTE_STRING, key)
    writeAny(value)
  })

/** Keys in the order of their encoded bytes: short ones first. */
export function compareKeys(a: string, b: string): number {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length - y.length || Buffer.compare(x, y)
}

const NOT_ASCII = /[^\0-\x7f]/

function sortedKeys(keys: string[]): string[] {
  if (keys.length < 2) return keys
  if (keys.some((key) => NOT_ASCII.test(key))) return keys.sort(compareKeys)
  return keys.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
}

function writeAny(value: unknown): void {
  switch (typeof value) {
    case 'string':
      return w.text(BYTE_STRING, value)
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? writeInteger(value) : w.float(value)
    case 'bigint':
      return writeBig(value)
    case 'boolean':
      return w.byte(value ? TRUE : FALSE)
    case 'object':
      if (value === null) return w.byte(NULL)
      if (Array.isArray(value)) return writeArray(value, writeAny)
      if (value instanceof JsonNumber) return writeSpelled(value)
      return writeMap(value as Fields, writeAny)
    default:
      return w.byte(NULL)
  }
}

const writeInteger = (value: number): void => (value < 0 ? w.head(NEGATIVE, -1 - value) : w.head(POSITIVE, value))

function writeBig(value: bigint): void {
  if (Number.isSafeInteger(Number(value))) writeInteger(Number(value))
  else if (!isInt64(value)) w.float(Number(value))
  else if (value < 0n) w.bigHead(NEGATIVE, -1n - value)
  else w.bigHead(POSITIVE, value)
}

/** What Go reads from a number that is spelled in an unusual way: a float64, or the integer that `-0` is. */
function writeSpelled(number: JsonNumber): void {
  if (number.literal === '-0') writeInteger(0)
  else w.float(number.value)
}

function writeArray(list: readonly unknown[], item: Write): void {
  w.head(ARRAY, list.length)
  for (let i = 0; i < list.length; i++) item(list[i])
}

function writeMap(map: Fields, value: Write): void {
  const keys = sortedKeys(Object.keys(map))
  w.head(MAP, keys.length)
  for (const key of keys) {
    w.text(BYTE_STRING, key)
    value(map[key])
  }
}

const writers = new Map<string, Write>()

function writerOf(type: TypeFacts): Write {
  let made = writers.get(type.name)
  if (made === undefined) writers.set(type.name, (made = type.union === undefined ? structWriter(type) : unionWriter(type)))
  return made
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)

interface Step {
  readonly name: string
  /** The name as it is written. */
  readonly key: Buffer
  readonly write: Write
}

function structWriter(type: TypeFacts): Write {
  return (value) => {
    if (!isFields(value)) return writeAny(value)
    const steps = stepsOf(type)
    writeHead(steps, value)
    writeSteps(steps, value)
  }
}

const stepsByType = new Map<string, readonly Step[]>()

/** The fields of a type in the order in which they are written. */
function stepsOf(type: TypeFacts): readonly Step[] {
  let steps = stepsByType.get(type.name)
  if (steps === undefined) {
    steps = [...type.jsonFields].sort((a, b) => compareKeys(a.name, b.name)).map(stepOf)
    stepsByType.set(type.name, steps)
  }
  return steps
}

function writeHead(steps: readonly Step[], value: Fields): void {
  let size = 0
  for (let i = 0; i < steps.length; i++) if (value[steps[i]!.name] !== undefined) size++
  w.head(MAP, size)
}

function writeSteps(steps: readonly Step[], value: Fields): void {
  for (let i = 0; i < steps.length; i++) {
    const { name, key, write } = steps[i]!
    const found = value[name]
    if (found === undefined) continue
    w.raw(key)
    write(found)
  }
}

/** An object as an item of a list, without the tag: of a typed one whoever lists it leaves out kind and apiVersion. */
export const encodeItem = (object: object, type: TypeFacts | undefined): Buffer =>
  finished(() => (type === undefined ? writeAny(object) : writerOf(type)(object)))

/** An item that says itself what it is, as an object of its own. */
export const tagged = (item: Buffer): Buffer => Buffer.concat([SELF_DESCRIBED, item])

const KIND = encodeKey('kind')
const API_VERSION = encodeKey('apiVersion')

/** A typed item with kind and apiVersion where they belong, as an object of its own: it is not encoded again. */
export function objectOf(item: Buffer, kind: string, apiVersion: string): Buffer {
  const { size, start, kindAt, versionAt } = placesIn(item)
  return Buffer.concat([
    SELF_DESCRIBED,
    // Types have fewer than 22 fields of their own: the head is one byte.
    Buffer.from([(MAP << 5) | (size + 2)]),
    item.subarray(start, kindAt),
    ...[KIND, encodeKey(kind)],
    item.subarray(kindAt, versionAt),
    ...[API_VERSION, encodeKey(apiVersion)],
    item.subarray(versionAt),
  ])
}

/** Where the first fields stand that come behind kind and behind apiVersion. */
function placesIn(item: Buffer): { size: number; start: number; kindAt: number; versionAt: number } {
  const r = new Reader(item)
  r.head()
  const [size, start] = [r.count, r.pos]
  let kindAt: number | undefined
  for (let i = 0; i < size; i++) {
    const at = r.pos
    const name = r.byteText()
    if (isBehind(name, 'apiVersion')) return { size, start, kindAt: kindAt ?? at, versionAt: at }
    if (isBehind(name, 'kind')) kindAt ??= at
    r.skip()
  }
  return { size, start, kindAt: kindAt ?? item.length, versionAt: item.length }
}

/** Names of fields are ASCII. */
const isBehind = (name: string, other: string): boolean => name.length > other.length || (name.length === other.length && name > other)

function stepOf({ name, type }: FieldFacts): Step {
  return { name, key: encodeKey(name), write: valueWriter(type) }
}

function encodeKey(name: string): Buffer {
  const key = new Writer(SHORT)
  key.text(BYTE_STRING, name)
  return key.finish()
}

function valueWriter(type: TypeRef): Write {
  switch (type.kind) {
    case 'array': {
      const item = valueWriter(type.items)
      return item === writeAny ? writeAny : (value) => (Array.isArray(value) ? writeArray(value, item) : writeAny(value))
    }
    case 'map': {
      const item = valueWriter(type.values)
      return item === writeAny ? writeAny : (value) => (isFields(value) ? writeMap(value, item) : writeAny(value))
    }
    case 'ref': {
      const { facts } = type
      if (facts.scalar !== undefined) return writeAny
      let write: Write | undefined
      return (value) => (write ??= writerOf(facts))(value)
    }
    case 'bytes':
      return (value) => (typeof value === 'string' ? writeBytes(value) : writeAny(value))
    case 'double':
      return (value) => (typeof value === 'number' ? w.float(value) : writeAny(value))
    default:
      return writeAny
  }
}

function writeBytes(base64: string): void {
  w.head(TAG, BASE64_TAG)
  const bytes = Buffer.from(base64, 'base64')
  w.head(BYTE_STRING, bytes.length)
  w.raw(bytes)
}

/** apiextensions' JSONSchemaPropsOr…: a schema, a list of them, or something plain. */
function unionWriter(type: TypeFacts): Write {
  const schema = valueWriter(type.fields.find((f) => f.type.kind === 'ref')!.type)
  const list = type.fields.find((f) => f.type.kind === 'array')
  const items = list === undefined ? writeAny : valueWriter(list.type)
  return (value) => (Array.isArray(value) ? items(value) : isFields(value) ? schema(value) : writeAny(value))
}
