import { escapedKey, toHeader } from '../machinery/identity-headers.ts'
import { basename } from 'node:path'
import type { AgentOptions, RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import type { Dispatcher } from 'undici'
import type { Clock } from '../machinery/clock.ts'
import { isActing } from './acting.ts'
import { certificateFault } from './client-certificate.ts'
import { ClusterConnection } from './connection.ts'
import type { ConnectionTimes } from './connection-times.ts'
import type { ConnectionState, Upstream, UpstreamRequest, UpstreamResponse } from './contract.ts'
import { bearerToken, credentialFault, pluginFault } from './credential-files.ts'
import { discard } from './discard.ts'
import { environmentProxy, type Proxy } from './environment-proxy.ts'
import { connectError, GatewayError } from './errors.ts'
import { isFields, isProxy, type KubeContext, text } from './kubeconfig.ts'
import { sentUser, withheld } from './plain-http.ts'
import { mayProxy } from './route.ts'
import { serverIdentityFault } from './server-identity.ts'

/** Certificates and token files are read again after this long, as client-go does with token files. */
const CREDENTIAL_MS = 10_000
/** A plugin that waits for a person longer than this fails the request; it runs on and its answer is used next time. */
const PLUGIN_MS = 60_000

interface Credentials {
  dispatcher: Dispatcher
  headers: Record<string, string | string[]>
}

/**
 * A cluster of the kubeconfig, through client-node's KubeConfig for the credentials and undici for the connections: HTTP/1.1 with
 * keep-alive, as many as there are streams. Streams have no time limit of their own (a watch may say nothing for a while): the
 * connection's probes find out when nobody is there any more, and end them all.
 */
export class RemoteUpstream implements Upstream {
  readonly server: URL
  readonly connection: ClusterConnection
  readonly #times: ConnectionTimes
  /** With what of its user may be sent. */
  readonly #context: KubeContext
  readonly #withheld: string | undefined
  readonly #proxy: Proxy | undefined
  readonly #clock: Clock
  #config: KubeConfig | undefined
  #dispatcher: { material: string; dispatcher: Dispatcher } | undefined
  #credentials: { until: number; value: Promise<Credentials> } | undefined

  constructor(context: KubeContext, clock: Clock, times: ConnectionTimes, changed: (state: ConnectionState) => void, env = process.env) {
    this.server = new URL(text(context.cluster.server))
    this.#context = { ...context, user: sentUser(context) }
    this.#withheld = withheld(context)
    const proxy = text(context.cluster['proxy-url'])
    this.#proxy = proxy === '' ? environmentProxy(this.server, env) : { url: proxy }
    this.#clock = clock
    this.#times = times
    this.connection = new ClusterConnection({
      context: context.name,
      clock,
      times,
      probe: (signal, limitMs) => this.#probe(signal, limitMs),
      reset: (why) => this.#reset(why),
      changed,
    })
  }

  async send(req: UpstreamRequest): Promise<UpstreamResponse> {
    // What somebody else may not do says nothing about whoever is signed in.
    const question = this.connection.ask(req.method, req.path, isActing(req.headers))
    try {
      const answer = await this.#sendTwice({ limitMs: this.#limitOf(req.path), ...req }, () => question.sent())
      question.answered(answer.status)
      this.#stay(answer, req.path)
      return answer
    } catch (e) {
      question.failed(e, req.signal.aborted)
      throw e
    }
  }

  async close(): Promise<void> {
    this.connection.close()
    await this.#dispatcher?.dispatcher.close()
  }

  async #sendTwice(req: UpstreamRequest, sent: () => void): Promise<UpstreamResponse> {
    const first = await this.#sendOnce(req, sent)
    if (first.status === 401) await this.#checkCredentials(first)
    // The token may have been revoked before it expired: ask the plugin again, once, when the request can be repeated.
    if (first.status !== 401 || !this.#hasPlugin()) return first
    this.#config = undefined
    this.#credentials = undefined
    if (req.body !== undefined) return first
    discard(first.body)
    return this.#sendOnce(req, sent)
  }

  /** A cluster that refuses whoever asks does not say that a certificate has ended, nor does it know what was not sent. */
  async #checkCredentials(answer: UpstreamResponse): Promise<void> {
    const fault = this.#withheld ?? (await certificateFault(this.#context.user, this.#clock.now()))
    if (fault === undefined) return
    discard(answer.body)
    if (this.#withheld !== undefined) throw new GatewayError('BrokenContext', `context "${this.#context.name}" cannot be used: ${fault}`)
    throw new GatewayError('Credentials', `no credentials for context "${this.#context.name}": ${fault}`)
  }

  /** An API server sends nobody to another site: that is a sign-in page. What a Service behind it does is the Service's own. */
  #stay(answer: UpstreamResponse, path: string): void {
    const { location } = answer.headers
    if (answer.status < 300 || answer.status > 399 || typeof location !== 'string' || mayProxy(path)) return
    const to = URL.canParse(location, this.server.href) ? new URL(location, this.server).origin : location
    if (to === this.server.origin) return
    discard(answer.body)
    throw new GatewayError('NotKubernetes', `${this.server.origin} sends requests on to ${to}`)
  }

  async #sendOnce(req: UpstreamRequest, sent: () => void = () => undefined): Promise<UpstreamResponse> {
    const { dispatcher, headers } = await this.#current(req.signal)
    sent()
    const late = new AbortController()
    const { limitMs } = req
    const timer = limitMs === undefined ? undefined : this.#clock.setTimeout(() => late.abort(this.#noAnswer(limitMs)), limitMs)
    try {
      const answer = await dispatcher.request({
        origin: this.server.origin,
        path: this.server.pathname.replace(/\/$/, '') + req.path,
        method: req.method as Dispatcher.HttpMethod,
        headers: { ...req.headers, ...(isActing(req.headers) ? ownIdentity(headers) : headers) },
        body: req.body ?? null,
        signal: timer === undefined ? req.signal : AbortSignal.any([req.signal, late.signal]),
        headersTimeout: 0,
        bodyTimeout: 0,
      })
      return { status: answer.statusCode, headers: answer.headers, body: answer.body }
    } catch (e) {
      throw connectError(this.server.origin, late.signal.aborted ? late.signal.reason : e, this.#proxy)
    } finally {
      timer?.cancel()
    }
  }

  #noAnswer(waitedMs: number): GatewayError {
    return new GatewayError('NoAnswer', `${this.server.origin} did not answer within ${Math.max(1, Math.round(waitedMs / 1000))} s`)
  }

  /** Whoever is signed in to nothing may ask for the version, on most clusters. */
  async #probe(signal: AbortSignal, limitMs: number): Promise<number> {
    const answer = await this.#sendOnce({ method: 'GET', path: '/version', headers: { accept: 'application/json' }, signal, limitMs })
    discard(answer.body)
    return answer.status
  }

  #reset(why: Error): void {
    const old = this.#dispatcher?.dispatcher
    this.#dispatcher = undefined
    this.#credentials = undefined
    old?.destroy(why).catch(() => undefined)
  }

  /** Streams may wait: a log for its first line, a watch for the cache. A profile takes the seconds that it is asked to. */
  #limitOf(path: string): number | undefined {
    const at = path.indexOf('?')
    const query = new URLSearchParams(at < 0 ? '' : path.slice(at))
    const on = (name: string): boolean => ['1', 'true'].includes(query.get(name) ?? '')
    if (on('watch') || on('follow')) return undefined
    const seconds = Number(query.get('seconds') ?? 0)
    return this.#times.headers + (Number.isFinite(seconds) ? Math.max(0, seconds) * 1000 : 0)
  }

  #hasPlugin(): boolean {
    return this.#context.user.exec !== undefined || this.#context.user['auth-provider'] !== undefined
  }

  // Concurrent requests share one run of the plugin.
  async #current(signal: AbortSignal): Promise<Credentials> {
    if (this.#credentials === undefined || this.#clock.now() >= this.#credentials.until) {
      const value = this.#named(this.#resolve())
      const entry = { until: Number.POSITIVE_INFINITY, value }
      this.#credentials = entry
      value.then(
        () => (entry.until = this.#clock.now() + CREDENTIAL_MS),
        () => this.#credentials === entry && (this.#credentials = undefined),
      )
    }
    try {
      return await this.#limited(this.#credentials.value, signal)
    } catch (e) {
      if (e instanceof GatewayError) throw e
      const why =
        pluginFault(e, this.#context.user) ?? (e instanceof Error ? e.message : String(e)).trim().split('\n').slice(0, 5).join('\n')
      throw new GatewayError('Credentials', `no credentials for context "${this.#context.name}": ${why === '' ? 'the plugin failed' : why}`)
    }
  }

  /** While the plugin runs, the window says so. */
  async #named<T>(work: Promise<T>): Promise<T> {
    const { exec } = this.#context.user
    const command = isFields(exec)
      ? text(exec.command)
      : text((this.#context.user['auth-provider'] as { name?: unknown } | undefined)?.name)
    const done = command === '' ? undefined : this.connection.plugin(basename(command))
    try {
      return await work
    } finally {
      done?.()
    }
  }

  #limited<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => reject(new Error(`the plugin took longer than ${PLUGIN_MS / 1000} s`)), PLUGIN_MS)
      const stop = (): void => reject(new Error('the request was cancelled'))
      signal.addEventListener('abort', stop, { once: true })
      const done = (): void => {
        timer.cancel()
        signal.removeEventListener('abort', stop)
      }
      work.then(resolve, reject).finally(done)
    })
  }

  async #resolve(): Promise<Credentials> {
    const fault = await credentialFault(this.#context)
    if (fault !== undefined) throw new GatewayError('BrokenContext', `context "${this.#context.name}" cannot be used: ${fault}`)
    if (this.#proxy && !isProxy(this.#proxy.url))
      throw new GatewayError('Connect', `${this.server.origin} was not asked: ${this.#proxy.variable} names no http, https or socks5 proxy`)
    this.#config ??= await kubeConfig(this.#context, this.#proxy)
    const config = this.#config
    const options: RequestOptions = {}
    await config.applyToHTTPSOptions(options)
    const headers = { ...plainHeaders(options), ...impersonation(this.#context.user) }
    const token = await bearerToken(this.#context.user)
    if (token !== '') headers.authorization = `Bearer ${token}`
    const choice = config.createDispatcherOptions(config.getCurrentCluster(), tlsOf(options))
    const material = JSON.stringify(choice, (_, v: unknown) => (v instanceof Uint8Array ? Buffer.from(v).toString('base64') : v))
    if (this.#dispatcher?.material !== material) {
      const old = this.#dispatcher?.dispatcher
      this.#dispatcher = { material, dispatcher: await makeDispatcher(choice) }
      // Running requests keep the old connections until they end.
      old?.close().catch(() => undefined)
    }
    return { dispatcher: this.#dispatcher.dispatcher, headers }
  }
}

async function kubeConfig(c: KubeContext, proxy: Proxy | undefined): Promise<KubeConfig> {
  // The package's index loads a client for every API; the module of the kubeconfig is enough.
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js')
  const config = new KubeConfig()
  const plain = text(c.cluster.server).startsWith('http:')
  // KubeConfig refuses plain HTTP unless told that certificates do not matter, and there is none.
  const cluster = { ...c.cluster, ...(plain ? { 'insecure-skip-tls-verify': true } : {}), ...(proxy ? { 'proxy-url': proxy.url } : {}) }
  const document = {
    clusters: [{ name: 'cluster', cluster }],
    users: [{ name: 'user', user: isFields(c.user.exec) ? { ...c.user, exec: withExecInfo(c.user.exec, c.cluster) } : c.user }],
    contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
    'current-context': 'context',
  }
  config.loadFromString(JSON.stringify(document))
  return config
}

/** client-go hands every plugin KUBERNETES_EXEC_INFO, with the cluster when `provideClusterInfo` asks for it. */
function withExecInfo(exec: Record<string, unknown>, cluster: Record<string, unknown>): Record<string, unknown> {
  const spec = { interactive: false, ...(exec.provideClusterInfo === true ? { cluster } : {}) }
  const info = JSON.stringify({ apiVersion: exec.apiVersion, kind: 'ExecCredential', spec })
  const env = Array.isArray(exec.env) ? (exec.env as unknown[]) : []
  return { ...exec, env: [{ name: 'KUBERNETES_EXEC_INFO', value: info }, ...env] }
}

function tlsOf({ ca, cert, key, pfx, passphrase, rejectUnauthorized, servername }: RequestOptions): AgentOptions {
  return { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername }
}

function plainHeaders(options: RequestOptions): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  if (typeof options.auth === 'string') headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`
  for (const [name, value] of Object.entries(options.headers ?? {}))
    headers[name.toLowerCase()] = Array.isArray(value) ? value : String(value).trim()
  return headers
}

function impersonation(user: Record<string, unknown>): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  const uid = text(user['as-uid'])
  if (uid !== '') headers['impersonate-uid'] = toHeader(uid)
  const groups = user['as-groups']
  if (Array.isArray(groups)) headers['impersonate-group'] = groups.map((group) => toHeader(String(group)))
  if (isFields(user['as-user-extra'])) {
    for (const [key, values] of Object.entries(user['as-user-extra'])) {
      if (Array.isArray(values)) headers[`impersonate-extra-${escapedKey(key)}`] = values.map((value) => toHeader(String(value)))
    }
  }
  return headers
}

/** Without whom the kubeconfig acts as: of two the one that was chosen in the window counts, as `kubectl --as` does. */
function ownIdentity(headers: Record<string, string | string[]>): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('impersonate-')))
}

async function makeDispatcher(choice: ReturnType<KubeConfig['createDispatcherOptions']>): Promise<Dispatcher> {
  // CommonJS: in the bundle it has nothing but its default export.
  const { Agent, ProxyAgent, Socks5ProxyAgent } = (await import('undici')).default
  const common = { allowH2: false, keepAliveTimeout: 60_000 }
  const connect = { timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000, checkServerIdentity: serverIdentityFault }
  switch (choice.type) {
    case 'proxy':
      return new ProxyAgent({ ...common, uri: choice.uri, requestTls: { ...choice.requestTls, ...connect } as ProxyTls, proxyTls: connect })
    case 'socks':
      return new Socks5ProxyAgent(choice.uri, { ...common, requestTls: { ...choice.requestTls, ...connect } as ProxyTls })
    case 'agent':
      return new Agent({ ...common, connect: { ...choice.connect, ...connect } as ProxyTls })
    case 'none':
      return new Agent({ ...common, connect })
  }
}

// undici's own connect options leave out `null` where node:tls allows it.
type ProxyTls = NonNullable<import('undici').ProxyAgent.Options['requestTls']>
