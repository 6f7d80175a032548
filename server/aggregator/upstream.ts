import { escapedKey, toHeader } from '../machinery/identity-headers.ts'
import { Agent, request } from 'node:https'
import type { UserInfo } from '../authn/contract.ts'
import { FirstWrite } from '../machinery/first-write.ts'
import { serverIdentity } from '../machinery/server-identity.ts'
import { paced } from '../proxy/paced-socket.ts'
import { urlHost } from '../proxy/target.ts'
import { serviceOf, type ApiService } from './api-service.ts'
import type { Address } from './resolve.ts'

/** What the server shows to the servers behind it, so that they believe whom it names. */
export interface FrontProxy {
  readonly cert: string
  readonly key: string
}

export interface Upstream {
  readonly agent: Agent
  /** The name that its certificate must have. */
  readonly servername: string
}

/** TLS to the server behind an APIService (kube-aggregator, BuildTransportConfig). */
export function upstreamOf(a: ApiService, proxy: FrontProxy): Upstream {
  const { name, namespace } = serviceOf(a)!
  const { caBundle, insecureSkipTLSVerify } = a.spec
  const trust = insecureSkipTLSVerify === true ? { rejectUnauthorized: false } : caBundle ? { ca: Buffer.from(caBundle, 'base64') } : {}
  const agent = paced(new Agent({ keepAlive: true, maxFreeSockets: 16, checkServerIdentity: serverIdentity, ...proxy, ...trust }))
  return { agent, servername: `${name}.${namespace}.svc` }
}

/** Who asks, for a server that believes our certificate (client-go `transport.SetAuthProxyHeaders`). */
export function identityHeaders({ name, uid, groups, extra }: UserInfo): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { 'x-remote-user': toHeader(name) }
  if (uid !== undefined && uid !== '') headers['x-remote-uid'] = toHeader(uid)
  if (groups.length > 0) headers['x-remote-group'] = groups.map(toHeader)
  for (const [key, values] of Object.entries(extra ?? {})) headers[`x-remote-extra-${escapedKey(key)}`] = values.map(toHeader)
  return headers
}

/** The server itself, when it asks for discovery. */
const AGGREGATOR: UserInfo = { name: 'system:kube-aggregator', groups: ['system:masters'] }
const ASK_LIMIT_MS = 5000
/** Discovery of a server; one that goes on has lost its way. */
const MOST_BYTES = 8 << 20

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** GETs a document of the server behind; rejects with an Error that says why there is none. */
export function ask(up: Upstream, { host, port }: Address, path: string, headers: Record<string, string> = {}): Promise<Reply> {
  const url = `https://${urlHost(host)}:${port}${path}`
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`failing or missing response from ${url}: Get ${JSON.stringify(url)}: ${why}`))
    let hasAnswered = false
    const req = request(
      { host, port, path, agent: up.agent, servername: up.servername, headers: { ...headers, ...identityHeaders(AGGREGATOR) } },
      (res) => {
        hasAnswered = true
        const chunks: Buffer[] = []
        let size = 0
        res.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > MOST_BYTES) return void req.destroy(new Error('the response is too large'))
          chunks.push(chunk)
        })
        res.once('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) }))
        res.once('error', (e) => fail(e.message))
      },
    )
    const timer = setTimeout(
      () => req.destroy(new Error('net/http: request canceled (Client.Timeout exceeded while awaiting headers)')),
      ASK_LIMIT_MS,
    )
    req.once('error', (e) => {
      if (!hasAnswered && first.mayRepeat(e, { isReplayable: true, canRewind: true })) resolve(ask(up, { host, port }, path, headers))
      else fail(e.message)
    })
    req.once('close', () => clearTimeout(timer))
    const first = new FirstWrite(req, () => req.end())
  })
}
