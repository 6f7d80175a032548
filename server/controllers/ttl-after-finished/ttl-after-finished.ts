import { dropManagedFields, type Informer } from '../../client/informer.ts'
import type { Job } from '../../client/objects-batch.ts'
import { findCondition } from '../../client/objects.ts'
import { JOBS } from '../../client/resource.ts'
import { keyOf, splitKey } from '../../client/store.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller, type ControllerContext } from '../controller.ts'

export const ttlAfterFinishedController: Controller = {
  name: 'ttl-after-finished-controller',
  start: (ctx) => new FinishedJobs(ctx).start(),
}

const WORKERS = 5
/** Nothing is looked at more often while its time seems far away. */
const LEAST_MS = 10_000

/** When the job is to be deleted, in ms; undefined for one that is to stay. */
export function expiryOf(job: Job): number | undefined {
  const { ttlSecondsAfterFinished: ttl } = job.spec ?? {}
  if (job.metadata.deletionTimestamp != null || ttl === undefined) return undefined
  const end = ['Complete', 'Failed'].map((type) => findCondition(job.status?.conditions, type)).find((c) => c?.status === 'True')
  const at = Date.parse(end?.lastTransitionTime ?? '')
  return Number.isNaN(at) ? undefined : at + ttl * 1000
}

/** Deletes jobs ttlSecondsAfterFinished after they have ended, with their pods. */
class FinishedJobs {
  readonly #ctx: ControllerContext
  readonly #queue: WorkQueue
  readonly #jobs: Informer<Job>

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    this.#queue = ctx.workQueue('ttl_jobs_to_delete')
    this.#jobs = ctx.informers.informer<Job>(JOBS, { transform: dropManagedFields })
  }

  async start(): Promise<void> {
    const look = (job: Job): void => {
      if (expiryOf(job) !== undefined) this.#queue.add(keyOf(job))
    }
    this.#jobs.addHandler({ added: look, updated: look })
    await this.#jobs.synced()
    startWorkers({
      queue: this.#queue,
      workers: WORKERS,
      signal: this.#ctx.signal,
      sync: (key) => this.#sync(key),
      onError: unlessConflict(this.#ctx, (key) => `job ${key}`),
    })
  }

  async #sync(key: string): Promise<void> {
    const job = this.#jobs.lister.getByKey(key)
    if (job === undefined || !this.#isDue(key, job)) return
    const { namespace, name } = splitKey(key)
    const { client, signal } = this.#ctx
    const jobs = client.resource<Job>(JOBS)
    try {
      // The time to live may have been changed just now.
      const fresh = await jobs.get(name, { namespace, signal })
      if (!this.#isDue(key, fresh)) return
      const { uid } = fresh.metadata
      await jobs.delete(name, {
        namespace,
        signal,
        propagationPolicy: 'Foreground',
        ...(uid === undefined ? {} : { preconditions: { uid } }),
      })
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
    }
  }

  #isDue(key: string, job: Job): boolean {
    const expiry = expiryOf(job)
    if (expiry === undefined) return false
    const left = expiry - this.#ctx.clock.now()
    // A clock that was set back and is put right has not moved what waits: nothing waits longer than the whole of its time.
    const whole = Math.max((job.spec?.ttlSecondsAfterFinished ?? 0) * 1000, LEAST_MS)
    if (left > 0) this.#queue.addAfter(key, Math.min(left, whole))
    return left <= 0
  }
}
