import { JsonNumber } from '../machinery/numbers.ts'
import { badRequest, StatusError } from '../machinery/status.ts'
import { goText } from '../machinery/json-values.ts'
import { goTypeOf } from './go-text.ts'
import { isRecord } from './values.ts'

/** The order of lists that a strategic merge patch merges (KEP "preserve order in strategic merge patch"). A merge key '' is one for values. */
type Json = Record<string, unknown>

const bare = (why: string): StatusError => new StatusError(500, '', why)
const MAP = 'map[string]interface {}'

/** What an item is known by. Throws for one that does not say it. */
export function keyOf(item: unknown, mergeKey: string): unknown {
  if (mergeKey === '') return comparable(item)
  if (!isRecord(item)) throw bare(`expected a ${MAP}, but received a ${goTypeOf(item)}`)
  if (!Object.hasOwn(item, mergeKey)) throw bare(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`)
  return comparable(item[mergeKey])
}

/** Upstream panics where it compares others. */
function comparable(key: unknown): unknown {
  if (typeof key === 'object' && key !== null && !(key instanceof JsonNumber))
    throw badRequest(`list elements cannot be told apart by ${goText(key)}`)
  return key
}

/** Throws unless the patch's items, but for those that it deletes, come in `order` and in that order. */
export function checkOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return
  if (mergeKey !== '') for (const item of patch) if (!isRecord(item)) keyOf(item, mergeKey)
  const named = mergeKey === '' ? patch : patch.filter((item) => !Object.hasOwn(item as Json, '$patch'))
  let at = 0
  for (const item of order) {
    if (at >= named.length) return
    if (keyOf(named[at], mergeKey) === keyOf(item, mergeKey)) at++
  }
  if (at < named.length) {
    throw bare(`The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`)
  }
}

/**
 * A merged list in order: items that `order` names (the patch itself, or its `$setElementOrder`) come as they do there, the server's own
 * come as they did, and an item of the server comes before one that is named only where it did so before.
 */
export function ordered(list: readonly unknown[], order: readonly unknown[], server: readonly unknown[], mergeKey: string): unknown[] {
  const [wanted, had] = [places(order, mergeKey, list.length > 0), places(server, mergeKey, false)]
  const named: unknown[] = []
  const own: unknown[] = []
  for (const item of list) (wanted.has(keyOf(item, mergeKey)) ? named : own).push(item)
  const right = sorted(named, wanted, mergeKey)
  const left = sorted(own, had, mergeKey)
  const out: unknown[] = []
  let [i, j] = [0, 0]
  while (i < left.length && j < right.length) {
    const [l, r] = [had.get(keyOf(left[i], mergeKey)), had.get(keyOf(right[j], mergeKey))]
    out.push(l !== undefined && r !== undefined && l < r ? left[i++] : right[j++])
  }
  return [...out, ...left.slice(i), ...right.slice(j)]
}

/** Where each key stands first. Every item is looked at when `all` are needed, so that one without a key is an error as upstream. */
function places(list: readonly unknown[], mergeKey: string, all: boolean): Map<unknown, number> {
  const out = new Map<unknown, number>()
  for (const [i, item] of list.entries()) {
    if (all && mergeKey !== '' && !isRecord(item)) throw bare(`value for key ${i} is not a map`)
    const key = keyOf(item, mergeKey)
    if (!out.has(key)) out.set(key, i)
  }
  return out
}

/** Go's stable sort has blocks of so many elements, each sorted by insertion. */
const BLOCK = 20

/**
 * Upstream's comparison says of an item that stands nowhere, which only an empty `$setElementOrder` lets through, that it is less than
 * all others and they than it. In a short list such items come where its insertion leaves them; in a longer one behind the others.
 */
function sorted(list: readonly unknown[], place: ReadonlyMap<unknown, number>, mergeKey: string): unknown[] {
  const at = (item: unknown): number | undefined => place.get(keyOf(item, mergeKey))
  const found = list.filter((item) => at(item) !== undefined)
  if (found.length === list.length || list.length > BLOCK) {
    const other = list.filter((item) => at(item) === undefined)
    return [...found.sort((a, b) => at(a)! - at(b)!), ...other]
  }
  const out: unknown[] = []
  for (const item of list) {
    let to = out.length
    while (to > 0 && !((at(item) ?? -1) >= (at(out[to - 1]) ?? Infinity))) to--
    out.splice(to, 0, item)
  }
  return out
}
