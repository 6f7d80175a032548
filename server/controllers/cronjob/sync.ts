import type { EventRecorder, EventType } from '../../client/event-recorder.ts'
import type { CronJob, Job, ObjectReference } from '../../client/objects-batch.ts'
import { leavesOpen } from '../../client/outcome.ts'
import { CRON_JOBS, JOBS } from '../../client/resource.ts'
import { keyOf } from '../../client/store.ts'
import { formatTime } from '../../machinery/clock.ts'
import { isStatusError } from '../../machinery/status.ts'
import { asError, messageOf, type ControllerContext } from '../controller.ts'
import { finishedCondition } from '../job/job-pods.ts'
import { controllerOf, controllerRef } from '../owners.ts'
import type { WrittenVersions } from '../written.ts'
import { mostRecent, TOO_MANY_MISSED, untilNext } from './missed.ts'
import { parseSchedule, type Schedule } from './schedule.ts'
import { formatIn, isTimeZone } from './zone.ts'

const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp'
const UNSUPPORTED = 'is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details'

/** Minutes since the epoch: one start has one name, so it cannot be made twice. */
const nameFor = (cronJob: CronJob, at: number): string => `${cronJob.metadata.name}-${Math.floor(at / 60_000)}`

/** What is known of CronJobs beyond what the cache shows. */
export interface CronJobMemory {
  readonly written: WrittenVersions
  /** By key: a write had an unknown outcome, and of which start's job, where it was a job's. */
  readonly inDoubt: Map<string, { uid: string | undefined; start?: number }>
}

/** One look at one CronJob and the jobs it controls. */
export class CronJobSync {
  readonly #ctx: ControllerContext
  readonly #recorder: EventRecorder
  readonly #memory: CronJobMemory
  readonly #jobs: readonly Job[]
  readonly #now: number
  #cronJob: CronJob
  #active: ObjectReference[]
  #status: Omit<NonNullable<CronJob['status']>, 'active'>
  #changed = false
  /** Of the job that is new among the active ones. */
  #begun: number | undefined

  constructor(ctx: ControllerContext, recorder: EventRecorder, memory: CronJobMemory, cronJob: CronJob, jobs: readonly Job[]) {
    this.#ctx = ctx
    this.#recorder = recorder
    this.#memory = memory
    this.#jobs = jobs
    this.#now = ctx.clock.now()
    this.#cronJob = cronJob
    const { active = [], ...status } = cronJob.status ?? {}
    this.#active = active
    this.#status = status
  }

  #take(cronJob: CronJob): void {
    const { active = [], ...status } = cronJob.status ?? {}
    this.#cronJob = cronJob
    this.#active = active
    this.#status = status
  }

  /** Resolves with the milliseconds until it has to be looked at again, if it has. What was found out before an error is written. */
  async run(): Promise<number | undefined> {
    if (!(await this.#catchUp())) return undefined
    await this.#clearHistory()
    let wait: number | undefined
    let failure: unknown
    try {
      wait = await this.#sync()
    } catch (e) {
      failure = e
    }
    if (this.#changed) await this.#writeStatus()
    if (failure !== undefined) throw asError(failure)
    return wait
  }

  #event(type: EventType, reason: string, message: string): void {
    this.#recorder.event({ apiVersion: 'batch/v1', kind: 'CronJob', object: this.#cronJob }, type, reason, message)
  }

  #doubt(start: number | undefined): void {
    const { uid } = this.#cronJob.metadata
    this.#memory.inDoubt.set(keyOf(this.#cronJob), { uid, ...(start === undefined ? {} : { start }) })
  }

  /**
   * What the cache does not show yet is asked for: a job that it does not know of would not count as active, and the next one would
   * be started beside it, whatever the policy. kube-controller-manager does so. False when the CronJob is no more.
   */
  async #catchUp(): Promise<boolean> {
    const { name = '', namespace, uid } = this.#cronJob.metadata
    const key = keyOf(this.#cronJob)
    const { written, inDoubt } = this.#memory
    const doubt = inDoubt.get(key)
    if (doubt === undefined && !written.isStale(key, this.#cronJob)) return true
    const { client, signal } = this.#ctx
    let fresh: CronJob | undefined
    try {
      fresh = await client.resource<CronJob>(CRON_JOBS).get(name, { namespace, signal })
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
    }
    if (fresh?.metadata.uid !== uid || fresh === undefined) return false
    this.#take(fresh)
    // Until the cache shows as much, it is asked for again.
    written.wrote(key, fresh)
    if (doubt?.start !== undefined && doubt.uid === uid) {
      const job = await this.#find(nameFor(this.#cronJob, doubt.start))
      const isNew = job !== undefined && controllerOf(job)?.uid === uid && !this.#isActive(job.metadata.uid ?? '')
      if (isNew && this.#status.lastScheduleTime !== formatTime(doubt.start)) this.#began(job, doubt.start)
    }
    inDoubt.delete(key)
    return true
  }

  async #sync(): Promise<number | undefined> {
    await this.#followJobs()
    const { spec, metadata } = this.#cronJob
    if (metadata.deletionTimestamp != null || spec === undefined) return undefined
    const { timeZone } = spec
    if (timeZone !== undefined && !isTimeZone(timeZone)) {
      this.#event('Warning', 'UnknownTimeZone', `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`)
      return undefined
    }
    if (spec.suspend === true) return undefined
    if (spec.schedule.includes('TZ')) {
      this.#event('Warning', 'UnsupportedSchedule', `CRON_TZ or TZ used in schedule ${JSON.stringify(spec.schedule)} ${UNSUPPORTED}`)
    }
    let schedule: Schedule
    try {
      schedule = parseSchedule(spec.schedule, timeZone)
    } catch (e) {
      this.#event('Warning', 'UnparseableSchedule', `unparseable schedule: ${JSON.stringify(spec.schedule)} : ${messageOf(e)}`)
      return undefined
    }
    let at: number | undefined
    try {
      const due = mostRecent(this.#cronJob, this.#now, schedule, true)
      at = due.at
      if (at !== undefined && due.missed > TOO_MANY_MISSED) {
        const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew'
        this.#event('Warning', 'TooManyMissedTimes', message)
      }
    } catch (e) {
      this.#event('Warning', 'InvalidSchedule', `invalid schedule: ${spec.schedule} : ${messageOf(e)}`)
      return undefined
    }
    if (at !== undefined && (await this.#start(at)) === 'stop') return undefined
    return untilNext(this.#current(), this.#now, schedule)
  }

  /** Takes ended and vanished jobs off the active list. */
  async #followJobs(): Promise<void> {
    for (const job of this.#jobs) {
      const { name, uid = '' } = job.metadata
      const known = this.#isActive(uid)
      const condition = finishedCondition(job)
      if (condition === undefined) {
        if (!known) await this.#unexpected(job)
        continue
      }
      if (known) {
        this.#drop(uid)
        this.#event('Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${condition}`)
      }
      const end = condition === 'Complete' ? job.status?.completionTime : undefined
      const last = this.#status.lastSuccessfulTime
      if (end !== undefined && (last === undefined || Date.parse(end) > Date.parse(last))) {
        this.#status.lastSuccessfulTime = end
        this.#changed = true
      }
    }
    const children = new Set(this.#jobs.map((j) => j.metadata.uid))
    for (const ref of this.#active) {
      if (children.has(ref.uid) || (await this.#find(ref.name ?? '')) !== undefined) continue
      this.#event('Normal', 'MissingJob', `Active job went missing: ${ref.name}`)
      this.#drop(ref.uid ?? '')
    }
  }

  /** The list may be behind: a job that was just made is on the server's. */
  async #unexpected(job: Job): Promise<void> {
    const { name = '', namespace } = this.#cronJob.metadata
    const { client, signal } = this.#ctx
    const fresh = await client.resource<CronJob>(CRON_JOBS).get(name, { namespace, signal })
    if (fresh.status?.active?.some((ref) => ref.uid === job.metadata.uid) === true) return this.#take(fresh)
    this.#event('Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${job.metadata.name}`)
  }

  /** Starts the job of that time, unless something speaks against it. `stop`: not to be looked at again by time. */
  async #start(at: number): Promise<'go on' | 'stop'> {
    const { spec, metadata } = this.#cronJob
    const deadline = spec?.startingDeadlineSeconds
    if (deadline !== undefined && at + Number(deadline) * 1000 < this.#now) {
      const when = new Date(at).toUTCString().replace('GMT', '+0000')
      this.#event('Warning', 'MissSchedule', `Missed scheduled time to start a job: ${when}`)
      return 'go on'
    }
    const name = nameFor(this.#cronJob, at)
    if (this.#active.some((ref) => ref.name === name) || this.#status.lastScheduleTime === formatTime(at)) return 'go on'
    if (spec?.concurrencyPolicy === 'Forbid' && this.#active.length > 0) {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid'
      this.#event('Normal', 'JobAlreadyActive', message)
      return 'go on'
    }
    if (spec?.concurrencyPolicy === 'Replace') await this.#replaceActive()
    const { client, signal } = this.#ctx
    let job: Job | undefined
    try {
      job = await client.resource<Job>(JOBS).create(this.#jobAt(at, name), { namespace: metadata.namespace, signal })
      this.#event('Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`)
    } catch (e) {
      if (!isStatusError(e, 'AlreadyExists')) {
        const terminating = isStatusError(e) && e.status.details?.causes?.some((c) => c.reason === 'NamespaceTerminating') === true
        if (leavesOpen(e)) {
          this.#begun = at
          this.#doubt(at)
        }
        if (!terminating) this.#event('Warning', 'FailedCreate', `Error creating job: ${messageOf(e)}`)
        throw e
      }
      job = await this.#find(name)
      const ours = job !== undefined && controllerOf(job)?.uid === metadata.uid
      if (job === undefined || !ours || this.#isActive(job.metadata.uid ?? '')) return 'stop'
    }
    this.#began(job, at)
    return 'go on'
  }

  #began(job: Job, at: number): void {
    const { namespace, name, uid, resourceVersion } = job.metadata
    const ref: ObjectReference = { kind: 'Job', apiVersion: 'batch/v1' }
    for (const [k, v] of Object.entries({ namespace, name, uid, resourceVersion })) if (v !== undefined) ref[k as keyof ObjectReference] = v
    this.#active = [...this.#active, ref]
    this.#status.lastScheduleTime = formatTime(at)
    this.#begun = at
    this.#changed = true
  }

  #jobAt(at: number, name: string): Job {
    const { spec, metadata } = this.#cronJob
    const template = spec?.jobTemplate
    return {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        ...(template?.metadata?.labels === undefined ? {} : { labels: template.metadata.labels }),
        annotations: { ...template?.metadata?.annotations, [SCHEDULED_AT]: formatIn(spec?.timeZone ?? 'UTC', at) },
        ownerReferences: [controllerRef(this.#cronJob, 'batch/v1', 'CronJob')],
      },
      ...(template?.spec === undefined ? {} : { spec: template.spec }),
    }
  }

  async #replaceActive(): Promise<void> {
    for (const { name = '' } of this.#active) {
      const job = await this.#find(name)
      if (job === undefined) {
        const message = `jobs.batch ${JSON.stringify(name)} not found`
        this.#event('Warning', 'FailedGet', `Get job: ${message}`)
        throw new Error(message)
      }
      if (!(await this.#delete(job))) throw new Error(`could not replace job ${job.metadata.namespace}/${name}`)
    }
  }

  /** Deletes the oldest ended jobs beyond the limits. */
  async #clearHistory(): Promise<void> {
    const { successfulJobsHistoryLimit: good, failedJobsHistoryLimit: bad } = this.#cronJob.spec ?? {}
    for (const [condition, limit] of [
      ['Complete', good],
      ['Failed', bad],
    ] as const) {
      if (limit === undefined) continue
      const ended = this.#jobs.filter((j) => finishedCondition(j) === condition).sort(byStart)
      for (const job of ended.slice(0, Math.max(ended.length - limit, 0))) await this.#delete(job)
    }
  }

  /** False when it could not be deleted, which an event says. */
  async #delete(job: Job): Promise<boolean> {
    const { name = '', namespace, uid = '' } = job.metadata
    const { client, signal } = this.#ctx
    try {
      await client.resource(JOBS).delete(name, { namespace, signal, propagationPolicy: 'Background' })
    } catch (e) {
      this.#event('Warning', 'FailedDelete', `Deleted job: ${messageOf(e)}`)
      return false
    }
    this.#drop(uid)
    this.#event('Normal', 'SuccessfulDelete', `Deleted job ${name}`)
    return true
  }

  #isActive(uid: string): boolean {
    return this.#active.some((ref) => ref.uid === uid)
  }

  #drop(uid: string): void {
    this.#active = this.#active.filter((ref) => ref.uid !== uid)
    this.#changed = true
  }

  async #find(name: string): Promise<Job | undefined> {
    const { client, signal } = this.#ctx
    try {
      return await client.resource<Job>(JOBS).get(name, { namespace: this.#cronJob.metadata.namespace, signal })
    } catch (e) {
      if (isStatusError(e, 'NotFound')) return undefined
      throw e
    }
  }

  #current(): CronJob {
    const active = this.#active.length === 0 ? {} : { active: this.#active }
    return { ...this.#cronJob, apiVersion: 'batch/v1', kind: 'CronJob', status: { ...this.#status, ...active } }
  }

  async #writeStatus(): Promise<void> {
    try {
      const written = await this.#ctx.client.resource<CronJob>(CRON_JOBS).updateStatus(this.#current(), { signal: this.#ctx.signal })
      // A cache that still shows jobs which are gone starts none beside them: as the original, it has them go missing.
      if (this.#begun !== undefined) this.#memory.written.wrote(keyOf(written), written)
    } catch (e) {
      if (leavesOpen(e) || this.#begun !== undefined) this.#doubt(this.#begun)
      throw e
    }
  }
}

/** Those that never started come last; among equals the name decides. */
function byStart(a: Job, b: Job): number {
  const [x, y] = [a.status?.startTime ?? '~', b.status?.startTime ?? '~']
  if (x !== y) return x < y ? -1 : 1
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
}
