import { invalid, invalidObject } from '../machinery/field-errors.ts'
import type { KubeObject } from '../machinery/types.ts'
import { apiVersionOf } from '../machinery/types.ts'
import type { TypeFacts } from '../scheme/contract.ts'
import { decodeTyped, type FieldValidation } from '../scheme/decode-typed.ts'
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

/**
 * The outcome of a patch, as an object of the expected kind.
 * @param shown what the 422 for an outcome that does not fit shows as the patch
 */
export function decodePatched(value: unknown, expected: ExpectedKind, validation: FieldValidation, shown: () => string): DecodedBody {
  const { object, warnings, errors } = decodeTyped(expected.type, value, validation)
  if (errors.length > 0) throw invalidObject({ group: '', kind: '' }, '', [invalid('patch', shown(), errors[0]!)])
  const patched: KubeObject = { ...object, kind: expected.kind, apiVersion: apiVersionOf(expected.group, expected.version) }
  patched.metadata ??= {}
  return { object: patched, warnings }
}
