import { invalid, invalidUnprinted, required, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import { numberAt, objectAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { byteLength, nameIsSubdomain } from '../../../machinery/names.ts'
import { readCertificationRequest } from '../../../machinery/x509/certification-request.ts'
import type { PublicKey } from '../../../machinery/x509/public-key.ts'
import { invalidTexts } from '../../core/v1/checks.ts'
import { internalValue } from '../../core/v1/internal-form.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import { isKubernetesSigner, validateSignerName } from '../../core/v1/signer-name.ts'
import { validateUserAnnotations } from '../../core/v1/volume-projected.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'

/** Requests for the certificates of pods (apis/certificates, validation). What becomes of one is in podcertificaterequest-status.ts. */
const MIN_SECONDS = 3600
const MAX_SECONDS = 91 * 86_400
const MAX_KUBERNETES_SECONDS = 86_400
const MAX_UID = 128
const MAX_REQUEST = 10 * 1024
const CURVES = ['P-256', 'P-384', 'P-521']
const MODULI = [3072, 4096]
export const STUB = 'spec.stubPKCS10Request'

/** What a field of Go's type `[]byte` has in it. */
export const bytesAt = (obj: JsonObject | undefined, path: string): Buffer => Buffer.from(textAt(obj, path), 'base64')

function checkKey(errors: FieldError[], { kind, curve = '', bits = 0 }: PublicKey): boolean {
  if (kind === 'other') errors.push(invalidUnprinted(STUB, 'unknown public key type; supported types are Ed25519, ECDSA, and RSA'))
  else if (kind === 'ECDSA' && !CURVES.includes(curve))
    errors.push(invalid(STUB, `curve ${curve}`, 'elliptic public keys must use curve P256, P384, or P521'))
  else if (kind === 'RSA' && !MODULI.includes(bits))
    errors.push(invalid(STUB, `${bits}-bit modulus`, 'RSA keys must have modulus size 3072 or 4096'))
  else return true
  return false
}

/** What is in the request is its signer's to read: only that it is one, of a strong key that whoever asks has. */
function checkStub(errors: FieldError[], der: Buffer): void {
  if (der.length > MAX_REQUEST) {
    errors.push(tooLong(STUB, MAX_REQUEST))
    return
  }
  let request: ReturnType<typeof readCertificationRequest>
  try {
    request = readCertificationRequest(der)
  } catch {
    errors.push(invalidUnprinted(STUB, 'must be a valid PKCS#10 CSR'))
    return
  }
  if (checkKey(errors, request.publicKey) && request.signatureFault !== undefined) errors.push(invalidUnprinted(STUB, 'invalid signature'))
}

function checkLifetime(errors: FieldError[], spec: JsonObject | undefined): void {
  const seconds = numberAt(spec, 'maxExpirationSeconds')!
  const max = isKubernetesSigner(textAt(spec, 'signerName')) ? MAX_KUBERNETES_SECONDS : MAX_SECONDS
  if (seconds < MIN_SECONDS || seconds > max)
    errors.push(invalid('spec.maxExpirationSeconds', seconds, `must be in the range [${MIN_SECONDS}, ${max}]`))
}

/** Whom a request is about: each by its name and uid. */
const SUBJECTS = [
  ['podName', 'podUID'],
  ['serviceAccountName', 'serviceAccountUID'],
  ['nodeName', 'nodeUID'],
] as const

export function validatePodCertificateRequest(obj: JsonObject): FieldError[] {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  validateSignerName(errors, textAt(spec, 'signerName'), 'spec.signerName')
  const annotations = objectAt(spec, 'unverifiedUserAnnotations')
  if (annotations !== undefined) validateUserAnnotations(errors, annotations as Record<string, string>, 'spec.unverifiedUserAnnotations')
  for (const [name, uid] of SUBJECTS) {
    invalidTexts(errors, `spec.${name}`, textAt(spec, name), nameIsSubdomain(textAt(spec, name), false))
    const value = textAt(spec, uid)
    if (value === '') errors.push(invalid(`spec.${uid}`, value, 'must not be empty'))
    if (byteLength(value) > MAX_UID) errors.push(tooLong(`spec.${uid}`, MAX_UID))
  }
  if (numberAt(spec, 'maxExpirationSeconds') === undefined) {
    errors.push(required('spec.maxExpirationSeconds', 'must be set'))
    return errors
  }
  checkLifetime(errors, spec)
  // The public key and its proof were fields of the beta, which is not served.
  const der = bytesAt(spec, 'stubPKCS10Request')
  if (der.length > 0) checkStub(errors, der)
  else errors.push(invalidUnprinted('spec', 'exactly one of (stubPKCS10Request) or (pkixPublicKey, proofOfPossession) must be set'))
  return errors
}

export function validatePodCertificateRequestUpdate(obj: JsonObject, old: JsonObject): FieldError[] {
  if (semanticEqual(obj.spec, old.spec)) return []
  return [invalid('spec', internalValue('PodCertificateRequestSpec', obj.spec), IMMUTABLE)]
}
