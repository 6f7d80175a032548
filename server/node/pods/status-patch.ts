import { atOnce } from '../../machinery/slice.ts'
import type { PodStatus } from '../types.ts'

/** Lists of core/v1 PodStatus that a strategic merge patch joins by key; the others are replaced as a whole. */
const MERGE_KEYS: Readonly<Record<string, string>> = { conditions: 'type', podIPs: 'ip', hostIPs: 'ip' }
/** Maps, which a patch merges: a key that went away needs a null. */
const MAPS = new Set(['allocatedResources', 'resources'])

/** The strategic merge patch from one status to another, or undefined when they are the same. */
export const statusPatch = (from: PodStatus, to: PodStatus): Record<string, unknown> | undefined => atOnce(statusPatchSteps(from, to))

/** The same, item by item. */
export function* statusPatchSteps(from: PodStatus, to: PodStatus): Generator<undefined, Record<string, unknown> | undefined> {
  if (from === to) return undefined
  const patch: Record<string, unknown> = {}
  const [a, b] = [from as Record<string, unknown>, to as Record<string, unknown>]
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (yield* sameSteps(a[name], b[name])) continue
    const key = MERGE_KEYS[name]
    if (b[name] === undefined) {
      // Fields of the status that this agent does not write belong to others.
      if (OWNED.has(name)) patch[name] = null
    } else if (key !== undefined) Object.assign(patch, listPatch(name, key, a[name], b[name]))
    else if (MAPS.has(name) && a[name] !== undefined) patch[name] = { ...(b[name] as object), $patch: 'replace' }
    else patch[name] = b[name]
  }
  return Object.keys(patch).length === 0 ? undefined : patch
}

const OWNED = new Set(['message', 'reason', 'podIP', 'podIPs', 'hostIP', 'hostIPs', 'containerStatuses', 'initContainerStatuses'])

type Item = Record<string, unknown>

function listPatch(name: string, key: string, from: unknown, to: unknown): Record<string, unknown> {
  const [before, after] = [(from ?? []) as Item[], to as Item[]]
  const known = new Map(before.map((item) => [item[key], item]))
  const changed: Item[] = []
  for (const item of after) {
    const old = known.get(item[key])
    if (old === undefined || !same(old, item)) changed.push(withNulls(old, item))
    known.delete(item[key])
  }
  for (const gone of known.keys()) changed.push({ $patch: 'delete', [key]: gone })
  return { [`$setElementOrder/${name}`]: after.map((item) => ({ [key]: item[key] })), [name]: changed }
}

function withNulls(old: Item | undefined, item: Item): Item {
  const missing = Object.keys(old ?? {}).filter((k) => !(k in item))
  return missing.length === 0 ? item : { ...item, ...Object.fromEntries(missing.map((k) => [k, null])) }
}

/** `same` for a status or a list of it, whose items are looked at one by one. */
export function* sameSteps(a: unknown, b: unknown): Generator<undefined, boolean> {
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false
    for (const [i, item] of a.entries()) {
      if (!same(item, b[i])) return false
      yield
    }
    return true
  }
  return same(a, b)
}

/** Whether two statuses say the same. */
export function* sameStatusSteps(a: PodStatus, b: PodStatus): Generator<undefined, boolean> {
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof PodStatus>) {
    if (!(yield* sameSteps(a[name], b[name]))) return false
  }
  return true
}

/** Structural equality of JSON values; an absent field equals null. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const [x, y] = [a as Item, b as Item]
  for (const k of Object.keys(x)) if (!same(x[k], y[k])) return false
  for (const k of Object.keys(y)) if (!(k in x) && y[k] !== undefined && y[k] !== null) return false
  return true
}
