import type { Timer } from '../../machinery/clock.ts'
import type { ContainerRuntimeStatus, PodRuntimeStatus } from '../runtime.ts'
import { inTurns } from '../../machinery/slice.ts'
import { Turns } from '../turns.ts'
import { isSidecar, isTerminalPhase, podText, type Container, type Pod, type PodStatus } from '../types.ts'
import type { Rejection } from './admission.ts'
import { ContainerStarter } from './container-starter.ts'
import { initShouldRestart, shouldRestart } from './phase.ts'
import { attemptsByName, rejectedStatus, statusByName, statusSteps } from './pod-status.ts'
import { removeAll, RESTART_ALL_MS, shouldRestartAll } from './restart-all.ts'
import { sameStatusSteps } from './status-patch.ts'
import type { WorkerHost } from './worker-host.ts'

const DEFAULT_GRACE = 30
const RETRY_MS = 2000
/** Pods of more containers are looked at once in a while only, as a kubelet relists its containers; others with every change. */
const LARGE_POD = 500
const RELIST_MS = 1000

const NONE: readonly ContainerRuntimeStatus[] = []

const DEADLINE: Rejection = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' }
const LOST: Pick<ContainerRuntimeStatus, 'exitCode' | 'reason' | 'message'> = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
}

/**
 * Drives one pod towards its spec. One sync at a time; what arrives meanwhile is seen by the next (latest wins), and every
 * sync starts from what the runtime says, so that a sync may fail or be lost at any point.
 */
export class PodWorker {
  readonly #host: WorkerHost
  #pod: Pod
  #removed = false
  #dirty = false
  #running = false
  #finished = false
  /** Its containers have ended for good: sidecars and sandbox go, too. */
  #finishing = false
  #disposed = false
  /** The last DELETE was accepted; finalizers may still hold the object. */
  #deleted = false
  #stopped: Rejection | undefined
  #last: PodStatus | undefined
  #timer: Timer | undefined
  /** Set while a large pod rests between two syncs. */
  #rest: Timer | undefined
  /** Not admitted yet. */
  #held = false
  #stopping: { grace: number; done: Promise<void> } | undefined
  readonly #starter: ContainerStarter
  readonly #firstSeen: number
  #reportedRunning = false
  /** Of containers that a predecessor saw end for good, and whose runtime has lost them. */
  #endedBefore: ReadonlySet<string> = new Set()
  /** When a rule last restarted all containers. */
  #restartedAt = Number.NEGATIVE_INFINITY

  constructor(host: WorkerHost, pod: Pod) {
    this.#host = host
    this.#pod = pod
    this.#firstSeen = host.clock.now()
    this.#starter = new ContainerStarter(host)
    this.#finished = isTerminalPhase(pod.status?.phase)
  }

  get pod(): Pod {
    return this.#pod
  }

  /** The last status this worker gave, or the server's. */
  get status(): PodStatus {
    return this.#last ?? this.#pod.status ?? {}
  }

  update(pod: Pod): void {
    this.#pod = pod
    this.poke()
  }

  /** This node does not take the pod: it is Failed, and nothing of it is started. */
  reject(rejection: Rejection): void {
    this.#host.event(this.#pod, 'Warning', rejection.reason, rejection.message)
    this.#last = rejectedStatus(this.#pod, rejection, this.#host.clock.now())
    this.#finished = true
    this.#host.setStatus(this.#pod, this.#last)
  }

  /** The API object is gone: what is left of the pod is stopped. */
  remove(): void {
    this.#removed = true
    this.poke()
  }

  poke(): void {
    this.#dirty = true
    if (!this.#running && !this.#held && this.#rest === undefined) void this.#loop()
  }

  /** Nothing is done until `release`, whatever comes. */
  hold(): void {
    this.#held = true
  }

  release(): void {
    this.#held = false
    this.poke()
  }

  /** The API object is gone, or on its way. */
  get leaving(): boolean {
    return this.#removed || this.#pod.metadata.deletionTimestamp != null
  }

  /** Stops the worker, not the pod. */
  dispose(): void {
    this.#timer?.cancel()
    this.#rest?.cancel()
    this.#disposed = true
  }

  async #loop(): Promise<void> {
    this.#running = true
    while (this.#dirty && !this.#disposed && this.#rest === undefined) {
      const turn = this.#host.turn()
      if (turn !== undefined) await turn
      this.#dirty = false
      this.#timer?.cancel()
      const started = this.#host.clock.now()
      try {
        await this.#sync()
      } catch (e) {
        const error = e instanceof Error ? e.message : String(e)
        this.#host.log('error', 'Error syncing pod, skipping', { pod: podText(this.#pod), error })
        this.#wakeIn(RETRY_MS)
      }
      this.#host.observe('sync', this.#host.clock.now() - started)
      if (this.#isLarge && !this.#disposed) this.#rest = this.#host.clock.setTimeout(() => this.#rested(), RELIST_MS)
    }
    this.#running = false
  }

  get #isLarge(): boolean {
    const { containers, initContainers = [] } = this.#pod.spec
    return containers.length + initContainers.length > LARGE_POD
  }

  #rested(): void {
    this.#rest = undefined
    if (this.#dirty) this.poke()
  }

  #wakeIn(ms: number): void {
    if (this.#disposed) return
    this.#timer?.cancel()
    this.#timer = this.#host.clock.setTimeout(() => this.poke(), Math.max(ms, 1))
  }

  async #sync(): Promise<void> {
    const uid = this.#pod.metadata.uid!
    const runtime = await this.#host.runtime.status(uid)
    const deadline = this.#deadline()
    if (deadline !== undefined && deadline <= 0 && !this.#finished && this.#stopped === undefined) {
      this.#stopped = DEADLINE
      this.#host.event(this.#pod, 'Normal', DEADLINE.reason, DEADLINE.message)
    }
    const { leaving } = this
    if (leaving || this.#stopped !== undefined || this.#finished || this.#finishing) return this.#terminate(runtime, leaving)
    if (runtime !== undefined && shouldRestartAll(this.#pod, runtime)) return this.#restartAll(runtime, deadline)
    const wakeIn = Math.min(await this.#advance(runtime), deadline ?? Number.POSITIVE_INFINITY)
    const after = await this.#host.runtime.status(uid)
    this.#finishing = this.#endedForGood(after)
    if (this.#finishing) return this.poke()
    const status = await this.#publish(after, false)
    if (isTerminalPhase(status.phase)) {
      this.#finished = true
      return this.poke()
    }
    if (status.phase === 'Running' && !this.#reportedRunning) {
      this.#reportedRunning = true
      this.#host.observe('podStarted', this.#host.clock.now() - this.#firstSeen)
    }
    if (Number.isFinite(wakeIn)) this.#wakeIn(wakeIn)
  }

  /** Removes all containers once a rule says so; the next sync starts them. */
  async #restartAll(runtime: PodRuntimeStatus, deadline = Number.POSITIVE_INFINITY): Promise<void> {
    await this.#publish(runtime, false, true)
    const wait = this.#restartedAt + RESTART_ALL_MS - this.#host.clock.now()
    if (wait > 0) return this.#wakeIn(Math.min(wait, deadline))
    this.#restartedAt = this.#host.clock.now()
    this.#endedBefore = new Set()
    await removeAll(this.#host, this.#pod, runtime, this.#starter)
    await this.#publish(await this.#host.runtime.status(this.#pod.metadata.uid!), false, true)
    this.poke()
  }

  #endedForGood(runtime: PodRuntimeStatus | undefined): boolean {
    const attempts = attemptsByName(runtime)
    return this.#pod.spec.containers.every((c) => {
      const current = attempts.get(c.name)?.[0]
      if (current === undefined) return this.#endedBefore.has(c.name)
      return current.state === 'exited' && !shouldRestart(c, this.#pod, current.exitCode)
    })
  }

  /** Milliseconds until activeDeadlineSeconds is over; undefined without one. */
  #deadline(): number | undefined {
    const start = this.status.startTime
    const seconds = this.#pod.spec.activeDeadlineSeconds
    if (seconds === undefined || start === undefined) return seconds === undefined ? undefined : Number(seconds) * 1000
    return Date.parse(start) + Number(seconds) * 1000 - this.#host.clock.now()
  }

  async #publish(runtime: PodRuntimeStatus | undefined, terminal: boolean, restartingAll = false): Promise<PodStatus> {
    const { clock, hostIP, runtime: r } = this.#host
    // A newer one may come meanwhile; the next sync is for that.
    const pod = this.#pod
    const steps = statusSteps({
      pod,
      runtimeName: r.name,
      runtime,
      last: this.#last,
      waiting: terminal ? new Map() : this.#starter.waiting,
      hostIP,
      now: clock.now(),
      terminal,
      stopped: this.#stopped,
      restartingAll,
      disclosure: r.disclosure,
    })
    const generated = await inTurns(steps, new Turns())
    // Once the server's copy says the same, it is the one to keep: a status is half of what a quiet pod weighs.
    const known = pod.status !== undefined && (await inTurns(sameStatusSteps(generated, pod.status), new Turns())) ? pod.status : undefined
    this.#last = known ?? generated
    if (!this.#removed) this.#host.setStatus(pod, this.#last)
    return this.#last
  }

  // ---- towards running

  /** Starts what should run now. Returns milliseconds until there is something to do again by time alone. */
  async #advance(runtime: PodRuntimeStatus | undefined): Promise<number> {
    const pod = this.#pod
    let sandboxId = runtime?.sandbox.ready === true ? runtime.sandbox.id : undefined
    if (sandboxId === undefined) {
      if (this.#lostForGood(runtime)) return Number.POSITIVE_INFINITY
      if (runtime === undefined) this.#endedBefore = this.#whichEnded()
      if (pod.status?.containerStatuses?.some((s) => s.containerID !== undefined) === true && runtime === undefined) {
        this.#host.event(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.')
      }
      // Seen by the server only if starting takes a while: status writes are coalesced.
      await this.#publish(runtime, false)
      sandboxId = await this.#createSandbox(runtime)
      runtime = await this.#host.runtime.status(pod.metadata.uid!)
    }
    const byName = attemptsByName(runtime)
    const attempts = (c: Container): readonly ContainerRuntimeStatus[] => byName.get(c.name) ?? NONE
    const old = statusByName(pod.status?.containerStatuses, pod.status?.initContainerStatuses)
    const initialized = pod.spec.containers.some((c) => attempts(c).some((a) => a.startedAt > 0))
    const turns = new Turns()
    let wakeIn = Number.POSITIVE_INFINITY
    const start = async (c: Container): Promise<boolean> => {
      const wait = await this.#starter.start(pod, sandboxId, c, attempts(c), old.get(c.name))
      wakeIn = Math.min(wakeIn, wait ?? Number.POSITIVE_INFINITY)
      const turn = turns.step()
      if (turn !== undefined) await turn
      return wait === undefined
    }

    for (const c of pod.spec.initContainers ?? []) {
      const current = attempts(c)[0]
      if (isSidecar(c)) {
        if (current?.state === 'running' || (current?.state === 'created' && initialized)) continue
        if (!(await start(c)) && !initialized) return wakeIn
        continue
      }
      if (initialized) continue
      if (current?.state === 'exited' && current.exitCode === 0) continue
      if (current?.state === 'running') return wakeIn
      if (current?.state === 'exited' && !initShouldRestart(c, pod, current.exitCode)) return wakeIn
      await start(c)
      return wakeIn
    }
    for (const c of pod.spec.containers) {
      const current = attempts(c)[0]
      if (current?.state === 'running' || (current === undefined && this.#endedBefore.has(c.name))) continue
      if (current?.state === 'exited' && !shouldRestart(c, pod, current.exitCode)) continue
      await start(c)
    }
    return wakeIn
  }

  #whichEnded(): ReadonlySet<string> {
    const old = statusByName(this.#pod.status?.containerStatuses)
    const ended = this.#pod.spec.containers.filter((c) => {
      const end = old.get(c.name)?.state.terminated
      return end !== undefined && !shouldRestart(c, this.#pod, end.exitCode)
    })
    return new Set(ended.map(({ name }) => name))
  }

  /** A pod that never restarts and whose containers this runtime does not know cannot be started again. */
  #lostForGood(runtime: PodRuntimeStatus | undefined): boolean {
    if (this.#host.runtime.volatile === true) return false
    const pod = this.#pod
    const ran = (pod.status?.containerStatuses ?? []).filter((s) => s.containerID !== undefined)
    if (runtime !== undefined || ran.length === 0 || pod.spec.containers.some((c) => shouldRestart(c, pod, LOST.exitCode))) return false
    const containerStatuses = (pod.status!.containerStatuses ?? []).map((s) =>
      s.state.terminated !== undefined
        ? s
        : { ...s, ready: false, started: false, state: { terminated: { ...LOST, startedAt: null, finishedAt: null } } },
    )
    this.#last = { ...pod.status, containerStatuses }
    return true
  }

  async #createSandbox(old: PodRuntimeStatus | undefined): Promise<string> {
    const { metadata, spec } = this.#pod
    try {
      const sandbox = await this.#host.runtime.runPodSandbox({
        uid: metadata.uid!,
        name: metadata.name!,
        namespace: metadata.namespace!,
        hostname: spec.hostname ?? metadata.name!,
        hostNetwork: spec.hostNetwork === true,
        attempt: old === undefined ? 0 : old.sandbox.attempt + 1,
        labels: metadata.labels ?? {},
        annotations: metadata.annotations ?? {},
        podCIDRs: this.#host.podCIDRs(),
      })
      return sandbox.id
    } catch (e) {
      this.#host.event(
        this.#pod,
        'Warning',
        'FailedCreatePodSandBox',
        `Failed to create pod sandbox: ${e instanceof Error ? e.message : String(e)}`,
      )
      throw e
    }
  }

  // ---- towards the end

  #grace(): number {
    const { metadata, spec } = this.#pod
    if (this.#removed) return Number(metadata.deletionGracePeriodSeconds ?? 1)
    const seconds = metadata.deletionTimestamp != null ? metadata.deletionGracePeriodSeconds : undefined
    return Number(seconds ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE)
  }

  async #terminate(runtime: PodRuntimeStatus | undefined, leaving: boolean): Promise<void> {
    const live = runtime?.containers.filter((c) => c.state !== 'exited') ?? []
    if (live.length > 0) {
      const grace = this.#grace()
      if (this.#stopping === undefined) {
        this.#stopping = { grace, done: this.#kill(live, grace) }
        void this.#stopping.done.then(
          () => this.poke(),
          (e: unknown) => {
            this.#stopping = undefined
            this.#host.log('warn', 'Failed to stop containers', { pod: podText(this.#pod), error: String(e) })
            this.#wakeIn(RETRY_MS)
          },
        )
      } else if (grace < this.#stopping.grace) {
        this.#stopping.grace = grace
        for (const c of live) void this.#host.runtime.stopContainer(c.id, grace).catch(() => undefined)
      }
      if (!this.#finished) await this.#publish(runtime, true)
      return
    }
    if (runtime?.sandbox.ready === true) {
      await this.#host.runtime.stopPodSandbox(runtime.sandbox.id)
      runtime = await this.#host.runtime.status(this.#pod.metadata.uid!)
    }
    // A pod found finished at the start has its status from a predecessor; there is nothing to add.
    if (!this.#finished || runtime !== undefined) await this.#publish(runtime, true)
    this.#finished = true
    if (!leaving) return
    if (!this.#removed && !this.#deleted) {
      await this.#host.statusWritten(this.#pod)
      await this.#host.finishDelete(this.#pod)
      this.#deleted = true
    }
    if (runtime !== undefined) await this.#host.runtime.removePodSandbox(runtime.sandbox.id)
    if (this.#removed) {
      this.dispose()
      this.#host.gone(this.#pod.metadata.uid!)
    }
  }

  /** Regular containers first, all at once; sidecars after them, the last one first (KEP-753). */
  async #kill(live: readonly ContainerRuntimeStatus[], grace: number): Promise<void> {
    const { initContainers = [], containers } = this.#pod.spec
    const byName = new Map([...containers, ...initContainers].map((c) => [c.name, c]))
    const order = new Map(initContainers.filter(isSidecar).map((c, i) => [c.name, i]))
    const late = live.filter((s) => order.has(s.name)).sort((a, b) => order.get(b.name)! - order.get(a.name)!)
    const deadline = this.#host.clock.now() + grace * 1000
    const turns = new Turns()
    const stops: Promise<unknown>[] = []
    for (const s of live) {
      // Looked at when all have been told: a failure must not be without a reader while this waits for its turn.
      if (!order.has(s.name)) stops.push(this.#stop(s, byName.get(s.name), grace).catch((error: unknown) => ({ error })))
      const turn = turns.step()
      if (turn !== undefined) await turn
    }
    for (const failed of await Promise.all(stops)) if (failed !== undefined) throw (failed as { error: unknown }).error
    for (const s of late) {
      const left = Math.max(0, (deadline - this.#host.clock.now()) / 1000)
      await this.#stop(s, byName.get(s.name), Math.min(this.#stopping?.grace ?? grace, left))
    }
  }

  async #stop(s: ContainerRuntimeStatus, container: Container | undefined, grace: number): Promise<void> {
    this.#host.event(this.#pod, 'Normal', 'Killing', `Stopping container ${s.name}`, container)
    await this.#host.runtime.stopContainer(s.id, grace)
  }
}
