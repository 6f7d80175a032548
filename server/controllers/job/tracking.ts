import type { Job } from '../../client/objects-batch.ts'
import { findCondition, type Pod } from '../../client/objects.ts'
import { PODS } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import { asError, inParallel, type ControllerContext } from '../controller.ts'
import { ensureCondition, newCondition } from './conditions.ts'
import { formatIndexes, has, total, withIndexes } from './intervals.ts'
import { hasFinalizer, indexOf, isIndexed, isPodFailed, TRACKING_FINALIZER, validIndexOf } from './job-pods.ts'
import { judgeFailure } from './policies.ts'
import type { Round } from './round.ts'

const PARALLEL_PATCHES = 32

/**
 * Counts the pods that have ended, each exactly once whatever is interrupted (KEP-2307): their uids go to
 * uncountedTerminatedPods, then their finalizers go, then the counters grow and the uids leave. When nothing is left to
 * count, the job's final condition is set.
 * @param dirty whether the status has changed before
 */
export async function track(round: Round, dirty: boolean): Promise<void> {
  const tracked = new Set(round.pods.filter((p) => round.isTracked(p)).map((p) => p.metadata.uid ?? ''))
  let flush = countRemoved(round, tracked) || dirty
  const counted = countEnded(round)
  flush ||= counted.changed
  if (isIndexed(round.job)) flush = countIndexes(round, counted.indexes) || flush
  flush = interimCondition(round) || flush

  if (flush) {
    await round.writeStatus()
    round.memory.failures.set(round.key, round.failures)
  }
  const { removed, error } = await removeFinalizers(round, counted.pods)
  for (const uid of removed) tracked.delete(uid)
  flush = countRemoved(round, tracked)
  if (error !== undefined) {
    if (flush) await round.writeStatus()
    throw asError(error)
  }
  const done = !counted.full && enactFinished(round)
  if (flush || done) await round.writeStatus()
  if (done) announce(round)
}

/** Moves uids of pods that are no longer tracked from the uncounted lists to the counters. */
function countRemoved({ status }: Round, tracked: ReadonlySet<string>): boolean {
  let changed = false
  const uncounted = (status.uncountedTerminatedPods ??= {})
  for (const outcome of ['succeeded', 'failed'] as const) {
    const before = uncounted[outcome] ?? []
    const left = before.filter((uid) => tracked.has(uid))
    if (left.length === before.length) continue
    status[outcome] = (status[outcome] ?? 0) + before.length - left.length
    uncounted[outcome] = left
    changed = true
  }
  return changed
}

interface Counted {
  changed: boolean
  /** Newly completed indexes. */
  indexes: number[]
  /** Whose finalizers may go now. */
  pods: Pod[]
  /** More is left for the next round. */
  full: boolean
}

function countEnded(round: Round): Counted {
  const { job } = round
  const out: Counted = { changed: false, indexes: [], pods: [], full: false }
  const { uncountedTerminatedPods: uncounted = {} } = round.status
  const succeeded = (uncounted.succeeded = [...(uncounted.succeeded ?? [])])
  const failed = (uncounted.failed = [...(uncounted.failed ?? [])])
  const jobFails = round.finished !== undefined && round.finished.type !== 'SuccessCriteriaMet'
  const order = isIndexed(job) ? [...round.pods].sort((a, b) => (indexOf(a) ?? -1) - (indexOf(b) ?? -1)) : round.pods
  const newIndexes = new Set<number>()
  for (const pod of order) {
    if (!round.isTracked(pod)) continue
    const isFailed = isPodFailed(pod, job)
    if (!mayLoseFinalizer(round, pod, isFailed)) continue
    out.pods.push(pod)
    const { uid = '' } = pod.metadata
    const index = validIndexOf(pod, job)
    if (pod.status?.phase === 'Succeeded' && !round.uncounted.failed.has(uid)) {
      if (isIndexed(job)) {
        if (index !== undefined && !has(round.previousIndexes, index)) newIndexes.add(index)
      } else if (!round.uncounted.succeeded.has(uid)) succeeded.push(uid)
      else continue
      out.changed = true
    } else if ((isFailed || jobFails) && !round.uncounted.failed.has(uid) && (!isIndexed(job) || index !== undefined)) {
      if (!judgeFailure(job, pod).counts) continue
      failed.push(uid)
      out.changed = true
    }
    if (newIndexes.size + succeeded.length + failed.length >= round.memory.limits.maxUncountedPods) {
      out.full = true
      break
    }
  }
  out.indexes = [...newIndexes]
  return out
}

function mayLoseFinalizer(round: Round, pod: Pod, isFailed: boolean): boolean {
  const { job } = round
  if (job.metadata.deletionTimestamp != null || round.finished !== undefined || pod.status?.phase === 'Succeeded') return true
  if (!isFailed) return false
  const index = indexOf(pod)
  // Its replacement still has to learn how often the index has failed.
  return index === undefined || round.delayed.get(index)?.metadata.uid !== pod.metadata.uid
}

function countIndexes(round: Round, indexes: readonly number[]): boolean {
  const { status } = round
  // Indexes whose pods lost their finalizer in this round are in succeededIndexes already; the limit may have left some out.
  round.succeededIndexes = withIndexes(round.succeededIndexes, indexes)
  const completed = formatIndexes(round.succeededIndexes)
  const failed = round.failedIndexes === undefined ? undefined : formatIndexes(round.failedIndexes)
  const changed = completed !== (status.completedIndexes ?? '') || failed !== status.failedIndexes
  status.succeeded = total(round.succeededIndexes)
  status.completedIndexes = completed
  if (failed === undefined) delete status.failedIndexes
  else status.failedIndexes = failed
  return changed
}

/** Says why the job will end before its pods' finalizers go; the final condition follows when all are counted. */
function interimCondition(round: Round): boolean {
  const { finished, status, time } = round
  if (finished?.type !== 'FailureTarget' && finished?.type !== 'SuccessCriteriaMet') return false
  const success = finished.type === 'SuccessCriteriaMet'
  const there = findCondition(status.conditions, finished.type)?.status === 'True'
  if (!there) status.conditions = [...(status.conditions ?? []), finished]
  round.finished = newCondition(success ? 'Complete' : 'Failed', finished.reason ?? '', finished.message ?? '', time)
  return !there
}

/** Takes the tracking finalizer off a pod. */
export async function removeFinalizer(ctx: Pick<ControllerContext, 'client' | 'signal'>, pod: Pod): Promise<void> {
  if (!hasFinalizer(pod)) return
  const { name = '', namespace } = pod.metadata
  const body = { metadata: { '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER] } }
  await ctx.client.resource(PODS).patch(name, { type: 'strategic', body }, { namespace, signal: ctx.signal })
}

async function removeFinalizers(round: Round, pods: readonly Pod[]): Promise<{ removed: string[]; error: unknown }> {
  const { memory, key } = round
  const removed: string[] = []
  if (pods.length === 0) return { removed, error: undefined }
  const expected = memory.finalizersRemoved.get(key) ?? new Set()
  memory.finalizersRemoved.set(key, expected)
  for (const p of pods) expected.add(p.metadata.uid ?? '')
  const errors = await inParallel(pods, PARALLEL_PATCHES, async (pod) => {
    const { uid = '' } = pod.metadata
    try {
      await removeFinalizer(memory.ctx, pod)
    } catch (e) {
      // No update will show it.
      expected.delete(uid)
      if (!isStatusError(e, 'NotFound')) throw e
    }
    removed.push(uid)
  })
  return { removed, error: errors[0] }
}

function enactFinished(round: Round): boolean {
  const { finished, status } = round
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {}
  if (finished === undefined || succeeded.length + failed.length > 0 || round.terminating > 0) return false
  status.conditions = ensureCondition(status.conditions, finished) ?? status.conditions ?? []
  if (finished.type === 'Complete' && finished.lastTransitionTime != null) status.completionTime = finished.lastTransitionTime
  return true
}

function announce(round: Round): void {
  const { finished, job } = round
  if (finished?.type !== 'Complete') return round.event('Warning', finished?.reason ?? '', finished?.message ?? '')
  if (tooMany(job)) round.event('Warning', 'TooManySucceededPods', 'Too many succeeded pods running after completion count reached')
  round.event('Normal', 'Completed', 'Job completed')
}

const tooMany = ({ spec, status }: Job): boolean => spec?.completions !== undefined && (status?.succeeded ?? 0) > spec.completions
