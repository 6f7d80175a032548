import type { KeyObject } from 'node:crypto'
import { invalid, invalidUnprinted, notSupported, required, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import { numberAt, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { byteLength } from '../../../machinery/names.ts'
import { readCertificate, type Certificate } from '../../../machinery/x509/certificate.ts'
import { readCertificationRequest } from '../../../machinery/x509/certification-request.ts'
import { decodePem } from '../../../machinery/x509/pem.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import { checkConditions } from '../../meta/v1/conditions.ts'
import { bytesAt, STUB } from './podcertificaterequest.ts'

/** How a request for a pod's certificate ends: once, by one of three conditions, the first with a certificate that fits the request. */
const OUTCOMES = ['Issued', 'Denied', 'Failed']
const CHAIN = 'status.certificateChain'
const MAX_CHAIN = 100 * 1024
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const NEAR_MS = 5 * MINUTE_MS
const MARGIN_MS = 10 * MINUTE_MS
const NS_PER_MS = 1_000_000

/** Checks that end with the first that is not met: what follows would make no sense. */
type Step = () => FieldError[]
function firstErrors(...steps: readonly Step[]): FieldError[] {
  for (const step of steps) {
    const errors = step()
    if (errors.length > 0) return errors
  }
  return []
}

const has = (obj: JsonObject, outcome: string): boolean =>
  objectsAt(obj, 'status.conditions').some(({ type, status }) => type === outcome && status === 'True')

function checkOutcomes(conditions: readonly JsonObject[]): FieldError[] {
  const errors: FieldError[] = []
  let known = 0
  conditions.forEach((condition, i) => {
    // The path's parts are joined by dots, also where one is an index.
    const path = `status.conditions.[${i}]`
    const [type, status] = [textAt(condition, 'type'), textAt(condition, 'status')]
    if (!OUTCOMES.includes(type)) {
      errors.push(notSupported(`${path}.type`, type, OUTCOMES))
      return
    }
    if (++known > 1)
      errors.push(invalid(`${path}.type`, type, 'There may be at most one condition with type "Issued", "Denied", or "Failed"'))
    if (status !== 'True') errors.push(notSupported(`${path}.status`, status, ['True']))
  })
  checkConditions(errors, conditions, 'status.conditions')
  return errors
}

const ATOM = /^[\w!#$%&'*+/=?^`{|}~.-]+@[\w!#$%&'*+/=?^`{|}~.-]+$/

function checkNames({ dnsNames, emailAddresses }: Certificate): FieldError[] {
  const errors: FieldError[] = []
  for (const name of dnsNames) {
    if (name === '') errors.push(invalid(CHAIN, name, 'leaf certificate should not contain empty DNSName'))
    if (name.includes('..')) errors.push(invalid(CHAIN, name, "leaf certificate's DNSName should not contain '..'"))
    if (name.startsWith('.') || name.endsWith('.'))
      errors.push(invalid(CHAIN, name, "leaf certificate's DNSName should not start or end with '.'"))
  }
  for (const address of emailAddresses)
    if (!ATOM.test(address)) errors.push(invalid(CHAIN, address, 'leaf certificate should not contain invalid EmailAddress'))
  return errors
}

/** A time of the status; undefined where there is none. */
const timeAt = (obj: JsonObject, field: string): number | undefined => {
  const text = textAt(obj, `status.${field}`)
  return text === '' ? undefined : Date.parse(text)
}

const TIMES = [
  ['notBefore', 'must be present and consistent with the issued certificate'],
  ['notAfter', 'must be present and consistent with the issued certificate'],
  ['beginRefreshAt', 'must be present and in the range [notbefore+10min, notafter-10min]'],
] as const

function checkTimes(obj: JsonObject, leaf: Certificate, now: number): FieldError[] {
  const missing = TIMES.filter(([field]) => timeAt(obj, field) === undefined)
  if (missing.length > 0) return missing.map(([field, why]) => required(`status.${field}`, why))
  const [notBefore, notAfter, refresh] = TIMES.map(([field]) => timeAt(obj, field)!) as [number, number, number]
  const bad = (field: string, why: string): FieldError[] => [invalid(`status.${field}`, textAt(obj, `status.${field}`), why)]
  if (notBefore !== leaf.notBefore) return bad('notBefore', 'must be set to the NotBefore time encoded in the leaf certificate')
  if (Math.abs(notBefore - now) >= NEAR_MS) return bad('notBefore', "must be set to within 5 minutes of kube-apiserver's current time")
  if (notAfter !== leaf.notAfter) return bad('notAfter', 'must be set to the NotAfter time encoded in the leaf certificate')
  const lifetime = leaf.notAfter - leaf.notBefore
  const longest = Number(numberAt(obj, 'spec.maxExpirationSeconds') ?? 0)
  if (lifetime < HOUR_MS) return [invalid(CHAIN, lifetime * NS_PER_MS, 'leaf certificate lifetime must be >= 1 hour')]
  if (lifetime > longest * 1000)
    return [invalid(CHAIN, lifetime * NS_PER_MS, `leaf certificate lifetime must be <= spec.maxExpirationSeconds (${longest})`)]
  if (refresh < notBefore + MARGIN_MS) return bad('beginRefreshAt', 'must be at least 10 minutes after status.notBefore')
  if (refresh > notAfter - MARGIN_MS) return bad('beginRefreshAt', 'must be at least 10 minutes before status.notAfter')
  return []
}

function parsed(der: Buffer): Certificate | undefined {
  try {
    return readCertificate(der)
  } catch {
    return undefined
  }
}

function checkKey(old: JsonObject, leaf: Certificate, chain: string): FieldError[] {
  let wanted: KeyObject
  try {
    wanted = readCertificationRequest(bytesAt(old, 'spec.stubPKCS10Request')).publicKey.key
  } catch {
    return [invalidUnprinted(STUB, 'must be a valid PKCS#10 CSR')]
  }
  return wanted.equals(leaf.publicKey) ? [] : [invalid(CHAIN, chain, 'leaf certificate was not issued to the requested public key')]
}

/** The certificates that follow the leaf; whether they lead from one to the next is not asked. */
function checkRest(chain: string, from: number): FieldError[] {
  for (let block = decodePem(chain, from); block !== undefined; block = decodePem(chain, block.end)) {
    if (block.type !== 'CERTIFICATE')
      return [invalid(CHAIN, chain, 'issued certificate chain must consist entirely of CERTFICATE PEM blocks')]
    if (parsed(block.der) === undefined) return [invalid(CHAIN, chain, 'intermediate certificate does not parse as valid X.509')]
  }
  return []
}

function checkIssued(obj: JsonObject, old: JsonObject, now: number): FieldError[] {
  const chain = textAt(obj, 'status.certificateChain')
  if (byteLength(chain) > MAX_CHAIN) return [tooLong(CHAIN, MAX_CHAIN)]
  const first = decodePem(chain)
  if (first === undefined) return [invalid(CHAIN, chain, 'issued certificate chain must contain at least one certificate')]
  if (first.type !== 'CERTIFICATE')
    return [invalid(CHAIN, chain, 'issued certificate chain must consist entirely of CERTIFICATE PEM blocks')]
  const leaf = parsed(first.der)
  if (leaf === undefined) return [invalid(CHAIN, chain, 'leaf certificate does not parse as valid X.509')]
  const names = checkNames(leaf)
  const rest = firstErrors(
    () => checkKey(old, leaf, chain),
    () => checkTimes(obj, leaf, now),
    () => checkRest(chain, first.end),
  )
  return [...names, ...rest]
}

const unless = (ok: boolean, why: string): FieldError[] => (ok ? [] : [invalidUnprinted('status', why)])

/** @param now milliseconds since the epoch */
export function validatePodCertificateRequestStatus(obj: JsonObject, old: JsonObject, now: number): FieldError[] {
  const status = objectAt(obj, 'status') ?? {}
  const before = objectAt(old, 'status') ?? {}
  const conditions = objectsAt(obj, 'status.conditions')
  return firstErrors(
    () => checkOutcomes(conditions),
    () => {
      if (OUTCOMES.some((o) => has(old, o)))
        return unless(semanticEqual(status, before), 'immutable after PodCertificateRequest is issued, denied, or failed')
      if (has(obj, 'Denied') || has(obj, 'Failed')) {
        const only = semanticEqual({ ...status, conditions: [] }, { conditions: [] })
        return unless(only, 'non-condition status fields must be empty when denying or failing the PodCertificateRequest')
      }
      if (has(obj, 'Issued')) return checkIssued(obj, old, now)
      return unless(semanticEqual(status, before), 'status is immutable unless transitioning to "Issued", "Denied", or "Failed"')
    },
  )
}
