import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { RequestContext } from '../filters/context.ts'
import { http } from '../machinery/node-http.ts'
import { serviceUnavailable } from '../machinery/status.ts'
import type { ResponseHeaders, ResponseStream } from '../serving/exchange.ts'
import { MAX_BODY } from '../handlers/body.ts'
import { rewriteHtml, rewriteUrl } from './rewrite.ts'
import type { ProxyTarget } from './target.ts'

/** What the API server shows to kubelets. */
export interface KubeletCredentials {
  cert: string
  key: string
}

export interface ForwardRequest {
  target: ProxyTarget
  /** Path and query on the target. */
  path: string
  /** Path under which the client sees the target's root, without a slash at its end. */
  prefix: string
}

/** Of one hop only (RFC 9110 §7.6.1), or the client's business with us. */
const DROPPED = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'authorization',
  'host',
  'http2-settings',
])
/** A backend does not speak for the API server's origin. */
const CORS = /^access-control-/

/** Sends requests on to kubelets, pods and services and their answers back as they come. */
export class Forwarder {
  readonly #http = new http.Agent({ keepAlive: true, maxFreeSockets: 16 })
  readonly #pods = new HttpsAgent({ keepAlive: true, maxFreeSockets: 16, rejectUnauthorized: false })
  readonly #kubelets: HttpsAgent

  constructor(kubelet: KubeletCredentials) {
    this.#kubelets = new HttpsAgent({
      keepAlive: true,
      maxFreeSockets: 64,
      rejectUnauthorized: false,
      cert: kubelet.cert,
      key: kubelet.key,
    })
  }

  close(): void {
    for (const agent of [this.#http, this.#pods, this.#kubelets]) agent.destroy()
  }

  async forward(ctx: RequestContext, f: ForwardRequest): Promise<void> {
    const { exchange } = ctx
    const hasBody = exchange.method !== 'GET' && exchange.method !== 'HEAD'
    const body = hasBody ? await exchange.readBody(MAX_BODY) : undefined
    const answer = await this.#send(ctx, f, body)
    await respond(ctx, f, answer)
  }

  #send(ctx: RequestContext, f: ForwardRequest, body: Buffer | undefined): Promise<IncomingMessage> {
    const { target } = f
    const options = {
      host: target.host,
      port: target.port,
      method: ctx.exchange.method,
      path: f.path,
      headers: requestHeaders(ctx, f, body),
    }
    const agent = target.protocol === 'http:' ? this.#http : target.asKubeletClient ? this.#kubelets : this.#pods
    return new Promise((resolve, reject) => {
      const req: ClientRequest = target.protocol === 'http:' ? http.request({ ...options, agent }) : httpsRequest({ ...options, agent })
      req.once('response', resolve)
      req.once('error', (e) => reject(serviceUnavailable(`error trying to reach service: ${e.message}`)))
      ctx.exchange.onClose(() => req.destroy())
      req.end(body)
    })
  }
}

function requestHeaders(ctx: RequestContext, f: ForwardRequest, body: Buffer | undefined): OutgoingHttpHeaders {
  const out: OutgoingHttpHeaders = {}
  for (const [name, value] of Object.entries(ctx.exchange.headers)) {
    if (value !== undefined && !DROPPED.has(name) && !name.startsWith(':') && name !== 'content-length') out[name] = value
  }
  const before = ctx.exchange.headers['x-forwarded-for']
  out['x-forwarded-for'] = before === undefined ? ctx.exchange.remoteAddress : `${before}, ${ctx.exchange.remoteAddress}`
  out['x-forwarded-uri'] = f.prefix + (f.path.split('?', 1)[0] ?? '')
  out['x-forwarded-host'] = ctx.exchange.headers.host ?? ctx.exchange.headers[':authority'] ?? ''
  out['x-forwarded-proto'] = 'https'
  if (body !== undefined) out['content-length'] = String(body.length)
  return out
}

function responseHeaders(f: ForwardRequest, answer: IncomingMessage): ResponseHeaders {
  const out: ResponseHeaders = {}
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value === undefined || DROPPED.has(name) || CORS.test(name) || name === 'content-length') continue
    out[name] = name === 'location' ? rewriteUrl(String(value), f) : value
  }
  return out
}

async function respond(ctx: RequestContext, f: ForwardRequest, answer: IncomingMessage): Promise<void> {
  const status = answer.statusCode ?? 502
  const headers = responseHeaders(f, answer)
  const html = /^text\/html\b/i.test(answer.headers['content-type'] ?? '')
  if (html) {
    const rewritten = await rewriteHtml(answer, f)
    if (rewritten !== undefined) return ctx.exchange.respond(status, headers, rewritten)
  }
  pump(answer, ctx.exchange.stream(status, headers))
}

/** Copies a body as it comes: a slow client slows the backend, an ended backend ends the answer. */
function pump(from: IncomingMessage, to: ResponseStream): void {
  from.on('data', (chunk: Buffer) => {
    if (to.write(chunk)) return
    from.pause()
    to.onDrain(() => from.resume())
  })
  from.once('end', () => to.end())
  // A backend that breaks off mid-way must not look like one that has finished.
  from.once('error', () => to.destroy())
  from.once('aborted', () => to.destroy())
}
