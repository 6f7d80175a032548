import type { Deployment, ReplicaSet, Strings } from '../../client/objects.ts'
import { parseGoInt64 } from '../../machinery/query.ts'
import { fenceposts, wanted } from './math.ts'

const PREFIX = 'deployment.kubernetes.io/'
export const REVISION = `${PREFIX}revision`
const HISTORY = `${PREFIX}revision-history`
const DESIRED = `${PREFIX}desired-replicas`
const MAX = `${PREFIX}max-replicas`
const HISTORY_MAX_CHARS = 2000

/** These describe one object or the other, so they are not handed from one to the other. */
export const OWN = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  HISTORY,
  DESIRED,
  MAX,
  'deprecated.deployment.rollback.to',
])

/** An int64, which anybody may write and no float64 holds; undefined where it is not a number. */
export function revisionOf(rs: ReplicaSet): bigint | undefined {
  const text = rs.metadata.annotations?.[REVISION]
  return text === undefined ? 0n : parseGoInt64(text)
}

export function nextRevision(old: readonly ReplicaSet[]): bigint {
  let most = 0n
  for (const revision of old.map(revisionOf)) if (revision !== undefined && revision > most) most = revision
  return BigInt.asIntN(64, most + 1n)
}

/** Those without a number, and equal ones, by their age. */
export function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  const [first, second] = [revisionOf(a), revisionOf(b)]
  if (first !== undefined && second !== undefined && first !== second) return first < second ? -1 : 1
  return Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? '') || 0
}

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
export function newSetAnnotations(d: Deployment, old: Strings | undefined, revision: bigint): Strings {
  const out: Strings = { ...old }
  for (const [k, v] of Object.entries(d.metadata.annotations ?? {})) if (!OWN.has(k)) out[k] = v
  const before = out[REVISION]
  const number = before === undefined || before === '' ? 0n : parseGoInt64(before)
  if (number === undefined || number >= revision) return out
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
