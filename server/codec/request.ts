import { badRequest } from '../machinery/status.ts'
import { apiVersionOf, parseApiVersion, type GroupVersionKind, type KubeObject } from '../machinery/types.ts'
import type { TypeFacts } from '../scheme/contract.ts'
import { cannotHandle, decodeTyped, type FieldValidation } from '../scheme/decode-typed.ts'
import { scheme } from '../scheme/index.ts'
import { JsonError, parseJson } from './json.ts'
import type { MediaType } from './negotiation.ts'
import { DecodeError, decodeObject } from './protobuf/index.ts'
import { parseYaml, YamlError } from './yaml.ts'

/** What a request's body must be. */
export interface ExpectedKind extends GroupVersionKind {
  type: TypeFacts
}

export interface DecodedRequest {
  object: KubeObject
  warnings: string[]
}

const unrecognized = (kind: string, why: string): Error =>
  badRequest(`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${why}`)

/** How apimachinery quotes a body in an error: as text when it is text, else in hex, cut short. */
function quoted(bytes: Buffer): string {
  if (bytes.length === 0) return '<empty>'
  const text = bytes.toString('utf8')
  return bytes[0] === 0x7b ? text.slice(0, 1024) : bytes.subarray(0, 1024).toString('hex')
}

/** Decodes a body of the expected kind. Throws 400 with the reference's text for anything else. */
export function decodeRequest(bytes: Buffer, media: MediaType, expected: ExpectedKind, validation: FieldValidation): DecodedRequest {
  if (media === 'application/vnd.kubernetes.protobuf') return fromProtobuf(bytes, expected)
  if (media === 'application/yaml') return fromYaml(bytes, expected, validation)
  const text = bytes.toString('utf8')
  let value: unknown
  try {
    value = parseJson(text)
  } catch (e) {
    if (!(e instanceof JsonError)) throw e
    throw unrecognized(expected.kind, `${e.message} (${quoted(bytes)})`)
  }
  return typed(value, expected, validation, text, bytes)
}

function fromYaml(bytes: Buffer, expected: ExpectedKind, validation: FieldValidation): DecodedRequest {
  try {
    const { value } = parseYaml(bytes.toString('utf8'))
    return typed(value, expected, validation, undefined, bytes)
  } catch (e) {
    if (e instanceof YamlError) throw badRequest(`error converting YAML to JSON: ${e.message}`)
    throw e
  }
}

function fromProtobuf(bytes: Buffer, expected: ExpectedKind): DecodedRequest {
  try {
    const object = decodeObject(bytes, undefined, expected)
    checkKind(object, expected)
    return { object: withIdentity(object, expected), warnings: [] }
  } catch (e) {
    if (e instanceof DecodeError) throw badRequest(`the object provided is unrecognized (must be of type ${expected.kind}): ${e.message}`)
    throw e
  }
}

function checkKind(value: { apiVersion?: unknown; kind?: unknown }, expected: ExpectedKind): void {
  const kind = typeof value.kind === 'string' && value.kind !== '' ? value.kind : expected.kind
  const wanted = apiVersionOf(expected.group, expected.version)
  const apiVersion = typeof value.apiVersion === 'string' && value.apiVersion !== '' ? value.apiVersion : wanted
  if (kind === expected.kind && apiVersion === wanted) return
  const gv = parseApiVersion(apiVersion)
  if (gv === undefined) throw badRequest(`unexpected GroupVersion string: ${apiVersion}`)
  // Options of meta.k8s.io/v1 come under any group's name.
  if (kind === expected.kind && scheme.typeOf(gv.group, gv.version, kind) === expected.type) return
  const gvk = { ...gv, kind }
  if (scheme.typeOf(gv.group, gv.version, kind) === undefined) {
    throw cannotHandle(gvk, expected.kind, `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`)
  }
  if (kind === expected.kind) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`)
  }
  throw cannotHandle(gvk, expected.kind, `converting (${gv.version}.${kind}) to (${expected.group === '' ? 'core' : expected.group.split('.')[0]}.${expected.kind}): unknown conversion`)
}

function typed(value: unknown, expected: ExpectedKind, validation: FieldValidation, text: string | undefined, bytes: Buffer): DecodedRequest {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const go = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
    if (value === null) return typed({}, expected, validation, undefined, bytes)
    throw unrecognized(
      expected.kind,
      `json: cannot unmarshal ${go} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (${quoted(bytes)})`,
    )
  }
  for (const field of ['apiVersion', 'kind'] as const) {
    const v = (value as Record<string, unknown>)[field]
    if (v !== undefined && v !== null && typeof v !== 'string') {
      const go = typeof v === 'boolean' ? 'bool' : Array.isArray(v) ? 'array' : typeof v
      throw unrecognized(expected.kind, `json: cannot unmarshal ${go} into Go struct field .${field} of type string (${quoted(bytes)})`)
    }
  }
  checkKind(value, expected)
  const { object, warnings, errors } = decodeTyped(expected.type, value, validation, text)
  if (errors.length > 0) throw cannotHandle(expected, expected.kind, errors[0]!)
  return { object: withIdentity(object, expected), warnings }
}

function withIdentity(object: KubeObject, expected: ExpectedKind): KubeObject {
  object.kind = expected.kind
  object.apiVersion = apiVersionOf(expected.group, expected.version)
  object.metadata ??= {}
  return object
}

/** The outcome of a patch, as an object of the expected kind. */
export function decodePatched(value: unknown, expected: ExpectedKind, validation: FieldValidation): DecodedRequest {
  return typed(value, expected, validation, undefined, Buffer.alloc(0))
}
