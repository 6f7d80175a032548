import { hostname } from 'node:os'
import type { Client } from '../client/client.ts'
import { createEventsV1Recorder, type EventRecorder } from '../client/event-recorder.ts'
import { dropManagedFields, type InformerFactory } from '../client/informer.ts'
import type { Node, Pod } from '../client/objects.ts'
import { NODES, PODS } from '../client/resource.ts'
import { systemClock, type Clock } from '../machinery/clock.ts'
import { SchedulingAlgorithm, type Decision } from './algorithm.ts'
import { bindingCycle, Refused } from './binding-cycle.ts'
import { SchedulerCache } from './cache.ts'
import { nodeChanges } from './changes.ts'
import { Claims } from './claims.ts'
import { defaultConfiguration } from './config/load.ts'
import type { ProfileConfiguration, SchedulerConfiguration } from './config/types.ts'
import { failureMessage, NO_NODES, noFitMessage } from './diagnosis.ts'
import { HttpExtender } from './extender.ts'
import type { CycleState, FilterOutcome, Handle, PostFilterResult, QueuedPod } from './framework.ts'
import { listersOf, watchDevices, watchStorage } from './listers.ts'
import { SchedulerMetrics } from './metrics.ts'
import { NominatedPods } from './nominated-pods.ts'
import { outcomeOf } from './outcome.ts'
import { podInfo, type PodInfo } from './pod-info.ts'
import { PreBindingPods } from './pre-binding-pods.ts'
import { checkProfiles, makeProfile, type Profile } from './profile.ts'
import { hasNode, sameDemand } from './pod-changes.ts'
import { SchedulingQueue } from './queue.ts'
import { createStatusReporter, type StatusReporter } from './status-reporter.ts'
import { PermitRefused, WaitingPods } from './waiting-pods.ts'

export interface SchedulerOptions {
  /** Its user agent should begin with `kube-scheduler/`: that names the field manager of what it writes. */
  client: Client
  informers: InformerFactory
  signal: AbortSignal
  clock?: Clock
  /** Pods whose spec.schedulerName is a profile's are taken care of; default: one profile, `default-scheduler`. */
  configuration?: SchedulerConfiguration
  /** Default: one for each profile, in its name. */
  recorder?: EventRecorder
  random?: () => number
  metrics?: SchedulerMetrics
  /** How many binds may be under way at once. */
  parallelBinds?: number
  onError?: (error: unknown, what: string) => void
}

// Other work in this process gets a turn at least this often.
const SLICE_MS = 8

/** Starts scheduling; resolves when the caches are filled and the first pods may be placed. Ends with the signal. @throws ProfileError */
export async function startScheduler(options: SchedulerOptions): Promise<void> {
  const scheduler = new Scheduler(options)
  await scheduler.start()
}

interface RunningProfile extends Profile {
  readonly algorithm: SchedulingAlgorithm
  readonly report: StatusReporter
}

class Scheduler {
  readonly #client: Client
  readonly #informers: InformerFactory
  readonly #signal: AbortSignal
  readonly #clock: Clock
  readonly #profiles: ReadonlyMap<string, RunningProfile>
  readonly #extenders: readonly HttpExtender[]
  readonly #parallelBinds: number
  readonly #onError: (error: unknown, what: string) => void
  readonly #cache = new SchedulerCache()
  readonly #nominated = new NominatedPods()
  readonly #waiting: WaitingPods
  readonly #preBinding = new PreBindingPods()
  readonly #queue: SchedulingQueue
  readonly #metrics: SchedulerMetrics
  #ready = false
  #looping = false
  /** A pod waits for an extender's answer: no other is scheduled. */
  #asking = false
  #binding = 0

  constructor(o: SchedulerOptions) {
    this.#client = o.client
    this.#informers = o.informers
    this.#signal = o.signal
    this.#clock = o.clock ?? systemClock
    this.#parallelBinds = o.parallelBinds ?? 100
    this.#onError = o.onError ?? (() => undefined)
    this.#waiting = new WaitingPods(this.#clock)
    const c = o.configuration ?? defaultConfiguration()
    checkProfiles(c.profiles)
    this.#extenders = c.extenders.map((x) => new HttpExtender(x, this.#signal))
    const listers = listersOf(this.#informers)
    // What one profile decides on is taken for all of them.
    const shared = { listers, claims: new Claims(listers.resourceClaims) }
    this.#profiles = new Map(c.profiles.map((p) => [p.schedulerName, this.#makeProfile(p, c.percentageOfNodesToScore, shared, o)]))
    const [first] = this.#profiles.values()
    const { compare } = first!.points.queueSort[0]!
    this.#queue = new SchedulingQueue({
      clock: this.#clock,
      sort: { compare: compare! },
      backoff: { initialMs: c.podInitialBackoffSeconds * 1000, maxMs: c.podMaxBackoffSeconds * 1000 },
      gate: (info) => this.#profileOf(info).points.preEnqueue.find((plugin) => plugin.preEnqueue?.(info.pod) !== undefined)?.name,
      interests: (info) => this.#profileOf(info).interests,
      onReady: () => this.#wake(),
    })
    this.#metrics = o.metrics ?? new SchedulerMetrics()
    this.#metrics.pendingFrom(() => this.#queue.counts())
  }

  #makeProfile(
    p: ProfileConfiguration,
    percentage: number,
    shared: Pick<Handle, 'listers' | 'claims'>,
    o: SchedulerOptions,
  ): RunningProfile {
    const { schedulerName } = p
    const [client, clock, signal] = [this.#client, this.#clock, this.#signal]
    const recorder =
      o.recorder ??
      createEventsV1Recorder({
        ...{ client, clock, signal, component: schedulerName, instance: `${schedulerName}-${hostname()}` },
        onError: (e) => this.#onError(e, 'event'),
      })
    const handle: Handle = {
      ...{ schedulerName, client, clock, signal, recorder },
      ...shared,
      cache: this.#cache,
      nominated: this.#nominated,
      extenders: this.#extenders,
      waitingPods: this.#waiting,
      preBinding: this.#preBinding,
      activate: (uid) => this.#queue.activate(uid),
      reconsider: (uid) => this.#queue.reconsider(uid),
      onError: this.#onError,
    }
    const profile = makeProfile(p, percentage, handle)
    const report = createStatusReporter({ client, clock, recorder, signal, onError: this.#onError })
    return { ...profile, algorithm: new SchedulingAlgorithm(profile, this.#nominated, o.random), report }
  }

  /** Only pods of a profile get as far as this. */
  #profileOf({ pod }: PodInfo): RunningProfile {
    return this.#profiles.get(pod.spec?.schedulerName ?? '')!
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
          if (nodeChanges(node, old).size > 0) this.#queue.event({ type: 'NodeUpdate', node: info, old })
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
    watchStorage(this.#informers, (event) => this.#queue.event(event))
    watchDevices(this.#informers, (event) => this.#queue.event(event))
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
    if (!this.#profiles.has(pod.spec?.schedulerName ?? '')) return
    const info = podInfo(pod)
    if (this.#cache.isAssumed(info.uid)) {
      // On its way to a node, from which it may come back: then with what it says by now.
      if (this.#queue.placeOf(info.uid) !== undefined) this.#queue.refresh(info)
      if (pod.metadata.deletionTimestamp != null && old?.metadata.deletionTimestamp == null) this.#assumedGoes(info)
      return
    }
    this.#nominated.seen(info, old === undefined ? undefined : podInfo(old))
    if (old === undefined) this.#queue.add(info)
    else if (!sameDemand(pod, old)) this.#queue.update(info, podInfo(old))
    else this.#queue.refresh(info)
    if (old !== undefined && nominationOf(old) !== nominationOf(pod)) this.#leavesNomination(old)
  }

  #podDeleted(pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    this.#queue.remove(uid)
    this.#nominated.remove(uid)
    if (hasNode(pod)) {
      this.#cache.removePod(uid)
      this.#queue.event({ type: 'AssignedPodDelete', pod: podInfo(pod) })
    } else if (this.#cache.isAssumed(uid)) this.#assumedGoes(podInfo(pod))
    else this.#leavesNomination(pod)
  }

  /** A pod on its way to a node is being deleted: it will not be bound, and others need not wait until that has failed. */
  #assumedGoes(info: PodInfo): void {
    this.#waiting.reject(info.uid, '', 'removed')
    this.#cache.removePod(info.uid)
    this.#queue.event({ type: 'AssignedPodDelete', pod: info })
  }

  /** Pods that are not more important had left it the room on the node that it was to wait for. */
  #leavesNomination(pod: Pod): void {
    if (nominationOf(pod) === '') return
    const info = podInfo(pod)
    this.#queue.event({ type: 'AssignedPodDelete', pod: info, among: (other) => other.priority <= info.priority })
  }

  #wake(): void {
    if (this.#looping || this.#asking || !this.#ready || this.#signal.aborted) return
    this.#looping = true
    setImmediate(() => this.#loop())
  }

  #loop(): void {
    this.#looping = false
    const end = this.#clock.now() + SLICE_MS
    while (!this.#asking && this.#binding < this.#parallelBinds && !this.#signal.aborted) {
      const pod = this.#queue.pop()
      if (pod === undefined) return
      this.#scheduleOne(pod)
      if (this.#clock.now() >= end) return this.#wake()
    }
  }

  #scheduleOne(queued: QueuedPod): void {
    const { info } = queued
    const profile = this.#profileOf(info)
    this.#metrics.began(queued)
    const { namespace, name } = info.pod.metadata
    if (info.pod.metadata.deletionTimestamp != null) {
      profile.report.skipped(info.pod, `skip schedule deleting pod: ${namespace}/${name}`)
      this.#queue.done(queued)
      return
    }
    const extenders = this.#extenders.filter((x) => x.isInterested(info.pod))
    if (!extenders.some((x) => x.filters || x.prioritizes)) {
      let decision: Decision
      try {
        decision = profile.algorithm.decide(info, this.#cache.nodes)
      } catch (e) {
        this.#broke(queued, profile, e instanceof Error ? e.message : String(e))
        return
      }
      this.#decided(queued, profile, decision)
      return
    }
    this.#alone(queued, profile, async () => {
      const decision = await profile.algorithm.decideWith(info, this.#cache.nodes, extenders)
      if (!this.#isGone(info)) this.#decided(queued, profile, decision)
    })
  }

  /** The rest of a cycle that waits for others: no other pod is scheduled meanwhile. */
  #alone(queued: QueuedPod, profile: RunningProfile, work: () => Promise<void>): void {
    this.#asking = true
    work()
      .catch((e: unknown) => {
        if (!this.#signal.aborted && !this.#isGone(queued.info)) this.#broke(queued, profile, e instanceof Error ? e.message : String(e))
      })
      .finally(() => {
        this.#asking = false
        this.#wake()
      })
  }

  /** Deleted meanwhile: the informer has taken it out of the queue already, or will. */
  #isGone(info: PodInfo): boolean {
    return this.#queue.placeOf(info.uid) === undefined
  }

  #broke(queued: QueuedPod, profile: RunningProfile, message: string): void {
    this.#metrics.ended(queued, profile.schedulerName, 'error')
    this.#nominated.remove(queued.info.uid)
    profile.report.failed(queued.info.pod, 'SchedulerError', message, '')
    this.#queue.failed(queued)
  }

  #decided(queued: QueuedPod, profile: RunningProfile, decision: Decision): void {
    const { info } = queued
    this.#metrics.decided(queued)
    if (decision.nodeName !== undefined) {
      void this.#bind(queued, profile, decision.nodeName, decision.state)
      return
    }
    this.#metrics.ended(queued, profile.schedulerName, 'unschedulable')
    this.#queue.refused(queued, decision.rejectedBy)
    const { outcome, state } = decision
    if (outcome.totalNodes === 0) {
      profile.report.failed(info.pod, 'Unschedulable', NO_NODES)
      return
    }
    const said: PostFilterResult[] = []
    for (const plugin of profile.points.postFilter) {
      if (plugin.name === 'DefaultPreemption') this.#metrics.preempting()
      const room = plugin.postFilter?.(info, outcome, state)
      if (room === undefined) continue
      if (room instanceof Promise) {
        return this.#alone(queued, profile, async () => {
          const answer = await room
          if (!this.#isGone(info)) this.#unplaced(info, profile, outcome, answerOf([...said, answer]))
        })
      }
      said.push(room)
      // One that has made room ends it; others are asked after one that only said something.
      if (room.nominatedNodeName !== undefined) break
    }
    this.#unplaced(info, profile, outcome, answerOf(said))
  }

  #unplaced(info: PodInfo, { report }: RunningProfile, outcome: FilterOutcome, room: PostFilterResult | undefined): void {
    if (room?.nominatedNodeName !== undefined) this.#nominated.set(info, room.nominatedNodeName)
    report.failed(info.pod, 'Unschedulable', failureMessage(outcome, room?.message), room?.nominatedNodeName)
  }

  /** Counts the pod on its node at once; the next pods are placed while the server is being told. */
  async #bind(queued: QueuedPod, profile: RunningProfile, nodeName: string, state: CycleState): Promise<void> {
    const { info } = queued
    const { points, report } = profile
    this.#cache.assume(info, nodeName)
    const extender = this.#extenders.find((x) => x.binds && x.isInterested(info.pod))
    const binder = points.bind[0]!
    try {
      await bindingCycle(info, nodeName, state, points, {
        wait: (patience) => this.#waiting.wait(info.uid, patience),
        permitted: () => this.#queue.permitted(info.uid),
        preBinding: (work) => this.#preBinding.run(info.uid, work),
        nominate: () => report.nominated(info.pod, nodeName),
        step: extender === undefined ? `binding rejected: running Bind plugin "${binder.name}"` : 'binding rejected',
        bind: () =>
          this.#tell(() =>
            (extender === undefined ? binder.bind!(info, nodeName, this.#client, this.#signal) : extender.bind(info.pod, nodeName)).catch(
              (e: unknown) => this.#isBound(info, nodeName, e),
            ),
          ),
      })
      this.#metrics.ended(queued, profile.schedulerName, 'scheduled')
      this.#queue.done(queued)
      this.#nominated.remove(info.uid)
      report.scheduled(info.pod, nodeName)
      for (const plugin of points.postBind) plugin.postBind?.(info, nodeName, state)
    } catch (e) {
      if (this.#signal.aborted) return
      for (const plugin of points.reserve.toReversed()) plugin.unreserve?.(info, nodeName, state)
      this.#cache.forget(info.uid)
      if (!this.#isGone(info)) this.#unbound(queued, profile, e)
      // What it had taken helps others, also when it is gone itself.
      this.#queue.event({ type: 'AssignedPodDelete', pod: info, among: (other) => other.uid !== info.uid })
    }
  }

  /** Resolves when a pod was bound by a request that ended with this error. @throws the error */
  async #isBound({ uid, pod }: PodInfo, nodeName: string, error: unknown): Promise<void> {
    const { name = '', namespace } = pod.metadata
    const isOn = ({ metadata, spec }: Pod): true | undefined => (metadata.uid === uid && spec?.nodeName === nodeName) || undefined
    const ask = async (): Promise<true | undefined> => {
      // The watch may have answered meanwhile: that it is bound, or that it goes.
      if (!this.#cache.isAssumed(uid)) return this.#cache.node(nodeName)?.pods.has(uid) === true || undefined
      return isOn(await this.#client.resource<Pod>(PODS).get(name, { namespace, signal: this.#signal }))
    }
    await outcomeOf(error, ask, { clock: this.#clock, signal: this.#signal })
  }

  #unbound(queued: QueuedPod, profile: RunningProfile, e: unknown): void {
    const { info } = queued
    const text = e instanceof Error ? e.message : String(e)
    if (e instanceof Refused && e.isLate) {
      this.#metrics.ended(queued, profile.schedulerName, 'unschedulable')
      this.#queue.failed(queued)
      this.#nominated.remove(info.uid)
      profile.report.failed(info.pod, 'Unschedulable', text, '')
    } else if (e instanceof Refused || e instanceof PermitRefused) {
      this.#metrics.ended(queued, profile.schedulerName, 'unschedulable')
      this.#queue.refused(queued, new Set([e.plugin]))
      this.#nominated.remove(info.uid)
      profile.report.failed(info.pod, 'Unschedulable', noFitMessage(1, e instanceof Refused ? e.rejection.reasons : [text]), '')
    } else this.#broke(queued, profile, text)
  }

  async #tell(bind: () => Promise<void>): Promise<void> {
    this.#binding++
    try {
      await bind()
    } finally {
      this.#binding--
      this.#wake()
    }
  }
}

const nominationOf = ({ status }: Pod): string => status?.nominatedNodeName ?? ''

/** The last word, with what was said before: with a node for the pod that does not matter any more. */
function answerOf(said: readonly (PostFilterResult | undefined)[]): PostFilterResult | undefined {
  const last = said.at(-1)
  if (said.length < 2 || (last?.nominatedNodeName ?? '') !== '') return last
  const message = said.flatMap((room) => room?.message ?? []).join(', ')
  return { ...last, ...(message === '' ? {} : { message }) }
}
