import { invalid, invalidObject } from '../machinery/field-errors.ts'
import type { KubeObject } from '../machinery/types.ts'
import { apiVersionOf, parseApiVersion } from '../machinery/types.ts'
import type { TypeFacts } from '../scheme/contract.ts'
import { decodeTyped, type FieldValidation } from '../scheme/decode-typed.ts'
import { scheme } from '../scheme/index.ts'
import { type BodyKind, decodeBody, type DecodedBody, type Encoding } from './body.ts'
import type { MediaType } from './negotiation.ts'

/** What a request's body must be. */
export interface ExpectedKind extends BodyKind {
  type: TypeFacts
}

const ENCODINGS: Readonly<Record<MediaType, Encoding>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
}

/** Decodes a body of the expected kind; it always has metadata. Throws 400 with the reference's text for anything else. */
export function decodeRequest(bytes: Buffer, media: MediaType, expected: ExpectedKind, validation: FieldValidation): DecodedBody {
  const decoded = decodeBody(bytes, ENCODINGS[media], expected, validation)
  decoded.object.metadata ??= {}
  return decoded
}

/** What an error says of the patch that made an object. */
export interface PatchWords {
  shown(): string
  /** What strict decoding has against the patch itself; it comes before what it has against the outcome. */
  strict: readonly string[]
}

const STRICT = 'strict decoding error: '

/** The outcome of a patch, as an object of the expected kind. 422 for one that does not fit. */
export function decodePatched(value: unknown, expected: ExpectedKind, validation: FieldValidation, words: PatchWords): DecodedBody {
  checkKind(value, expected, words)
  const decoded = decodeTyped(expected.type, value, validation)
  const error = decoded.errors[0]
  const soft = error === undefined || error.startsWith(STRICT)
  const own = validation === 'Ignore' || !soft ? [] : words.strict
  if (validation === 'Strict' && own.length > 0)
    throw notThatPatch(words, STRICT + [...own, ...(error === undefined ? [] : [error.slice(STRICT.length)])].join(', '))
  if (error !== undefined) throw notThatPatch(words, error)
  const patched: KubeObject = { ...decoded.object, kind: expected.kind, apiVersion: apiVersionOf(expected.group, expected.version) }
  patched.metadata ??= {}
  return { object: patched, warnings: [...own, ...decoded.warnings] }
}

const notThatPatch = (words: PatchWords, why: string): Error =>
  invalidObject({ group: '', kind: '' }, '', [invalid('patch', words.shown(), why)])

/** A patch may not make another kind of object of it. */
function checkKind(value: unknown, expected: ExpectedKind, words: PatchWords): void {
  const { kind = expected.kind, apiVersion } = (value ?? {}) as { kind?: unknown; apiVersion?: unknown }
  const wanted = apiVersionOf(expected.group, expected.version)
  const version = apiVersion === undefined || apiVersion === null || apiVersion === '' ? wanted : apiVersion
  if (kind === null || kind === '' || (kind === expected.kind && version === wanted)) return
  const gv = parseApiVersion(String(version))
  if (gv !== undefined && scheme.typeOf(gv.group, gv.version, String(kind)) !== undefined) {
    const internal = expected.group === '' ? 'core' : expected.group.split('.')[0]!
    throw notThatPatch(words, `converting (${gv.version}.${String(kind)}) to (${internal}.${expected.kind}): unknown conversion`)
  }
  throw notThatPatch(
    words,
    `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(version)} in scheme "pkg/runtime/scheme.go:111"`,
  )
}
