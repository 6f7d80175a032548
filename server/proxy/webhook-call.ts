import { request } from 'node:https'
import type { IncomingMessage } from 'node:http'

/** A webhook's address, or the service behind which it is. */
export interface WebhookAddress {
  readonly url?: string
  /** PEM certificates in base64, that its certificate must come from; without them the system's. */
  readonly caBundle?: string
  readonly service?: { readonly namespace?: string; readonly name?: string; readonly path?: string; readonly port?: number }
}

export type ResolveService = (namespace: string, name: string, port: number) => { host: string; port: number }

/** No answer is larger than the largest request and what conversion may make of it. */
const MAX_ANSWER = 64 << 20

/**
 * Posts JSON to webhooks. Errors are told as Go's client tells them, as far as they can be.
 * @param resolve where a service's requests go
 */
export function webhookCaller(resolve: ResolveService): (config: WebhookAddress, body: Buffer, timeoutMs: number) => Promise<Buffer> {
  return async (config, body, timeoutMs) => {
    const { url, caBundle, service } = config
    // As in the reference, the server is told how long it is waited for.
    const timeout = `timeout=${timeoutMs / 1000}s`
    const ca = caBundle === undefined || caBundle === '' ? {} : { ca: Buffer.from(caBundle, 'base64') }
    if (url !== undefined) {
      const to = new URL(url)
      to.search += `${to.search === '' ? '' : '&'}${timeout}`
      const path = `${to.pathname}${to.search}`
      return post(
        { shown: to.href, host: to.hostname, servername: to.hostname, port: Number(to.port || 443), path, ...ca },
        body,
        timeoutMs,
      )
    }
    const { namespace = '', name = '', path = '', port = 443 } = service ?? {}
    const target = resolve(namespace, name, port)
    const servername = `${name}.${namespace}.svc`
    const full = `${path.startsWith('/') ? path : `/${path}`}?${timeout}`
    return post({ shown: `https://${servername}:${port}${full}`, servername, path: full, ...target, ...ca }, body, timeoutMs)
  }
}

interface Target {
  readonly shown: string
  readonly host: string
  readonly port: number
  readonly servername: string
  readonly path: string
  readonly ca?: Buffer
}

function post(target: Target, body: Buffer, timeoutMs: number): Promise<Buffer> {
  const { shown, host, port, servername, path, ca } = target
  const isName = !/^[\d.]+$|:/.test(servername)
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`Post ${JSON.stringify(shown)}: ${why}`))
    const headers = { 'content-type': 'application/json', accept: 'application/json, */*', 'content-length': String(body.length) }
    const req = request(
      {
        ...{ method: 'POST', host, port, path, headers, agent: false },
        ...(isName ? { servername } : {}),
        ...(ca === undefined ? {} : { ca }),
      },
      (res) => void read(res).then(resolve, (e: unknown) => (e instanceof Refused ? reject(e) : fail(textOf(e, target)))),
    )
    const timer = setTimeout(() => req.destroy(new Error('context deadline exceeded')), timeoutMs)
    req.once('close', () => clearTimeout(timer))
    req.once('error', (e) => fail(textOf(e, target)))
    req.end(body)
  })
}

/** An answer that says no. */
class Refused extends Error {}

async function read(res: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of res as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_ANSWER) throw new Error('http: response body too large')
    chunks.push(chunk)
  }
  const answer = Buffer.concat(chunks)
  const { statusCode = 0 } = res
  if (statusCode >= 200 && statusCode < 300) return answer
  if (statusCode === 404) throw new Refused('the server could not find the requested resource')
  if (statusCode < 500) throw new Refused('the server rejected our request for an unknown reason')
  throw new Refused(
    `an error on the server (${JSON.stringify(answer.toString().trim().slice(0, 2048))}) has prevented the request from succeeding`,
  )
}

function textOf(e: unknown, { host, port }: Target): string {
  const { code, message } = e as NodeJS.ErrnoException
  if (code === 'ECONNREFUSED') return `dial tcp ${host}:${port}: connect: connection refused`
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${host}: no such host`
  if (code === 'ECONNRESET') return 'EOF'
  return message
}
