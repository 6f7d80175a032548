/** A request body of any encoding to the object it holds, or the reference's 400. */
import { shareScheme } from '../scheme/own-schemes.ts'
import { groupOfUnserved } from '../scheme/unserved.ts'
import { yamlText } from './yaml-text.ts'
import { goQuote } from '../machinery/go-quote.ts'
import { atOnce, type Pausing } from '../machinery/slice.ts'
import { MAX_LEVELS, isDeeper } from '../machinery/depth.ts'
import { type StatusError, badRequest, unsupportedMediaType } from '../machinery/status.ts'
import { type GroupVersionKind, type KubeObject, apiVersionOf, parseApiVersion } from '../machinery/types.ts'
import type { KindTypes, TypeFacts } from '../scheme/contract.ts'
import { type FieldValidation, cannotHandle, decodingTyped } from '../scheme/decode-typed.ts'
import { hasRawFields } from '../scheme/raw.ts'
import { wellFormedObject } from '../scheme/well-formed.ts'
import { decodingAs, type Schema } from '../scheme/schema.ts'
import { cutDepth, faultIn, JsonError, parseJson } from '../machinery/json.ts'
import { hasSurrogates, jsonText, jsonTextWithHalves } from '../machinery/json-text.ts'
import { parsingRounded } from '../machinery/json-turns.ts'
import { JsonNumber, jsonKind } from '../machinery/numbers.ts'
import { CborError, type DecodedCbor, decodingMap, decodingTypedCbor, diagnose, interpreting } from './cbor/index.ts'
import { DecodeError, decodeMessage, unwrap } from './protobuf/index.ts'
import { YamlError, yamlToJson, type YamlJson } from './yaml-read.ts'

export type Encoding = 'json' | 'yaml' | 'protobuf' | 'cbor'

/** What a body must hold. */
export interface BodyKind extends GroupVersionKind {
  schema: Schema
  /** The errors of options in a DELETE's body are not put into words that name a kind. */
  bare?: boolean
}

export interface DecodedBody {
  object: KubeObject
  /** For `Warning: 299` headers. */
  warnings: string[]
}

export interface Parsed {
  value: unknown
  apiVersion: string
  kind: string
  /** JSON text, for duplicate fields. */
  text?: string
  duplicates?: string[]
  /** The message of a protobuf body. */
  raw?: Buffer
  /** A CBOR body, whose kind is all that has been read. */
  cbor?: Buffer
}

const utf8 = new TextDecoder()
const anonymous = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
const SHOWN = 30

/**
 * Reads a body as an object of one built-in kind; apiVersion and kind that are missing are taken from it.
 * The object is in normal form (server/scheme/check.ts), with apiVersion and kind set.
 * @param types among which the body's own kind is looked up
 * @param yaml what a YAML body was read as; read here where it is left out
 * @throws StatusError 400 in the reference's words
 */
export const decodeBody = (
  bytes: Buffer,
  encoding: Encoding,
  expected: BodyKind,
  mode: FieldValidation,
  types: KindTypes,
  yaml?: () => YamlJson,
): DecodedBody => atOnce(decodingBody(bytes, encoding, expected, mode, types, yaml))

/** The same, with pauses while a long text is read, and before its type is looked at. */
export function* decodingBody(
  bytes: Buffer,
  encoding: Encoding,
  expected: BodyKind,
  mode: FieldValidation,
  types: KindTypes,
  yaml: () => YamlJson = () => yamlToJson(yamlText(bytes)),
): Pausing<DecodedBody> {
  const { schema } = expected
  const custom = schema.facts === undefined
  if (custom && encoding === 'protobuf') throw unsupportedMediaType(NO_PROTOBUF)
  // Fields that it does not know are no matter of its decoder, which is all that is strict there.
  if (custom && encoding === 'cbor') return yield* readCustom(yield* customOf(bytes, expected), schema, expected, 'Ignore')
  const parsed = yield* recognising(bytes, encoding, expected, yaml, custom)
  if (custom && parsed.kind === '') throw untold(bytes, expected, mode)
  yield
  if (custom) return yield* readCustom(parsed, schema, expected, mode)
  const type = typeFor(parsed, expected, types)
  const gvk = { ...parseApiVersion(parsed.apiVersion)!, kind: parsed.kind }
  const decoded = yield* reading(parsed, type, gvk, mode, expected.bare)
  yield
  const wanted = apiVersionOf(expected.group, expected.version)
  // Options are registered in every group-version, and clients send them under the group they talk to.
  const shared = types.typeOf(expected.group, expected.version, expected.kind) === type
  if (parsed.apiVersion !== wanted && !shared) throw otherVersion(parsed.apiVersion, wanted)
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = decoded.object
  return { object: { kind: parsed.kind, apiVersion: parsed.apiVersion, ...rest }, warnings: decoded.warnings }
}

/** The 400 for a body of which not even the kind can be told; it shows how the body begins. */
export function unrecognized(kind: string, why: string, bytes: Buffer): StatusError {
  const long = bytes.length > SHOWN
  const begin = long ? bytes.subarray(0, SHOWN) : bytes
  const shown = bytes.length === 0 ? '<empty>' : (bytes[0] === 0x7b ? cutText(begin) : begin.toString('hex')) + (long ? ' ...' : '')
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${shown})`)
}

/** Each byte of a character that is cut off shows as one that is none. */
function cutText(bytes: Buffer): string {
  for (let cut = 1; cut < 4 && cut <= bytes.length; cut++) {
    const byte = bytes[bytes.length - cut]!
    if (byte < 0x80) break
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0
    if (wanted > cut) return utf8.decode(bytes.subarray(0, bytes.length - cut)) + '\ufffd'.repeat(cut)
    if (wanted > 0) break
  }
  return utf8.decode(bytes)
}

/** Finds apiVersion and kind, with those expected where the body has none. */
function* recognising(bytes: Buffer, encoding: Encoding, expected: BodyKind, yaml: () => YamlJson, custom: boolean): Pausing<Parsed> {
  try {
    const found =
      encoding === 'protobuf'
        ? fromProtobuf(bytes)
        : encoding === 'cbor'
          ? yield* fromCbor(bytes)
          : encoding === 'yaml'
            ? fromYaml(yaml())
            : yield* fromJson(bytes, expected)
    const gv = parseApiVersion(found.apiVersion)
    if (gv === undefined) throw new JsonError(`unexpected GroupVersion string: ${found.apiVersion}`)
    if (custom) return found
    // To Go a slash alone is none.
    const isNone = found.apiVersion === '' || found.apiVersion === '/'
    if (expected.bare === true && isNone && found.kind !== '' && found.kind !== expected.kind)
      throw new JsonError(unregistered({ ...found, apiVersion: 'meta.k8s.io/v1' }))
    if (gv.version === '' && !isNone) {
      const why = `Object 'apiVersion' is missing in '${utf8.decode(bytes)}'`
      throw expected.bare === true ? badRequest(why) : cannotHandle({ ...gv, kind: found.kind || expected.kind }, expected.kind, why)
    }
    return {
      ...found,
      apiVersion: isNone ? apiVersionOf(expected.group, expected.version) : found.apiVersion,
      kind: found.kind === '' ? expected.kind : found.kind,
    }
  } catch (e) {
    if (e instanceof JsonError || e instanceof YamlError || e instanceof DecodeError || e instanceof CborError) {
      throw expected.bare === true ? badRequest(e.message) : unrecognized(expected.kind, e.message, bytes)
    }
    throw e
  }
}

function fromProtobuf(bytes: Buffer): Parsed {
  const { apiVersion, kind, raw } = unwrap(bytes)
  return { value: undefined, apiVersion, kind, raw }
}

function* fromCbor(bytes: Buffer): Pausing<Parsed> {
  const { apiVersion, kind } = yield* interpreting(bytes)
  // What is no version counts as none, unlike in JSON.
  return { value: undefined, apiVersion: parseApiVersion(apiVersion) === undefined ? '' : apiVersion, kind, cbor: bytes }
}

/** An object without a type. */
function* customOf(bytes: Buffer, { kind: wanted }: BodyKind): Pausing<Parsed> {
  let value: Record<string, unknown> | undefined
  const textOf = (name: string): string => (typeof value?.[name] === 'string' ? value[name] : '')
  const refused = (gvk: GroupVersionKind, why: string): StatusError =>
    gvk.kind === '' ? unrecognized(wanted, why, bytes) : cannotHandle(gvk, wanted, why)
  try {
    value = yield* decodingMap(bytes)
  } catch (e) {
    if (!(e instanceof CborError)) throw e
    const { apiVersion, kind } = yield* told(bytes, wanted)
    throw refused({ ...(parseApiVersion(apiVersion) ?? NO_VERSION), kind }, e.message)
  }
  const apiVersion = textOf('apiVersion')
  const gv = parseApiVersion(apiVersion)
  const kind = gv === undefined ? '' : textOf('kind')
  if (kind === '') throw refused({ ...NO_VERSION, kind }, `Object 'Kind' is missing in '${diagnose(bytes)}'`)
  if (gv!.version === '') throw refused({ ...NO_VERSION, kind }, `Object 'apiVersion' is missing in '${diagnose(bytes)}'`)
  return { value, apiVersion, kind }
}

const NO_VERSION = { group: '', version: '' }

function* told(bytes: Buffer, wanted: string): Pausing<{ apiVersion: string; kind: string }> {
  try {
    return yield* interpreting(bytes)
  } catch (e) {
    throw e instanceof CborError ? unrecognized(wanted, e.message, bytes) : e
  }
}

/** Its numbers and fields are looked at as those of any JSON; duplicates were found before. */
function fromYaml({ json, duplicates }: YamlJson): Parsed {
  return { ...typeMeta(parseJson(json)), duplicates }
}

/** Whether a kind has fields of JSON that is kept as it was written. */
const keepsRaw = ({ schema: { facts } }: BodyKind): boolean => facts !== undefined && hasRawFields(facts)

/** Of a type that ends somewhere no depth can be seen, and what a client nests below it is skipped. */
function readable(bytes: Buffer, expected: BodyKind): string {
  if (keepsRaw(expected)) return jsonTextWithHalves(bytes)
  return expected.schema.facts === undefined ? jsonText(bytes) : cutDepth(jsonText(bytes))
}

function* fromJson(bytes: Buffer, expected: BodyKind): Pausing<Parsed> {
  const text = readable(bytes, expected)
  let value: unknown
  try {
    value = yield* parsingRounded(text)
  } catch (e) {
    throw e instanceof JsonError ? new JsonError(`couldn't get version/kind; json parse error: ${faultIn(e, bytes)}`) : e
  }
  return { ...typeMeta(value), text }
}

/** apiVersion and kind of what a body was read as. Throws JsonError, in the words of Go's decoder, for what has none. */
export function typeMeta(value: unknown): Parsed {
  const fail = (what: string, where: string): JsonError =>
    new JsonError(`couldn't get version/kind; json parse error: json: cannot unmarshal ${what} into ${where}`)
  if (value === null) return { value: {}, apiVersion: '', kind: '' }
  if (typeof value !== 'object' || Array.isArray(value) || value instanceof JsonNumber)
    throw fail(jsonKind(value), `Go value of type ${anonymous}`)
  const found = { value, apiVersion: '', kind: '' }
  for (const name of ['apiVersion', 'kind'] as const) {
    const given = (value as Record<string, unknown>)[name]
    if (given === undefined || given === null) continue
    if (typeof given !== 'string') throw fail(jsonKind(given), `Go struct field .${name} of type string`)
    found[name] = given
  }
  return found
}

// A version without a group may come with a slash before it.
const unregistered = ({ kind, apiVersion }: Parsed): string =>
  `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion.replace(/^\//, ''))} in scheme "pkg/runtime/scheme.go:111"`

/** The type of the body's own kind, which must be the one expected. */
function typeFor(parsed: Parsed, expected: BodyKind, types: KindTypes): TypeFacts {
  const gv = parseApiVersion(parsed.apiVersion)!
  const refuse = (why: string): StatusError =>
    expected.bare === true ? badRequest(why) : cannotHandle({ ...gv, kind: parsed.kind }, expected.kind, why)
  const known = expected.bare === true || shareScheme(gv.group, expected.group)
  const type = known ? types.typeOf(gv.group, gv.version, parsed.kind) : undefined
  const unserved = type === undefined && known ? groupOfUnserved(gv.group, gv.version, parsed.kind) : undefined
  if (type === undefined && unserved === undefined) throw refuse(unregistered(parsed))
  // Options are read by a scheme that knows nothing else.
  if (parsed.kind !== expected.kind && expected.bare === true) throw badRequest(unregistered(parsed))
  if (parsed.kind !== expected.kind || (unserved ?? expected.group) !== expected.group) {
    const internal = types.typeOf(expected.group, expected.version, expected.kind)?.name.split('.').at(-3) ?? expected.group
    throw refuse(`converting (${gv.version}.${parsed.kind}) to (${internal}.${expected.kind}): unknown conversion`)
  }
  if (type === undefined) throw otherVersion(parsed.apiVersion, apiVersionOf(expected.group, expected.version))
  return type
}

const otherVersion = (given: string, wanted: string): StatusError =>
  badRequest(`the API version in the data (${given}) does not match the expected API version (${wanted})`)

function* reading(parsed: Parsed, type: TypeFacts, gvk: GroupVersionKind, mode: FieldValidation, bare = false): Pausing<DecodedBody> {
  if (parsed.raw !== undefined) return { object: fromMessage(parsed.raw, type, gvk), warnings: [] }
  if (parsed.cbor !== undefined) return yield* readingCbor(parsed.cbor, type, gvk, mode, bare)
  const decoded = yield* decodingTyped(type, parsed.value, mode, parsed.text)
  const again = mode === 'Ignore' ? [] : (parsed.duplicates ?? [])
  const error = again.length > 0 && mode === 'Strict' ? withDuplicates(again, decoded.errors[0]) : decoded.errors[0]
  if (error !== undefined) throw bare ? badRequest(error) : cannotHandle(gvk, gvk.kind, error)
  // Halves of surrogate pairs were left for the sake of what is kept as it was written.
  const halves = hasRawFields(type) && parsed.text !== undefined && hasSurrogates(parsed.text)
  const object = halves ? (wellFormedObject(decoded.object, type) as KubeObject) : decoded.object
  return { object, warnings: [...again, ...decoded.warnings] }
}

/** An unknown field is told alone: Go's decoder reads no further than to the first one. */
function* readingCbor(bytes: Buffer, type: TypeFacts, gvk: GroupVersionKind, mode: FieldValidation, bare: boolean): Pausing<DecodedBody> {
  const refused = (why: string): StatusError => (bare ? badRequest(why) : cannotHandle(gvk, gvk.kind, why))
  const { value, unknown } = yield* decodedCbor(bytes, type, mode !== 'Ignore', refused)
  yield
  const decoded = yield* decodingTyped(type, value, 'Ignore')
  if (decoded.errors[0] !== undefined) throw refused(decoded.errors[0])
  if (unknown === undefined) return decoded
  if (mode === 'Strict') throw refused(`strict decoding error: ${unknown}`)
  return { object: decoded.object, warnings: [unknown] }
}

function* decodedCbor(bytes: Buffer, type: TypeFacts, strict: boolean, refused: (why: string) => StatusError): Pausing<DecodedCbor> {
  try {
    return yield* decodingTypedCbor(bytes, type, type.name.split('.').slice(-2).join('.'), strict)
  } catch (e) {
    throw e instanceof CborError ? refused(e.message) : e
  }
}

const NO_PROTOBUF = 'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml'

/** What has no type must say itself what it is. */
function untold(bytes: Buffer, { version, kind }: BodyKind, mode: FieldValidation): StatusError {
  const why = `Object 'Kind' is missing in '${utf8.decode(bytes)}'`
  return mode === 'Ignore' ? cannotHandle({ group: '', version, kind }, kind, why) : unrecognized(kind, why, bytes)
}

/** What Go says of an object without a type whose apiVersion is null; one that is absent is none. */
export const NULL_VERSION = '.apiVersion accessor error: <nil> is of the type <nil>, expected string'

/** An object of a custom kind, by its schema. */
function* readCustom(parsed: Parsed, schema: Schema, expected: BodyKind, mode: FieldValidation): Pausing<DecodedBody> {
  const wanted = apiVersionOf(expected.group, expected.version)
  const gvk = { ...parseApiVersion(parsed.apiVersion)!, kind: parsed.kind }
  const { value, text } = parsed
  if ((value as Record<string, unknown>).apiVersion === null) throw cannotHandle(gvk, expected.kind, NULL_VERSION)
  const decoded = yield* decodingAs(schema, value, mode, text)
  const again = mode === 'Ignore' ? [] : (parsed.duplicates ?? [])
  const error = again.length > 0 && mode === 'Strict' ? withDuplicates(again, decoded.errors[0]) : decoded.errors[0]
  // What only has a field too many has been read, and is what it says that it is.
  if (error !== undefined) throw cannotHandle(gvk, error.startsWith(strictPrefix) ? gvk.kind : expected.kind, error)
  // A wrong kind is for validation to find.
  if (parsed.apiVersion !== wanted) throw otherVersion(parsed.apiVersion === '/' ? '' : parsed.apiVersion, wanted)
  return { object: decoded.object, warnings: [...again, ...decoded.warnings] }
}

const strictPrefix = 'strict decoding error: '

/** The YAML reader's duplicates come before what the JSON reader found; a wrong type hides them. */
function withDuplicates(duplicates: readonly string[], error: string | undefined): string {
  if (error !== undefined && !error.startsWith(strictPrefix)) return error
  const text = `yaml: unmarshal errors:\n${duplicates.map((each) => `  ${each}`).join('\n')}`
  return `${strictPrefix}${[text, ...(error === undefined ? [] : [error.slice(strictPrefix.length)])].join(', ')}`
}

/** Fields that hold JSON are the only ones in a message that nest without end. They may do so as little as a JSON body. */
function mayBeDeep(raw: Buffer): boolean {
  if (raw.length <= MAX_LEVELS) return false
  let openings = 0
  for (const byte of raw) if (byte === 0x7b || byte === 0x5b) openings++
  return openings > MAX_LEVELS / 2
}

function fromMessage(raw: Buffer, type: TypeFacts, gvk: GroupVersionKind): KubeObject {
  try {
    const object = decodeMessage(raw, type) as KubeObject
    if (mayBeDeep(raw) && isDeeper(object)) throw new DecodeError('exceeded max depth')
    return object
  } catch (e) {
    throw e instanceof DecodeError ? cannotHandle(gvk, gvk.kind, e.message) : e
  }
}
