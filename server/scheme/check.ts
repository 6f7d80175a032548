/**
 * The typed reading of a request body: what Go's decoding into the API struct and writing it again would leave of a JSON value.
 * One pass checks types, drops unknown fields and empty ones, fills in what Go always writes, and puts fields in the struct's order.
 * A value with something wrong is gone through again, slowly, for the reference's words (explain.ts).
 */
import { DurationParseError, formatDuration, parseDuration } from '../machinery/go-duration.ts'
import { TimeParseError, canonicalTime } from '../machinery/time.ts'
import { rememberEmpty } from '../machinery/empty-fields.ts'
import { setOwn } from '../machinery/own.ts'
import { normalForm } from '../machinery/normal-form.ts'
import { JsonNumber, overflowing } from '../machinery/numbers.ts'
import { tryQuantity } from '../machinery/quantity.ts'
import type { FieldFacts, ScalarKind, TypeFacts, TypeRef } from './contract.ts'
import { canonicalBase64, isByte } from './base64.ts'
import { keepsEmpty } from './empty-lists.ts'

type Json = Record<string, unknown>
/** The normal form of a value that is not null. Sets `wrong` for a value of another type. */
type Convert = (value: unknown) => unknown

/** Deeper than any real schema, shallower than the stack. */
const MAX_DEPTH = 500
let wrong = false
let unknown = false
let numbers = false
let depth = 0
/** The map that was converted last has no entries: asking the object again makes the engine list all its keys. */
let emptyMap = false
/** Whether what is read is what somebody sends: its empty lists count. */
let sent = false

export interface Checked {
  /** The object in normal form; meaningless when `wrong`. It may share parts with the value it was made from. */
  object: unknown
  /** Some value has the wrong type. */
  wrong: boolean
  /** Some field is not known; it is not in `object`. */
  unknown: boolean
  /** Some number was read, or JSON of any form, whose spelling matters. */
  numbers: boolean
}

/**
 * @param value what parseJson gave (see machinery/numbers.ts); it is not changed
 * @param bySender keep empty lists that Go would write, for whoever asks who owns them (empty-lists.ts)
 */
export function checkObject(facts: TypeFacts, value: unknown, bySender = false): Checked {
  sent = bySender
  wrong = false
  unknown = false
  numbers = false
  depth = 0
  const object = converterOf(facts)(value)
  return { object, wrong, unknown, numbers }
}

/**
 * The form in which the reference would write an object of this type. For objects that are well typed already.
 * @throws TypeError when one is not
 */
export function normalize<T>(facts: TypeFacts, value: T): T {
  const checked = checkObject(facts, value)
  if (checked.wrong) throw new TypeError(`not a ${facts.name}`)
  return checked.object as T
}

const converters = new Map<string, Convert>()

function converterOf(facts: TypeFacts): Convert {
  const known = converters.get(facts.name)
  if (known !== undefined) return known
  const made = facts.union === undefined ? messageConverter(facts) : unionConverter(facts)
  converters.set(facts.name, made)
  return made
}

function fail(): undefined {
  wrong = true
  return undefined
}

interface Step {
  name: string
  /** Zero of a plain scalar that is left out under omitempty; undefined when no value of the field is. */
  skip: unknown
  convert: Convert
  /** What stands in the object when the field is missing or null; undefined for nothing. */
  missing: (() => unknown) | undefined
  /** Lists and maps: an empty one is written as if it were missing. */
  collection: boolean
  keepsEmpty: boolean
  omitZero: boolean
}

function messageConverter(facts: TypeFacts): Convert {
  let steps: Step[] | undefined
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof JsonNumber) return fail()
    if (++depth > MAX_DEPTH) return fail()
    steps ??= facts.jsonFields.map(stepOf)
    const from = value as Json
    const out: Json = {}
    let seen = 0
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!
      const found = from[step.name]
      if (found !== undefined) {
        seen++
        if (found !== null) {
          const made = step.convert(found)
          if (made === step.skip && made !== undefined) continue
          const empty = step.collection && (Array.isArray(made) ? made.length === 0 && !(sent && step.keepsEmpty) : emptyMap)
          if (!empty && !(step.omitZero && made === null)) {
            out[step.name] = made
            continue
          }
          if (empty) rememberEmpty(out, step.name, Array.isArray(made) ? 'list' : 'map')
        }
      }
      if (step.missing !== undefined) out[step.name] = step.missing()
    }
    // Values of JSON.parse have no inherited keys, so this counts fields.
    let keys = 0
    for (const _ in from) keys++
    if (keys !== seen) unknown = true
    depth--
    return out
  }
}

const zeros: Partial<Record<ScalarKind, unknown>> = { string: '', boolean: false, int32: 0, int64: 0, double: 0, bytes: '' }

function stepOf(field: FieldFacts): Step {
  const { name, type: ref, omitEmpty, omitZero } = field
  const collection = ref.kind === 'array' || ref.kind === 'map'
  const zero = collection || ref.kind === 'ref' ? undefined : zeros[ref.kind]
  const skip = omitEmpty && !field.pointer ? zero : undefined
  return {
    name,
    skip,
    convert: converter(ref),
    missing: missing(field),
    collection: collection && !field.pointer,
    keepsEmpty: keepsEmpty(field),
    omitZero,
  }
}

function missing(field: FieldFacts): (() => unknown) | undefined {
  const { type: ref, omitEmpty, omitZero } = field
  if (field.pointer || ref.kind === 'array' || ref.kind === 'map' || ref.kind === 'bytes') return omitEmpty ? undefined : () => null
  if (ref.kind in zeros) return omitEmpty ? undefined : () => zeros[ref.kind as ScalarKind]
  if (omitZero) return undefined
  return zeroOf(ref)
}

/** Go's zero value; omitempty never leaves out a struct. */
function zeroOf(ref: TypeRef): () => unknown {
  if (ref.kind === 'array' || ref.kind === 'map') return () => null
  if (ref.kind !== 'ref') return () => structZeros[ref.kind] ?? zeros[ref.kind] ?? null
  const { facts } = ref
  if (facts.scalar !== undefined) return () => structZeros[facts.scalar!] ?? null
  if (facts.union !== undefined) return () => (facts.union === 'schemaOrBool' ? false : null)
  return () => converterOf(facts)({})
}

const structZeros: Partial<Record<ScalarKind, unknown>> = { duration: '0s', quantity: '0', intOrString: 0 }

function converter(ref: TypeRef): Convert {
  if (ref.kind === 'array') return arrayConverter(ref.items)
  if (ref.kind === 'map') return mapConverter(ref.values)
  if (ref.kind !== 'ref') return scalars[ref.kind]
  const { facts } = ref
  if (facts.scalar !== undefined) return scalars[facts.scalar]
  let made: Convert | undefined
  return (value) => {
    made ??= converterOf(facts)
    return made(value)
  }
}

function arrayConverter(items: TypeRef): Convert {
  const convert = converter(items)
  const zero = zeroOf(items)
  return (value) => {
    if (!Array.isArray(value)) return fail()
    const out = new Array<unknown>(value.length)
    for (let i = 0; i < value.length; i++) out[i] = value[i] === null ? zero() : convert(value[i])
    return out
  }
}

/** Go writes maps sorted by key. A map that is in normal form already is passed through. */
function mapConverter(values: TypeRef): Convert {
  const convert = converter(values)
  const zero = zeroOf(values)
  const isText = values.kind === 'string'
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof JsonNumber) return fail()
    let last = ''
    let same = isText
    if (isText) {
      for (const key in value) {
        if (typeof (value as Json)[key] !== 'string' || key < last) {
          same = false
          break
        }
        last = key
      }
    }
    if (same) {
      emptyMap = last === '' && !Object.hasOwn(value, '')
      return value
    }
    const out: Json = {}
    const keys = Object.keys(value)
    // Most are, and sorting costs more than all else here.
    if (!keys.every((key, i) => i === 0 || keys[i - 1]! <= key)) keys.sort()
    for (const key of keys) {
      const found = (value as Json)[key]
      const made = found === null ? zero() : convert(found)
      setOwn(out, key, made)
    }
    emptyMap = keys.length === 0
    return out
  }
}

/** Go looks at the spelling: `3.0` and `1e1` are no integers. Beyond 2⁵³ a number is a float64, an int64 a bigint. */
const integer =
  (min: number, max: number, bigints: boolean): Convert =>
  (value) => {
    numbers = true
    if (typeof value === 'number') return Number.isInteger(value) && value >= min && value <= max ? value : fail()
    if (typeof value === 'bigint') return bigints ? value : fail()
    return value instanceof JsonNumber && value.literal === '-0' ? 0 : fail()
  }

function double(value: unknown): unknown {
  numbers = true
  const given = typeof value === 'bigint' ? Number(value) : value instanceof JsonNumber ? value.value : value
  return typeof given === 'number' && Number.isFinite(given) ? given : fail()
}

function raw(value: unknown): unknown {
  numbers = true
  return overflowing(value) === undefined ? value : fail()
}

/** apiextensions' JSON, which is read and written anew on its way: the fields of objects come in order. */
function json(value: unknown): unknown {
  numbers = true
  return overflowing(value) === undefined ? normalForm(value) : fail()
}

function attempt(parse: () => unknown): unknown {
  try {
    return parse()
  } catch (e) {
    if (e instanceof TimeParseError || e instanceof DurationParseError) return fail()
    throw e
  }
}

const scalars: Record<ScalarKind, Convert> = {
  string: (value) => (typeof value === 'string' ? value : fail()),
  boolean: (value) => (typeof value === 'boolean' ? value : fail()),
  int32: integer(-2147483648, 2147483647, false),
  int64: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, true),
  double,
  bytes(value) {
    if (typeof value === 'string') return canonicalBase64(value) ?? fail()
    numbers = true
    // Go reads a list of numbers as bytes too.
    if (!Array.isArray(value) || !value.every((item) => item === null || isByte(item))) return fail()
    return Buffer.from(value.map(Number)).toString('base64')
  },
  time: (value) => (typeof value === 'string' ? attempt(() => canonicalTime(value, 'time')) : fail()),
  microTime: (value) => (typeof value === 'string' ? attempt(() => canonicalTime(value, 'microTime')) : fail()),
  duration: (value) => (typeof value === 'string' ? attempt(() => formatDuration(parseDuration(value))) : fail()),
  quantity(value) {
    if (typeof value !== 'string') numbers = true
    return tryQuantity(value)?.text ?? fail()
  },
  intOrString(value) {
    return typeof value === 'string' ? value : scalars.int32(value)
  },
  // Go keeps the bytes of the one, and decodes the other into interface{}.
  raw,
  json,
  fieldsV1: (value) => value,
}

function unionConverter(facts: TypeFacts): Convert {
  const schema = facts.fields.find((f) => f.type.kind === 'ref')!
  const list = facts.fields.find((f) => f.type.kind === 'array')
  const one = converter(schema.type)
  const many = list && converter(list.type)
  return (value) => {
    if (Array.isArray(value)) return many ? (value.length === 0 ? null : many(value)) : fail()
    if (typeof value !== 'object') return many ? null : typeof value === 'boolean' ? value : fail()
    // The reference reads these with a decoder of their own, which reports no unknown fields.
    const before = unknown
    const made = one(value)
    unknown = before
    return made
  }
}
