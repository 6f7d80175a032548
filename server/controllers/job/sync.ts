import type { Job } from '../../client/objects-batch.ts'
import { findCondition, type Condition, type Pod } from '../../client/objects.ts'
import { asError } from '../controller.ts'
import { ensureCondition, newCondition } from './conditions.ts'
import { total } from './intervals.ts'
import { completionsOf, isIndexed, isPodFailed, isSuspended } from './job-pods.ts'
import { deleteActive, managePods } from './manage.ts'
import { judgeFailure, successMessage } from './policies.ts'
import { Round, type JobMemory } from './round.ts'
import { track } from './tracking.ts'

/**
 * One round of a job that has not ended: decides whether it ends, else makes or removes pods, then counts.
 * `mayAct`: what was created and deleted before has been seen.
 */
export async function syncJob(memory: JobMemory, key: string, job: Job, pods: readonly Pod[], mayAct: boolean): Promise<void> {
  const round = new Round(memory, key, job, pods)
  const { status } = round
  if (status.startTime === undefined && !isSuspended(job)) status.startTime = round.time
  round.finished = outcome(round)
  let active = round.active.length
  let suspendChanged = false
  let error: unknown
  if (round.finished !== undefined) {
    const result = await deleteActive(round)
    error = result.error
    // Some finalizers or pods may not be in the cache yet: too early to say that the job has ended.
    if (result.deleted !== active || !mayAct) round.finished = undefined
    active -= result.deleted
  } else {
    const manage = mayAct && job.metadata.deletionTimestamp == null
    if (manage) ({ active, error } = await managePods(round))
    if (isComplete(round, active)) {
      round.finished = newCondition('SuccessCriteriaMet', 'CompletionsReached', 'Reached expected number of succeeded pods', round.time)
    } else if (manage) suspendChanged = suspendOrResume(round)
  }
  const changed =
    suspendChanged || active !== (status.active ?? 0) || round.ready !== status.ready || round.terminating !== status.terminating
  Object.assign(status, { active, ready: round.ready, terminating: round.terminating })
  await track(round, changed)
  if (error !== undefined) throw asError(error)
}

/** How the job ends, by what is known before pods are made: as decided before, else by failure, else by its success policy. */
function outcome(round: Round): Condition | undefined {
  const { job, status, pods, time } = round
  const met = findCondition(status.conditions, 'SuccessCriteriaMet')
  if (met?.status === 'True') return met
  const target = findCondition(status.conditions, 'FailureTarget')
  if (target?.status === 'True') return newCondition('Failed', target.reason ?? '', target.message ?? '', time)
  const fails = (reason: string, message: string): Condition => newCondition('FailureTarget', reason, message, time)
  for (const pod of job.spec?.podFailurePolicy === undefined ? [] : pods) {
    const message = isPodFailed(pod, job) ? judgeFailure(job, pod).jobMessage : undefined
    if (message !== undefined) return fails('PodFailurePolicy', message)
  }
  if (round.failed > (job.spec?.backoffLimit ?? 6) || tooManyRestarts(job, pods)) {
    return fails('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  }
  if (pastDeadline(round)) return fails('DeadlineExceeded', 'Job was active longer than specified deadline')
  if (!isIndexed(job)) return undefined
  const failed = total(round.failedIndexes ?? [])
  const { maxFailedIndexes } = job.spec ?? {}
  if (maxFailedIndexes !== undefined && failed > maxFailedIndexes) {
    return fails('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes')
  }
  if (failed > 0 && failed + total(round.succeededIndexes) >= completionsOf(job)) return fails('FailedIndexes', 'Job has failed indexes')
  const message = successMessage(job, round.succeededIndexes)
  return message === undefined ? undefined : newCondition('SuccessCriteriaMet', 'SuccessPolicy', message, time)
}

/** With restartPolicy OnFailure, restarts in place count against the limit. */
function tooManyRestarts(job: Job, pods: readonly Pod[]): boolean {
  if (job.spec?.template?.spec?.restartPolicy !== 'OnFailure') return false
  const limit = job.spec.backoffLimit ?? 6
  let restarts = 0
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue
    for (const c of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) restarts += c.restartCount ?? 0
  }
  return limit === 0 ? restarts > 0 : restarts >= limit
}

/** Whether activeDeadlineSeconds are over; when they are not, the job is looked at again when they will be. */
function pastDeadline({ job, status, memory, key, now }: Round): boolean {
  const { activeDeadlineSeconds } = job.spec ?? {}
  if (activeDeadlineSeconds === undefined || status.startTime === undefined || isSuspended(job)) return false
  const left = Date.parse(status.startTime) + Number(activeDeadlineSeconds) * 1000 - now
  if (left > 0) memory.wakeAfter(key, Math.min(left, Number(activeDeadlineSeconds) * 1000))
  return left <= 0
}

function isComplete({ job, succeeded }: Round, active: number): boolean {
  const { completions } = job.spec ?? {}
  return active === 0 && (completions === undefined ? succeeded > 0 : succeeded >= completions)
}

function suspendOrResume(round: Round): boolean {
  const { job, status, time } = round
  const suspended = isSuspended(job)
  const [reason, message] = suspended ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed']
  const conditions = ensureCondition(status.conditions, newCondition('Suspended', reason, message, time, suspended ? 'True' : 'False'))
  if (conditions === undefined) return false
  status.conditions = conditions
  round.event('Normal', suspended ? 'Suspended' : 'Resumed', message)
  // The deadline counts the seconds in a row in which the job may run.
  if (suspended) delete status.startTime
  else status.startTime = time
  return true
}
