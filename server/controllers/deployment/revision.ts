import type { Deployment, ReplicaSet, Strings } from '../../client/objects.ts'
import { fenceposts, wanted } from './math.ts'

const PREFIX = 'deployment.kubernetes.io/'
export const REVISION = `${PREFIX}revision`
const HISTORY = `${PREFIX}revision-history`
const DESIRED = `${PREFIX}desired-replicas`
const MAX = `${PREFIX}max-replicas`
const HISTORY_MAX_CHARS = 2000

// These describe one object or the other, so they are not handed down to the set.
const OWN = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  HISTORY,
  DESIRED,
  MAX,
  'deprecated.deployment.rollback.to',
])

export function revisionOf(rs: ReplicaSet): number {
  const text = rs.metadata.annotations?.[REVISION] ?? ''
  return /^\d+$/.test(text) ? Number(text) : 0
}

export const maxRevision = (sets: readonly ReplicaSet[]): number => Math.max(0, ...sets.map(revisionOf))

export function sizeAnnotations(d: Deployment): Strings {
  return { [DESIRED]: String(wanted(d)), [MAX]: String(wanted(d) + fenceposts(d).maxSurge) }
}

export function desiredAnnotation(rs: ReplicaSet): number | undefined {
  const text = rs.metadata.annotations?.[DESIRED]
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text)
}

/**
 * The new set's annotations: the deployment's own, and the revision, which only grows; a set that is rolled back to gets
 * a new one and remembers the old in its history.
 */
export function newSetAnnotations(d: Deployment, old: Strings | undefined, revision: number): Strings {
  const out: Strings = { ...old }
  for (const [k, v] of Object.entries(d.metadata.annotations ?? {})) if (!OWN.has(k)) out[k] = v
  const before = out[REVISION]
  if (before !== undefined && !/^\d+$/.test(before)) return out
  if (Number(before ?? 0) >= revision) return out
  out[REVISION] = String(revision)
  if (before !== undefined) out[HISTORY] = remember(out[HISTORY] ?? '', before)
  return out
}

/** A history with one revision more, without the oldest where it gets too long. */
export function remember(history: string, revision: string): string {
  const all = history === '' ? [] : history.split(',')
  all.push(revision)
  // The annotation is anybody's to write, and may hold a quarter of a million commas.
  let size = all.join(',').length
  let first = 0
  while (first < all.length - 1 && size > HISTORY_MAX_CHARS) size -= all[first++]!.length + 1
  return all.slice(first).join(',')
}
