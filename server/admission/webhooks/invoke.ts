import { badRequest, internalError, StatusError } from '../../machinery/status.ts'
import { goQuote } from '../../machinery/go-quote.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { WebhookAnswerError } from '../../webhook/answer.ts'
import type { AdmissionAttributes } from '../contract.ts'
import type { WebhookDependencies, WebhookType } from './contract.ts'
import {
  InvalidReview,
  refusal,
  requestOf,
  responseOf,
  reviewOf,
  reviewVersionOf,
  UnreadableReview,
  type ReviewResponse,
} from './review.ts'
import type { Candidate } from './selection.ts'

/** The call has failed: the webhook's failure policy says what becomes of the request. `code` is what metrics show. */
export class CallFailed extends Error {
  readonly code: number
  constructor(webhook: string, reason: string, code: number) {
    super(`failed calling webhook ${goQuote(webhook)}: ${reason}`)
    this.code = code
  }
}

/** The webhook says no. */
export class Denied extends Error {
  readonly status: StatusError
  constructor(status: StatusError) {
    super(status.message)
    this.status = status
  }
}

const DRY_RUN_SAFE = ['None', 'NoneOnDryRun']

/**
 * Asks one webhook about a write. @throws CallFailed, Denied, or the StatusError that the client gets whatever the failure policy is
 */
export async function ask(
  deps: WebhookDependencies,
  { hook, form }: Candidate,
  a: AdmissionAttributes,
  type: WebhookType,
  object: KubeObject | undefined,
  oldObject: KubeObject | undefined,
): Promise<ReviewResponse> {
  const { name, object: config } = hook
  if (a.dryRun) {
    if (config.sideEffects === undefined) throw new CallFailed(name, 'Webhook SideEffects is nil', 400)
    if (!DRY_RUN_SAFE.includes(config.sideEffects)) throw badRequest(`admission webhook ${goQuote(name)} does not support dry run`)
  }
  const version = reviewVersionOf(config.admissionReviewVersions)
  if (version === undefined) {
    const why = 'webhook does not accept known AdmissionReview versions (v1, v1beta1)'
    throw new CallFailed(name, `could not create admission objects: ${why}`, 400)
  }
  const { uid, body } = reviewOf(requestOf({ form, attributes: a }), version, object, oldObject)
  let response: ReviewResponse
  try {
    const { timeoutMs } = hook
    // The end of the request ends the call as well, and is all that the webhook may take for it.
    const toldMs = Math.min(timeoutMs, a.leftMs?.() ?? timeoutMs)
    const answer = await deps.call(config.clientConfig, body, { timeoutMs, toldMs, signal: a.signal, maxBytes: MAX_ANSWER })
    response = responseOf(answer, uid, version, type === 'admit')
  } catch (e) {
    if (e instanceof InvalidReview) throw new CallFailed(name, `received invalid webhook response: ${e.message}`, 503)
    const code = e instanceof WebhookAnswerError ? e.code : 503
    throw new CallFailed(
      name,
      `failed to call webhook: ${e instanceof Error ? e.message : String(e)}`,
      e instanceof UnreadableReview ? 503 : code,
    )
  }
  for (const [key, value] of Object.entries(response.auditAnnotations)) annotate(a, `${name}/${key}`, value)
  for (const text of response.warnings) a.warn(text)
  if (!response.allowed) throw new Denied(refusal(name, response.status))
  return response
}

/** A patch of an object of the largest size in base64, and what else an answer says. JSON of that size is parsed in some tens of milliseconds. */
const MAX_ANSWER = 8 << 20

/** Keys come from webhooks: one that is no key is left out, as the reference does. */
export function annotate(a: AdmissionAttributes, key: string, value: string): void {
  try {
    a.annotate(key, value)
  } catch {
    // The webhook's answer counts all the same.
  }
}

/** Counts how a call ended, and says what becomes of the request: an error for the client, or nothing where the failure is ignored. */
export function settled(
  deps: WebhookDependencies,
  { hook }: Candidate,
  a: AdmissionAttributes,
  type: WebhookType,
  seconds: number,
  error: unknown,
): { readonly error?: unknown; readonly failedOpen?: boolean } {
  const { metrics } = deps
  const { operation } = a
  const { name, ignoresFailure } = hook
  if (error === undefined) {
    metrics.called(name, type, operation, seconds, false, 200)
    return {}
  }
  if (error instanceof CallFailed) {
    // Whoever has gone does not count.
    const gone = a.signal?.aborted === true
    if (!ignoresFailure && !gone) metrics.rejected(name, type, operation, 'calling_webhook_error', error.code)
    metrics.called(name, type, operation, seconds, !ignoresFailure, error.code)
    if (!ignoresFailure) return { error: internalError(error.message) }
    if (gone) return {}
    metrics.failedOpen(name, type)
    deps.onIgnored(name, error.message)
    return { failedOpen: true }
  }
  if (error instanceof Denied) {
    metrics.rejected(name, type, operation, 'no_error', error.status.code)
    metrics.called(name, type, operation, seconds, true, error.status.code)
    return { error: error.status }
  }
  metrics.rejected(name, type, operation, 'apiserver_internal_error', 0)
  metrics.called(name, type, operation, seconds, true, 0)
  return { error }
}

/** Nobody waits for the answer any more. */
export function stopIfGone({ signal }: AdmissionAttributes): void {
  if (signal?.aborted !== true) return
  throw new StatusError(504, 'Timeout', 'Timeout: request did not complete within requested timeout', {})
}

/** What a conversion for a webhook throws becomes what the client gets. */
export async function converted<T>(convert: () => T | Promise<T>): Promise<T> {
  try {
    return await convert()
  } catch (e) {
    throw internalError(e instanceof Error ? e.message : String(e))
  }
}
