import { hostname } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import type { Client } from '../client/client.ts'
import { createEventsV1Recorder, type EventRecorder } from '../client/event-recorder.ts'
import { dropManagedFields, type InformerFactory } from '../client/informer.ts'
import type { Node, Pod } from '../client/objects.ts'
import { NODES, PODS } from '../client/resource.ts'
import { systemClock, type Clock } from '../machinery/clock.ts'
import { SchedulingAlgorithm } from './algorithm.ts'
import { SchedulerCache } from './cache.ts'
import { failureMessage, NO_NODES } from './diagnosis.ts'
import type { CycleState, PostFilterResult, QueuedPod } from './framework.ts'
import { listersOf, watchStorage } from './listers.ts'
import { NominatedPods } from './nominated-pods.ts'
import { podInfo, type PodInfo } from './pod-info.ts'
import { defaultPlugins, makePlugins, type ConfiguredPlugin, type EnabledPlugin } from './plugins/index.ts'
import { prioritySort } from './plugins/priority-sort/priority-sort.ts'
import { SchedulingQueue } from './queue.ts'
import { createStatusReporter, type StatusReporter } from './status-reporter.ts'

export interface SchedulerOptions {
  /** Its user agent should begin with `kube-scheduler/`: that names the field manager of what it writes. */
  client: Client
  informers: InformerFactory
  signal: AbortSignal
  clock?: Clock
  /** Pods with this spec.schedulerName are taken care of; default `default-scheduler`. */
  schedulerName?: string
  plugins?: readonly ConfiguredPlugin[]
  recorder?: EventRecorder
  random?: () => number
  /** How many binds may be under way at once. */
  parallelBinds?: number
  onError?: (error: unknown, what: string) => void
}

// Other work in this process gets a turn at least this often.
const SLICE_MS = 8

/** Starts scheduling; resolves when the caches are filled and the first pods may be placed. Ends with the signal. */
export async function startScheduler(options: SchedulerOptions): Promise<void> {
  const scheduler = new Scheduler(options)
  await scheduler.start()
}

class Scheduler {
  readonly #client: Client
  readonly #informers: InformerFactory
  readonly #signal: AbortSignal
  readonly #clock: Clock
  readonly #name: string
  readonly #plugins: readonly EnabledPlugin[]
  readonly #parallelBinds: number
  readonly #onError: (error: unknown, what: string) => void
  readonly #cache = new SchedulerCache()
  readonly #nominated = new NominatedPods()
  readonly #algorithm: SchedulingAlgorithm
  readonly #queue: SchedulingQueue
  readonly #report: StatusReporter
  #ready = false
  #looping = false
  #binding = 0

  constructor(o: SchedulerOptions) {
    this.#client = o.client
    this.#informers = o.informers
    this.#signal = o.signal
    this.#clock = o.clock ?? systemClock
    this.#name = o.schedulerName ?? 'default-scheduler'
    this.#parallelBinds = o.parallelBinds ?? 100
    this.#onError = o.onError ?? (() => undefined)
    const recorder =
      o.recorder ??
      createEventsV1Recorder({
        client: this.#client,
        clock: this.#clock,
        signal: this.#signal,
        component: this.#name,
        instance: `${this.#name}-${hostname()}`,
        onError: (e) => this.#onError(e, 'event'),
      })
    this.#plugins = makePlugins(o.plugins ?? defaultPlugins, {
      schedulerName: this.#name,
      client: this.#client,
      clock: this.#clock,
      signal: this.#signal,
      recorder,
      cache: this.#cache,
      nominated: this.#nominated,
      listers: listersOf(this.#informers),
      activate: (uid) => this.#queue.activate(uid),
      onError: this.#onError,
    })
    this.#algorithm = new SchedulingAlgorithm(this.#plugins, this.#nominated, o.random)
    this.#queue = new SchedulingQueue({
      clock: this.#clock,
      sort: prioritySort,
      gate: (info) => this.#plugins.find(({ plugin }) => plugin.preEnqueue?.(info.pod) !== undefined)?.plugin.name,
      interests: new Map(this.#plugins.map(({ plugin }) => [plugin.name, plugin.events ?? []])),
      onReady: () => this.#wake(),
    })
    this.#report = createStatusReporter({
      client: this.#client,
      clock: this.#clock,
      recorder,
      signal: this.#signal,
      onError: this.#onError,
    })
  }

  async start(): Promise<void> {
    const nodes = this.#informers.informer<Node>(NODES, { transform: dropManagedFields })
    const pods = this.#informers.informer<Pod>(PODS, {
      select: { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' },
      transform: dropManagedFields,
    })
    const removers = [
      nodes.addHandler({
        added: (node) => this.#queue.event({ type: 'NodeAdd', node: this.#cache.setNode(node) }),
        updated: (node, old) => {
          const info = this.#cache.setNode(node)
          if (matters(node, old)) this.#queue.event({ type: 'NodeUpdate', node: info, old })
        },
        deleted: (node) => {
          this.#cache.removeNode(node.metadata.name ?? '')
          this.#queue.event({ type: 'NodeDelete', old: node })
        },
      }),
      pods.addHandler({
        added: (pod) => this.#podChanged(pod, undefined),
        updated: (pod, old) => this.#podChanged(pod, old),
        deleted: (pod) => this.#podDeleted(pod),
      }),
    ]
    watchStorage(this.#informers, (claim) => this.#queue.event({ type: 'StorageChange', ...(claim === undefined ? {} : { claim }) }))
    const stop = (): void => {
      this.#queue.stop()
      for (const remove of removers) remove()
    }
    this.#signal.addEventListener('abort', stop, { once: true })
    await this.#informers.synced()
    this.#ready = true
    this.#wake()
  }

  #podChanged(pod: Pod, old: Pod | undefined): void {
    if (hasNode(pod)) {
      this.#queue.remove(pod.metadata.uid ?? '')
      this.#nominated.remove(pod.metadata.uid ?? '')
      // Most updates of a running pod are about its status; its requests are not worked out again for those.
      if (old !== undefined && hasNode(old) && sameDemand(pod, old)) return
      const info = this.#cache.setPod(pod)
      if (old !== undefined && hasNode(old)) this.#queue.event({ type: 'AssignedPodUpdate', pod: info, old: podInfo(old) })
      else this.#queue.event({ type: 'AssignedPodAdd', pod: info })
      return
    }
    if (pod.spec?.schedulerName !== this.#name || this.#cache.isAssumed(pod.metadata.uid ?? '')) return
    const info = podInfo(pod)
    this.#nominated.seen(info, old === undefined ? undefined : podInfo(old))
    if (old === undefined) this.#queue.add(info)
    else if (!sameDemand(pod, old)) this.#queue.update(info, podInfo(old))
    else this.#queue.refresh(info)
  }

  #podDeleted(pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    this.#queue.remove(uid)
    this.#nominated.remove(uid)
    this.#cache.removePod(uid)
    if (hasNode(pod)) this.#queue.event({ type: 'AssignedPodDelete', pod: podInfo(pod) })
  }

  #wake(): void {
    if (this.#looping || !this.#ready || this.#signal.aborted) return
    this.#looping = true
    setImmediate(() => this.#loop())
  }

  #loop(): void {
    this.#looping = false
    const end = this.#clock.now() + SLICE_MS
    while (this.#binding < this.#parallelBinds && !this.#signal.aborted) {
      const pod = this.#queue.pop()
      if (pod === undefined) return
      this.#scheduleOne(pod)
      if (this.#clock.now() >= end) return this.#wake()
    }
  }

  #scheduleOne(queued: QueuedPod): void {
    const { info } = queued
    const { namespace, name } = info.pod.metadata
    if (info.pod.metadata.deletionTimestamp != null) {
      this.#report.skipped(info.pod, `skip schedule deleting pod: ${namespace}/${name}`)
      this.#queue.done(queued)
      return
    }
    const decision = this.#algorithm.decide(info, this.#cache.nodes)
    if (decision.nodeName !== undefined) {
      void this.#bind(queued, decision.nodeName, decision.state)
      return
    }
    this.#queue.refused(queued, decision.rejectedBy)
    if (decision.outcome.totalNodes === 0) {
      this.#report.failed(info.pod, 'Unschedulable', NO_NODES)
      return
    }
    let room: PostFilterResult | undefined
    for (const { plugin } of this.#plugins) room ??= plugin.postFilter?.(info, decision.outcome)
    if (room?.nominatedNodeName !== undefined) this.#nominated.set(info, room.nominatedNodeName)
    this.#report.failed(info.pod, 'Unschedulable', failureMessage(decision.outcome, room?.message), room?.nominatedNodeName)
  }

  /** Counts the pod on its node at once; the next pods are placed while the server is being told. */
  async #bind(queued: QueuedPod, nodeName: string, state: CycleState): Promise<void> {
    const { info } = queued
    this.#cache.assume(info, nodeName)
    let step = 'Reserve'
    try {
      this.#reserve(info, nodeName, state)
      step = 'PreBind'
      // Volumes may take minutes; meanwhile others are bound.
      for (const { plugin } of this.#plugins) {
        const work = plugin.preBind?.(info, nodeName, state)
        if (work !== undefined) await work
      }
      step = 'Bind'
      await this.#tell(info, nodeName)
      this.#queue.done(queued)
      this.#nominated.remove(info.uid)
      this.#report.scheduled(info.pod, nodeName)
    } catch (e) {
      if (this.#signal.aborted) return
      for (const { plugin } of this.#plugins) plugin.unreserve?.(info, nodeName, state)
      this.#cache.forget(info.uid)
      // Deleted meanwhile: the informer has taken it out of the queue already, or will.
      if (this.#queue.placeOf(info.uid) === undefined) return
      const text = e instanceof Error ? e.message : String(e)
      const where = step === 'Bind' ? 'binding rejected: running Bind plugin "DefaultBinder"' : `running ${step} plugin "VolumeBinding"`
      this.#report.failed(info.pod, 'SchedulerError', `${where}: ${text}`)
      this.#queue.failed(queued)
      this.#queue.event({ type: 'AssignedPodDelete', pod: info })
    }
  }

  async #tell(info: PodInfo, nodeName: string): Promise<void> {
    const binder = this.#plugins.find(({ plugin }) => plugin.bind !== undefined)?.plugin
    if (binder?.bind === undefined) throw new Error('no bind plugin')
    this.#binding++
    try {
      await binder.bind(info, nodeName, this.#client, this.#signal)
    } finally {
      this.#binding--
      this.#wake()
    }
  }

  #reserve(info: PodInfo, nodeName: string, state: CycleState): void {
    for (const { plugin } of this.#plugins) {
      const rejection = plugin.reserve?.(info, nodeName, state)
      if (rejection !== undefined) throw new Error(rejection.reasons.join(', '))
    }
  }
}

const hasNode = (pod: Pod): boolean => pod.spec?.nodeName !== undefined && pod.spec.nodeName !== ''

/** Whether nothing changed that scheduling looks at; status fields that hold resources count. */
function sameDemand(a: Pod, b: Pod): boolean {
  return (
    a.metadata.generation === b.metadata.generation &&
    isDeepStrictEqual(a.metadata.labels, b.metadata.labels) &&
    (a.metadata.generation !== undefined || isDeepStrictEqual(a.spec, b.spec)) &&
    (a.metadata.deletionTimestamp ?? null) === (b.metadata.deletionTimestamp ?? null) &&
    isDeepStrictEqual(resizeOf(a), resizeOf(b))
  )
}

const resizeOf = (pod: Pod) => pod.status?.containerStatuses?.map((s) => [s.name, s.resources?.requests, s.allocatedResources])

/** Node heartbeats change nothing here. */
function matters(node: Node, old: Node): boolean {
  return (
    !isDeepStrictEqual(node.spec, old.spec) ||
    !isDeepStrictEqual(node.metadata.labels, old.metadata.labels) ||
    !isDeepStrictEqual(node.status?.allocatable, old.status?.allocatable)
  )
}
