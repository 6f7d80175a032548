import { randomUUID } from 'node:crypto'
import { goQuote } from '../../machinery/go-quote.ts'
import { JsonError, parseRounded } from '../../machinery/json.ts'
import { StatusError, type Status, type StatusDetails } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
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
  const review = parsed(answer)
  const [apiVersion, kind] = [textField(review, 'apiVersion'), textField(review, 'kind')]
  checkKind({ apiVersion, kind }, version)
  const { response } = review
  if (response === undefined || response === null) throw new InvalidReview('webhook response was absent')
  if (!isObject(response)) {
    throw new UnreadableReview(
      `json: cannot unmarshal ${goType(response)} into Go struct field AdmissionReview.response of type ${version}.AdmissionResponse`,
    )
  }
  const read = readResponse(response)
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

function parsed(answer: Buffer): Json {
  const text = answer.toString()
  let value: unknown
  try {
    value = parseRounded(text)
  } catch (e) {
    if (!(e instanceof JsonError)) throw e
    // The reference takes a text that begins like no JSON for YAML.
    const first = text.trimStart()[0]
    if (first === '{' || first === '[') throw new UnreadableReview(`${NO_KIND}${e.message}`)
    value = ''
  }
  if (value === null) return {}
  if (isObject(value)) return value
  throw new UnreadableReview(`${NO_KIND}json: cannot unmarshal ${goType(value)} into Go value of type ${TYPE_META}`)
}

const NO_KIND = "couldn't get version/kind; json parse error: "
const TYPE_META = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`
const GROUP = 'admission.k8s.io/'

/** What the answer says that it is; what it leaves out is taken from what was asked for. */
function checkKind({ apiVersion: given, kind: givenKind }: { apiVersion: string; kind: string }, version: ReviewVersion): void {
  const [apiVersion, kind] = [given === '' ? `${GROUP}${version}` : given, givenKind === '' ? 'AdmissionReview' : givenKind]
  const [known, wanted] = [VERSIONS.find((v) => apiVersion === `${GROUP}${v}`), `${version}.AdmissionReview`]
  const isReview = known !== undefined && kind === 'AdmissionReview'
  if (isReview && known === version) return
  const isStatus = apiVersion === 'v1' && kind === 'Status'
  if (!isReview && !isStatus) {
    throw new UnreadableReview(
      `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    )
  }
  const what = isStatus ? 'v1.Status' : `${known!}.AdmissionReview`
  throw new UnreadableReview(`converting (${what}) to (${wanted}): unknown conversion`)
}

interface Read extends Omit<ReviewResponse, 'patchType'> {
  readonly uid: string
  readonly patchType: string | undefined
}

const EMPTY = Buffer.alloc(0)

function readResponse(r: Json): Read {
  const { patch, patchType, status, allowed } = r
  if (status !== undefined && status !== null && !isObject(status)) throw wrongType(status, 'status', 'v1.Status')
  if (allowed !== undefined && allowed !== null && typeof allowed !== 'boolean') throw wrongType(allowed, 'allowed', 'bool')
  return {
    uid: textField(r, 'uid', 'types.UID'),
    allowed: allowed === true,
    patch: patch === undefined || patch === null ? EMPTY : base64(patch),
    patchType: patchType === undefined || patchType === null ? undefined : textField(r, 'patchType', 'v1.PatchType'),
    auditAnnotations: textMap(r, 'auditAnnotations'),
    warnings: textList(r, 'warnings'),
    status: isObject(status) ? status : undefined,
  }
}

const goType = (v: unknown): string => {
  if (Array.isArray(v)) return 'array'
  if (typeof v === 'boolean') return 'bool'
  return v === null ? 'null' : typeof v
}

const wrongType = (value: unknown, field: string, type: string): UnreadableReview =>
  new UnreadableReview(`json: cannot unmarshal ${goType(value)} into Go struct field AdmissionResponse.response.${field} of type ${type}`)

function textField(of: Json, field: string, type = 'string'): string {
  const value = of[field]
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') throw wrongType(value, field, type)
  return value
}

function base64(value: unknown): Buffer {
  if (typeof value !== 'string') throw wrongType(value, 'patch', '[]uint8')
  // Go's decoder forgives line ends and nothing else.
  const text = value.replace(/[\r\n]/g, '')
  const wrong = /[^A-Za-z\d+/=]/.exec(text)
  const at = wrong?.index ?? /=[^=]/.exec(text)?.index ?? (text.length % 4 === 0 ? -1 : text.length - (text.length % 4))
  if (at >= 0) throw new UnreadableReview(`illegal base64 data at input byte ${at}`)
  return Buffer.from(text, 'base64')
}

function textMap(of: Json, field: string): Record<string, string> {
  const value = of[field]
  if (value === undefined || value === null) return {}
  if (!isObject(value)) throw wrongType(value, field, 'map[string]string')
  for (const text of Object.values(value)) if (typeof text !== 'string') throw wrongType(text, field, 'string')
  return value as Record<string, string>
}

function textList(of: Json, field: string): readonly string[] {
  const value = of[field]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw wrongType(value, field, '[]string')
  for (const text of value as unknown[]) if (typeof text !== 'string') throw wrongType(text, field, 'string')
  return value as string[]
}

/** The refusal of a webhook, with the code and words that it chose (apiserver `plugin/webhook/errors/statuserror.go`). */
export function refusal(webhook: string, result: Record<string, unknown> = {}): StatusError {
  const denied = `admission webhook ${goQuote(webhook)} denied the request`
  const text = (field: string): string => (typeof result[field] === 'string' ? result[field] : '')
  const [message, reason] = [text('message'), text('reason')]
  const given = typeof result['code'] === 'number' ? result['code'] : 0
  const code = given < 400 ? 400 : given
  const told = message !== '' ? `${denied}: ${message}` : reason !== '' ? `${denied}: ${reason}` : `${denied} without explanation`
  const details = detailsOf(result['details'])
  const error = new StatusError(code, reason as '', told, details)
  const status = text('status')
  if (status !== '' && status !== 'Success') error.status.status = status as Status['status']
  return error
}

function detailsOf(value: unknown): StatusDetails | undefined {
  if (!isObject(value)) return undefined
  const details: StatusDetails = {}
  for (const field of ['name', 'group', 'kind', 'uid'] as const) {
    const text = value[field]
    if (typeof text === 'string' && text !== '') details[field] = text
  }
  const { causes, retryAfterSeconds } = value
  if (Array.isArray(causes) && causes.length > 0) {
    details.causes = (causes as unknown[]).filter(isObject).map(({ reason, message, field }) => ({
      ...(typeof reason === 'string' && reason !== '' ? { reason } : {}),
      ...(typeof message === 'string' && message !== '' ? { message } : {}),
      ...(typeof field === 'string' && field !== '' ? { field } : {}),
    }))
  }
  if (typeof retryAfterSeconds === 'number' && retryAfterSeconds !== 0) details.retryAfterSeconds = retryAfterSeconds
  return details
}
