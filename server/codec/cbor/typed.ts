import { DurationParseError, parseDuration } from '../../machinery/go-duration.ts'
import { goQuote } from '../../machinery/go-quote.ts'
import { setOwn } from '../../machinery/own.ts'
import { parseQuantity, QuantityError } from '../../machinery/quantity.ts'
import { atOnce, type Pausing } from '../../machinery/slice.ts'
import { parseTime, TimeParseError } from '../../machinery/time.ts'
import { canonicalBase64, illegalAt } from '../../scheme/base64.ts'
import type { FieldFacts, ScalarKind, TypeFacts, TypeRef } from '../../scheme/contract.ts'
import { goName, goTypeOf } from '../../scheme/go-types.ts'
import { AnyDecoder, belowInt64, Decoder, duplicate, isInt64, type Outcome } from './decoder.ts'
import * as cbor from './head.ts'
import { CborError, CborTypeError, LATER_ENCODINGS } from './head.ts'
import { Reader } from './reader.ts'
import { isSteps, ITEMS_AT_ONCE, running, type Steps } from '../../machinery/steps.ts'
import { checkingWellFormed } from './well-formed.ts'

export interface DecodedCbor {
  /** The value as JSON of the type has it: bytes are base64. Not in normal form yet. */
  readonly value: Record<string, unknown>
  /** What strict decoding has against it. The reference tells the first unknown field by its place in its own map. */
  readonly unknown: string | undefined
}

/**
 * Decodes bytes as Go decodes them into a struct.
 * @param goType as errors name it
 * @param strict whether unknown fields are told of; they are left out in any case
 * @throws CborError in the reference's words
 */
export const decodeTypedCbor = (bytes: Buffer, type: TypeFacts, goType: string, strict: boolean): DecodedCbor =>
  atOnce(decodingTypedCbor(bytes, type, goType, strict))

/** The same, with pauses where it is long. */
export function* decodingTypedCbor(bytes: Buffer, type: TypeFacts, goType: string, strict: boolean): Pausing<DecodedCbor> {
  yield* checkingWellFormed(bytes)
  const decoded = yield* running(new TypedDecoder(new Reader(bytes), strict).decode(type, goType))
  if (!(decoded.error instanceof UnknownFieldError)) return { value: known(decoded), unknown: undefined }
  yield
  // It has ended the struct that it stands in.
  const again = yield* running(new TypedDecoder(new Reader(bytes), false).decode(type, goType))
  return { value: known(again), unknown: decoded.error.message }
}

function known({ value, error }: Outcome): Record<string, unknown> {
  if (error !== undefined) throw error
  return (value ?? {}) as Record<string, unknown>
}

const text = (name: string): FieldFacts => ({
  ...{ name, number: 0, type: { kind: 'string' }, goType: 'string' },
  ...{ required: false, omitEmpty: true, omitZero: false, pointer: false },
})
const KIND = text('kind')
const API_VERSION = text('apiVersion')
const TYPE_META: TypeFacts = {
  name: 'io.k8s.apimachinery.pkg.apis.meta.v1.TypeMeta',
  ...{ fields: [KIND, API_VERSION], jsonFields: [KIND, API_VERSION] },
  field: (name) => (name === 'kind' ? KIND : name === 'apiVersion' ? API_VERSION : undefined),
}

/**
 * What an object says that it is.
 * @throws CborError in the reference's words
 */
export const interpret = (bytes: Buffer): { apiVersion: string; kind: string } => atOnce(interpreting(bytes))

/** The same, with pauses where it is long. */
export function* interpreting(bytes: Buffer): Pausing<{ apiVersion: string; kind: string }> {
  try {
    const { value } = yield* decodingTypedCbor(bytes, TYPE_META, goName(TYPE_META.name), false)
    const { apiVersion = '', kind = '' } = value as Record<string, string>
    return { apiVersion, kind }
  } catch (e) {
    throw e instanceof CborError ? new CborError(`unable to determine group/version/kind: ${e.message}`) : e
  }
}

/** Deeper than any real schema, shallower than the stack, as for JSON. */
const MAX_DEPTH = 500

const SCALARS: ReadonlySet<TypeRef['kind']> = new Set(['string', 'boolean', 'int32', 'int64', 'double'] as const)

/** A value of another type than the one wanted, which was not read. */
const OTHER = Symbol('other')

class UnknownFieldError extends CborError {}

/** Types of the keys of maps that have a name of their own. */
const KEYS: Readonly<Record<string, string>> = { 'v1.ResourceList': 'v1.ResourceName' }

const MAP_TYPES = new Map<string, { inner: string; key: string }>()

/** Go's names of the values and keys of a map. */
function mapTypes(goType: string, values: TypeRef): { inner: string; key: string } {
  const known = MAP_TYPES.get(goType)
  if (known !== undefined) return known
  const [, key = KEYS[goType] ?? 'string', inner = goTypeOf(values)] = /^map\[([^\]]*)\](.+)$/.exec(goType) ?? []
  const made = { inner, key }
  // Without a name of its own its values' type tells it from others.
  if (goType !== '') MAP_TYPES.set(goType, made)
  return made
}

/** What types with a reader of their own get: what Go's name for the type that they read first is, and what they make of it. */
const TEXTS: Partial<Record<ScalarKind, (text: string) => unknown>> = {
  time: (text) => parseTime(text, 'time'),
  microTime: (text) => parseTime(text, 'microTime'),
  quantity: (text) => parseQuantity(text.trim()),
  duration: (text) => parseDuration(text),
}

class TypedDecoder extends Decoder {
  /** An unknown field is an error. */
  readonly #strict: boolean
  /** Structs within each other. */
  #structs: number
  /** What is wrong with JSON of any form is found when the rest is decoded. */
  #raw: CborError | undefined

  constructor(r: Reader, strict = true, structs = 0, depth = 0) {
    super(r, true, depth)
    this.#strict = strict
    this.#structs = structs
  }

  *decode(type: TypeFacts, goType: string): Steps<Outcome> {
    const found = this.#message(type, goType)
    return { value: isSteps(found) ? yield found : found, error: this.error ?? this.#raw }
  }

  /** A value, or the steps to it. */
  #value(type: TypeRef, goType: string): unknown {
    switch (type.kind) {
      case 'array':
        return this.#list(type.items, goType)
      case 'map':
        return this.#table(type.values, goType)
      case 'ref': {
        const { facts } = type
        if (facts.scalar !== undefined) return this.#scalar(facts.scalar, goType)
        return facts.union === undefined ? this.#message(facts, goType) : this.#union(facts)
      }
      default:
        return this.#scalar(type.kind, goType)
    }
  }

  /** A composite value behind its tags; another one, if not null, is of a wrong type. */
  #behindTags(wanted: number, goType: string, decode: () => Steps<unknown>): unknown {
    // Most values have no tags.
    if (this.r.next === wanted) return decode()
    const type = this.untagged()
    if (type === undefined) return undefined
    if (type === wanted) return this.leavingTags(decode())
    return this.leaveTags(() => {
      if (this.r.bytes[this.r.pos] === cbor.NULL) return void this.r.head()
      const isArray = type === cbor.ARRAY && wanted === cbor.MAP && !goType.startsWith('map[')
      return this.mismatch(type, goType, isArray ? 'cannot decode CBOR array to struct without toarray option' : '')
    })
  }

  #message(facts: TypeFacts, goType: string): unknown {
    if (this.#structs < MAX_DEPTH) return this.#behindTags(cbor.MAP, goType, () => this.#struct(facts, goType))
    this.r.skip()
    return this.fail(new CborError('exceeded max depth'))
  }

  *#struct(facts: TypeFacts, goType: string): Steps<object> {
    const out = {}
    const before = this.error
    this.error = undefined
    this.#structs++
    this.enter()
    yield* this.#fields(facts, goType, out)
    this.depth--
    this.#structs--
    this.error = before ?? this.error
    return out
  }

  *#fields(facts: TypeFacts, goType: string, out: object): Steps<void> {
    const { r } = this
    r.head()
    const { count } = r
    const seen = new Set<string | number | bigint>()
    for (let i = 0; !r.ends(i, count); i++) {
      const name = this.#name()
      if (name === undefined) continue
      const field = typeof name === 'string' ? facts.field(name) : undefined
      if (field === undefined && this.#strict) {
        this.error = new UnknownFieldError(`cbor: found unknown field at map element index ${i}`)
        r.skip()
        return this.skipEntries(i + 1, count)
      }
      if (seen.has(name)) {
        this.error = duplicate(typeof name === 'string' ? goQuote(name) : String(name), i)
        r.skip()
        return this.skipEntries(i + 1, count)
      }
      seen.add(name)
      if (field === undefined) r.skip()
      else {
        const before: CborError | undefined = this.error
        this.error = undefined
        let found = this.#pointed(field)
        if (isSteps(found)) found = yield found
        this.#keep(field, found, goType, out, before)
      }
      if (i % ITEMS_AT_ONCE === ITEMS_AT_ONCE - 1) yield
    }
  }

  /** A field that has been read. `before` is what was wrong before it. */
  #keep(field: FieldFacts, found: unknown, goType: string, out: object, before: CborError | undefined): void {
    const wrong = this.error as CborError | undefined
    if (wrong instanceof CborTypeError) wrong.field = `${goType}.${field.name}`
    this.error = before ?? wrong
    if (wrong === undefined && found !== undefined) setOwn(out, field.name, found)
  }

  /** What is nil may be undefined, too. */
  #pointed({ pointer, type, goType }: FieldFacts): unknown {
    if (!pointer || !this.r.nextIsNull) return this.#value(type, goType)
    this.r.skip()
    return null
  }

  /** The key of a struct's field; undefined, with the value passed over, for what cannot be one. */
  #name(): string | number | bigint | undefined {
    const { r } = this
    const type = r.next
    if (type === cbor.BYTE_STRING) return r.byteText()
    if (type === cbor.TEXT_STRING) {
      const name = this.text()
      if (name === undefined) r.skip()
      return name
    }
    if (type === cbor.POSITIVE || type === cbor.NEGATIVE) return this.#number(type)
    const detail = `map key is of type ${cbor.TYPE_NAMES[type]} and cannot be used to match struct field name`
    this.fail(new CborTypeError(type, 'string', detail))
    r.skip()
    r.skip()
    return undefined
  }

  #number(type: number): number | bigint | undefined {
    const name = this.integer()
    if (typeof name !== 'bigint' || isInt64(name)) return name
    const shown = type === cbor.NEGATIVE ? `-1-${-1n - name}` : String(name)
    this.fail(new CborTypeError(type, 'int64', `${shown} overflows Go's int64`))
    this.r.skip()
    return undefined
  }

  #list(items: TypeRef, goType: string): unknown {
    const inner = goType.startsWith('[]') ? goType.slice(2) : goTypeOf(items)
    return this.#behindTags(cbor.ARRAY, goType, () => this.#items(items, inner))
  }

  *#items(items: TypeRef, goType: string): Steps<unknown[]> {
    this.r.head()
    const { count } = this.r
    const out: unknown[] = []
    this.enter()
    for (let i = 0; !this.r.ends(i, count); i++) {
      const found = this.#value(items, goType)
      out.push((isSteps(found) ? yield found : found) ?? null)
      if (i % ITEMS_AT_ONCE === ITEMS_AT_ONCE - 1) yield
    }
    this.depth--
    return out
  }

  #table(values: TypeRef, goType: string): unknown {
    const { inner, key } = mapTypes(goType, values)
    return this.#behindTags(cbor.MAP, goType === '' ? `map[string]${inner}` : goType, () =>
      this.map(() => this.#value(values, inner), key, SCALARS.has(values.kind)),
    )
  }

  #scalar(kind: ScalarKind, goType: string): unknown {
    switch (kind) {
      case 'string':
        return this.string(goType)
      case 'boolean':
        return this.#plain(goType, (type) => (type === cbor.PRIMITIVE ? this.#boolean() : OTHER))
      case 'int32':
      case 'int64':
        return this.#plain(goType, (type) => this.#int(type, kind === 'int32' ? 32 : 64, goType))
      case 'double':
        return this.#plain(goType, () => this.#float(goType))
      case 'bytes':
        return this.#bytes()
      case 'intOrString':
        return this.#intOrString()
      case 'raw':
      case 'json':
      case 'fieldsV1':
        return this.#json(kind)
      default:
        return this.#own(kind)
    }
  }

  /** A number or a boolean. */
  #plain(goType: string, decode: (type: number) => unknown): unknown {
    const type = this.untagged()
    if (type === undefined) return undefined
    return this.leaveTags(() => {
      if (this.r.bytes[this.r.pos] === cbor.NULL) return void this.r.head()
      const found = decode(type)
      return found === OTHER ? this.mismatch(type, goType) : found
    })
  }

  #boolean(): boolean | typeof OTHER {
    const byte = this.r.bytes[this.r.pos]
    if (byte !== cbor.TRUE && byte !== cbor.FALSE) return OTHER
    this.r.head()
    return byte === cbor.TRUE
  }

  #int(type: number, bits: 32 | 64, goType: string): unknown {
    if (type !== cbor.POSITIVE && type !== cbor.NEGATIVE) return OTHER
    const value = this.integer()
    if (BigInt.asIntN(bits, BigInt(value)) === BigInt(value)) return value
    const below = type === cbor.NEGATIVE ? belowInt64(value) : ''
    return this.fail(new CborTypeError(type, goType, below === '' ? `${value} overflows ${goType}` : below))
  }

  #float(goType: string): unknown {
    const type = this.r.next
    if (type === cbor.POSITIVE || type === cbor.NEGATIVE) {
      const value = this.integer()
      const below = type === cbor.NEGATIVE ? belowInt64(value) : ''
      return below === '' ? Number(value) : this.fail(new CborTypeError(type, goType, below))
    }
    if (type !== cbor.PRIMITIVE || (this.r.bytes[this.r.pos]! & 0x1f) < cbor.FLOAT16) return OTHER
    this.r.head()
    return this.r.float()
  }

  /** Bytes: as they are under a tag that says that they are to be encoded, else encoded already. A list of numbers is bytes, too. */
  #bytes(): unknown {
    const type = this.untagged()
    if (type === undefined) return undefined
    if (type === cbor.ARRAY) return this.leavingTags(this.#byteList())
    return this.leaveTags(() => {
      if (this.r.bytes[this.r.pos] === cbor.NULL) return void this.r.head()
      if (type !== cbor.BYTE_STRING) return this.mismatch(type, '[]uint8')
      const bytes = this.r.byteString()
      if (this.later.some((tag) => LATER_ENCODINGS.includes(tag))) return bytes.toString('base64')
      const text = bytes.toString('latin1')
      const canonical = canonicalBase64(text)
      if (canonical !== undefined) return canonical
      return this.fail(
        new CborError(`cbor: failed to decode base64 from byte string: illegal base64 data at input byte ${illegalAt(text)}`),
      )
    })
  }

  *#byteList(): Steps<string> {
    this.r.head()
    const { count } = this.r
    const out: number[] = []
    for (let i = 0; !this.r.ends(i, count); i++) {
      const found = this.#plain('uint8', (type) => {
        if (type !== cbor.POSITIVE) return OTHER
        const value = this.integer()
        return value <= 255 ? value : this.fail(new CborTypeError(type, 'uint8', `${value} overflows uint8`))
      })
      out.push(Number(found ?? 0))
      if (i % ITEMS_AT_ONCE === ITEMS_AT_ONCE - 1) yield
    }
    return Buffer.from(out).toString('base64')
  }

  /** Go asks for a text, and for a number when it is none. */
  #intOrString(): unknown {
    const bytes = this.#item()
    // An error costs more than a look.
    const isNumber = bytes[0]! >> 5 === cbor.POSITIVE
    const asText = new TypedDecoder(new Reader(bytes))
    const text = isNumber ? undefined : asText.string('string')
    if (!isNumber && asText.error === undefined) return text ?? ''
    const asNumber = new TypedDecoder(new Reader(bytes))
    const number = asNumber.#scalar('int32', 'int32')
    return asNumber.error === undefined ? number : this.fail(asNumber.error)
  }

  /** The bytes of an item, for who reads it again; what tags around it say does not reach into it. */
  #item(): Buffer {
    this.r.skipSelfDescribed()
    const start = this.r.pos
    this.r.skip()
    return this.r.bytes.subarray(start, this.r.pos)
  }

  /** JSON of any form. */
  #json(kind: ScalarKind): unknown {
    const bytes = this.#item()
    if (bytes[0] === cbor.NULL || (kind === 'fieldsV1' && !mayBeFields(bytes[0]! >> 5))) return null
    return this.#anyOf(bytes, kind)
  }

  *#anyOf(bytes: Buffer, kind: ScalarKind): Steps<unknown> {
    const inner = new AnyDecoder(new Reader(bytes), false, this.depth)
    const { value, error } = (yield kind === 'fieldsV1' ? inner.mapValue() : inner.value()) as Outcome
    if (error === undefined) return value ?? null
    if (kind === 'json') return this.fail(error)
    this.#raw ??= new CborError(`${kind === 'raw' ? RAW : FIELDS}: ${error.message}`)
    return undefined
  }

  /** A type that reads its own text. */
  #own(kind: ScalarKind): unknown {
    const inner = new TypedDecoder(new Reader(this.#item()))
    if (kind === 'duration') return this.#ownOf(kind, inner.#jsonText())
    const value = inner.string('string')
    return this.#made(kind, { value, error: inner.error })
  }

  *#ownOf(kind: ScalarKind, text: Steps<Outcome>): Steps<unknown> {
    return this.#made(kind, (yield text) as Outcome)
  }

  #made(kind: ScalarKind, { value, error }: Outcome): unknown {
    if (error !== undefined) return this.fail(error)
    if (value === undefined || value === null) return null
    try {
      TEXTS[kind]!(value as string)
      return value
    } catch (e) {
      if (e instanceof TimeParseError || e instanceof QuantityError || e instanceof DurationParseError)
        return this.fail(new CborError(e.message))
      throw e
    }
  }

  /** A text that is read from JSON. */
  *#jsonText(): Steps<Outcome> {
    const found = this.any()
    const value = isSteps(found) ? yield found : found
    if (value === null || typeof value === 'string' || this.error !== undefined) return { value, error: this.error }
    const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value === 'object' ? 'object' : 'number'
    return { value: undefined, error: new CborError(`json: cannot unmarshal ${kind} into Go value of type string`) }
  }

  /** A schema, or what may stand for one. */
  #union(facts: TypeFacts): unknown {
    this.r.skipSelfDescribed()
    const { bytes, pos } = this.r
    const type = this.r.next
    const schema = facts.fields.find((f) => f.type.kind === 'ref')!
    const list = facts.fields.find((f) => f.type.kind === 'array')
    if (type === cbor.MAP) return this.#strictly(schema)
    if (list !== undefined && type === cbor.ARRAY) return this.#strictly(list)
    this.r.skip()
    if (list !== undefined) return null
    if (bytes[pos] === cbor.TRUE || bytes[pos] === cbor.FALSE) return bytes[pos] === cbor.TRUE
    return this.fail(new CborError('boolean or JSON schema expected'))
  }

  /** Whatever the request says: it reads itself, and is strict. Nothing is passed over first: these stand within each other. */
  *#strictly(field: FieldFacts): Steps<unknown> {
    const inner = new TypedDecoder(new Reader(this.r.bytes, this.r.pos), true, this.#structs, this.depth)
    const found = inner.#value(field.type, field.goType)
    const value = isSteps(found) ? yield found : found
    this.r.pos = inner.r.pos
    return inner.error === undefined ? value : this.fail(inner.error)
  }
}

/** Go keeps other bytes as they are, and can make nothing of them. */
const mayBeFields = (type: number): boolean => type === cbor.MAP || type === cbor.TAG

const RAW = 'failed to transcode RawExtension to JSON: failed to parse RawExtension bytes as CBOR'
const FIELDS = 'failed to transcode FieldsV1 to JSON: metav1.FieldsV1 cbor invalid'
