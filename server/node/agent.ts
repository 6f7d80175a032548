import { createCoreRecorder, type EventRecorder } from '../client/event-recorder.ts'
import type { Clock } from '../machinery/clock.ts'
import { BEAT_MS } from './beats.ts'
import { webhookAuthorizer, type Authorize } from './kubelet/authorize.ts'
import { selfSigned } from './kubelet/certificate.ts'
import { KubeletMetrics } from './kubelet/metrics.ts'
import { routes } from './kubelet/routes.ts'
import { startKubeletServer, type KubeletServer } from './kubelet/server.ts'
import { openNodeLog, type NodeLog } from './log.ts'
import { EVENT_BURST, EVENT_QPS } from './pods/event-budget.ts'
import { PodManager } from './pods/pod-manager.ts'
import type { NodeAgent, NodeAgentOptions } from './options.ts'
import { startHeapSampling, stopHeapSampling } from '../profiling/profiler.ts'
import { register, writeNodeStatus } from './registration.ts'
import type { SharedAgentParts } from './shared.ts'
import { NodeLease } from './status/lease.ts'
import { generateNodeStatus, KUBELET_VERSION, newNode, nodeStateOf, type NodeIdentity, type NodeStatusInput } from './status/node-status.ts'
import { PRESSURE_MS } from './status/usage-sampler.ts'
import type { Node, NodeCondition } from './types.ts'

/** The kubelet's nodeStatusReportFrequency. */
const REPORT_MS = 300_000

const text = (e: unknown): string => (e instanceof Error ? e.message : String(e))

/** One node: registration, lease, heartbeat, its pods and its kubelet API. Made by `start.ts`. */
export class Agent implements NodeAgent {
  readonly nodeName: string
  readonly address: string
  readonly #shared: SharedAgentParts
  readonly #o: NodeAgentOptions
  readonly #log: NodeLog
  readonly #clock: Clock
  /** Milliseconds since the epoch, by the agent's clock. */
  readonly #processStart: number
  readonly #metrics: KubeletMetrics
  readonly #abort = new AbortController()
  readonly #recorder: EventRecorder
  readonly #pods: PodManager
  readonly #ready = Promise.withResolvers<void>()
  #server: KubeletServer | undefined
  #authorize: Authorize | undefined
  #unlisten: (() => void) | undefined
  #node: Node
  /** Takes the node out of the rounds in which it renews its Lease and looks at itself. */
  #leave: (() => void)[] = []
  /** Of the status that was sent last. */
  #sentConditions: readonly NodeCondition[] = []
  #sentState = ''
  #sentAt = 0
  #problem: string | undefined
  #running = false
  #beating = false

  static async start(shared: SharedAgentParts, o: NodeAgentOptions): Promise<Agent> {
    const agent = new Agent(shared, o, await openNodeLog(o.logDir, o.nodeName))
    try {
      await startHeapSampling(shared.clock)
      await agent.#listen()
    } catch (e) {
      await agent.stop()
      throw e
    }
    void agent.#run()
    return agent
  }

  private constructor(shared: SharedAgentParts, o: NodeAgentOptions, log: NodeLog) {
    this.nodeName = o.nodeName
    this.address = o.address ?? '127.0.0.1'
    this.#shared = shared
    this.#o = o
    this.#log = log
    this.#clock = shared.clock
    this.#processStart = shared.clock.now() - process.uptime() * 1000
    this.#metrics = new KubeletMetrics(o.nodeName, KUBELET_VERSION, this.#processStart)
    this.#node = { metadata: { name: o.nodeName } }
    this.#ready.promise.catch(() => undefined)
    const signal = AbortSignal.any([this.#abort.signal, shared.abort.signal])
    this.#recorder = createCoreRecorder({
      client: o.client,
      clock: shared.clock,
      signal,
      component: 'kubelet',
      host: o.nodeName,
      onError: (e) => this.log('warn', 'Server rejected event (will not retry!)', { error: text(e) }),
    })
    this.#pods = new PodManager({
      client: o.client,
      clock: shared.clock,
      signal,
      runtime: o.runtime,
      writer: shared.writer,
      recorder: this.#recorder,
      budget: shared.budget,
      gate: shared.gate,
      hostIP: this.address,
      node: () => this.#node,
      podCIDRs: () => this.#podCIDRs,
      log: (level, message, fields) => this.log(level, message, fields),
      observe: (what, ms) => this.#observe(what, ms),
      onRejected: (reason) => this.#metrics.rejected(reason),
    })
  }

  get port(): number {
    return this.#server?.port ?? 0
  }

  get podCount(): number {
    return this.#pods.size
  }

  /** What the Node says, which somebody else may have given it. */
  get #podCIDRs(): readonly string[] {
    const { podCIDR, podCIDRs } = this.#node.spec ?? {}
    if (podCIDRs !== undefined && podCIDRs.length > 0) return podCIDRs
    return podCIDR === undefined ? this.#ownCIDRs : [podCIDR]
  }

  get #ownCIDRs(): readonly string[] {
    return this.#o.podCIDRs ?? ['10.244.0.0/24']
  }

  get #maxPods(): number {
    return this.#o.maxPods ?? 110
  }

  ready(): Promise<void> {
    return this.#ready.promise
  }

  log(level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown> = {}): void {
    this.#log.write(level, message, fields)
  }

  #observe(what: 'podStarted' | 'containerStarted' | 'sync', ms: number): void {
    if (what === 'sync') this.#metrics.podSynced(ms)
    else if (what === 'containerStarted') this.#metrics.containerStarted()
    else this.#metrics.podStarted(ms)
  }

  async #listen(): Promise<void> {
    const o = this.#o
    this.#server = await startKubeletServer({
      address: this.address,
      port: o.port ?? 0,
      tls: () => o.tls ?? selfSigned(o.nodeName, this.address, this.#clock.now()),
      ...(o.clientCA === undefined ? {} : { clientCA: o.clientCA }),
      authorize: o.authorize ?? ((credentials, action) => (this.#authorize ??= this.#webhook())(credentials, action)),
      clock: this.#clock,
      metrics: this.#metrics,
      onError: (e, url) => this.log('error', 'HTTP InternalServerError serving', { path: url, error: text(e) }),
      routes: (port) =>
        routes({
          nodeName: o.nodeName,
          clock: this.#clock,
          runtime: o.runtime,
          machine: this.#shared.machine,
          sampler: this.#shared.sampler,
          metrics: this.#metrics,
          processStart: this.#processStart,
          logDir: o.logDir,
          pods: () => this.#pods.pods(),
          find: (namespace, name) => this.#pods.find(namespace, name),
          syncProblem: () => this.#problem,
          config: () => ({
            address: this.address,
            port,
            maxPods: this.#maxPods,
            podCIDR: this.#podCIDRs.join(),
            heartbeatSeconds: BEAT_MS / 1000,
            reportSeconds: REPORT_MS / 1000,
            eventQps: EVENT_QPS,
            eventBurst: EVENT_BURST,
          }),
        }),
    })
    this.#unlisten = o.onListen?.(this.address, this.port)
    this.log('info', 'Started to listen', { address: this.address, port: this.port })
  }

  #webhook(): Authorize {
    const { client, nodeName, apiServerCertificate } = this.#o
    return webhookAuthorizer({
      client,
      clock: this.#clock,
      nodeName,
      ...(apiServerCertificate === undefined ? {} : { apiServerCertificate }),
      onError: (e, what) => this.log('error', what, { error: text(e) }),
    })
  }

  // ---- the node

  get #identity(): NodeIdentity {
    const { nodeName: name, labels = {} } = this.#o
    return { name, address: this.address, kubeletPort: this.port, maxPods: this.#maxPods, podCIDRs: this.#ownCIDRs, labels }
  }

  async #look(): Promise<NodeStatusInput> {
    this.#problem = await this.#o.runtime.problem().catch(text)
    return {
      identity: this.#identity,
      machine: this.#shared.machine,
      usage: (await this.#shared.sampler.read(PRESSURE_MS)).machine,
      runtime: this.#o.runtime,
      runtimeError: this.#problem,
      last: this.#sentConditions,
      now: this.#clock.now(),
    }
  }

  async #run(): Promise<void> {
    const { client } = this.#o
    const signal = this.#abort.signal
    try {
      const input = await this.#look()
      const { status, events } = generateNodeStatus(input)
      this.log('info', 'Attempting to register node')
      const wanted = newNode(this.#identity, this.#shared.machine, this.#o.runtime, status)
      this.#node = await register(wanted, {
        client,
        clock: this.#clock,
        signal,
        onError: (e) => this.log('error', 'Unable to register node with API server', { error: text(e) }),
      })
      this.#sent(input, status.conditions)
      this.log('info', 'Successfully registered node')
      this.#nodeEvent('Starting', 'Starting kubelet.')
      for (const event of events) this.#statusEvent(event)
      const lease = new NodeLease({
        client,
        clock: this.#clock,
        signal,
        node: () => this.#node,
        onError: (e) => this.log('error', 'Failed to update lease', { error: text(e) }),
      })
      void lease.renew()
      this.#leave.push(this.#shared.beats.join(() => void lease.renew()))
      await this.#shared.pods.synced()
      if (signal.aborted) return
      this.#shared.attach(this.nodeName, {
        pods: this.#pods,
        node: (node) => void (this.#node = node),
        onStatusWritten: (ms) => this.#metrics.statusWritten(ms),
      })
      await this.#pods.adopt()
      this.#running = true
      this.#leave.push(this.#shared.beats.join(() => void this.#heartbeat()))
      this.#ready.resolve()
    } catch (e) {
      this.#ready.reject(e)
      if (!signal.aborted) this.log('error', 'The node agent could not start', { error: text(e) })
    }
  }

  async #heartbeat(): Promise<void> {
    if (this.#beating) return
    this.#beating = true
    try {
      const input = await this.#look()
      const due = this.#clock.now() - this.#sentAt >= REPORT_MS
      if (!due && nodeStateOf(input) === this.#sentState) return
      const { status, events } = generateNodeStatus(input)
      this.#node = await writeNodeStatus(this.nodeName, status, { client: this.#o.client, signal: this.#abort.signal })
      this.#sent(input, status.conditions)
      for (const event of events) this.#statusEvent(event)
    } catch (e) {
      if (!this.#abort.signal.aborted) this.log('error', 'Error updating node status, will retry', { error: text(e) })
    } finally {
      this.#beating = false
    }
  }

  #sent(input: NodeStatusInput, conditions: readonly NodeCondition[] = []): void {
    this.#sentState = nodeStateOf(input)
    this.#sentConditions = conditions
    this.#sentAt = this.#clock.now()
  }

  #statusEvent(event: string): void {
    this.#nodeEvent(event, `Node ${this.nodeName} status is now: ${event}`)
  }

  #nodeEvent(reason: string, message: string): void {
    if (this.#shared.budget.take()) this.#recorder.event({ apiVersion: 'v1', kind: 'Node', object: this.#node }, 'Normal', reason, message)
  }

  close(): Promise<void> {
    return this.stop()
  }

  /** Ends the agent, not its pods: they stay in the API as they were last seen, as when a kubelet stops. */
  async stop(): Promise<void> {
    if (this.#abort.signal.aborted) return
    this.#ready.reject(new Error('the node agent was closed'))
    this.#abort.abort(new Error('the node agent was closed'))
    for (const leave of this.#leave) leave()
    this.#shared.detach(this.nodeName)
    this.#pods.close()
    this.#unlisten?.()
    await this.#server?.close()
    await this.#o.runtime.close()
    await stopHeapSampling()
    this.log('info', 'Stopped', { running: this.#running })
    await this.#log.close()
  }
}
