import { isDeepStrictEqual } from 'node:util'
import { dropManagedFields, type Informer } from '../../client/informer.ts'
import type { Job } from '../../client/objects-batch.ts'
import type { Pod } from '../../client/objects.ts'
import { JOBS, PODS } from '../../client/resource.ts'
import { keyOf } from '../../client/store.ts'
import { selectorFromObject, type LabelSelector } from '../../machinery/labels.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller, type ControllerContext } from '../controller.ts'
import { Expectations } from '../expectations.ts'
import { claim, claimable, controllerOf, controllerRef, indexClaimable, ownerIn, selecting } from '../owners.ts'
import { maySync } from '../pod-control.ts'
import { WrittenVersions } from '../written.ts'
import { finishedCondition, hasFinalizer, TRACKING_FINALIZER } from './job-pods.ts'
import { JOB_DEFAULTS } from './limits.ts'
import { subjectOf, type JobMemory } from './round.ts'
import { syncJob } from './sync.ts'
import { removeFinalizer } from './tracking.ts'

export const jobController: Controller = {
  name: 'job-controller',
  start: (ctx) => new Jobs(ctx).start(),
}

const MANAGER = 'kubernetes.io/job-controller'
// Changes of pods and of status within a second are looked at together.
const BATCH_MS = 1000
const BACKOFF = { baseDelayMs: 1000, maxDelayMs: 60_000 }
const WORKERS = 5

const isOurs = (job: Job): boolean => (job.spec?.managedBy ?? MANAGER) === MANAGER

/** Runs pods until as many as each job asks for have succeeded, or too many have failed. */
class Jobs {
  readonly #ctx: ControllerContext
  readonly #queue: WorkQueue
  /** Pods that may hold a tracking finalizer that nobody will take off. */
  readonly #orphans: WorkQueue
  readonly #memory: JobMemory
  readonly #written = new WrittenVersions()
  readonly #jobs: Informer<Job>
  readonly #pods: Informer<Pod>

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    const { clock } = ctx
    this.#queue = ctx.workQueue('job', BACKOFF)
    this.#orphans = ctx.workQueue('job_orphan_pod', BACKOFF)
    this.#jobs = ctx.informers.informer<Job>(JOBS, { transform: dropManagedFields })
    this.#pods = ctx.informers.informer<Pod>(PODS, { transform: dropManagedFields })
    indexClaimable(this.#pods)
    this.#memory = {
      ctx,
      recorder: ctx.recorder('job-controller'),
      limits: { ...JOB_DEFAULTS, ...ctx.options.job },
      expectations: new Expectations(clock),
      finalizersRemoved: new Map(),
      failures: new Map(),
      wakeAfter: (key, ms) => this.#queue.addAfter(key, Math.max(ms, BATCH_MS)),
      wrote: (key, job) => this.#written.wrote(key, job),
    }
  }

  async start(): Promise<void> {
    this.#jobs.addHandler({
      added: (job) => this.#queue.add(keyOf(job)),
      updated: (job, old) => this.#jobUpdated(job, old),
      deleted: (job) => {
        this.#forget(keyOf(job))
        this.#queue.add(keyOf(job))
        this.#releasePodsOf(job)
      },
    })
    this.#pods.addHandler({
      added: (pod) => this.#podAdded(pod),
      updated: (pod, old) => this.#podUpdated(pod, old),
      deleted: (pod) => this.#podGone(pod, true),
    })
    await Promise.all([this.#jobs.synced(), this.#pods.synced()])
    const { signal } = this.#ctx
    const workers = { workers: WORKERS, signal }
    const [job, orphan] = ['job', 'orphaned pod of a job'].map((what) => unlessConflict(this.#ctx, (key) => `${what} ${key}`))
    startWorkers({ ...workers, queue: this.#queue, sync: (key) => this.#sync(key), onError: job! })
    startWorkers({ ...workers, queue: this.#orphans, sync: (key) => this.#syncOrphan(key), onError: orphan! })
  }

  #ownerOf(pod: Pod): Job | undefined {
    return ownerIn(this.#jobs.lister, 'Job', pod)
  }

  #wake(job: Job): void {
    this.#queue.addAfter(keyOf(job), BATCH_MS)
  }

  #jobUpdated(job: Job, old: Job): void {
    const key = keyOf(job)
    if (finishedCondition(job) !== undefined) {
      this.#releasePodsOf(job)
      return this.#forget(key)
    }
    if (job.metadata.generation === old.metadata.generation) this.#wake(job)
    else this.#queue.add(key)
    const { activeDeadlineSeconds: deadline } = job.spec ?? {}
    const { startTime } = job.status ?? {}
    if (startTime === undefined || deadline === undefined || deadline === old.spec?.activeDeadlineSeconds) return
    const whole = Number(deadline) * 1000
    this.#queue.addAfter(key, Math.min(Date.parse(startTime) + whole - this.#ctx.clock.now(), whole))
  }

  #podAdded(pod: Pod): void {
    if (pod.metadata.deletionTimestamp != null) return this.#podGone(pod, false)
    if (controllerOf(pod) === undefined) return this.#orphanSeen(pod, true)
    const job = this.#ownerOf(pod)
    if (job === undefined) return
    this.#memory.expectations.creationObserved(keyOf(job))
    this.#wake(job)
  }

  #podUpdated(pod: Pod, old: Pod): void {
    if (pod.metadata.deletionTimestamp != null) return this.#podGone(pod, false)
    const before = this.#ownerOf(old)
    const ref = controllerOf(pod)
    const otherOwner = !isDeepStrictEqual(ref, controllerOf(old))
    if (otherOwner && before !== undefined) {
      if (!hasFinalizer(pod)) this.#finalizerGone(before, pod)
      this.#wake(before)
    }
    if (ref === undefined) return this.#orphanSeen(pod, otherOwner || !isDeepStrictEqual(pod.metadata.labels, old.metadata.labels))
    const job = this.#ownerOf(pod)
    if (job === undefined) return
    if (!hasFinalizer(pod)) this.#finalizerGone(job, pod)
    this.#wake(job)
  }

  #podGone(pod: Pod, forGood: boolean): void {
    const job = this.#ownerOf(pod)
    if (job === undefined || finishedCondition(job) !== undefined) {
      const jobless = controllerOf(pod) === undefined || controllerOf(pod)?.kind === 'Job'
      if (hasFinalizer(pod) && jobless) this.#orphans.add(keyOf(pod))
      return
    }
    this.#memory.expectations.deletionObserved(keyOf(job), keyOf(pod))
    if (forGood || !hasFinalizer(pod)) this.#finalizerGone(job, pod)
    this.#wake(job)
  }

  /** An orphan loses its finalizer, and may be adopted by any job that selects it. */
  #orphanSeen(pod: Pod, wakeSelectors: boolean): void {
    if (hasFinalizer(pod)) this.#orphans.add(keyOf(pod))
    if (wakeSelectors) for (const job of selecting(this.#jobs.lister, pod)) this.#wake(job)
  }

  #finalizerGone(job: Job, pod: Pod): void {
    this.#memory.finalizersRemoved.get(keyOf(job))?.delete(pod.metadata.uid ?? '')
  }

  #releasePodsOf(job: Job): void {
    const selector = selectorFromObject(job.spec?.selector)
    if (selector === undefined || selector.empty) return
    for (const pod of this.#pods.lister.list(job.metadata.namespace)) {
      if (hasFinalizer(pod) && selector.matches(pod.metadata.labels)) this.#orphans.add(keyOf(pod))
    }
  }

  #forget(key: string): void {
    const { expectations, finalizersRemoved, failures } = this.#memory
    expectations.forget(key)
    finalizersRemoved.delete(key)
    failures.delete(key)
    this.#written.forget(key)
  }

  async #sync(key: string): Promise<void> {
    const job = this.#jobs.lister.getByKey(key)
    if (job === undefined) return this.#forget(key)
    if (!isOurs(job) || finishedCondition(job) !== undefined || this.#written.isStale(key, job)) return
    if (!['NonIndexed', 'Indexed', undefined].includes(job.spec?.completionMode)) {
      const why = 'Skipped Job sync because completion mode is unknown'
      return this.#memory.recorder.event(subjectOf(job), 'Warning', 'UnknownCompletionMode', why)
    }
    // Asked before pods are counted: one that comes in between would be acted on twice.
    const { expectations } = this.#memory
    const selector = selectorFromObject(job.spec?.selector)
    const mayAct = selector === undefined ? expectations.satisfied(key) : await maySync(this.#ctx, expectations, job, selector, this.#pods)
    await syncJob(this.#memory, key, job, selector === undefined ? [] : await this.#claimPods(job, selector), mayAct)
  }

  async #claimPods(job: Job, selector: LabelSelector): Promise<Pod[]> {
    const { namespace = '', name = '' } = job.metadata
    const { client, signal } = this.#ctx
    const { lister } = this.#pods
    const pods = await claim<Pod>({
      client,
      id: PODS,
      owner: job,
      ownerRef: controllerRef(job, 'batch/v1', 'Job'),
      finalizers: [TRACKING_FINALIZER],
      selector,
      candidates: claimable(lister, job),
      signal,
      freshOwner: () => client.resource<Job>(JOBS).get(name, { namespace, signal }),
    })
    return pods.map((pod) => (controllerOf(pod) !== undefined || hasFinalizer(pod) ? pod : withFinalizer(pod)))
  }

  async #syncOrphan(key: string): Promise<void> {
    const pod = this.#pods.lister.getByKey(key)
    if (pod === undefined) return
    const ref = controllerOf(pod)
    if (ref !== undefined && (ref.kind !== 'Job' || ref.apiVersion !== 'batch/v1')) return
    const job = this.#ownerOf(pod)
    // It was adopted, or another controller counts it.
    if (job !== undefined && (!isOurs(job) || finishedCondition(job) === undefined)) return
    await removeFinalizer(this.#ctx, pod).catch((e: unknown) => {
      if (!isStatusError(e, 'NotFound')) throw e
    })
  }
}

/** As the server has it since the adoption; the cache will follow. */
const withFinalizer = (pod: Pod): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, finalizers: [...(pod.metadata.finalizers ?? []), TRACKING_FINALIZER] },
})
