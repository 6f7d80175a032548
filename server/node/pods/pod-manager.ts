import type { Client } from '../../client/client.ts'
import type { EventRecorder } from '../../client/event-recorder.ts'
import { PODS } from '../../client/resource.ts'
import type { TurnGate } from '../../client/turn-gate.ts'
import type { Clock } from '../../machinery/clock.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { Runtime } from '../runtime.ts'
import { isTerminalPhase, podKey, podText, type Container, type Node, type Pod, type PodStatus } from '../types.ts'
import { inTurns } from '../../machinery/slice.ts'
import { Turns } from '../turns.ts'
import { admit, Usage } from './admission.ts'
import type { EventBudget } from './event-budget.ts'
import { PodWorker } from './pod-worker.ts'
import type { WorkerHost } from './worker-host.ts'
import { podRequestSteps } from './resources.ts'
import type { StatusWriter } from './status-writer.ts'

export interface PodManagerOptions {
  client: Client
  clock: Clock
  signal: AbortSignal
  runtime: Runtime
  writer: StatusWriter
  recorder: EventRecorder
  budget: EventBudget
  /** Of all nodes of the process. */
  gate: TurnGate
  hostIP: string
  node: () => Node
  podCIDRs: () => readonly string[]
  log: WorkerHost['log']
  observe: WorkerHost['observe']
  onRejected?: (reason: string) => void
}

/** The pods of one node: a worker for each, admission in the order they come, and lookups for the kubelet API. */
export class PodManager implements WorkerHost {
  readonly clock: Clock
  readonly runtime: Runtime
  readonly hostIP: string
  readonly #o: PodManagerOptions
  readonly #workers = new Map<string, PodWorker>()
  readonly #byKey = new Map<string, string>()
  readonly #usage = new Usage()
  /** Not admitted yet, in the order they came. */
  readonly #arrived: PodWorker[] = []
  readonly #unsubscribe: () => void
  #admitting = false
  #closed = false

  constructor(options: PodManagerOptions) {
    this.#o = options
    this.clock = options.clock
    this.runtime = options.runtime
    this.hostIP = options.hostIP
    this.#unsubscribe = options.runtime.onEvent((e) => {
      if (e.type === 'stopped') this.#workers.get(e.podUid)?.poke()
    })
  }

  // ---- from the informer

  put(pod: Pod): void {
    const uid = pod.metadata.uid!
    const known = this.#workers.get(uid)
    if (known !== undefined) return known.update(pod)
    const predecessor = this.#byKey.get(podKey(pod))
    if (predecessor !== undefined) this.#workers.get(predecessor)?.remove()
    const worker = new PodWorker(this, pod)
    this.#workers.set(uid, worker)
    this.#byKey.set(podKey(pod), uid)
    worker.hold()
    this.#arrived.push(worker)
    if (!this.#admitting) void this.#admitArrived()
  }

  /** One after the other, in the order they came, and in turns with others: all pods of a node come at once when it starts. */
  async #admitArrived(): Promise<void> {
    this.#admitting = true
    const turns = new Turns()
    // More may arrive meanwhile.
    for (let i = 0; i < this.#arrived.length && !this.#closed; i++) {
      const worker = this.#arrived[i]!
      try {
        await this.#admit(worker, turns)
      } catch (e) {
        this.log('error', 'Pod could not be admitted', { pod: podText(worker.pod), error: e instanceof Error ? e.message : String(e) })
      }
      worker.release()
      await turns.step()
    }
    this.#arrived.length = 0
    this.#admitting = false
  }

  async #admit(worker: PodWorker, turns: Turns): Promise<void> {
    const { pod } = worker
    // What it asks for is remembered by its spec.
    await inTurns(podRequestSteps(pod), turns)
    if (isTerminalPhase(pod.status?.phase) || worker.leaving) return
    const rejection = admit(pod, this.#usage.total, this.#o.node())
    if (rejection === undefined) return this.#usage.add(pod.metadata.uid!, pod)
    this.#o.onRejected?.(rejection.reason)
    worker.reject(rejection)
  }

  delete(pod: Pod): void {
    this.#workers.get(pod.metadata.uid!)?.remove()
  }

  /** Sandboxes that a predecessor left, and whose pods are no more, are removed. */
  async adopt(): Promise<void> {
    for (const { uid, sandbox } of await this.runtime.list()) {
      if (!this.#workers.has(uid)) await this.runtime.removePodSandbox(sandbox.id)
    }
  }

  close(): void {
    this.#closed = true
    this.#unsubscribe()
    for (const worker of this.#workers.values()) worker.dispose()
  }

  // ---- for the kubelet API

  /** Every pod with its newest status, in no order. */
  pods(): Pod[] {
    return [...this.#workers.values()].map((w) => ({ ...w.pod, status: w.status }))
  }

  find(namespace: string, name: string): Pod | undefined {
    const worker = this.#workers.get(this.#byKey.get(`${namespace}/${name}`) ?? '')
    return worker === undefined ? undefined : { ...worker.pod, status: worker.status }
  }

  get size(): number {
    return this.#workers.size
  }

  // ---- WorkerHost

  podCIDRs(): readonly string[] {
    return this.#o.podCIDRs()
  }

  event(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, container?: Container): void {
    if (!this.#o.budget.take()) return
    const about = { apiVersion: 'v1', kind: 'Pod', object: pod }
    if (container === undefined) return this.#o.recorder.event(about, type, reason, message)
    const list = pod.spec.initContainers?.includes(container) === true ? 'initContainers' : 'containers'
    this.#o.recorder.event({ ...about, fieldPath: `spec.${list}{${container.name}}` }, type, reason, message)
  }

  setStatus(pod: Pod, status: PodStatus): void {
    if (isTerminalPhase(status.phase)) this.#usage.remove(pod.metadata.uid!)
    this.#o.writer.set(pod, status)
  }

  statusWritten(pod: Pod): Promise<void> {
    return this.#o.writer.written(pod.metadata.uid!)
  }

  async finishDelete(pod: Pod): Promise<void> {
    const { name, namespace, uid } = pod.metadata
    try {
      await this.#o.client.resource(PODS).delete(name!, {
        namespace: namespace!,
        gracePeriodSeconds: 0,
        preconditions: { uid: uid! },
        signal: this.#o.signal,
      })
    } catch (e) {
      if (!isStatusError(e, 'NotFound') && !isStatusError(e, 'Conflict')) throw e
    }
    this.log('info', 'Pod fully terminated and removed from etcd', { pod: podText(pod) })
  }

  gone(uid: string): void {
    const worker = this.#workers.get(uid)
    this.#workers.delete(uid)
    this.#usage.remove(uid)
    this.#o.writer.forget(uid)
    if (worker !== undefined && this.#byKey.get(podKey(worker.pod)) === uid) this.#byKey.delete(podKey(worker.pod))
  }

  turn(): Promise<void> | undefined {
    const { gate } = this.#o
    const turn = gate.enter()
    // The gate is for beginnings only: a sync may take as long as a container's grace.
    if (turn !== undefined) return turn.then(() => gate.leave())
    gate.leave()
    return undefined
  }

  log(level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>): void {
    this.#o.log(level, message, fields)
  }

  observe(what: 'podStarted' | 'containerStarted' | 'sync', ms: number): void {
    this.#o.observe(what, ms)
  }
}
