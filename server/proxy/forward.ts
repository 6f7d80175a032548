import { isStandardIdentity, type IsIdentityHeader } from '../machinery/identity-headers.ts'
import type { Agent as HttpAgent, ClientRequest, IncomingMessage, OutgoingHttpHeaders, RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Readable } from 'node:stream'
import type { RequestContext } from '../request/context.ts'
import { FirstWrite, isSafe } from '../machinery/first-write.ts'
import { goCertificateError } from '../machinery/go-certificate-error.ts'
import { goDialError } from '../machinery/go-dial-error.ts'
import { http } from '../machinery/node-http.ts'
import { serviceUnavailable, StatusError } from '../machinery/status.ts'
import type { BodyStream, ResponseHeaders, ResponseStream } from '../serving/exchange.ts'
import { allowedAddresses, type AddressRules, type ResolvedAddress } from './address.ts'
import { type KubeletAccess, KubeletAgents } from './kubelet-agents.ts'
import { paced } from './paced-socket.ts'
import { isHtml, rewriteHtml, rewriteUrl, type UrlRewriting } from './rewrite.ts'
import { urlHost, type ProxyTarget } from './target.ts'
import { tunnel, type Switched } from './tunnel.ts'

export interface ForwardRequest {
  target: ProxyTarget
  /** Where the target is reached, as `Forwarder.resolve` has found it. */
  addresses: readonly ResolvedAddress[]
  /** Path and query on the target, from a slash on. */
  path: string
  /** Path under which the client sees the target's root, without a slash at its end. */
  prefix: string
  /** A kubelet's certificate is not looked at. */
  insecure?: boolean
  /** The address as errors name it, for a request that is not the client's own; absent: as those of proxies word it. */
  shownAs?: string
  /** How to reach a server that has certificates of its own, and what it is to know of who asks. */
  upstream?: { readonly agent: HttpsAgent; readonly servername: string; readonly headers: OutgoingHttpHeaders }
  /** The backend is asked for another protocol than the client has asked for. */
  switching?: Switching
}

export interface Switching {
  readonly method: string
  readonly headers: OutgoingHttpHeaders
  /** Headers of the client's that do not go on. */
  readonly without: readonly string[]
  /** Lets the client and the backend, which has switched, speak. */
  readonly join: (backend: Switched) => void
  /** The backend does not switch, and says why with this status. */
  readonly refused?: (status: number) => void
}

interface Sent {
  readonly method: string
  readonly headers: OutgoingHttpHeaders
  readonly isUpgrade: boolean
  readonly body?: BodyStream | undefined
  /** What to say when the backend is not reached. */
  readonly failed: (e: Error) => Error
  /** So long it may be silent when the client has gone. */
  readonly lingerMs?: number
}

/** What a client has sent before it went is for the backend. */
const DIAL_LINGER_MS = 10_000

/** Of one hop only (RFC 9110 §7.6.1), or the client's business with us. */
const DROPPED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'authorization',
  // Answered by us.
  'expect',
  'http2-settings',
])
/** A backend does not speak for the API server's origin. */
const CORS = /^access-control-/

/** Answers of 1xx before the final one. A backend may send some (103 Early Hints); one that goes on with them never answers. */
const MOST_INFORMATIONAL = 100

/** Sends requests on to kubelets, pods and services and their answers back as they come. */
export class Forwarder {
  readonly #rules: AddressRules
  readonly #http = paced(new http.Agent({ keepAlive: true, maxFreeSockets: 16 }))
  readonly #pods = paced(new HttpsAgent({ keepAlive: true, maxFreeSockets: 16, rejectUnauthorized: false }))
  readonly #kubelets: KubeletAgents
  readonly #isIdentity: IsIdentityHeader

  constructor(access: KubeletAccess, rules: AddressRules, isIdentity: IsIdentityHeader = isStandardIdentity) {
    this.#isIdentity = isIdentity
    this.#rules = rules
    this.#kubelets = new KubeletAgents(access)
  }

  /** Reaches kubelets in this way from now on. */
  useKubeletAccess(access: KubeletAccess): void {
    this.#kubelets.use(access)
  }

  close(): void {
    this.#http.destroy()
    this.#pods.destroy()
    this.#kubelets.close()
  }

  #agentOf({ target, addresses, insecure }: ForwardRequest): HttpAgent {
    if (target.protocol === 'http:') return this.#http
    if (!target.asKubeletClient) return this.#pods
    const own = addresses.every(({ address }) => this.#rules.kubelets.has(address, target.port))
    return this.#kubelets.of({ own, insecure: insecure === true })
  }

  /** The addresses of a target; throws 400 for one that no proxy leads to. */
  resolve(target: ProxyTarget): Promise<readonly ResolvedAddress[]> {
    return allowedAddresses(target, this.#rules)
  }

  async forward(ctx: RequestContext, f: ForwardRequest): Promise<void> {
    const { upgrade, method } = ctx.exchange
    const isUpgrade = upgrade !== undefined
    const body = isUpgrade ? undefined : ctx.exchange.bodyStream()
    const headers = { ...requestHeaders(ctx, f, body, this.#isIdentity), ...f.switching?.headers }
    for (const name of f.switching?.without ?? []) delete headers[name]
    const failed = (e: Error): Error => unreachable(e, f, isUpgrade)
    const answer = await this.#send(ctx, f, { method: f.switching?.method ?? method, headers, isUpgrade, body, failed })
    if (!isUpgrade) return respond(ctx, f, answer as IncomingMessage)
    if ('socket' in answer && 'answer' in answer) return f.switching === undefined ? tunnel(upgrade(), answer) : f.switching.join(answer)
    // Who does not want to switch protocols says why; the client is told that, and its connection ends.
    const { statusCode = 0 } = answer
    if (statusCode >= 400) {
      f.switching?.refused?.(statusCode)
      return respond(ctx, f, answer)
    }
    answer.destroy()
    throw new StatusError(500, '', `invalid upgrade response: status code ${statusCode}`)
  }

  /**
   * Asks a backend to switch to SPDY by one of these protocols, on behalf of a client to whom the answer does not go: it has none of the
   * client's headers. Rejects with an Error as Go's client words it.
   */
  dialSpdy(ctx: RequestContext, f: ForwardRequest, protocols: readonly string[]): Promise<IncomingMessage | Switched> {
    const { protocol, host, port } = f.target
    const url = `${protocol}//${urlHost(host)}:${port}${f.path}`
    const headers = {
      host: `${urlHost(host)}:${port}`,
      connection: 'Upgrade',
      upgrade: 'SPDY/3.1',
      'x-stream-protocol-version': [...protocols],
    }
    const failed = (e: Error): Error =>
      new Error(
        `error sending request: Post ${JSON.stringify(url)}: ${goDialError(e, host, port) ?? goCertificateError(e, host) ?? e.message}`,
      )
    return this.#send(ctx, f, { method: 'POST', headers, isUpgrade: true, failed, lingerMs: DIAL_LINGER_MS })
  }

  #send(ctx: RequestContext, f: ForwardRequest, sent: Sent): Promise<IncomingMessage | Switched> {
    const { method, headers, isUpgrade, body, failed, lingerMs } = sent
    const { target } = f
    const options = {
      host: target.host,
      port: target.port,
      method,
      path: f.path,
      headers,
      lookup: lookupOf(f.addresses),
    }
    // Whoever wants to switch protocols has a connection of its own.
    const agent = f.upstream?.agent ?? this.#agentOf(f)
    const connection = isUpgrade ? connectionOf(agent) : { agent }
    const servername = f.upstream?.servername ?? (isIP(target.host) === 0 ? target.host : '')
    return new Promise((resolve, reject) => {
      const req: ClientRequest =
        target.protocol === 'http:' ? http.request({ ...options, ...connection }) : httpsRequest({ ...options, ...connection, servername })
      req.once('response', (answer: IncomingMessage) => {
        if (answer.statusCode !== 101) return resolve(answer)
        answer.destroy()
        reject(switchedProtocols(answer))
      })
      req.once('upgrade', (answer: IncomingMessage, socket, head) => {
        if (isUpgrade) return resolve({ answer, socket, head })
        socket.destroy()
        reject(switchedProtocols(answer))
      })
      let informational = 0
      req.on('information', () => {
        if (++informational <= MOST_INFORMATIONAL) return
        reject(serviceUnavailable('error trying to reach service: net/http: too many 1xx informational responses'))
        req.destroy()
      })
      let hasAnswered = false
      req.once('response', () => (hasAnswered = true))
      req.on('error', (e) => {
        const repeats = first.mayRepeat(e, { isReplayable: isSafe(method), canRewind: body === undefined })
        if (repeats && !hasAnswered) resolve(this.#send(ctx, f, sent))
        else reject(failed(e))
      })
      ctx.exchange.onClose(() => (lingerMs === undefined ? req.destroy() : req.setTimeout(lingerMs, () => req.destroy())))
      const first = new FirstWrite(req, () => {
        // A backend takes it as fast as it can. Its end must not destroy the stream, which is the client's connection too.
        if (body === undefined) req.end()
        else body.stream.pipe(req)
      })
      body?.stream.on('error', () => req.destroy())
    })
  }
}

/** A connection of its own, as the agent makes them. */
const connectionOf = (agent: HttpAgent): Pick<RequestOptions, 'createConnection'> => ({
  createConnection: (options, callback) =>
    agent.createConnection({ ...(agent instanceof HttpsAgent ? agent.options : {}), ...options }, callback),
})

function unreachable(e: Error, { target, shownAs }: ForwardRequest, isUpgrade: boolean): StatusError {
  const why = goDialError(e, target.host, target.port) ?? goCertificateError(e, target.host) ?? e.message
  if (isUpgrade) return new StatusError(500, '', `error dialing backend: ${why}`)
  return shownAs === undefined
    ? serviceUnavailable(`error trying to reach service: ${why}`)
    : new StatusError(500, '', `Get ${JSON.stringify(shownAs)}: ${why}`)
}

/** Go's httputil.ReverseProxy on a 101 that nobody asked for: it is no final answer (RFC 9110 §15.2.2). */
const switchedProtocols = (answer: IncomingMessage): StatusError =>
  new StatusError(500, '', `backend tried to switch protocol ${JSON.stringify(answer.headers.upgrade ?? '')} when "" was requested`)

/** The name is not looked up again: it might lead elsewhere by then. */
const lookupOf =
  (addresses: readonly ResolvedAddress[]): LookupFunction =>
  (_host, options, callback) => {
    if (options.all === true) callback(null, [...addresses])
    else callback(null, addresses[0]!.address, addresses[0]!.family)
  }

/** Headers that `connection` names are of one hop, too. */
const namedByConnection = (connection: string | undefined): Set<string> =>
  new Set((connection ?? '').split(',').map((name) => name.trim().toLowerCase()))

function requestHeaders(
  ctx: RequestContext,
  f: ForwardRequest,
  body: BodyStream | undefined,
  isIdentity: IsIdentityHeader,
): OutgoingHttpHeaders {
  const { headers, remoteAddress } = ctx.exchange
  const out: OutgoingHttpHeaders = {}
  const hop = namedByConnection(headers['connection'])
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':') || name === 'content-length') continue
    if (!DROPPED.has(name) && !hop.has(name) && !isIdentity(name)) out[name] = value
  }
  const host = requestHost(ctx)
  if (host !== undefined) out['host'] = host
  const before = headers['x-forwarded-for']
  out['x-forwarded-for'] = before === undefined ? remoteAddress : `${before}, ${remoteAddress}`
  out['x-forwarded-uri'] = f.prefix + (f.path.split('?', 1)[0] ?? '')
  Object.assign(out, f.upstream?.headers)
  if (ctx.exchange.upgrade !== undefined) Object.assign(out, { connection: 'Upgrade', upgrade: headers['upgrade'] })
  if (body?.length !== undefined) out['content-length'] = String(body.length)
  else if (body !== undefined) out['transfer-encoding'] = 'chunked'
  return out
}

/** Backends see the host that the client asked, as behind the reference. */
const requestHost = ({ exchange }: RequestContext): string | undefined => exchange.headers['host'] ?? exchange.headers[':authority']

function rewritingOf(ctx: RequestContext, { prefix, target }: ForwardRequest): UrlRewriting {
  const host = urlHost(target.host)
  const usual = target.protocol === 'http:' ? 80 : 443
  const targetHosts = [`${host}:${target.port}`, ...(target.port === usual ? [host] : [])]
  return { prefix, targetHosts, requestHost: requestHost(ctx) }
}

function responseHeaders(rewriting: UrlRewriting, answer: IncomingMessage): ResponseHeaders {
  const out: ResponseHeaders = {}
  const hop = namedByConnection(answer.headers.connection)
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value === undefined || DROPPED.has(name) || hop.has(name) || CORS.test(name)) continue
    out[name] = name === 'location' ? rewriteUrl(String(value), rewriting) : value
  }
  return out
}

async function respond(ctx: RequestContext, f: ForwardRequest, answer: IncomingMessage): Promise<void> {
  const status = answer.statusCode ?? 502
  const rewriting = rewritingOf(ctx, f)
  const headers = responseHeaders(rewriting, answer)
  const bodiless = ctx.exchange.method === 'HEAD' || status === 204 || status === 304
  let body: Readable = answer
  if (isHtml(answer.headers['content-type']) && headers['location'] === undefined && !bodiless) {
    const html = await rewriteHtml(answer, rewriting)
    if (html !== undefined) {
      body = html
      delete headers['content-length']
    }
  }
  pump(body, ctx.exchange.stream(status, headers))
  ctx.exchange.onClose(() => body.destroy())
}

/**
 * Copies a body as it comes: a slow client slows the backend, an ended backend ends the answer. What has come meanwhile is read as one piece:
 * a backend may send chunks of one byte, and each would cost as much as a large one.
 */
function pump(from: Readable, to: ResponseStream): void {
  let full = false
  const more = (): void => {
    while (!full) {
      const chunk = from.read() as Buffer | null
      if (chunk === null) return
      if (to.write(chunk)) continue
      full = true
      to.onDrain(() => {
        full = false
        more()
      })
    }
  }
  from.on('readable', more)
  from.once('end', () => to.end())
  // A backend that breaks off mid-way must not look like one that has finished.
  from.on('error', () => to.destroy())
  from.once('close', () => {
    if (!from.readableEnded) to.destroy()
  })
}
