import type { Agent as PlainAgent, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Agent, request, type RequestOptions } from 'node:https'
import { posix } from 'node:path'
import { goQuote } from '../machinery/go-quote.ts'
import { http } from '../machinery/node-http.ts'
import type { Status } from '../machinery/status.ts'
import { serverIdentity } from '../machinery/server-identity.ts'
import type { ClientCredentials } from './client-credentials.ts'
import type { KubeconfigUser } from './kubeconfig-context.ts'
import { webhookErrorText } from './errors.ts'

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
  /** The caller's client gives up, and not the caller: Go words that otherwise. */
  readonly clientTimeout?: boolean
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
  /** The largest answer that is read; by default what conversion may make of the largest request. */
  readonly maxBytes?: number
}

/** Posts JSON to a webhook. Rejects with an Error in the words of Go's client. */
export type CallWebhook = (address: WebhookAddress, body: Buffer, options: CallOptions) => Promise<Buffer>

/** An answer that says no. */
export class WebhookAnswerError extends Error {
  readonly code: number
  /** When it may be asked again, as it says. */
  readonly retryAfterSeconds: number | undefined
  constructor(code: number, message: string, retryAfterSeconds?: number) {
    super(message)
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The connection was reset before there was an answer. */
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
export function webhookCaller(resolve: ResolveService, credentials: ClientCredentials = () => undefined): CallWebhook {
  const agents = new Agents()
  return async ({ url, caBundle = '', service }, body, options) => {
    // As in the reference, the server is told how long it is waited for.
    const timeout = `timeout=${Math.ceil(options.timeoutMs / 1000)}s`
    if (url !== undefined) {
      const to = new URL(url)
      to.pathname = cleanPath(to.pathname)
      to.search += `${to.search === '' ? '' : '&'}${timeout}`
      const host = to.hostname.replace(/^\[(.*)\]$/, '$1')
      const port = Number(to.port || 443)
      const shows = credentials(`${to.hostname}:${port}`) ?? {}
      const agent = agents.of(caBundle, host, shows)
      const path = `${to.pathname}${to.search}`
      return post({ shown: to.href, authority: to.host, host, servername: host, port, path, agent, ...authorization(shows) }, body, options)
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
    return post({ shown, authority, servername, path: full, ...target, agent, ...authorization(shows) }, body, options)
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

function attempt(target: Target, body: Buffer, options: CallOptions): Promise<Buffer> {
  const { timeoutMs, clientTimeout = false, signal, maxBytes = MAX_ANSWER } = options
  const { shown, authority, host, port, servername, path, agent, authorization } = target
  const isName = !/^[\d.]+$|:/.test(servername)
  return new Promise((resolve, reject) => {
    const failure = (e: unknown): Error => new Error(`Post ${goQuote(shown)}: ${webhookErrorText(e, target)}`)
    const headers = {
      ...{ 'content-type': 'application/json', accept: 'application/json, */*', 'content-length': String(body.length) },
      host: authority,
      ...(authorization === undefined ? {} : { authorization }),
    }
    const call: RequestOptions = { method: 'POST', host, port, path, headers, agent, ...(isName ? { servername } : {}) }
    const ask = agent instanceof Agent ? request : http.request
    const req = ask(
      call,
      (res) => void read(res, maxBytes).then(resolve, (e: unknown) => reject(e instanceof WebhookAnswerError ? e : failure(e))),
    )
    const tooLate = clientTimeout ? `${TIMED_OUT} (Client.Timeout exceeded while awaiting headers)` : TIMED_OUT
    const timer = setTimeout(() => req.destroy(new CallTimedOut(tooLate)), timeoutMs)
    const gone = (): void => void req.destroy(new Error('context canceled'))
    if (signal?.aborted === true) gone()
    signal?.addEventListener('abort', gone)
    req.once('close', () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', gone)
    })
    req.once('error', (e: NodeJS.ErrnoException) => {
      const isReset = e.code === 'ECONNRESET' || e.code === 'EPIPE'
      const { message } = failure(e)
      const failed = isReset ? new ConnectionReset(message) : e instanceof CallTimedOut ? new CallTimedOut(message) : new Error(message)
      reject(isReset && req.reusedSocket ? new StaleConnection('', { cause: failed }) : failed)
    })
    req.end(body)
  })
}

async function read(res: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of res as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new Error('http: response body too large')
    chunks.push(chunk)
  }
  const answer = Buffer.concat(chunks)
  const { statusCode = 0, headers } = res
  if (statusCode < 200 || statusCode >= 300) {
    const after = headers['retry-after'] ?? ''
    const seconds = /^\d{1,9}$/.test(after) ? Number(after) : undefined
    throw new WebhookAnswerError(statusCode, statusMessage(answer) ?? answerText(statusCode, isText(headers) ? answer : UNKNOWN), seconds)
  }
  if (answer.length > 0) return answer
  // A text without a type is taken for JSON.
  const type = headers['content-type'] ?? 'application/json'
  throw new WebhookAnswerError(EMPTY_CODE, `0-length response with status code: ${statusCode} and content type: ${type}`)
}

const UNKNOWN = Buffer.from('unknown')

/** Other answers are not shown (client-go `rest/request.go`, isTextResponse). */
const isText = ({ 'content-type': type = '' }: IncomingHttpHeaders): boolean => type === '' || /^\s*text\//i.test(type)

/** apimachinery `api/errors`, NewGenericServerResponse. */
const ANSWERS: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
}
/** A Status that is the answer says itself what is wrong. */
function statusMessage(answer: Buffer): string | undefined {
  if (answer[0] !== OPENING) return undefined
  try {
    const { kind, apiVersion, status, message } = JSON.parse(answer.toString()) as Partial<Status>
    return kind === 'Status' && apiVersion === 'v1' && status !== 'Success' ? (message ?? '') : undefined
  } catch {
    return undefined
  }
}

const OPENING = 0x7b
const MAX_SHOWN = 2048
/** Of an answer without a body, for metrics. */
const EMPTY_CODE = 503

function answerText(code: number, answer: Buffer): string {
  const said = answer.subarray(0, MAX_SHOWN).toString().trim()
  if (code === 403 || code === 415) return said === '' ? 'unknown' : said
  if (code === 406) return said === '' ? 'the server was unable to respond with a content type that the client supports' : said
  const text = ANSWERS[code]
  if (text !== undefined) return text
  if (code < 500) return `the server responded with the status code ${code} but did not return more information`
  return `an error on the server (${goQuote(said)}) has prevented the request from succeeding`
}
