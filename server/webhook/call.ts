import type { Agent as PlainAgent, IncomingMessage } from 'node:http'
import { Agent, request, type RequestOptions } from 'node:https'
import { posix } from 'node:path'
import { FirstWrite } from '../machinery/first-write.ts'
import { goQuote } from '../machinery/go-quote.ts'
import { http } from '../machinery/node-http.ts'
import { serverIdentity } from '../machinery/server-identity.ts'
import type { ClientCredentials } from './client-credentials.ts'
import type { ClientObserver } from './client-metrics.ts'
import type { KubeconfigUser } from './kubeconfig-context.ts'
import { AnswerTooLarge, emptyAnswer, MAX_RETRY_AFTER, readAnswer, retryAfter, WebhookAnswerError } from './answer.ts'
import { bodyErrorText, webhookErrorText } from './errors.ts'

/** A webhook's address, or the service behind which it is. */
export interface WebhookAddress {
  readonly url?: string
  /** PEM certificates in base64, that its certificate must come from; without them the system's. */
  readonly caBundle?: string
  readonly service?: { readonly namespace?: string; readonly name?: string; readonly path?: string; readonly port?: number }
}

export type ResolveService = (namespace: string, name: string, port: number) => { host: string; port: number }

export interface CallOptions {
  readonly timeoutMs: number
  /** The time that the webhook is told that it has; by default `timeoutMs`. */
  readonly toldMs?: number
  /** The caller's client gives up, and not the caller: Go words that otherwise. */
  readonly clientTimeout?: boolean
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
  readonly observer?: ClientObserver | undefined
  /** The largest answer that is read; by default what conversion may make of the largest request. */
  readonly maxBytes?: number
}

/** Posts JSON to a webhook. Rejects with an Error in the words of Go's client. */
export type CallWebhook = (address: WebhookAddress, body: Buffer, options: CallOptions) => Promise<Buffer>

/** The connection was reset before there was an answer: not that it ended, which Go's client calls EOF. */
export class ConnectionReset extends Error {}

const MAX_ANSWER = 64 << 20
const IDLE_MS = 90_000
const IDLE_CONNECTIONS = 25
/** Webhooks that connections are kept to; as many CAs can be in one cluster's configurations and more. */
const MAX_AGENTS = 100

/**
 * The client of all webhooks. Connections are kept for the next call; redirects are not followed, since they would make the server ask for
 * whatever the webhook wants.
 * @param resolve where a service's requests go
 * @param credentials what is shown to a webhook
 */
export function webhookCaller(
  resolve: ResolveService,
  credentials: ClientCredentials = () => undefined,
  observer?: ClientObserver,
): CallWebhook {
  const agents = new Agents()
  return async ({ url, caBundle = '', service }, body, given) => {
    const options: CallOptions = { ...given, observer }
    // As in the reference, the server is told how long it is waited for.
    const timeout = `timeout=${Math.max(1, Math.ceil((options.toldMs ?? options.timeoutMs) / 1000))}s`
    if (url !== undefined) {
      const to = new URL(url)
      to.pathname = cleanPath(to.pathname)
      to.search += `${to.search === '' ? '' : '&'}${timeout}`
      const host = to.hostname.replace(/^\[(.*)\]$/, '$1')
      const port = Number(to.port || 443)
      const shows = credentials(`${to.hostname}:${port}`) ?? {}
      const agent = agents.of(caBundle, host, shows)
      const path = `${to.pathname}${to.search}`
      return postPatiently(
        { shown: to.href, authority: to.host, host, servername: host, port, path, agent, ...authorization(shows) },
        body,
        options,
      )
    }
    const { namespace = '', name = '', path = '', port = 443 } = service ?? {}
    const servername = `${name}.${namespace}.svc`
    const full = `${cleanPath(path)}?${timeout}`
    const authority = `${servername}:${port}`
    const shown = `https://${authority}${full}`
    let target: ReturnType<ResolveService>
    try {
      target = resolve(namespace, name, port)
    } catch (e) {
      throw new Error(`Post ${goQuote(shown)}: ${e instanceof Error ? e.message : String(e)}`, { cause: e })
    }
    const shows = credentials(authority) ?? {}
    const agent = agents.of(caBundle, servername, shows)
    return postPatiently({ shown, authority, servername, path: full, ...target, agent, ...authorization(shows) }, body, options)
  }
}

/** As Go's client joins paths: no slash twice, none at the end. Servers answer others with redirects. */
const cleanPath = (path: string): string => posix.join('/', path).replace(/(?<=.)\/$/, '')

/** One for each CA and name, the last used kept. */
class Agents {
  readonly #agents = new Map<string, Agent>()

  of(caBundle: string, servername: string, { cert = '', key: privateKey = '' }: KubeconfigUser): Agent {
    const key = `${servername}\n${caBundle}\n${cert}`
    const agent = this.#agents.get(key) ?? agentOf(caBundle, cert, privateKey)
    this.#agents.delete(key)
    this.#agents.set(key, agent)
    if (this.#agents.size > MAX_AGENTS) {
      const [oldest, unused] = this.#agents.entries().next().value!
      this.#agents.delete(oldest)
      // Calls that are under way go on; its idle connections end with it.
      unused.destroy()
    }
    return agent
  }
}

function agentOf(caBundle: string, cert: string, key: string): Agent {
  // A certificate that is no CA's is trusted as well when the bundle holds it, as Go does.
  const ca = caBundle === '' ? {} : { ca: Buffer.from(caBundle, 'base64'), allowPartialTrustChain: true }
  return new Agent({
    keepAlive: true,
    maxFreeSockets: IDLE_CONNECTIONS,
    timeout: IDLE_MS,
    scheduling: 'lifo',
    checkServerIdentity: serverIdentity,
    ...ca,
    ...(cert === '' ? {} : { cert, key }),
  })
}

/** The header that shows who the server is. */
export function authorization({ token, basic }: KubeconfigUser): { authorization?: string } {
  if (token !== undefined) return { authorization: `Bearer ${typeof token === 'string' ? token : token()}` }
  if (basic === undefined) return {}
  return { authorization: `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}` }
}

export interface Target {
  readonly shown: string
  /** The Host header. */
  readonly authority: string
  readonly host: string
  readonly port: number
  readonly servername: string
  readonly path: string
  readonly agent: Agent | PlainAgent
  readonly authorization?: string
}

/** As `post`, again and again while the webhook says when it wants to be asked once more, all within the time of one call. */
async function postPatiently(target: Target, body: Buffer, options: CallOptions): Promise<Buffer> {
  const end = performance.now() + options.timeoutMs
  for (let tries = 0; ; tries++) {
    const left = Math.max(1, end - performance.now())
    try {
      return await post(target, body, { ...options, timeoutMs: left })
    } catch (e) {
      const waitMs = (retryAfter(e) ?? Number.NaN) * 1000
      if (Number.isNaN(waitMs) || tries === MAX_RETRY_AFTER) throw e
      await pause(Math.min(waitMs, end - performance.now()), options.signal)
      const why = options.signal?.aborted === true ? CANCELED : performance.now() >= end ? TIMED_OUT : undefined
      if (why !== undefined) throw new Error(`Post ${goQuote(target.shown)}: ${why}`, { cause: e })
    }
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
    if (signal?.aborted === true) done()
  })
}

/** @throws WebhookAnswerError, ConnectionReset, or another Error in the words of Go's client */
export async function post(target: Target, body: Buffer, options: CallOptions): Promise<Buffer> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(target, body, options)
    } catch (e) {
      // The connection had been closed when it was taken for this call: nobody has read it.
      if (e instanceof StaleConnection && tries <= IDLE_CONNECTIONS) continue
      throw e instanceof StaleConnection ? e.cause : e
    }
  }
}

class StaleConnection extends Error {}

/** The answer did not come in its time. */
export class CallTimedOut extends Error {}

const TIMED_OUT = 'context deadline exceeded'
const CANCELED = 'context canceled'
const MAX_HEADERS = 1 << 20
const IN_BODY = 'unexpected error when reading response body. Please retry. Original error: '

function attempt(target: Target, body: Buffer, options: CallOptions): Promise<Buffer> {
  const { timeoutMs, clientTimeout = false, signal, maxBytes = MAX_ANSWER, observer } = options
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  const { shown, authority, host, port, servername, path, agent, authorization } = target
  const isName = !/^[\d.]+$|:/.test(servername)
  return new Promise((resolve, reject) => {
    const failure = (e: unknown): Error => new Error(`Post ${goQuote(shown)}: ${webhookErrorText(e, target)}`)
    const headers = {
      ...{ 'content-type': 'application/json', accept: 'application/json, */*', 'content-length': String(body.length) },
      ...{ host: authority, 'accept-encoding': 'gzip' },
      ...(authorization === undefined ? {} : { authorization }),
    }
    const named = isName ? { servername } : {}
    const call: RequestOptions = { method: 'POST', host, port, path, headers, agent, maxHeaderSize: MAX_HEADERS, ...named }
    const ask = agent instanceof Agent ? request : http.request
    let answered = false
    // What has ended the request says more than that its answer was broken off.
    let broken: Error | undefined
    const req = ask(call, (res) => {
      answered = true
      observer?.answered(authority, res.statusCode ?? 0, seconds())
      const read = (bytes: number): void => observer?.read(authority, bytes)
      void readAnswer(res, maxBytes, read).then(resolve, (e: unknown) => {
        if (e instanceof WebhookAnswerError) return reject(e)
        if (e instanceof AnswerTooLarge) return reject(failure(e))
        reject(bodyFailure(broken ?? (e as Error), clientTimeout))
      })
    })
    const tooLate = clientTimeout ? `${TIMED_OUT} (Client.Timeout exceeded while awaiting headers)` : TIMED_OUT
    const timer = setTimeout(() => req.destroy(new CallTimedOut(tooLate)), timeoutMs)
    const gone = (): void => void req.destroy(new Error(CANCELED))
    if (signal?.aborted === true) gone()
    signal?.addEventListener('abort', gone)
    req.once('close', () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', gone)
      // Whatever has ended it: nobody may wait for ever.
      if (!answered) reject(failure(ENDED))
    })
    // A 101 that nobody asked for.
    req.once('upgrade', (res: IncomingMessage, socket) => {
      socket.destroy()
      reject(emptyAnswer(res))
    })
    req.on('error', (e: NodeJS.ErrnoException) => {
      broken ??= e
      if (answered) return
      // Of one that the other side has ended Node says the same, but of no call to the system.
      const isReset = e.code === 'ECONNRESET' && e.syscall !== undefined
      // The webhook may do something: it is not asked twice when it may have read the first time.
      const isStale = first.mayRepeat(e, { isReplayable: false, canRewind: true })
      if (!isStale) observer?.failed(authority, servername, e, seconds())
      const { message } = failure(e)
      const failed = isReset ? new ConnectionReset(message) : e instanceof CallTimedOut ? new CallTimedOut(message) : new Error(message)
      reject(isStale ? new StaleConnection('', { cause: failed }) : failed)
    })
    const first = new FirstWrite(req, () => req.end(body))
    observer?.sent(authority, body.length)
  })
}

const ENDED = Object.assign(new Error('EOF'), { code: 'ECONNRESET' })

/** Why an answer that had begun was not read to its end. */
function bodyFailure(e: Error, clientTimeout: boolean): Error {
  if (e instanceof CallTimedOut) {
    return new CallTimedOut(`${IN_BODY}${TIMED_OUT}${clientTimeout ? ' (Client.Timeout or context cancellation while reading body)' : ''}`)
  }
  return new Error(`${IN_BODY}${bodyErrorText(e)}`)
}
