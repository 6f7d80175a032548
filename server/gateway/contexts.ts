import type { Clock, Timer } from '../machinery/clock.ts'
import { actingUpstream, readActing } from './acting.ts'
import { type ConnectionTimes, defaultTimes } from './connection-times.ts'
import { clusterEntry } from './cluster-entry.ts'
import type { ClusterEntry, ConnectionState, ContextInfo, ContextList, LocalControl, Upstream } from './contract.ts'
import { GatewayError } from './errors.ts'
import { defaultKubeconfigFiles, type KubeContext, type Kubeconfig, loadKubeconfig, signature, text } from './kubeconfig.ts'
import { shellQuote } from '../machinery/shell-quote.ts'
import { LocalUpstream } from './local-upstream.ts'
import type { Notice } from './notices.ts'
import { plainHttp } from './plain-http.ts'

export const LOCAL = 'local'
/** As long as nobody wonders whether it starts at all; from then on the window says that it does. */
const START_PATIENCE_MS = 5_000

/**
 * How often the kubeconfig files are looked at while a window is open. Their size and times are read rather than a watch set on them:
 * that sees editors that replace a file, links, files and folders that are not there yet, and network folders, all in one way.
 */
const LOOK_MS = 2_000

/** The local control plane and every context of the kubeconfig. The files are read again when they change. */
export class Contexts {
  readonly #local: LocalControl
  readonly #clock: Clock
  readonly #files: string[]
  /** Of those the ones that a kubectl in a terminal does not read by itself. */
  readonly #added = new Set<string>()
  readonly #upstreams = new Map<string, { key: string; upstream: Upstream }>()
  readonly times: ConnectionTimes
  readonly #listeners = new Set<(notice: Notice) => void>()
  #looking: Timer | undefined
  #announced: string | undefined
  #loaded: { signature: string; config: Kubeconfig } | undefined
  #localUpstream: { reach: object; upstream: Upstream } | undefined

  constructor(
    local: LocalControl,
    clock: Clock,
    files: readonly string[] = defaultKubeconfigFiles(),
    times: ConnectionTimes = defaultTimes,
  ) {
    this.#local = local
    this.#clock = clock
    this.#files = [...files]
    this.times = times
  }

  /** Tells how clusters are and that the list has changed, as long as somebody listens. Returns what ends it. */
  listen(listener: (notice: Notice) => void): () => void {
    this.#listeners.add(listener)
    if (this.#looking === undefined) {
      void this.#look()
      this.#looking = this.#clock.setInterval(() => void this.#look(), LOOK_MS)
    }
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      this.#looking?.cancel()
      this.#looking = undefined
    }
  }

  /** How the clusters are that somebody looks at. */
  connections(): ConnectionState[] {
    return [...this.#upstreams.values()].flatMap(({ upstream }) => {
      const state = upstream.connection?.state
      return state === undefined || state.phase === 'idle' ? [] : [state]
    })
  }

  // The first listener may have asked for the list before the files changed: it is told once that it may have.
  async #look(): Promise<void> {
    const now = await signature(this.#files)
    if (now === this.#announced) return
    this.#announced = now
    this.#tell({ t: 'contexts' })
  }

  #tell(notice: Notice): void {
    for (const listener of this.#listeners) listener(notice)
  }

  addFile(file: string): void {
    if (this.#files.includes(file)) return
    this.#files.push(file)
    this.#added.add(file)
  }

  async list(): Promise<ContextList> {
    const config = await this.#config()
    const contexts = config.contexts.map((c) => describe(c, config.current, this.#added.has(c.file)))
    return { contexts: [this.#describeLocal(), ...contexts], errors: config.errors }
  }

  /** Throws GatewayError: no such context, a context that cannot be used, or the local control plane is not running. */
  async upstream(name: string): Promise<Upstream> {
    if (name === LOCAL) return this.#reachLocal()
    const config = await this.#config()
    const acting = config.contexts.some((c) => shownName(c.name) === name) ? undefined : readActing(name)
    if (acting !== undefined) return actingUpstream(await this.upstream(acting.context), acting.as)
    return this.#remote(name, usable(name, config))
  }

  /** What somebody else's kubeconfig needs to know of a context's cluster. Throws GatewayError as `upstream` does. */
  async cluster(name: string): Promise<ClusterEntry> {
    if (name !== LOCAL) return clusterEntry(usable(name, await this.#config()))
    // Its own kubeconfig is there whenever it has run.
    const [own] = (await loadKubeconfig([this.#local.status().kubeconfig])).contexts
    if (own === undefined) throw new GatewayError('LocalNotRunning', 'the local control plane has not written its kubeconfig yet')
    return clusterEntry(own)
  }

  async close(): Promise<void> {
    const all = [...this.#upstreams.values()].map((u) => u.upstream.close())
    if (this.#localUpstream !== undefined) all.push(this.#localUpstream.upstream.close())
    this.#upstreams.clear()
    this.#looking?.cancel()
    this.#listeners.clear()
    await Promise.allSettled(all)
  }

  async #config(): Promise<Kubeconfig> {
    const now = await signature(this.#files)
    if (this.#loaded?.signature !== now) this.#loaded = { signature: now, config: await loadKubeconfig(this.#files) }
    return this.#loaded.config
  }

  // undici and client-node load with the first remote request: who uses only the local control plane does not pay for them.
  async #remote(name: string, context: KubeContext): Promise<Upstream> {
    const key = JSON.stringify(context)
    const known = this.#upstreams.get(name)
    if (known?.key === key) return known.upstream
    const { RemoteUpstream } = await import('./remote-upstream.ts')
    const raced = this.#upstreams.get(name)
    if (raced?.key === key) return raced.upstream
    raced?.upstream.close().catch(() => undefined)
    const shown = { ...context, name }
    const upstream = new RemoteUpstream(shown, this.#clock, this.times, (state) => this.#tell({ t: 'cluster', state }))
    this.#upstreams.set(name, { key, upstream })
    return upstream
  }

  // The window opens while the control plane starts: what it asks for first waits for that instead of being asked again.
  async #start(): Promise<void> {
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const timer = this.#clock.setTimeout(resolve, START_PATIENCE_MS)
    await Promise.race([this.#local.settled(), over])
    timer.cancel()
  }

  async #reachLocal(): Promise<Upstream> {
    if (this.#local.status().state === 'starting') await this.#start()
    const reach = this.#local.reach()
    if (reach === undefined) {
      const { state, message } = this.#local.status()
      const why = message === undefined ? '' : `: ${message}`
      throw new GatewayError('LocalNotRunning', `the local control plane is ${state}${why}`)
    }
    if (this.#localUpstream?.reach !== reach) {
      this.#localUpstream?.upstream.close().catch(() => undefined)
      this.#localUpstream = { reach, upstream: await makeLocal(reach, this.#clock, this.times) }
    }
    return this.#localUpstream.upstream
  }

  #describeLocal(): ContextInfo {
    const { url, state, message, kubeconfig } = this.#local.status()
    const names = { name: LOCAL, cluster: LOCAL, server: url, user: 'admin', namespace: '' }
    const info: ContextInfo = { ...names, local: true, current: false, kubectl: `kubectl --kubeconfig ${shellQuote(kubeconfig)}` }
    if (state === 'failed') info.error = message ?? 'the local control plane failed'
    return info
  }
}

async function makeLocal(reach: NonNullable<ReturnType<LocalControl['reach']>>, clock: Clock, times: ConnectionTimes): Promise<Upstream> {
  if ('transport' in reach) return new LocalUpstream(reach.transport)
  const { RemoteUpstream } = await import('./remote-upstream.ts')
  const data = (v: unknown): string => Buffer.from(v instanceof Uint8Array ? v : String(v)).toString('base64')
  const { url, tls } = reach
  const cluster = { server: url, 'certificate-authority-data': data(tls.ca) }
  const user = { 'client-certificate-data': data(tls.cert), 'client-key-data': data(tls.key) }
  const context = { name: LOCAL, clusterName: LOCAL, userName: 'admin', namespace: '', file: '', cluster, user }
  // How this one is, its own control tells.
  return new RemoteUpstream(context, clock, times, () => undefined)
}

function describe(c: KubeContext, current: string, added: boolean): ContextInfo {
  const info: ContextInfo = {
    name: shownName(c.name),
    cluster: c.clusterName,
    server: text(c.cluster.server),
    user: c.userName,
    namespace: c.namespace,
    local: false,
    current: c.name === current,
    kubectl: `kubectl${added ? ` --kubeconfig ${shellQuote(c.file)}` : ''} --context ${shellQuote(c.name)}`,
  }
  if (c.cluster['insecure-skip-tls-verify'] === true && info.server.startsWith('https:')) info.unverified = true
  const plain = plainHttp(c)
  if (plain !== undefined) info.plain = plain
  if (c.error !== undefined) info.error = c.error
  return info
}

function usable(name: string, { contexts }: Kubeconfig): KubeContext {
  const context = contexts.find((c) => shownName(c.name) === name)
  if (context === undefined) throw new GatewayError('UnknownContext', `there is no context "${name}" in the kubeconfig`)
  if (context.error !== undefined) throw new GatewayError('BrokenContext', `context "${name}" cannot be used: ${context.error}`)
  return context
}

/** `local` is ours; a context of that name is shown under a longer one. */
function shownName(name: string): string {
  return name === LOCAL ? 'local (kubeconfig)' : name
}
