import {
  duplicate,
  enoughErrors,
  forbiddenField,
  invalid,
  notSupported,
  required,
  type FieldError,
} from '../../../machinery/field-errors.ts'
import { goQuote } from '../../../machinery/go-quote.ts'
import { numberAt, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { readCertificate } from '../../../machinery/x509/certificate.ts'
import { parseCertificateRequest } from '../../../machinery/x509/certification-request.ts'
import { tag } from '../../../machinery/x509/der.ts'
import { decodePem } from '../../../machinery/x509/pem.ts'
import { validateSignerName } from '../../core/v1/signer-name.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'

/** Requests for certificates (apis/certificates, validation): requests that are signed by the key that they ask for. */
const MIN_EXPIRATION = 600
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
]
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown'
const STATUSES = ['False', 'True', 'Unknown']
/** Conditions that are a decision: they are true or not there, and never go. */
const DECISIONS = ['Approved', 'Denied', 'Failed']

/** What is tolerated because it is stored like that already. */
interface Tolerance {
  readonly both: boolean
  readonly duplicateTypes: boolean
  readonly emptyTypes: boolean
  readonly certificate: boolean
  readonly legacySigner: boolean
  readonly duplicateUsages: boolean
  readonly unknownUsages: boolean
}

const conditionsOf = (obj: JsonObject | undefined, type: string): JsonObject[] =>
  objectsAt(obj, 'status.conditions').filter((c) => c.type === type)
const certificateOf = (obj: JsonObject): string => textAt(obj, 'status.certificate')
const repeats = (values: readonly unknown[]): boolean => new Set(values).size < values.length

function toleranceOf(obj: JsonObject, old: JsonObject | undefined): Tolerance {
  const types = objectsAt(old, 'status.conditions').map((c) => textAt(c, 'type'))
  const usages = textsAt(old, 'spec.usages')
  return {
    both: types.includes('Approved') && types.includes('Denied'),
    duplicateTypes: repeats(types),
    emptyTypes: types.includes(''),
    certificate: old !== undefined && (certificateOf(obj) === certificateOf(old) || certificateFault(certificateOf(old)) !== undefined),
    legacySigner: textAt(old, 'spec.signerName') === LEGACY_SIGNER,
    duplicateUsages: repeats(usages),
    unknownUsages: usages.some((usage) => !USAGES.includes(usage)),
  }
}

function checkConditions(errors: FieldError[], conditions: readonly JsonObject[], tolerance: Tolerance): void {
  const path = 'status.conditions'
  const seen = new Set<string>()
  conditions.forEach((condition, i) => {
    const [type, status] = [textAt(condition, 'type'), textAt(condition, 'status')]
    const allowed = DECISIONS.includes(type) ? ['True'] : STATUSES
    if (type === '' && !tolerance.emptyTypes) errors.push(required(`${path}[${i}].type`))
    if (status === '') errors.push(required(`${path}[${i}].status`))
    else if (!allowed.includes(status)) errors.push(notSupported(`${path}[${i}].status`, status, allowed))
    if (seen.has(type) && !tolerance.duplicateTypes) errors.push(duplicate(`${path}[${i}].type`, type))
    seen.add(type)
  })
}

const EITHER = ['Approved', 'Denied'].map((type) => `conditions[{"type": "${type}"}]`)

/** A rule that is declared with the type, and so told after the others. */
function checkDecision(errors: FieldError[], obj: JsonObject, tolerance: Tolerance): void {
  if (tolerance.both || conditionsOf(obj, 'Approved').length === 0 || conditionsOf(obj, 'Denied').length === 0) return
  const names = EITHER.map((name) => `\`${name}\``).join(', ')
  errors.push(invalid('status.conditions', `{${EITHER.join(', ')}}`, `must specify at most one of: ${names}`))
}

/** What is wrong with a request in PEM, in base64; its signer reads what is in it. */
function requestFault(base64: string): string | undefined {
  try {
    return parseCertificateRequest(Buffer.from(base64, 'base64').toString('latin1')).signatureFault
  } catch (e) {
    return e instanceof Error ? e.message : String(e)
  }
}

const SEQUENCE_OF_SEQUENCE = /^\x30(?:[\0-\x7f]|\x81.|\x82..|\x83...)\x30/s

/** In crypto/x509's words, as far as the outermost elements tell. */
const malformed = (der: Buffer): string =>
  der[0] === tag.sequence && !SEQUENCE_OF_SEQUENCE.test(der.toString('latin1', 0, 8))
    ? 'x509: malformed tbs certificate'
    : 'x509: malformed certificate'

/** What is wrong with certificates in PEM, in base64; none is right. */
function certificateFault(base64: string): string | undefined {
  const pem = Buffer.from(base64, 'base64').toString('latin1')
  if (pem === '') return undefined
  let block = decodePem(pem)
  if (block === undefined) return 'must contain at least one CERTIFICATE PEM block'
  for (; block !== undefined; block = decodePem(pem, block.end)) {
    if (block.type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${goQuote(block.type)}`
    if (block.headers > 0) return 'no PEM block headers are permitted'
    if (block.der.length === 0) return 'found CERTIFICATE PEM block containing 0 certificates'
    try {
      readCertificate(block.der)
    } catch {
      return malformed(block.der)
    }
  }
  return undefined
}

function checkUsages(errors: FieldError[], usages: readonly string[], tolerance: Tolerance): void {
  if (usages.length === 0) errors.push(required('spec.usages'))
  if (!tolerance.unknownUsages)
    for (const [i, usage] of usages.entries()) {
      if (!USAGES.includes(usage)) errors.push(notSupported(`spec.usages[${i}]`, usage, USAGES))
      if (enoughErrors(errors)) return
    }
  if (tolerance.duplicateUsages) return
  const seen = new Set<string>()
  usages.forEach((usage, i) => {
    if (seen.has(usage)) errors.push(duplicate(`spec.usages[${i}]`, usage))
    seen.add(usage)
  })
}

export const validateSigningRequest: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const tolerance = toleranceOf(obj, old)
  const spec = objectAt(obj, 'spec') ?? {}
  const fault = requestFault(textAt(spec, 'request'))
  if (fault !== undefined) errors.push(invalid('spec.request', spec.request ?? null, fault))
  checkUsages(errors, textsAt(spec, 'usages'), tolerance)
  const signer = textAt(spec, 'signerName')
  if (signer === LEGACY_SIGNER && !tolerance.legacySigner)
    errors.push(invalid('spec.signerName', signer, 'the legacy signerName is not allowed via this API version'))
  else validateSignerName(errors, signer, 'spec.signerName')
  const seconds = numberAt(spec, 'expirationSeconds')
  if (seconds !== undefined && seconds < MIN_EXPIRATION)
    errors.push(invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 600 seconds (10 minutes)'))
  checkConditions(errors, objectsAt(obj, 'status.conditions'), tolerance)
  const certificate = tolerance.certificate ? undefined : certificateFault(certificateOf(obj))
  if (certificate !== undefined) errors.push(invalid('status.certificate', '<certificate data>', certificate))
  return errors
}

/** @param may what the write is for: `/approval` decides, `/status` sets the certificate */
export function validateSigningRequestUpdate(obj: JsonObject, old: JsonObject, may: 'decide' | 'certify' | 'neither'): FieldError[] {
  const errors = validateSigningRequest(obj, old)
  const refuse = (text: string): void => void errors.push(forbiddenField('status.conditions', text))
  for (const type of DECISIONS)
    if (conditionsOf(obj, type).length < conditionsOf(old, type).length)
      refuse(`updates may not remove a condition of type ${goQuote(type)}`)
  if (may !== 'decide')
    for (const type of ['Approved', 'Denied'])
      if (conditionsOf(obj, type).length > conditionsOf(old, type).length)
        refuse(`updates may not add a condition of type ${goQuote(type)}`)
  if (certificateOf(obj) !== certificateOf(old)) {
    if (may !== 'certify') errors.push(forbiddenField('status.certificate', 'updates may not set certificate content'))
    else if (certificateOf(old) !== '')
      errors.push(forbiddenField('status.certificate', 'updates may not modify existing certificate content'))
  }
  checkDecision(errors, obj, toleranceOf(obj, old))
  return errors
}
