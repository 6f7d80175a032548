import type { EventRecorder } from '../../client/event-recorder.ts'
import { dropManagedFields, type Informer } from '../../client/informer.ts'
import type { CronJob, Job } from '../../client/objects-batch.ts'
import { CRON_JOBS, JOBS } from '../../client/resource.ts'
import { byControllerUid, keyOf } from '../../client/store.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { WrittenVersions } from '../written.ts'
import { unlessConflict, type Controller, type ControllerContext } from '../controller.ts'
import { ownerIn } from '../owners.ts'
import { CronJobSync, type CronJobMemory } from './sync.ts'
import { parseSchedule } from './schedule.ts'
import { untilNext } from './missed.ts'

export const cronJobController: Controller = {
  name: 'cronjob-controller',
  start: (ctx) => new CronJobs(ctx).start(),
}

const WORKERS = 5

/** Starts jobs when it is time, and clears old ones away. */
class CronJobs {
  readonly #ctx: ControllerContext
  readonly #queue: WorkQueue
  readonly #recorder: EventRecorder
  readonly #cronJobs: Informer<CronJob>
  readonly #jobs: Informer<Job>
  readonly #memory: CronJobMemory = { written: new WrittenVersions(), inDoubt: new Map() }

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    this.#queue = ctx.workQueue('cronjob')
    this.#recorder = ctx.recorder('cronjob-controller')
    this.#cronJobs = ctx.informers.informer<CronJob>(CRON_JOBS, { transform: dropManagedFields })
    this.#jobs = ctx.informers.informer<Job>(JOBS, { transform: dropManagedFields })
    this.#jobs.addIndex('controller', byControllerUid)
  }

  async start(): Promise<void> {
    const wakeOwner = (job: Job): void => {
      const owner = ownerIn(this.#cronJobs.lister, 'CronJob', job)
      if (owner !== undefined) this.#queue.add(keyOf(owner))
    }
    this.#cronJobs.addHandler({
      added: (c) => this.#queue.add(keyOf(c)),
      updated: (c, old) => this.#updated(c, old),
      deleted: (c) => this.#queue.add(keyOf(c)),
    })
    this.#jobs.addHandler({
      added: wakeOwner,
      updated: (job, old) => {
        wakeOwner(old)
        wakeOwner(job)
      },
      deleted: wakeOwner,
    })
    await Promise.all([this.#cronJobs.synced(), this.#jobs.synced()])
    startWorkers({
      queue: this.#queue,
      workers: WORKERS,
      signal: this.#ctx.signal,
      sync: (key) => this.#sync(key),
      onError: unlessConflict(this.#ctx, (key) => `cronjob ${key}`),
    })
  }

  /** A changed schedule counts from its next time on. */
  #updated(cronJob: CronJob, old: CronJob): void {
    const { schedule = '', timeZone } = cronJob.spec ?? {}
    if (schedule === old.spec?.schedule && timeZone === old.spec.timeZone) return this.#queue.add(keyOf(cronJob))
    try {
      const wait = untilNext(cronJob, this.#ctx.clock.now(), parseSchedule(schedule, timeZone))
      if (wait !== undefined) this.#queue.addAfter(keyOf(cronJob), wait)
    } catch {
      const subject = { apiVersion: 'batch/v1', kind: 'CronJob', object: cronJob }
      this.#recorder.event(subject, 'Warning', 'UnParseableCronJobSchedule', `unparseable schedule for cronjob: ${schedule}`)
    }
  }

  async #sync(key: string): Promise<void> {
    const cronJob = this.#cronJobs.lister.getByKey(key)
    if (cronJob === undefined) {
      this.#memory.written.forget(key)
      return void this.#memory.inDoubt.delete(key)
    }
    const jobs = this.#jobs.lister.byIndex('controller', cronJob.metadata.uid ?? '')
    const wait = await new CronJobSync(this.#ctx, this.#recorder, this.#memory, cronJob, jobs).run()
    if (wait !== undefined) this.#queue.addAfter(key, wait)
  }
}
