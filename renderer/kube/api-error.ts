import { isRecord } from './types.ts'

export interface StatusCause {
  reason?: string
  message?: string
  field?: string
}

/** One error for everything a request can end in. `code` is the HTTP status, 0 when no answer came. */
export class ApiError extends Error {
  readonly code: number
  readonly reason: string
  readonly causes: StatusCause[]
  /** What was asked: method and path, so that a copied report says it. */
  readonly request: string
  /** The whole answer as text. */
  readonly body: string

  constructor(init: { code: number; reason: string; message: string; causes?: StatusCause[]; request?: string; body?: string }) {
    super(init.message)
    this.name = 'ApiError'
    this.code = init.code
    this.reason = init.reason
    this.causes = init.causes ?? []
    this.request = init.request ?? ''
    this.body = init.body ?? ''
  }
}

/** Why an eviction is refused, in the server's words: the sentence names no budget, its causes do (registry/core/pod/storage/eviction.go). */
export const evictionRefusal = ({ message, causes }: ApiError): string =>
  [message, ...causes.flatMap((cause) => (cause.reason === 'DisruptionBudget' && cause.message ? [cause.message] : []))].join(' ')

/** Where a request got stuck before any API server saw it: the gateway tells it as the reason of the first cause. */
const gatewayFaults = [
  'UnknownContext',
  'BrokenContext',
  'Credentials',
  'Connect',
  'NoAnswer',
  'Certificate',
  'LocalNotRunning',
  'NotKubernetes',
] as const

/** Reasons that the interface explains; anything else is explained by its code's class. */
export const explainedReasons = [
  'Unauthorized',
  'Forbidden',
  'NotFound',
  'AlreadyExists',
  'Conflict',
  'Invalid',
  'Expired',
  'Timeout',
  'TooManyRequests',
  'ServiceUnavailable',
  'InternalError',
  'MethodNotAllowed',
  'Network',
  'Unexpected',
  'NoRelease',
  'Aborted',
  'NoSession',
  'Quota',
  'PodSecurity',
  'NamespaceGoes',
  'Policy',
  'Admission',
  'Webhook',
  'Unanswered',
  ...gatewayFaults,
] as const
export type ExplainedReason = (typeof explainedReasons)[number]

const byCode: Record<number, ExplainedReason> = {
  0: 'Network',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  502: 'ServiceUnavailable',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

const sameMeaning: Record<string, ExplainedReason> = { Gone: 'Expired', ServerTimeout: 'Timeout', BadRequest: 'Invalid' }

/**
 * Admission refuses with the reasons of other things: what a quota, a policy or a webhook holds back is as Forbidden as what a role does
 * not allow, and a webhook that does not answer an InternalError. Only the sentences differ (apiserver pkg/admission, plugin/pkg/admission).
 */
const admission: readonly [code: number, said: RegExp, reason: ExplainedReason][] = [
  [403, /\b(?:exceeded|failed) quota: /, 'Quota'],
  [403, /\bviolates PodSecurity "/, 'PodSecurity'],
  [403, /\bbecause it is being terminated\b/, 'NamespaceGoes'],
  [403, /^admission webhook "|AdmissionPolicy '.*' with binding '/, 'Policy'],
  // Authorizers say who cannot, and RBAC who gives more than they have.
  [403, /^(?!.*\b[Uu]ser ".*" (?:cannot|\(groups=)).* is forbidden: (?!User\b)/s, 'Admission'],
  [500, /\bfailed calling webhook "/, 'Webhook'],
]

/** Requests that store nothing though they are no reads: dry runs, and questions that are asked by creating one. */
const storesNothing = /[?&]dryRun=|(?:reviews|\/token)(?:\?|$)/
const changes = /^(?:POST|PUT|PATCH|DELETE) /
/** The request may have been on its way before the connection was lost. */
const lostOnTheWay = /\((?:ECONNRESET|UND_ERR_SOCKET|EPIPE)\)|broke off/
const lateAnswers: ReadonlySet<string> = new Set(['NoAnswer', 'Timeout', 'Network', 'Aborted'])

/** Whether it is a change that was sent, and of which nobody has said what came of it: it may be stored. */
export const isUnanswered = (thrown: unknown): boolean => explain(toApiError(thrown)) === 'Unanswered'

/** The reason whose meaning and next step the interface shows. */
export function explain(error: ApiError): ExplainedReason {
  const reason = reasonOf(error)
  const late = lateAnswers.has(reason) || (reason === 'Connect' && lostOnTheWay.test(error.message))
  return late && changes.test(error.request) && !storesNothing.test(error.request) ? 'Unanswered' : reason
}

function reasonOf(error: ApiError): ExplainedReason {
  const fault = gatewayFaults.find((each) => each === error.causes[0]?.reason)
  if (fault) return fault
  // A webhook chooses the code of its denial.
  const held = admission.find(([code, said, reason]) => (code === error.code || reason === 'Policy') && said.test(error.message))
  if (held) return held[2]
  const known = explainedReasons.find((reason) => reason === error.reason)
  return known ?? sameMeaning[error.reason] ?? byCode[error.code] ?? (error.code >= 500 ? 'InternalError' : 'Invalid')
}

/** Reads a `Status` body where there is one; any other body becomes the message as it is (first 2,000 characters). */
export function apiErrorFrom(code: number, body: string, request: string): ApiError {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    parsed = undefined
  }
  if (isRecord(parsed) && parsed.kind === 'Status') return statusError(parsed, code, request, body)
  const message = body.trim().slice(0, 2000) || `HTTP ${code}`
  return new ApiError({ code, reason: byCode[code] ?? 'Unknown', message, request, body })
}

export function statusError(
  status: Record<string, unknown>,
  code: number,
  request: string,
  body = JSON.stringify(status, null, 2),
): ApiError {
  const details = isRecord(status.details) ? status.details : {}
  return new ApiError({
    code: typeof status.code === 'number' ? status.code : code,
    reason: typeof status.reason === 'string' && status.reason ? status.reason : (byCode[code] ?? 'Unknown'),
    message: typeof status.message === 'string' && status.message ? status.message : `HTTP ${code}`,
    causes: Array.isArray(details.causes) ? details.causes.filter(isRecord).map(toCause) : [],
    request,
    body,
  })
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const toCause = (cause: Record<string, unknown>): StatusCause => ({
  reason: text(cause.reason),
  message: text(cause.message),
  field: text(cause.field),
})

/** What `fetch`, and the body of an answer that ends early, reject with: the only TypeErrors that say something about the connection. */
const lost = /\b(?:fetch|network|terminated)\b/i

/** Anything thrown, as an ApiError. What is no answer and no lost connection is the window's own: it has what it asked for, and cannot use it. */
export function toApiError(thrown: unknown, request = ''): ApiError {
  if (thrown instanceof ApiError) return thrown
  if (thrown instanceof DOMException && thrown.name === 'AbortError') {
    return new ApiError({ code: 0, reason: 'Aborted', message: thrown.message, request })
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const reason = thrown instanceof TypeError && lost.test(message) ? 'Network' : 'Unexpected'
  return new ApiError({ code: 0, reason, message, request })
}
