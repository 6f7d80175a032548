import type { Tone } from '../../kube/types.ts'
import { wanted } from './status.ts'
import type { Job, Workload } from './types.ts'

/** What a segment or a figure counts: a key below `rollout.` in the catalogues. */
export type RolloutWord = 'desired' | 'updated' | 'ready' | 'available' | 'old' | 'completions' | 'succeeded' | 'active' | 'failed'

export interface Rollout {
  figures: { word: RolloutWord; count: number }[]
  /** Parts of the bar from left to right, each pod in one of them; together they are `total`. */
  segments: { tone: Tone; count: number }[]
  total: number
}

/** How far pods are, from the counts in `status`. Counts of an old version of the object can be more than is wanted: the bar holds them all. */
function ofPods(desired: number, there: { current: number; updated?: number; ready: number; available?: number }): Rollout {
  const { current, updated, ready, available = ready } = there
  const old = updated === undefined ? 0 : Math.max(0, current - updated)
  const figures: Rollout['figures'] = [{ word: 'desired', count: desired }]
  if (updated !== undefined) figures.push({ word: 'updated', count: updated })
  figures.push({ word: 'ready', count: ready })
  if (there.available !== undefined) figures.push({ word: 'available', count: available })
  if (old > 0) figures.push({ word: 'old', count: old })
  const total = Math.max(desired, current)
  const parts: Rollout['segments'] = [
    { tone: 'ok', count: Math.min(available, total) },
    { tone: 'busy', count: Math.max(0, ready - available) },
    { tone: 'warn', count: Math.max(0, current - ready) },
  ]
  const drawn = parts.reduce((sum, { count }) => sum + count, 0)
  parts.push({ tone: 'muted', count: Math.max(0, total - drawn) })
  return { figures, segments: parts.filter(({ count }) => count > 0), total }
}

function ofJob({ spec, status }: Job): Rollout {
  const { succeeded = 0, active = 0, failed = 0 } = status ?? {}
  const desired = spec?.completions ?? 1
  const total = Math.max(desired, succeeded + active)
  const segments: Rollout['segments'] = [
    { tone: 'ok', count: succeeded },
    { tone: 'busy', count: active },
    { tone: 'muted', count: total - succeeded - active },
  ]
  return {
    figures: [
      { word: 'completions', count: desired },
      { word: 'succeeded', count: succeeded },
      { word: 'active', count: active },
      { word: 'failed', count: failed },
    ],
    segments: segments.filter(({ count }) => count > 0),
    total,
  }
}

function ofReplicas(o: Workload): Rollout {
  const { replicas: current = 0, readyReplicas: ready = 0, availableReplicas: available = 0 } = o.status ?? {}
  return ofPods(wanted(o), { current, ready, available })
}

/** With the count of pods of the newest revision, which only some kinds tell. */
function ofRevisions(o: Workload): Rollout {
  const { replicas: current = 0, updatedReplicas: updated = 0, readyReplicas: ready = 0, availableReplicas: available = 0 } = o.status ?? {}
  return ofPods(wanted(o), { current, updated, ready, available })
}

function ofNodes({ status = {} }: Workload): Rollout {
  const {
    desiredNumberScheduled = 0,
    currentNumberScheduled = 0,
    updatedNumberScheduled = 0,
    numberReady = 0,
    numberAvailable = 0,
  } = status
  return ofPods(desiredNumberScheduled, {
    current: currentNumberScheduled,
    updated: updatedNumberScheduled,
    ready: numberReady,
    available: numberAvailable,
  })
}

const rules: Record<string, (o: never) => Rollout> = {
  'deployments.apps': ofRevisions,
  'statefulsets.apps': ofRevisions,
  'replicasets.apps': ofReplicas,
  replicationcontrollers: ofReplicas,
  'daemonsets.apps': ofNodes,
  'jobs.batch': ofJob,
}

/** Undefined for a kind that has no pods of its own. */
export function rolloutOf(key: string, object: Workload | Job): Rollout | undefined {
  const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
  return rule?.(object as never)
}
