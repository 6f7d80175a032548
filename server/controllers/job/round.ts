import type { EventRecorder, EventSubject } from '../../client/event-recorder.ts'
import type { Job, JobStatus } from '../../client/objects-batch.ts'
import type { Condition, Pod } from '../../client/objects.ts'
import { JOBS } from '../../client/resource.ts'
import { formatTime } from '../../machinery/clock.ts'
import type { ControllerContext } from '../controller.ts'
import type { Expectations } from '../expectations.ts'
import { controllerRef } from '../owners.ts'
import type { PodOwner } from '../pod-control.ts'
import { isActive, isReady, isTerminating } from '../pods.ts'
import { nextFailures, type Failures } from './backoff.ts'
import { has, parseIndexes, total, withIndexes, type Intervals } from './intervals.ts'
import {
  allFailures,
  completionsOf,
  failureCount,
  finishedTime,
  hasBackoffLimitPerIndex,
  hasFinalizer,
  indexOf,
  isIndexed,
  isPodFailed,
  validIndexOf,
} from './job-pods.ts'
import type { JobLimits } from './limits.ts'
import { judgeFailure } from './policies.ts'

/** What outlives a round, for all jobs. */
export interface JobMemory {
  ctx: ControllerContext
  recorder: EventRecorder
  limits: JobLimits
  expectations: Expectations
  /** Uids of pods whose tracking finalizer was taken off, by job; the informer has not shown it yet. */
  finalizersRemoved: Map<string, Set<string>>
  failures: Map<string, Failures>
  wakeAfter(key: string, ms: number): void
  /** The job as the server has it after a write of this controller. */
  wrote(key: string, job: Job): void
}

export const subjectOf = (job: Job): EventSubject => ({ apiVersion: 'batch/v1', kind: 'Job', object: job })

/** One look at one job: what its pods say, and the status that comes of it. */
export class Round {
  readonly memory: JobMemory
  readonly key: string
  readonly pods: readonly Pod[]
  readonly active: readonly Pod[]
  readonly expectedRemoved: ReadonlySet<string>
  readonly uncounted: { succeeded: ReadonlySet<string>; failed: ReadonlySet<string> }
  readonly failures: Failures
  readonly previousIndexes: Intervals = []
  readonly failedIndexes: Intervals | undefined
  /** The last failed pod of each index that waits for its replacement, which takes its failure count over. */
  readonly delayed: ReadonlyMap<number, Pod> = new Map()
  job: Job
  status: JobStatus
  succeeded: number
  failed: number
  succeededIndexes: Intervals = []
  ready: number
  terminating: number
  /** How the job ends, when it does. */
  finished: Condition | undefined

  constructor(memory: JobMemory, key: string, job: Job, pods: readonly Pod[]) {
    this.memory = memory
    this.key = key
    this.job = job
    this.pods = pods
    this.status = ownStatus(job)
    this.active = pods.filter(isActive)
    this.ready = this.active.filter(isReady).length
    this.terminating = pods.filter(isTerminating).length
    this.expectedRemoved = new Set(memory.finalizersRemoved.get(key))
    const { uncountedTerminatedPods: uncounted = {} } = this.status
    this.uncounted = { succeeded: new Set(uncounted.succeeded), failed: new Set(uncounted.failed) }
    const succeeded = this.#unaccounted(this.uncounted.succeeded).filter((p) => p.status?.phase === 'Succeeded')
    const failed = this.#unaccounted(this.uncounted.failed).filter((p) => isPodFailed(p, job))
    this.failures = nextFailures(memory.failures.get(key), succeeded, failed)
    this.succeeded = (this.status.succeeded ?? 0) + succeeded.length + this.uncounted.succeeded.size
    this.failed = (this.status.failed ?? 0) + failed.filter((p) => judgeFailure(job, p).counts).length + this.uncounted.failed.size
    if (!isIndexed(job)) return
    this.previousIndexes = parseIndexes(this.status.completedIndexes ?? '', completionsOf(job))
    this.succeededIndexes = withIndexes(
      this.previousIndexes,
      this.#newIndexes((p) => p.status?.phase === 'Succeeded'),
    )
    this.succeeded = total(this.succeededIndexes)
    if (!hasBackoffLimitPerIndex(job)) return
    const before = parseIndexes(this.status.failedIndexes ?? '', completionsOf(job))
    this.failedIndexes = withIndexes(
      before,
      this.#newIndexes((p) => isIndexFailed(p, job)),
    )
    this.delayed = this.#awaitingReplacement(this.failedIndexes)
  }

  get now(): number {
    return this.memory.ctx.clock.now()
  }

  get time(): string {
    return formatTime(this.now)
  }

  get owner(): PodOwner {
    return { subject: subjectOf(this.job), ref: controllerRef(this.job, 'batch/v1', 'Job'), recorder: this.memory.recorder }
  }

  event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.memory.recorder.event(subjectOf(this.job), type, reason, message)
  }

  /** True while the pod's outcome is still to be counted. */
  isTracked(pod: Pod): boolean {
    return hasFinalizer(pod) && !this.expectedRemoved.has(pod.metadata.uid ?? '')
  }

  /** Writes the status as it is now; what the server answers is the job from then on. */
  async writeStatus(): Promise<void> {
    const { client, signal } = this.memory.ctx
    const next: Job = { ...this.job, apiVersion: 'batch/v1', kind: 'Job', status: withoutEmpty(this.status) }
    this.job = await client.resource<Job>(JOBS).updateStatus(next, { signal })
    this.status = ownStatus(this.job)
    this.memory.wrote(this.key, this.job)
  }

  #unaccounted(uncounted: ReadonlySet<string>): Pod[] {
    const valid = (p: Pod): boolean => !isIndexed(this.job) || validIndexOf(p, this.job) !== undefined
    return this.pods.filter((p) => this.isTracked(p) && !uncounted.has(p.metadata.uid ?? '') && valid(p))
  }

  #newIndexes(is: (pod: Pod) => boolean): Set<number> {
    const out = new Set<number>()
    for (const pod of this.pods) {
      const index = validIndexOf(pod, this.job)
      if (index !== undefined && hasFinalizer(pod) && is(pod)) out.add(index)
    }
    return out
  }

  #awaitingReplacement(failedIndexes: Intervals): Map<number, Pod> {
    const running = new Set(this.active.map(indexOf))
    const settled = (i: number): boolean => running.has(i) || has(this.succeededIndexes, i) || has(failedIndexes, i)
    const out = new Map<number, Pod>()
    for (const pod of this.#unaccounted(new Set())) {
      const index = indexOf(pod)
      if (index === undefined || settled(index) || !isPodFailed(pod, this.job)) continue
      const last = out.get(index)
      const later = last === undefined || (allFailures(last) <= allFailures(pod) && finishedTime(pod) >= finishedTime(last))
      if (later) out.set(index, pod)
    }
    return out
  }
}

function isIndexFailed(pod: Pod, job: Job): boolean {
  if (!isPodFailed(pod, job)) return false
  const { action, counts } = judgeFailure(job, pod)
  return action === 'FailIndex' || (counts && failureCount(pod) >= (job.spec?.backoffLimitPerIndex ?? 0))
}

const ownStatus = (job: Job): JobStatus => ({
  ...job.status,
  uncountedTerminatedPods: { ...job.status?.uncountedTerminatedPods },
})

/** As Go writes it: counters at zero and empty lists are left out, but for `ready` and `terminating`. */
function withoutEmpty(status: JobStatus): JobStatus {
  const kept = new Set(['ready', 'terminating', 'failedIndexes', 'uncountedTerminatedPods'])
  const clean = (o: object, keep: ReadonlySet<string>): object =>
    Object.fromEntries(
      Object.entries(o).filter(
        ([k, v]) => keep.has(k) || !(v === 0 || v === '' || v === undefined || (Array.isArray(v) && v.length === 0)),
      ),
    )
  return { ...clean(status, kept), uncountedTerminatedPods: clean(status.uncountedTerminatedPods ?? {}, new Set()) }
}
