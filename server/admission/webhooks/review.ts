import { randomUUID } from 'node:crypto'
import { goQuote } from '../../machinery/go-quote.ts'
import { StatusError, type Status, type StatusDetails } from '../../machinery/status.ts'
import { jsonKind } from '../../machinery/numbers.ts'
import { parseApiVersion, type KubeObject } from '../../machinery/types.ts'
import { readReviewBody } from '../../webhook/answer.ts'
import { responseType, typeFault } from './response-types.ts'
import type { AdmissionAttributes } from '../contract.ts'
import type { ObjectForm } from './contract.ts'

/** AdmissionReview of admission.k8s.io (apiserver `plugin/webhook/request/admissionreview.go`). */
const VERSIONS = ['v1', 'v1beta1'] as const
export type ReviewVersion = (typeof VERSIONS)[number]

/** The first of a webhook's versions that is known here. */
export const reviewVersionOf = (accepted: readonly string[] | undefined): ReviewVersion | undefined =>
  (accepted ?? []).find((v): v is ReviewVersion => (VERSIONS as readonly string[]).includes(v))

/** What is written, in the version that a webhook asks for. */
export interface Invocation {
  readonly form: ObjectForm
  readonly attributes: AdmissionAttributes
}

/** The request of a review without its uid and objects; what expressions call `request`. */
export function requestOf({ form, attributes: a }: Invocation): Record<string, unknown> {
  const { requested, user, subresource, name, namespace } = a
  const { group, version, resource } = form.resource
  const sub = subresource === '' ? {} : { subResource: subresource }
  const requestedSub = subresource === '' ? {} : { requestSubResource: subresource }
  const { uid = '', groups, extra = {} } = user
  return {
    kind: { group: form.kind.group, version: form.kind.version, kind: form.kind.kind },
    resource: { group, version, resource },
    ...sub,
    requestKind: { group: requested.kind.group, version: requested.kind.version, kind: requested.kind.kind },
    requestResource: { group: requested.group, version: requested.version, resource: a.resource.resource },
    ...requestedSub,
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation: a.operation,
    userInfo: {
      ...(user.name === '' ? {} : { username: user.name }),
      ...(uid === '' ? {} : { uid }),
      ...(groups.length === 0 ? {} : { groups }),
      ...(Object.keys(extra).length === 0 ? {} : { extra }),
    },
    object: null,
    oldObject: null,
    dryRun: a.dryRun,
    options: a.options ?? null,
  }
}

export interface Review {
  readonly uid: string
  readonly body: Buffer
}

export function reviewOf(
  request: Record<string, unknown>,
  version: ReviewVersion,
  object: KubeObject | undefined,
  oldObject: KubeObject | undefined,
): Review {
  const uid = randomUUID()
  const full = { uid, ...request, object: object ?? null, oldObject: oldObject ?? null }
  return { uid, body: Buffer.from(JSON.stringify({ kind: 'AdmissionReview', apiVersion: `admission.k8s.io/${version}`, request: full })) }
}

export interface ReviewResponse {
  readonly allowed: boolean
  /** The JSON text of a patch; empty for none. */
  readonly patch: Buffer
  readonly patchType: string
  readonly auditAnnotations: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
  readonly status: Record<string, unknown> | undefined
}

type Json = Record<string, unknown>
const isObject = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v)

/** An answer that is no review; the text is Go's. */
export class UnreadableReview extends Error {}
/** A review that is not an answer to what was asked. */
export class InvalidReview extends Error {}

/** @throws UnreadableReview, InvalidReview */
export function responseOf(answer: Buffer, uid: string, version: ReviewVersion, mutating: boolean): ReviewResponse {
  const { value: review, apiVersion, kind } = readBody(answer)
  checkKind({ apiVersion, kind }, version)
  const { request, response } = review
  if (request !== undefined && request !== null && !isObject(request)) {
    throw new UnreadableReview(
      `json: cannot unmarshal ${jsonKind(request)} into Go struct field AdmissionReview.request of type ${version}.AdmissionRequest`,
    )
  }
  if (response === undefined || response === null) throw new InvalidReview('webhook response was absent')
  if (!isObject(response)) {
    throw new UnreadableReview(
      `json: cannot unmarshal ${jsonKind(response)} into Go struct field AdmissionReview.response of type ${version}.AdmissionResponse`,
    )
  }
  const read = readResponse(response, version)
  if (version === 'v1beta1') return { ...read, patch: mutating ? read.patch : EMPTY, patchType: read.patch.length > 0 ? 'JSONPatch' : '' }
  if (read.uid !== uid) throw new InvalidReview(`expected response.uid=${goQuote(uid)}, got ${goQuote(read.uid)}`)
  const wanted = 'admission.k8s.io/v1'
  if (apiVersion !== wanted || kind !== 'AdmissionReview') {
    throw new InvalidReview(
      `expected webhook response of ${wanted}, Kind=AdmissionReview, got ${apiVersion === '' ? '/' : apiVersion}, Kind=${kind}`,
    )
  }
  checkPatch(read, mutating)
  return { ...read, patchType: read.patchType ?? '' }
}

function checkPatch({ patch, patchType }: Read, mutating: boolean): void {
  if (!mutating) {
    if (patch.length > 0) throw new InvalidReview('validating webhook may not return response.patch')
    if (patchType !== undefined) throw new InvalidReview('validating webhook may not return response.patchType')
    return
  }
  if (patch.length > 0 && patchType === undefined) throw new InvalidReview('webhook returned response.patch but not response.patchType')
  if (patch.length === 0 && patchType !== undefined) throw new InvalidReview('webhook returned response.patchType but not response.patch')
  if (patchType === '') throw new InvalidReview('webhook returned invalid response.patchType of ""')
}

function readBody(answer: Buffer): ReturnType<typeof readReviewBody> {
  try {
    return readReviewBody(answer)
  } catch (e) {
    throw new UnreadableReview((e as Error).message)
  }
}

const GROUP = 'admission.k8s.io/'

/** What the answer says that it is; what it leaves out is taken from what was asked for. */
function checkKind({ apiVersion: given, kind: givenKind }: { apiVersion: string; kind: string }, version: ReviewVersion): void {
  const [apiVersion, kind] = [given === '' ? `${GROUP}${version}` : given, givenKind === '' ? 'AdmissionReview' : givenKind]
  const [known, wanted] = [VERSIONS.find((v) => apiVersion === `${GROUP}${v}`), `${version}.AdmissionReview`]
  const isReview = known !== undefined && kind === 'AdmissionReview'
  if (isReview && known === version) return
  const isStatus = apiVersion === 'v1' && kind === 'Status'
  const of = parseApiVersion(apiVersion)
  if (of === undefined) throw new UnreadableReview(`unexpected GroupVersion string: ${apiVersion}`)
  if (!isReview && !isStatus) {
    const where = of.version === '__internal' ? `the internal version of group ${goQuote(of.group)}` : `version ${goQuote(apiVersion)}`
    throw new UnreadableReview(`no kind ${goQuote(kind)} is registered for ${where} in scheme "pkg/runtime/scheme.go:111"`)
  }
  const what = isStatus ? 'v1.Status' : `${known!}.AdmissionReview`
  throw new UnreadableReview(`converting (${what}) to (${wanted}): unknown conversion`)
}

interface Read extends Omit<ReviewResponse, 'patchType'> {
  readonly uid: string
  readonly patchType: string | undefined
}

const EMPTY = Buffer.alloc(0)

function readResponse(r: Json, version: ReviewVersion): Read {
  const fault = typeFault(r, responseType(version), 'response', 'AdmissionReview')
  if (fault !== undefined) throw new UnreadableReview(fault)
  const { uid, patch, patchType, status, allowed, auditAnnotations, warnings } = r
  const texts = Object.entries((auditAnnotations ?? {}) as Record<string, string | null>)
  return {
    uid: (uid ?? '') as string,
    allowed: allowed === true,
    patch: patch === undefined || patch === null ? EMPTY : base64(patch),
    patchType: (patchType ?? undefined) as string | undefined,
    auditAnnotations: Object.fromEntries(texts.map(([key, text]) => [key, text ?? ''])),
    warnings: ((warnings ?? []) as readonly (string | null)[]).map((text) => text ?? ''),
    status: isObject(status) ? status : undefined,
  }
}

function base64(value: unknown): Buffer {
  const notBytes = (what: string, type: string): UnreadableReview =>
    new UnreadableReview(`json: cannot unmarshal ${what} into Go struct field AdmissionResponse.response.patch of type ${type}`)
  // Bytes may come as a list of numbers, too.
  if (Array.isArray(value)) {
    const other: unknown = value.find((n) => !Number.isInteger(n) || n < 0 || n > 255)
    if (other !== undefined) throw notBytes(typeof other === 'number' ? `number ${other}` : jsonKind(other), 'uint8')
    return Buffer.from(value as number[])
  }
  if (typeof value !== 'string') throw notBytes(jsonKind(value), '[]uint8')
  // Go's decoder forgives line ends and nothing else.
  const text = value.replace(/[\r\n]/g, '')
  const wrong = /[^A-Za-z\d+/=]/.exec(text)
  const at = wrong?.index ?? /=[^=]/.exec(text)?.index ?? (text.length % 4 === 0 ? -1 : text.length - (text.length % 4))
  if (at >= 0) throw new UnreadableReview(`illegal base64 data at input byte ${at}`)
  return Buffer.from(text, 'base64')
}

/** HTTP knows no others. */
const [LEAST_CODE, MOST_CODE] = [400, 999]

/** The refusal of a webhook, with the code and words that it chose (apiserver `plugin/webhook/errors/statuserror.go`). Its types were checked. */
export function refusal(webhook: string, result: Record<string, unknown> = {}): StatusError {
  const denied = `admission webhook ${goQuote(webhook)} denied the request`
  const { message, reason, status, code: given } = result as { message?: string; reason?: string; status?: string; code?: number }
  const code = (given ?? 0) < LEAST_CODE ? LEAST_CODE : given! > MOST_CODE ? 500 : given!
  const told = message ? `${denied}: ${message}` : reason ? `${denied}: ${reason}` : `${denied} without explanation`
  const error = new StatusError(code, (reason ?? '') as '', told, detailsOf(result['details']))
  if (status && status !== 'Success') error.status.status = status as Status['status']
  error.status.metadata = filled(result['metadata'], ['selfLink', 'resourceVersion', 'continue'])
  return error
}

/** Those of an object's fields that are not empty. */
function filled(value: unknown, fields: readonly string[]): Record<string, string> {
  const given = fields.map((field) => [field, isObject(value) ? value[field] : undefined] as const)
  return Object.fromEntries(given.filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== ''))
}

function detailsOf(value: unknown): StatusDetails | undefined {
  if (!isObject(value)) return undefined
  const details: StatusDetails = filled(value, ['name', 'group', 'kind', 'uid'])
  const { causes, retryAfterSeconds } = value
  if (Array.isArray(causes) && causes.length > 0) {
    details.causes = causes.map((cause: unknown) => filled(cause, ['reason', 'message', 'field']))
  }
  if (typeof retryAfterSeconds === 'number' && retryAfterSeconds !== 0) details.retryAfterSeconds = retryAfterSeconds
  return details
}
