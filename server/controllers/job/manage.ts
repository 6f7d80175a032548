import type { Job } from '../../client/objects-batch.ts'
import type { Pod, PodTemplate } from '../../client/objects.ts'
import { keyOf } from '../../client/store.ts'
import { isStatusError } from '../../machinery/status.ts'
import { inParallel } from '../controller.ts'
import { isTerminating as isNamespaceTerminating } from '../namespace/terminating.ts'
import { createPod, deletePod, podFromTemplate, slowStart } from '../pod-control.ts'
import { isReady, isTerminating } from '../pods.ts'
import { waitAfter, waitForIndex } from './backoff.ts'
import { firstFree, merge, withIndexes } from './intervals.ts'
import {
  byUsefulness,
  completionsOf,
  failureCount,
  hasBackoffLimitPerIndex,
  ignoredFailureCount,
  INDEX_ANNOTATION,
  INDEX_FAILURES,
  INDEX_IGNORED_FAILURES,
  indexOf,
  isIndexed,
  isSuspended,
  onlyReplacesFailed,
  TRACKING_FINALIZER,
} from './job-pods.ts'
import { judgeFailure } from './policies.ts'
import type { Round } from './round.ts'
import { removeFinalizer } from './tracking.ts'

const PARALLEL_DELETES = 32
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX'
// A generated suffix of five characters makes it 63.
const MAX_GENERATE_NAME = 58

export interface Managed {
  /** Active pods after it. */
  active: number
  error?: unknown
}

/** Makes or removes pods until as many run as the job wants now; never both in one round. */
export async function managePods(round: Round): Promise<Managed> {
  const { job } = round
  const active = round.active.length
  const { maxPodsPerRound } = round.memory.limits
  if (isSuspended(job)) return removePods(round, forRemoval(round, active))
  const wanted = wantedPods(round)
  const surplus = forRemoval(round, Math.max(active - wanted, 0)).slice(0, maxPodsPerRound)
  if (surplus.length > 0) return removePods(round, surplus)
  const leaving = onlyReplacesFailed(job) ? round.terminating : 0
  const missing = wanted - leaving - active
  return missing > 0 ? addPods(round, missing) : { active }
}

function wantedPods({ job, succeeded, active }: Round): number {
  const { parallelism = 1, completions } = job.spec ?? {}
  // Without completions, one success means that the others should end too.
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism
  return Math.max(0, Math.min(completions - succeeded, parallelism))
}

/** At least `count` pods, the least useful first; of an indexed job also those without an index of it, and doubles. */
function forRemoval({ job, active }: Round, count: number): Pod[] {
  const rest: Pod[] = []
  const out: Pod[] = []
  if (isIndexed(job)) {
    const byIndex = new Map<number, Pod[]>()
    for (const pod of active) {
      const index = indexOf(pod)
      if (index === undefined || index >= completionsOf(job)) out.push(pod)
      else byIndex.set(index, [...(byIndex.get(index) ?? []), pod])
    }
    for (const pods of byIndex.values()) {
      pods.sort(byUsefulness)
      rest.push(pods.pop()!)
      out.push(...pods)
    }
  } else rest.push(...active)
  if (out.length < count) out.push(...rest.sort(byUsefulness).slice(0, count - out.length))
  return out
}

/** Deletes pods that do not count: their finalizers go first. */
async function removePods(round: Round, pods: readonly Pod[]): Promise<Managed> {
  const { memory, key, owner } = round
  let removed = 0
  memory.expectations.expectDeletions(key, pods.map(keyOf))
  const errors = await inParallel(pods, PARALLEL_DELETES, async (pod) => {
    let seen = false
    try {
      await removeFinalizer(memory.ctx, pod).catch(unlessGone)
      seen = await deletePod(memory.ctx, owner, pod)
      removed++
      if (isReady(pod)) round.ready--
    } finally {
      if (!seen) memory.expectations.deletionObserved(key, keyOf(pod))
    }
  })
  round.terminating += removed
  return { active: round.active.length - removed, error: errors[0] }
}

const unlessGone = (e: unknown): void => {
  if (!isStatusError(e, 'NotFound')) throw e
}

/** Deletes what still runs of a job that ends; the finalizers stay until the pods are counted. */
export async function deleteActive(round: Round): Promise<{ deleted: number; error: unknown }> {
  let deleted = 0
  const errors = await inParallel(round.active, PARALLEL_DELETES, async (pod) => {
    await deletePod(round.memory.ctx, round.owner, pod)
    deleted++
    if (isReady(pod)) round.ready--
  })
  round.terminating += deleted
  return { deleted, error: errors[0] }
}

async function addPods(round: Round, missing: number): Promise<Managed> {
  const { job, memory, key, owner, now } = round
  const active = round.active.length
  const perIndex = hasBackoffLimitPerIndex(job)
  const wait = perIndex ? 0 : waitAfter(round.failures, now, memory.limits)
  if (wait > 0) {
    memory.wakeAfter(key, wait)
    return { active }
  }
  let pods: Pod[]
  const count = Math.min(missing, memory.limits.maxPodsPerRound)
  if (isIndexed(job)) {
    let indexes = pendingIndexes(round, count)
    if (perIndex && indexes.length > 0) {
      const waits = indexes.map((i) => waitForIndex(round.delayed.get(i), now, memory.limits))
      indexes = indexes.filter((_, i) => waits[i] === 0)
      if (indexes.length === 0) {
        memory.wakeAfter(key, Math.min(...waits))
        return { active }
      }
    }
    pods = indexes.map((i) => indexedPod(job, owner.ref, i, round.delayed.get(i)))
  } else {
    const { name } = job.metadata
    pods = Array<Pod>(count).fill(podFromTemplate(withFinalizer(job.spec?.template), owner.ref, { generateName: `${name}-` }))
  }
  memory.expectations.expectCreations(key, pods.length)
  const { created, errors } = await slowStart(pods, (pod) => createPod(memory.ctx, owner, pod))
  memory.expectations.creationsFailed(key, pods.length - created, errors)
  const error = errors.find((e) => !isNamespaceTerminating(e))
  return { active: active + created, error }
}

function pendingIndexes({ job, pods, active, succeededIndexes, failedIndexes = [] }: Round, count: number): number[] {
  const busy = onlyReplacesFailed(job) ? [...active, ...pods.filter(isTerminating)] : active
  const indexes = new Set(busy.map(indexOf).filter((i) => i !== undefined))
  return firstFree(merge(withIndexes(succeededIndexes, indexes), failedIndexes), count, completionsOf(job))
}

function withFinalizer(template: PodTemplate | undefined): PodTemplate {
  const own = (template?.metadata?.finalizers as string[] | undefined) ?? []
  const finalizers = own.includes(TRACKING_FINALIZER) ? own : [...own, TRACKING_FINALIZER]
  return { ...template, metadata: { ...template?.metadata, finalizers } }
}

/** The pod of one index: it is told its index by a label, an annotation, its hostname and a variable. */
function indexedPod(job: Job, ref: Parameters<typeof podFromTemplate>[1], index: number, replaced: Pod | undefined): Pod {
  const { metadata, spec } = withFinalizer(job.spec?.template)
  const { name = '' } = job.metadata
  const suffix = `-${index}-`
  const mark = { [INDEX_ANNOTATION]: String(index) }
  const template: PodTemplate = {
    metadata: {
      ...metadata,
      labels: { ...metadata?.labels, ...mark },
      annotations: { ...metadata?.annotations, ...mark, ...failureAnnotations(job, replaced) },
    },
    spec: {
      ...spec,
      hostname: `${name}-${index}`,
      ...(spec?.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(toldIndex) }),
      containers: (spec?.containers ?? []).map(toldIndex),
    },
  }
  return podFromTemplate(template, ref, { generateName: `${name.slice(0, MAX_GENERATE_NAME - suffix.length)}${suffix}` })
}

interface WithEnv {
  env?: Array<{ name: string }>
}

function toldIndex<C extends object>(container: C): C {
  const { env = [] } = container as WithEnv
  if (env.some((v) => v.name === INDEX_VARIABLE)) return container
  const variable = { name: INDEX_VARIABLE, valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX_ANNOTATION}']` } } }
  return { ...container, env: [...env, variable] }
}

function failureAnnotations(job: Job, replaced: Pod | undefined): Record<string, string> {
  if (!hasBackoffLimitPerIndex(job)) return {}
  let [failures, ignored] = [0, 0]
  if (replaced !== undefined) {
    const { counts } = judgeFailure(job, replaced)
    failures = failureCount(replaced) + Number(counts)
    ignored = ignoredFailureCount(replaced) + Number(!counts)
  }
  return { [INDEX_FAILURES]: String(failures), ...(ignored > 0 ? { [INDEX_IGNORED_FAILURES]: String(ignored) } : {}) }
}
