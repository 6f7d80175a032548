import { duplicate, forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { goQuote } from '../../../machinery/go-quote.ts'
import { numberAt, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import { validateSignerName } from '../../core/v1/signer-name.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'

/** Requests for certificates (apis/certificates, validation). What is inside the request is its signer's to read. */
const PEM = /-----BEGIN CERTIFICATE REQUEST-----\r?\n[^]*?-----END CERTIFICATE REQUEST-----/
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

function checkConditions(errors: FieldError[], conditions: readonly JsonObject[]): void {
  const path = 'status.conditions'
  const seen = new Set<string>()
  conditions.forEach((condition, i) => {
    const [type, status] = [textAt(condition, 'type'), textAt(condition, 'status')]
    const allowed = DECISIONS.includes(type) ? ['True'] : STATUSES
    if (type === '') errors.push(required(`${path}[${i}].type`))
    if (status === '') errors.push(required(`${path}[${i}].status`))
    else if (!allowed.includes(status)) errors.push(notSupported(`${path}[${i}].status`, status, allowed))
    const other = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined
    if (other !== undefined && seen.has(other)) errors.push(invalid(path, type, 'Approved and Denied conditions are mutually exclusive'))
    if (seen.has(type)) errors.push(duplicate(`${path}[${i}].type`, type))
    seen.add(type)
  })
}

export const validateSigningRequest: Validation = (obj) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec') ?? {}
  const request = textAt(spec, 'request')
  if (!PEM.test(Buffer.from(request, 'base64').toString('latin1')))
    errors.push(invalid('spec.request', spec.request ?? null, 'PEM block type must be CERTIFICATE REQUEST'))
  const usages = textsAt(spec, 'usages')
  if (usages.length === 0) errors.push(required('spec.usages'))
  usages.forEach((usage, i) => {
    if (!USAGES.includes(usage)) errors.push(notSupported(`spec.usages[${i}]`, usage, USAGES))
  })
  usages.forEach((usage, i) => {
    if (usages.indexOf(usage) < i) errors.push(duplicate(`spec.usages[${i}]`, usage))
  })
  const signer = textAt(spec, 'signerName')
  if (signer === LEGACY_SIGNER) errors.push(invalid('spec.signerName', signer, 'the legacy signerName is not allowed via this API version'))
  else validateSignerName(errors, signer, 'spec.signerName')
  const seconds = numberAt(spec, 'expirationSeconds')
  if (seconds !== undefined && seconds < MIN_EXPIRATION)
    errors.push(invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 600 seconds (10 minutes)'))
  checkConditions(errors, objectsAt(obj, 'status.conditions'))
  return errors
}

const conditionsOf = (obj: JsonObject | undefined, type: string): JsonObject[] =>
  objectsAt(obj, 'status.conditions').filter((c) => c.type === type)

/** @param approves whether the write may decide, which is what `/approval` is for; `/status` alone may set the certificate */
export function validateSigningDecision(obj: JsonObject, old: JsonObject, approves: boolean): FieldError[] {
  const errors: FieldError[] = []
  checkConditions(errors, objectsAt(obj, 'status.conditions'))
  const refuse = (text: string): void => void errors.push(forbiddenField('status.conditions', text))
  for (const type of DECISIONS)
    if (conditionsOf(obj, type).length < conditionsOf(old, type).length)
      refuse(`updates may not remove a condition of type ${goQuote(type)}`)
  if (approves) return errors
  for (const type of ['Approved', 'Denied'])
    if (conditionsOf(obj, type).length > conditionsOf(old, type).length) refuse(`updates may not add a condition of type ${goQuote(type)}`)
  const [certificate, before] = [textAt(obj, 'status.certificate'), textAt(old, 'status.certificate')]
  if (!semanticEqual(certificate, before) && before !== '')
    errors.push(forbiddenField('status.certificate', 'updates may not modify existing certificate content'))
  return errors
}
