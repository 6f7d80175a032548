import { Agent } from 'node:https'
import type { KubeconfigContext } from './kubeconfig-context.ts'
import type { Clock } from '../machinery/clock.ts'
import { goQuote } from '../machinery/go-quote.ts'
import type { JsonObject } from '../machinery/json-walk.ts'
import { http } from '../machinery/node-http.ts'
import { parseApiVersion } from '../machinery/types.ts'
import { serverIdentity } from '../machinery/server-identity.ts'
import type { KindTypes } from '../scheme/contract.ts'
import { MAX_RETRY_AFTER, readReviewBody, retryAfter, WebhookAnswerError } from './answer.ts'
import { authorization, CallTimedOut, ConnectionReset, post, type Target } from './call.ts'

/** A review that is sent; the answer is one of its kind and version. */
export interface Review extends JsonObject {
  readonly apiVersion: string
  readonly kind: string
}

/**
 * Asks a webhook that a kubeconfig names for its review, and resolves with what `read` makes of the answer (apiserver `util/webhook`). What
 * may be better in a moment is tried again.
 * @param deadlineMs all tries together
 * @param read throws an Error for a field of a wrong type
 * @param observe is told of every try
 * @throws Error in the words of Go's client
 */
export type AskReview = <T>(review: Review, deadlineMs: number, read: (answer: JsonObject) => T, observe?: ReviewObserver) => Promise<T>

/** What came of one try. */
export type ReviewResult = 'success' | 'timeout' | 'error'
export type ReviewObserver = (result: ReviewResult, seconds: number) => void

export interface ReviewWebhookOptions {
  readonly clock: Clock
  /** Of one try. */
  readonly timeoutMs: number
  /** Before the second try; half a second by default. */
  readonly firstWaitMs?: number
  /** Among which the kind of an answer is looked up that is not what was asked for. */
  readonly types: KindTypes
  readonly random?: () => number
}

const TRIES = 5
const FIRST_WAIT_MS = 500
const FACTOR = 1.5
const JITTER = 0.2
/** A review and its answer are small; the reference reads whatever comes. */
const MAX_ANSWER = 3 << 20
const IDLE_MS = 90_000

export function reviewWebhook(to: KubeconfigContext, o: ReviewWebhookOptions): AskReview {
  const target = targetOf(to, o.timeoutMs)
  const { clock, random = Math.random } = o
  const wait = (ms: number): Promise<void> => new Promise((done) => void clock.setTimeout(done, ms))
  return async (review, deadlineMs, read, observe) => {
    const body = Buffer.from(`${JSON.stringify(review)}\n`)
    const end = clock.now() + deadlineMs
    const once = async (): Promise<Buffer> => {
      for (let asked = 0; ; asked++) {
        const timeoutMs = Math.max(1, Math.min(o.timeoutMs, end - clock.now()))
        try {
          return await post({ ...target, ...authorization(to) }, body, { timeoutMs, maxBytes: MAX_ANSWER })
        } catch (e) {
          const after = retryAfter(e)
          if (after === undefined || asked === MAX_RETRY_AFTER || clock.now() + after * 1000 >= end) throw e
          await wait(after * 1000)
        }
      }
    }
    let pause = o.firstWaitMs ?? FIRST_WAIT_MS
    for (let tries = 1; ; tries++) {
      const began = clock.now()
      const tried = (result: ReviewResult): void => observe?.(result, (clock.now() - began) / 1000)
      try {
        const answer = readReview(await once(), review, read, o.types)
        tried('success')
        return answer
      } catch (e) {
        tried(isTimeout(e) ? 'timeout' : 'error')
        const waitMs = pause * (1 + JITTER * random())
        pause *= FACTOR
        if (!mayPass(e) || tries === TRIES || clock.now() + waitMs >= end) throw e
        await wait(waitMs)
      }
    }
  }
}

const isTimeout = (e: unknown): boolean => e instanceof CallTimedOut || (e instanceof WebhookAnswerError && e.code === 504)

/** apiserver `util/webhook`, DefaultShouldRetry. */
const mayPass = (e: unknown): boolean =>
  e instanceof ConnectionReset ||
  (e instanceof WebhookAnswerError && ((e.code >= 500 && e.code !== 503) || e.code === 429 || e.retryAfterSeconds !== undefined))

function targetOf({ server, ca, cert, key, insecureSkipTlsVerify, tlsServerName }: KubeconfigContext, timeoutMs: number): Target {
  const url = new URL(server)
  url.search += `${url.search === '' ? '' : '&'}timeout=${timeoutMs / 1000}s`
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const isPlain = url.protocol === 'http:'
  const keep = { keepAlive: true, timeout: IDLE_MS, scheduling: 'lifo' } as const
  const tls = {
    checkServerIdentity: serverIdentity,
    ...(ca === undefined ? {} : { ca, allowPartialTrustChain: true }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(insecureSkipTlsVerify === true ? { rejectUnauthorized: false } : {}),
  }
  return {
    ...{ shown: url.href, authority: url.host, host, servername: tlsServerName ?? host },
    port: Number(url.port || (isPlain ? 80 : 443)),
    path: `${url.pathname}${url.search}`,
    agent: isPlain ? new http.Agent(keep) : new Agent({ ...keep, ...tls }),
  }
}

/** The webhook's object; what it leaves out of kind and version is taken from what was asked. */
function readReview<T>(answer: Buffer, asked: Review, read: (answer: JsonObject) => T, types: KindTypes): T {
  const { value, ...given } = readReviewBody(answer)
  const [apiVersion, kind] = [given.apiVersion === '' ? asked.apiVersion : given.apiVersion, given.kind === '' ? asked.kind : given.kind]
  const [of, wanted] = [parseApiVersion(apiVersion), parseApiVersion(asked.apiVersion)!]
  const isReview = kind === asked.kind && of?.group === wanted.group && VERSIONS[asked.kind]!.includes(of.version)
  if (!isReview && (of === undefined || types.typeOf(of.group, of.version, kind) === undefined)) {
    throw new Error(`no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`)
  }
  const result = isReview ? read(value) : undefined
  if (isReview && of.version === wanted.version) return result as T
  throw new Error(`converting (${of.version}.${kind}) to (${wanted.version}.${asked.kind}): unknown conversion`)
}

/** In which each has been. */
const VERSIONS: Readonly<Record<string, readonly string[]>> = {
  TokenReview: ['v1', 'v1beta1'],
  SubjectAccessReview: ['v1', 'v1beta1'],
  ImageReview: ['v1alpha1'],
}
