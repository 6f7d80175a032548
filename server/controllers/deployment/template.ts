import { isDeepStrictEqual } from 'node:util'
import type { Deployment, PodTemplate, ReplicaSet } from '../../client/objects.ts'

export const HASH_LABEL = 'pod-template-hash'
// No vowels, so that no words come out (apimachinery `util/rand`).
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  )
}

/**
 * A short name for a pod template, the same for equal templates; `collisions` makes another one when two differ and clash.
 * Upstream hashes Go's memory layout, so its names for the same template are others; nothing compares the two.
 */
export function templateHash(template: PodTemplate | undefined, collisions: number | undefined): string {
  const text = JSON.stringify(sorted(template ?? {})) + (collisions === undefined ? '' : `/${collisions}`)
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return [...String(hash)].map((c) => ALPHABET[c.charCodeAt(0) % ALPHABET.length]).join('')
}

function bare(template: PodTemplate | undefined): unknown {
  const { [HASH_LABEL]: _, ...labels } = template?.metadata?.labels ?? {}
  return meaningful({ ...template, metadata: { ...template?.metadata, labels } })
}

/** Without what means nothing: null and empty values, as Go's semantic equality sees them. */
function meaningful(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(meaningful)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .map(([k, v]) => [k, meaningful(v)] as const)
    .filter(([, v]) => v !== null && v !== undefined && !(Array.isArray(v) && v.length === 0) && !isDeepStrictEqual(v, {}))
  return Object.fromEntries(entries)
}

export function sameTemplate(a: PodTemplate | undefined, b: PodTemplate | undefined): boolean {
  return isDeepStrictEqual(bare(a), bare(b))
}

export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const [x, y] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
  if (x !== y) return x < y ? -1 : 1
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
}

/** The oldest set with the deployment's template: several may exist after a cluster's upgrade. */
export function findNewSet(d: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(byCreation).find((rs) => sameTemplate(rs.spec?.template, d.spec?.template))
}
