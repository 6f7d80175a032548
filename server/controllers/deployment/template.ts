import type { Deployment, PodTemplate, ReplicaSet } from '../../client/objects.ts'
import { ownValue } from '../../machinery/own.ts'

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

/** What means nothing in Go's semantic equality: null, and what is empty or has nothing but such in it. */
function isNothing(value: unknown): boolean {
  if (value === null || value === undefined) return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.values(value).every(isNothing)
}

/** Whether two values mean the same; a member that means nothing is none. Stops at the first difference, and copies nothing: a template may be large. */
function sameMeaning(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameMeaning(item, b[i]))
  }
  const [x, y] = [a as Members, b as Members]
  const same = (key: string): boolean => {
    const [mine, theirs] = [ownValue(x, key), ownValue(y, key)]
    return isNothing(mine) ? isNothing(theirs) : !isNothing(theirs) && sameMeaning(mine, theirs)
  }
  return Object.keys(x).every(same) && Object.keys(y).every((key) => Object.hasOwn(x, key) || isNothing(y[key]))
}

type Members = Readonly<Record<string, unknown>>

const withoutHash = ({ [HASH_LABEL]: _, ...labels }: Readonly<Record<string, string>>): object => labels

export function sameTemplate(a: PodTemplate = {}, b: PodTemplate = {}): boolean {
  const [
    { metadata: { labels: mine = {}, ...metaOfA } = {}, ...restOfA },
    { metadata: { labels: theirs = {}, ...metaOfB } = {}, ...restOfB },
  ] = [a, b]
  return sameMeaning(withoutHash(mine), withoutHash(theirs)) && sameMeaning(metaOfA, metaOfB) && sameMeaning(restOfA, restOfB)
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
