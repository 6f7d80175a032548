import { administrator } from '../authn/components.ts'
import { systemTime } from '../machinery/testing/system-time.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bearerAuthenticator } from '../authn/bearer.ts'
import { AuthenticationMetrics } from '../authn/metrics.ts'
import { ServiceAccountTokens } from '../authn/service-account.ts'
import { anonymousAuthenticator } from '../authn/anonymous.ts'
import { localAuthenticator } from '../authn/local.ts'
import { unionAuthenticator } from '../authn/union.ts'
import type { EndpointReconciler } from '../control-plane/kubernetes-endpoints.ts'
import type { AskedGate } from '../options/feature-gates.ts'
import type { KubeletAccess } from '../proxy/kubelet-agents.ts'
import { startApiServer, type ApiServer } from '../control-plane.ts'
import { FakeClock } from '../machinery/clock.ts'
import { firstServiceAddress } from '../machinery/ip-range.ts'
import { loadCertificates } from '../serving/certificates.ts'
import type { Storage } from '../storage/contract.ts'
import { openSqliteStorage } from '../storage/sqlite/open.ts'

export type Json = Record<string, unknown>

/** Sends a request as somebody who may do everything; the answer's body is JSON. */
export type Send = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<{ code: number; body: Json }>

export interface TestServer {
  api: ApiServer
  storage: Storage
  /** Moves only when a test says so. */
  clock: FakeClock
  tokens: ServiceAccountTokens
  send: Send
  close(): Promise<void>
}

export interface TestServerOptions {
  storage?: Storage
  /** Of the server and of the store, if that is its own. */
  clock?: FakeClock
  /** What the server gets for its store, which may fail. */
  through?: (storage: Storage) => Storage
  /** Clients may speak CBOR. */
  cbor?: boolean
  /** Of services. */
  serviceRanges?: readonly string[]
  /** Where `default/kubernetes` leads. */
  advertiseAddress?: string
  /** How long it answers after `close`. */
  shutdownDelayMs?: number
  /** False: nobody keeps the endpoints of `default/kubernetes`. */
  endpointReconciler?: EndpointReconciler
  closedGates?: ReadonlySet<AskedGate>
  /** How kubelets are reached. */
  kubelets?: KubeletAccess
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** A whole API server on a scratch SQLite file, called without sockets. Give `storage` to put a second one on the store of the first. */
export async function startTestServer({
  storage: shared,
  clock = new FakeClock(),
  through = (s) => s,
  cbor = false,
  serviceRanges = ['10.0.0.0/24'],
  advertiseAddress = '127.0.0.1',
  shutdownDelayMs = 0,
  endpointReconciler = { type: 'alone' },
  closedGates = new Set(),
  kubelets,
}: TestServerOptions = {}): Promise<TestServer> {
  const dir = mkdtempSync(join(tmpdir(), 'api-server-'))
  // Peers judge certificates by the system's time, whatever `clock` says.
  const certificates = loadCertificates({ dir: join(dir, 'pki'), now: systemTime(), names: ['10.0.0.1'] })
  const storage = through(shared ?? (await openSqliteStorage({ path: join(dir, 'store.db'), clock })))
  const issuers = ['https://kubernetes.default.svc']
  const api = await startApiServer({
    storage,
    clock,
    log: silent,
    authentication: ({ accounts: lookup }) => {
      const metrics = new AuthenticationMetrics(clock)
      const signingKey = certificates.serviceAccount.privateKey
      const tokens = new ServiceAccountTokens({ signingKey, issuers, clock, lookup, observer: metrics })
      const authenticator = unionAuthenticator(
        [localAuthenticator, bearerAuthenticator([tokens], tokens.audiences)],
        anonymousAuthenticator(),
      )
      return { authenticator, serviceAccountTokens: tokens, metrics }
    },
    authorizers: [{ type: 'Node' }, { type: 'RBAC' }],
    tls: { cert: certificates.server!.cert, key: certificates.server!.key, clientCa: certificates.ca.cert },
    bindAddress: '127.0.0.1',
    port: 0,
    advertiseAddress,
    serviceAddress: firstServiceAddress(serviceRanges[0]!),
    serviceRanges,
    endpointReconciler,
    closedGates,
    keyPrefix: '/registry',
    compactionIntervalMs: 300_000,
    maxRequestsInFlight: 0,
    maxMutatingRequestsInFlight: 0,
    requestTimeoutMs: 60_000,
    kubelets: { ...(kubelets ?? certificates.kubeletClient), preferredAddressTypes: ['InternalIP'] },
    frontProxy: certificates.frontProxy,
    clients: { clientCa: certificates.ca.cert, proxies: undefined },
    minRequestTimeoutSeconds: 1800,
    maxStreamsPerConnection: 1000,
    shutdownDelayMs,
    corsAllowedOrigins: [],
    logRequests: false,
    cbor,
  })
  // The name that recorded answers have.
  const transport = api.transport({ ...administrator, name: 'admin' })
  return {
    api,
    storage,
    clock,
    tokens: api.serviceAccountTokens!,
    async send(method, path, body, headers = {}) {
      const request = { method, path, headers: { 'content-type': 'application/json', ...headers } }
      const answer = await transport.request(body === undefined ? request : { ...request, body: Buffer.from(JSON.stringify(body)) })
      return { code: answer.status, body: JSON.parse(answer.body.toString()) as Json }
    },
    async close() {
      await api.close(100)
      if (shared === undefined) await storage.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
