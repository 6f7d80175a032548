import { shareScheme } from '../scheme/own-schemes.ts'
import { yamlText } from './yaml-text.ts'
import { goQuote, goUnquote } from '../machinery/go-quote.ts'
import { invalid, invalidObject } from '../machinery/field-errors.ts'
import { atOnce, inTurns, type Pausing, Slice } from '../machinery/slice.ts'
import { copyKnowingEmpty } from '../machinery/empty-fields.ts'
import { jsonKind } from '../machinery/numbers.ts'
import { internalError } from '../machinery/status.ts'
import { nextTurn } from '../machinery/turns.ts'
import type { KubeObject } from '../machinery/types.ts'
import { apiVersionOf, parseApiVersion } from '../machinery/types.ts'
import type { KindTypes } from '../scheme/contract.ts'
import { decodeTyped, type DecodedTyped, type FieldValidation } from '../scheme/decode-typed.ts'
import { decodingAs, type Schema } from '../scheme/schema.ts'
import { type BodyKind, type DecodedBody, decodingBody, type Encoding, NULL_VERSION } from './body.ts'
import type { MediaType } from './negotiation.ts'
import { readYaml } from './yaml-body.ts'
import type { YamlJson } from './yaml-read.ts'

/** What a request's body must be. */
export interface ExpectedKind extends BodyKind {
  schema: Schema
}

const ENCODINGS: Readonly<Record<MediaType, Encoding>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
  'application/cbor': 'cbor',
}

/** Bytes of a body beyond which it is decoded in turns with other requests. */
const LONG = 128 << 10

/** Decodes a body of the expected kind; it always has metadata. Throws 400 with the reference's text for anything else. */
export function decodeRequest(
  bytes: Buffer,
  media: MediaType,
  expected: ExpectedKind,
  validation: FieldValidation,
  types: KindTypes,
): DecodedBody | Promise<DecodedBody> {
  const decode = (yaml?: () => YamlJson): DecodedBody | Promise<DecodedBody> => {
    const decoding = decodingObject(bytes, ENCODINGS[media], expected, validation, types, yaml)
    return bytes.length > LONG ? oneByOne(decoding) : atOnce(decoding)
  }
  return media === 'application/yaml' ? decodeYaml(bytes, decode) : decode()
}

/** Long bodies that arrive together are not decoded in one pass of the event loop. */
async function oneByOne<T>(work: Pausing<T>): Promise<T> {
  await nextTurn()
  return inTurns(work, new Slice())
}

function* decodingObject(...of: Parameters<typeof decodingBody>): Pausing<DecodedBody> {
  const decoded = yield* decodingBody(...of)
  decoded.object.metadata ??= {}
  return decoded
}

/** YAML may be read on a thread. */
async function decodeYaml(bytes: Buffer, decode: (yaml: () => YamlJson) => DecodedBody | Promise<DecodedBody>): Promise<DecodedBody> {
  let read: YamlJson
  try {
    read = await readYaml(yamlText(bytes))
  } catch (e) {
    return decode(() => {
      throw e
    })
  }
  return decode(() => read)
}

/** What an error says of the patch that made an object. */
export interface PatchWords {
  /** Kinds that the patch may have made of it. */
  types: KindTypes
  shown(): string
  /** What strict decoding has against the patch itself; it comes before what it has against the outcome. */
  strict: readonly string[]
  /**
   * For an outcome that upstream does not read from JSON: what is wrong with its types, in that conversion's words. Its kind and
   * apiVersion do not matter then.
   */
  typeError?: (value: unknown) => string | undefined
  /** The outcome as it is read, where its numbers keep their types for `typeError`. */
  plain?: (value: unknown) => unknown
  /** The outcome with the numbers that the conversion makes of those that do not fit their fields. */
  convert?: (value: unknown) => unknown
}

const STRICT = 'strict decoding error: '
/** Refused for more than what strict decoding alone has against it. */
const isHard = ({ errors }: DecodedTyped): boolean => errors[0] !== undefined && !errors[0].startsWith(STRICT)

/** The outcome of a patch, as an object of the expected kind, in turns with others. 422 for one that does not fit. */
export function* decodingPatched(
  value: unknown,
  expected: ExpectedKind,
  validation: FieldValidation,
  words: PatchWords,
): Pausing<DecodedBody> {
  const custom = expected.schema.facts === undefined
  if (custom) checkCustomKind(value, words)
  else if (words.typeError === undefined) checkKind(value, expected, words)
  const isVersioned = custom || hasVersion(value, words)
  const decoding = (given: unknown): Pausing<DecodedTyped> =>
    isVersioned ? decodingAs(expected.schema, given, validation) : decodingUnversioned(given, validation)
  let decoded = yield* decoding(words.plain === undefined ? value : words.plain(value))
  yield
  if (isHard(decoded) && words.convert !== undefined && words.typeError?.(value) === undefined)
    decoded = yield* decoding(words.convert(value))
  if (words.typeError !== undefined) decoded = withRawFields(decoded)
  const error = decoded.errors[0]
  const soft = !isHard(decoded)
  const own = validation === 'Ignore' || !soft ? [] : words.strict
  if (validation === 'Strict' && own.length > 0)
    throw notThatPatch(words, STRICT + [...own, ...(error === undefined ? [] : [error.slice(STRICT.length)])].join(', '))
  if (error !== undefined) throw notThatPatch(words, soft ? error : (words.typeError?.(value) ?? error))
  // Another kind or version of a custom object is for validation to find.
  const type = custom ? {} : { kind: expected.kind, apiVersion: apiVersionOf(expected.group, expected.version) }
  const patched: KubeObject = Object.assign(copyKnowingEmpty(decoded.object), type)
  patched.metadata ??= {}
  return { object: patched, warnings: [...own, ...decoded.warnings] }
}

const QUOTED_FIELD = /(?<=unknown field )"(?:[^"\\]|\\.)*"/g

/** What is not read from JSON shows the fields that it does not know as they are, whatever is in their names. */
function withRawFields({ object, warnings, errors }: DecodedTyped): DecodedTyped {
  const raw = (text: string): string => text.replace(QUOTED_FIELD, (quoted) => `"${goUnquote(quoted)}"`)
  return { object, warnings: warnings.map(raw), errors: errors.map(raw) }
}

export const notThatPatch = (words: Pick<PatchWords, 'shown'>, why: string): Error =>
  invalidObject({ group: '', kind: '' }, '', [invalid('patch', words.shown(), why)])

type Json = Record<string, unknown>
const isNone = (text: unknown): boolean => text === undefined || text === null || text === ''
/** A slash alone says nothing either (apimachinery `schema.ParseGroupVersion`). */
const isNoVersion = (text: unknown): boolean => isNone(text) || text === '/'
const hasVersion = (value: unknown, words: PatchWords): boolean => words.typeError !== undefined || !isNoVersion((value as Json).apiVersion)

/** Without an apiVersion upstream reads its internal type, whose fields no JSON names: all are unknown, and the object stays empty. */
function* decodingUnversioned(value: unknown, validation: FieldValidation): Pausing<DecodedTyped> {
  yield
  const unknown = Object.keys(value as Json)
    .filter((key) => key !== 'kind' && key !== 'apiVersion')
    .sort()
    .map((key) => `unknown field ${goQuote(key)}`)
  const object = {} as KubeObject
  if (validation === 'Strict' && unknown.length > 0) return { object, warnings: [], errors: [STRICT + unknown.join(', ')] }
  return { object, warnings: validation === 'Warn' ? unknown : [], errors: [] }
}

const NO_KIND = "couldn't get version/kind; json parse error: json: cannot unmarshal"
const TYPE_META = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

/** A patch may not make another kind of object of it. */
function checkKind(value: unknown, expected: ExpectedKind, words: PatchWords): void {
  if (Array.isArray(value)) throw notThatPatch(words, `${NO_KIND} array into Go value of type ${TYPE_META}`)
  const meta = value as Json
  for (const key of ['apiVersion', 'kind']) {
    if (isNone(meta[key]) || typeof meta[key] === 'string') continue
    throw notThatPatch(words, `${NO_KIND} ${jsonKind(meta[key])} into Go struct field .${key} of type string`)
  }
  const wanted = apiVersionOf(expected.group, expected.version)
  const kind = isNone(meta.kind) ? expected.kind : String(meta.kind)
  if (isNoVersion(meta.apiVersion) && kind === expected.kind) return
  const version = isNoVersion(meta.apiVersion) ? wanted : String(meta.apiVersion)
  if (kind === expected.kind && version === wanted) return
  const gv = parseApiVersion(version)
  if (gv === undefined) throw notThatPatch(words, `unexpected GroupVersion string: ${version}`)
  const type = shareScheme(gv.group, expected.group) ? words.types.typeOf(gv.group, gv.version, kind) : undefined
  if (type !== undefined) {
    const wrong = decodeTyped(type, value, 'Ignore').errors[0]
    const internal = expected.group === '' ? 'core' : expected.group.split('.')[0]!
    throw notThatPatch(words, wrong ?? `converting (${gv.version}.${kind}) to (${internal}.${expected.kind}): unknown conversion`)
  }
  // Without a version it is read into the internal type.
  const where = isNoVersion(meta.apiVersion)
    ? `the internal version of group ${goQuote(expected.group)}`
    : `version ${goQuote(apiVersionOf(gv.group, gv.version))}`
  throw notThatPatch(words, `no kind ${goQuote(kind)} is registered for ${where} in scheme "pkg/runtime/scheme.go:111"`)
}

/** An object of a custom kind says what it is. */
function checkCustomKind(value: unknown, words: PatchWords): void {
  if (Array.isArray(value)) throw notThatPatch(words, `${NO_KIND} array into Go value of type ${TYPE_META}`)
  const meta = value as Json
  for (const key of ['apiVersion', 'kind']) {
    if (isNone(meta[key]) || typeof meta[key] === 'string') continue
    throw notThatPatch(words, `${NO_KIND} ${jsonKind(meta[key])} into Go struct field .${key} of type string`)
  }
  if (!isNoVersion(meta.apiVersion) && parseApiVersion(String(meta.apiVersion)) === undefined) {
    throw notThatPatch(words, `unexpected GroupVersion string: ${String(meta.apiVersion)}`)
  }
  if (isNone(meta.kind)) throw notThatPatch(words, `Object 'Kind' is missing in '${words.shown()}'`)
  if (meta.apiVersion === null) throw notThatPatch(words, NULL_VERSION)
  if (isNoVersion(meta.apiVersion)) throw internalError("Object 'apiVersion' is missing in 'object has no apiVersion field'")
}
