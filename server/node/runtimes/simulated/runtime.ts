import { randomBytes } from 'node:crypto'
import type { Clock, Timer } from '../../../machinery/clock.ts'
import {
  ContainerNotFoundError,
  ImagePullError,
  type ContainerConfig,
  type ContainerRuntimeStatus,
  type ContainerUsage,
  type LogEntry,
  type LogOptions,
  type PodRuntimeStatus,
  type PulledImage,
  type PullRequest,
  type Runtime,
  type RuntimeDisclosure,
  type RuntimeEvent,
  type Sandbox,
  type SandboxConfig,
} from '../../runtime.ts'
import { Turns } from '../../turns.ts'
import { AddressPool } from './address-pool.ts'
import { ANNOTATION_PREFIX, behaviourOf } from './behaviour.ts'
import { LogBuffer } from './log-buffer.ts'
import { SimulatedProcess } from './process.ts'

export interface SimulatedRuntimeOptions {
  clock: Clock
  version: string
}

const DISCLOSURE: RuntimeDisclosure = {
  nodeLabels: { 'binnacle.dev/runtime': 'simulated' },
  nodeAnnotations: { 'binnacle.dev/runtime': 'Containers on this node are simulated: no process runs in them and no image is pulled.' },
  podCondition: {
    type: 'binnacle.dev/Simulated',
    reason: 'SimulatedRuntime',
    message: 'The containers of this pod are simulated: no process runs in them, and their logs and usage are made up from the pod spec.',
  },
  weightless: true,
}

interface PodEntry {
  config: SandboxConfig
  sandbox: PodRuntimeStatus['sandbox']
  /** In the order they were created. */
  containers: Set<ContainerEntry>
}

interface ContainerEntry {
  pod: PodEntry
  config: ContainerConfig
  status: ContainerRuntimeStatus
  log: LogBuffer
  process: SimulatedProcess
  exitListeners: (() => void)[]
  killTimer: Timer | undefined
}

/** What a container without requests is said to use: metrics-server takes one that uses nothing for one that is not measured. */
const IDLE = { cores: 0.0001, bytes: 1 << 20 }

/** A runtime without processes: containers go through the states that their command, their image and the pod's annotations ask for. */
export function createSimulatedRuntime(options: SimulatedRuntimeOptions): Runtime {
  return new SimulatedRuntime(options)
}

class SimulatedRuntime implements Runtime {
  readonly name = 'simulated'
  readonly version: string
  readonly disclosure = DISCLOSURE
  readonly volatile = true
  readonly #clock: Clock
  readonly #byUid = new Map<string, PodEntry>()
  readonly #bySandbox = new Map<string, PodEntry>()
  readonly #containers = new Map<string, ContainerEntry>()
  readonly #pools = new Map<string, AddressPool>()
  readonly #listeners = new Set<(event: RuntimeEvent) => void>()

  constructor(options: SimulatedRuntimeOptions) {
    this.#clock = options.clock
    this.version = options.version
  }

  async problem(): Promise<undefined> {
    return undefined
  }

  async pullImage({ image, policy, annotations }: PullRequest): Promise<PulledImage> {
    const failure = annotations[`${ANNOTATION_PREFIX}pull-error`]
    if (failure !== undefined && policy !== 'Never') throw new ImagePullError(failure)
    return { imageRef: `simulated://${image}`, pulled: policy === 'Always', sizeBytes: 0 }
  }

  async runPodSandbox(config: SandboxConfig): Promise<Sandbox> {
    const old = this.#byUid.get(config.uid)
    if (old?.sandbox.ready === true) throw new Error(`pod ${config.uid} has a ready sandbox`)
    if (old !== undefined) await this.removePodSandbox(old.sandbox.id)
    const ips = config.hostNetwork ? [] : this.#addresses(config.podCIDRs)
    const sandbox = { id: newId(), ips, ready: true, attempt: config.attempt, createdAt: this.#clock.now() }
    const entry: PodEntry = { config, sandbox, containers: new Set() }
    this.#byUid.set(config.uid, entry)
    this.#bySandbox.set(sandbox.id, entry)
    return { id: sandbox.id, ips }
  }

  /** One of each range, or none of any. */
  #addresses(cidrs: readonly string[]): string[] {
    const ips: string[] = []
    try {
      for (const cidr of cidrs) ips.push(this.#pool(cidr).take())
    } catch (e) {
      this.#free(cidrs, ips)
      throw e
    }
    return ips
  }

  #free(cidrs: readonly string[], ips: readonly string[]): void {
    for (const [i, ip] of ips.entries()) this.#pool(cidrs[i]!).free(ip)
  }

  #pool(cidr: string): AddressPool {
    let pool = this.#pools.get(cidr)
    if (pool === undefined) this.#pools.set(cidr, (pool = new AddressPool(cidr)))
    return pool
  }

  async stopPodSandbox(sandboxId: string): Promise<void> {
    const pod = this.#bySandbox.get(sandboxId)
    if (pod === undefined || !pod.sandbox.ready) return
    pod.sandbox.ready = false
    const turns = new Turns()
    for (const c of pod.containers) {
      if (c.status.state !== 'exited') c.process.kill()
      const turn = turns.step()
      if (turn !== undefined) await turn
    }
    this.#free(pod.config.podCIDRs, pod.sandbox.ips)
  }

  async removePodSandbox(sandboxId: string): Promise<void> {
    const pod = this.#bySandbox.get(sandboxId)
    if (pod === undefined) return
    await this.stopPodSandbox(sandboxId)
    const turns = new Turns()
    for (const c of pod.containers) {
      await this.removeContainer(c.status.id)
      const turn = turns.step()
      if (turn !== undefined) await turn
    }
    this.#bySandbox.delete(sandboxId)
    if (this.#byUid.get(pod.config.uid) === pod) this.#byUid.delete(pod.config.uid)
  }

  async createContainer(sandboxId: string, config: ContainerConfig): Promise<string> {
    const pod = this.#bySandbox.get(sandboxId)
    if (pod === undefined || !pod.sandbox.ready) throw new Error(`no ready sandbox ${JSON.stringify(sandboxId)}`)
    const id = newId()
    const log = new LogBuffer()
    const behaviour = behaviourOf(config, pod.config.annotations)
    const entry: ContainerEntry = {
      pod,
      config,
      log,
      exitListeners: [],
      killTimer: undefined,
      process: new SimulatedProcess(this.#clock, behaviour, log, (code) => this.#exited(entry, code)),
      status: {
        id,
        name: config.name,
        attempt: config.attempt,
        image: config.image,
        imageRef: `simulated://${config.image}`,
        state: 'created',
        createdAt: this.#clock.now(),
        startedAt: 0,
        finishedAt: 0,
        exitCode: 0,
        reason: '',
        message: '',
      },
    }
    this.#containers.set(id, entry)
    pod.containers.add(entry)
    this.#emit(entry, 'created')
    return id
  }

  async startContainer(containerId: string): Promise<void> {
    const entry = this.#get(containerId)
    if (entry.status.state !== 'created') throw new Error(`container ${JSON.stringify(containerId)} is ${entry.status.state}`)
    entry.status.state = 'running'
    entry.status.startedAt = this.#clock.now()
    this.#emit(entry, 'started')
    entry.process.start(entry.config.env)
  }

  #exited(entry: ContainerEntry, code: number): void {
    entry.killTimer?.cancel()
    const now = this.#clock.now()
    Object.assign(entry.status, { state: 'exited', finishedAt: now, exitCode: code, reason: code === 0 ? 'Completed' : 'Error' })
    if (entry.status.startedAt === 0) entry.status.startedAt = now
    entry.log.close()
    this.#emit(entry, 'stopped')
    for (const listener of entry.exitListeners.splice(0)) listener()
  }

  async stopContainer(containerId: string, timeoutSeconds: number): Promise<void> {
    const entry = this.#containers.get(containerId)
    if (entry === undefined || entry.status.state === 'exited') return
    const exited = new Promise<void>((resolve) => entry.exitListeners.push(resolve))
    entry.killTimer?.cancel()
    if (timeoutSeconds <= 0 || entry.status.state === 'created') {
      entry.process.kill()
    } else {
      entry.killTimer = this.#clock.setTimeout(() => entry.process.kill(), timeoutSeconds * 1000)
      entry.process.terminate()
    }
    await exited
  }

  async removeContainer(containerId: string): Promise<void> {
    const entry = this.#containers.get(containerId)
    if (entry === undefined) return
    if (entry.status.state !== 'exited') entry.process.kill()
    this.#containers.delete(containerId)
    entry.pod.containers.delete(entry)
  }

  async status(podUid: string): Promise<PodRuntimeStatus | undefined> {
    const pod = this.#byUid.get(podUid)
    return pod === undefined ? undefined : statusOf(pod)
  }

  async list(): Promise<PodRuntimeStatus[]> {
    return [...this.#byUid.values()].map(statusOf)
  }

  onEvent(listener: (event: RuntimeEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #emit(entry: ContainerEntry, type: RuntimeEvent['type']): void {
    const event = { podUid: entry.pod.config.uid, containerId: entry.status.id, type }
    for (const listener of this.#listeners) listener(event)
  }

  async *logs(containerId: string, options: LogOptions): AsyncGenerator<LogEntry, void> {
    yield* this.#get(containerId).log.read(options)
  }

  /** A busy container uses what it requested, at a steady rate; made up, and said to be so in the pod's condition. */
  async stats(podUid: string): Promise<ContainerUsage[]> {
    const running = newestFirst(this.#byUid.get(podUid)).filter((c) => c.status.state === 'running')
    return running.map(({ config, status }) => {
      const usageNanoCores = Math.round(Math.max(config.cpuRequest, IDLE.cores) * 1e9)
      return {
        name: config.name,
        startedAt: status.startedAt,
        usageNanoCores,
        usageCoreNanoSeconds: Math.round((usageNanoCores * (this.#clock.now() - status.startedAt)) / 1000),
        workingSetBytes: Math.max(config.memoryRequest, IDLE.bytes),
      }
    })
  }

  #get(containerId: string): ContainerEntry {
    const entry = this.#containers.get(containerId)
    if (entry === undefined) throw new ContainerNotFoundError(containerId)
    return entry
  }

  async close(): Promise<void> {
    for (const pod of [...this.#bySandbox.values()]) await this.removePodSandbox(pod.sandbox.id)
    this.#listeners.clear()
  }
}

const newId = (): string => randomBytes(32).toString('hex')

const newestFirst = (pod: PodEntry | undefined): ContainerEntry[] => [...(pod?.containers ?? [])].reverse()

const statusOf = (pod: PodEntry): PodRuntimeStatus => ({
  uid: pod.config.uid,
  name: pod.config.name,
  namespace: pod.config.namespace,
  sandbox: { ...pod.sandbox },
  containers: newestFirst(pod).map((c) => ({ ...c.status })),
})
