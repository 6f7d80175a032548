import { createHash, X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Client } from '../../client/client.ts'
import { SUBJECT_ACCESS_REVIEWS, TOKEN_REVIEWS } from '../../client/resource.ts'
import type { Clock } from '../../machinery/clock.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { subjectOf } from '../../machinery/x509/name.ts'
import { TtlCache } from './ttl-cache.ts'

/** What a caller of the kubelet API shows of itself. */
export interface KubeletCredentials {
  /** DER of the client's certificate, verified or not. */
  peerCertificate: Buffer | undefined
  /** The certificate chains to the agent's client CA and is in its time. */
  verified: boolean
  bearer: string | undefined
}

export interface KubeletAction {
  method: string
  /** Decoded. */
  path: string
}

/** Why a request is not let in: the answer's status and text. */
export interface Refusal {
  status: 401 | 403 | 500
  message: string
}

/** Undefined lets the request in. */
export type Authorize = (credentials: KubeletCredentials, action: KubeletAction) => Promise<Refusal | undefined>

export function credentialsOf(req: IncomingMessage): KubeletCredentials {
  const socket = req.socket as TLSSocket
  const certificate = socket.getPeerX509Certificate?.()
  const bearer = /^Bearer +(\S+) *$/i.exec(req.headers.authorization ?? '')?.[1]
  return { peerCertificate: certificate?.raw, verified: certificate !== undefined && socket.authorized, bearer }
}

/** A caller, in the fields of a SubjectAccessReview. */
interface User {
  user: string
  uid?: string
  groups: string[]
  extra?: Record<string, string[]>
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

/** Subresources of the node that stand for a path and what is below it, before the general ones are asked about (KEP-2862). */
const FINE: readonly (readonly [path: string, subresource: string])[] = [
  ['/allocatedPods', 'pods'],
  ['/pods', 'pods'],
  ['/healthz', 'healthz'],
  ['/configz', 'configz'],
  ['/runningpods', 'pods'],
]
const GENERAL: readonly (readonly [path: string, subresource: string])[] = [
  ['/stats', 'stats'],
  ['/metrics', 'metrics'],
  ['/logs', 'log'],
  ['/checkpoint', 'checkpoint'],
  ['/statusz', 'statusz'],
  ['/flagz', 'configz'],
]

/** Of nodes, the subresources any of which lets a request in (kubelet `server/auth.go`, GetRequestAttributes). */
export function subresourcesFor(path: string): string[] {
  const find = (table: typeof FINE): string | undefined => table.find(([at]) => path === at || path.startsWith(`${at}/`))?.[1]
  const fine = find(FINE)
  return [...(fine === undefined ? [] : [fine]), find(GENERAL) ?? 'proxy']
}

export interface WebhookOptions {
  client: Client
  clock: Clock
  nodeName: string
  /** PEM of the certificate that the API server shows to kubelets: who has its key may do everything. */
  apiServerCertificate?: string | Buffer
  onError: (error: unknown, what: string) => void
}

/** A kubelet's defaults: authentication.webhook.cacheTTL, authorization.webhook.cacheAuthorizedTTL and cacheUnauthorizedTTL. */
const TOKEN_TTL_MS = 120_000
const ALLOWED_TTL_MS = 300_000
const DENIED_TTL_MS = 30_000
const MAX_CACHED = 1024

const UNAUTHORIZED: Refusal = { status: 401, message: 'Unauthorized' }

/**
 * A kubelet in webhook mode: callers are who their certificate or the API server (TokenReview) says they are, and may do what the API
 * server allows them on this node (SubjectAccessReview). The API server itself is known by its key: it has asked who its own caller is.
 */
export function webhookAuthorizer(o: WebhookOptions): Authorize {
  const tokens = new TtlCache<User>(o.clock, MAX_CACHED)
  const decisions = new TtlCache<boolean>(o.clock, MAX_CACHED)
  const apiServer = o.apiServerCertificate === undefined ? undefined : publicKey(new X509Certificate(o.apiServerCertificate))

  async function userOf({ peerCertificate, verified, bearer }: KubeletCredentials): Promise<User | undefined> {
    const known = peerCertificate !== undefined && verified ? userOfCertificate(peerCertificate) : undefined
    if (known !== undefined || bearer === undefined) return known
    const key = digest(bearer)
    const before = tokens.get(key)
    if (before !== undefined) return before
    const user = await reviewToken(o.client, bearer)
    return user === undefined ? undefined : tokens.put(key, user, TOKEN_TTL_MS)
  }

  async function allowed(user: User, verb: string, subresource: string): Promise<boolean> {
    const spec = { ...user, resourceAttributes: { verb, version: 'v1', resource: 'nodes', subresource, name: o.nodeName } }
    const key = digest(JSON.stringify(spec))
    const known = decisions.get(key)
    if (known !== undefined) return known
    const allow = await reviewAccess(o.client, spec)
    return decisions.put(key, allow, allow ? ALLOWED_TTL_MS : DENIED_TTL_MS)
  }

  return async (credentials, { method, path }) => {
    const { peerCertificate } = credentials
    // TLS has proved that the caller has the key, whoever signed its certificate.
    if (apiServer !== undefined && peerCertificate !== undefined && publicKey(new X509Certificate(peerCertificate)).equals(apiServer)) {
      return undefined
    }
    let user: User | undefined
    try {
      user = await userOf(credentials)
    } catch (e) {
      o.onError(e, 'Unable to authenticate the request due to an error')
      return UNAUTHORIZED
    }
    if (user === undefined) return UNAUTHORIZED
    const verb = VERBS[method] ?? ''
    const subresources = subresourcesFor(path)
    const who = `user=${user.user}, verb=${verb}, resource=nodes`
    for (const subresource of subresources) {
      try {
        if (await allowed(user, verb, subresource)) return undefined
      } catch (e) {
        o.onError(e, 'Authorization error')
        return { status: 500, message: `Authorization error (${who}, subresource=${subresource})` }
      }
    }
    return { status: 403, message: `Forbidden (${who}, subresource(s)=[${subresources.join(' ')}])\n` }
  }
}

const publicKey = (certificate: X509Certificate): Buffer => certificate.publicKey.export({ type: 'spki', format: 'der' })

const digest = (text: string): string => createHash('sha256').update(text).digest('base64')

const AUTHENTICATED = 'system:authenticated'

/** The common name is the user, organizations are groups; undefined for a certificate without a name, or with more than one uid. */
function userOfCertificate(der: Buffer): User | undefined {
  const { commonName, organizations, uids } = subjectOf(der)
  if (commonName === '' || uids.length > 1 || uids[0] === '') return undefined
  return { user: commonName, groups: [...organizations, AUTHENTICATED], ...(uids.length === 0 ? {} : { uid: uids[0]! }) }
}

async function reviewToken(client: Client, token: string): Promise<User | undefined> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', metadata: {}, spec: { token } }
  const { status } = (await client.resource(TOKEN_REVIEWS).create(body)) as KubeObject & {
    status?: { authenticated?: boolean; user?: { username?: string; uid?: string; groups?: string[]; extra?: Record<string, string[]> } }
  }
  if (status?.authenticated !== true || status.user === undefined) return undefined
  const { username = '', uid, groups = [], extra } = status.user
  return { user: username, groups, ...(uid === undefined ? {} : { uid }), ...(extra === undefined ? {} : { extra }) }
}

async function reviewAccess(client: Client, spec: Record<string, unknown>): Promise<boolean> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {}, spec }
  const { status } = (await client.resource(SUBJECT_ACCESS_REVIEWS).create(body)) as KubeObject & {
    status?: { allowed?: boolean; denied?: boolean }
  }
  return status?.allowed === true && status.denied !== true
}
