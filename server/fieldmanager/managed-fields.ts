import { goQuote } from '../machinery/go-quote.ts'
import { isLarge } from '../machinery/copy-json.ts'
import { atOnce, type Pausing } from '../machinery/slice.ts'
import { canonicalTime } from '../machinery/time.ts'
import { FieldSet, type FieldsV1 } from './field-set.ts'
import { RecentValues } from './recent.ts'

/** One of `metadata.managedFields` (metav1.ManagedFieldsEntry), in the order of Go's struct. */
export interface ManagedFieldsEntry {
  manager?: string
  operation?: 'Apply' | 'Update'
  apiVersion?: string
  time?: string
  fieldsType?: 'FieldsV1'
  fieldsV1?: FieldsV1
  subresource?: string
}

/** What tells managers apart: appliers by name and subresource, updaters by version too. */
export interface ManagerId {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly subresource: string
  /** Of updaters only. */
  readonly apiVersion: string
}

export interface Owned {
  readonly id: ManagerId
  readonly apiVersion: string
  readonly set: FieldSet
  /** RFC 3339, seconds. */
  readonly time: string | undefined
}

/** Who owns what of an object, by the text of the manager's id. A value: changes make another map. */
export type Managers = ReadonlyMap<string, Owned>

export const keyOf = (id: ManagerId): string => JSON.stringify([id.manager, id.operation, id.subresource, id.apiVersion])

export function managerId(manager: string, operation: 'Apply' | 'Update', apiVersion: string, subresource: string): ManagerId {
  return { manager: manager === '' ? 'unknown' : manager, operation, subresource, apiVersion: operation === 'Apply' ? '' : apiVersion }
}

const TEXTS = ['manager', 'operation', 'apiVersion', 'fieldsType', 'subresource'] as const

function isEntry(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const entry = value as Readonly<Record<string, unknown>>
  return TEXTS.every((field) => typeof (entry[field] ?? '') === 'string') && isTime(entry.time ?? null)
}

function isTime(value: unknown): boolean {
  if (value === null) return true
  try {
    return typeof value === 'string' && canonicalTime(value, 'time') !== undefined
  } catch {
    return false
  }
}

/** Whether a value is what stands in `metadata.managedFields`: a list of entries, each of its type (unstructured `GetManagedFields`). */
export const isEntries = (value: unknown): boolean => Array.isArray(value) && value.every(isEntry)

/** Whether a client asks for the entries to be forgotten: `[]` or `[{}]`. */
export function isReset(entries: unknown): boolean {
  if (!Array.isArray(entries)) return false
  return entries.length === 0 || (entries.length === 1 && Object.keys((entries[0] ?? {}) as object).length === 0)
}

/** @throws TypeError for entries that nobody could have written */
export const decodeManagers = (entries: readonly ManagedFieldsEntry[] | undefined | null): Map<string, Owned> =>
  atOnce(decodingManagers(entries))

/** The same in turns with others. */
export function* decodingManagers(entries: readonly ManagedFieldsEntry[] | undefined | null): Pausing<Map<string, Owned>> {
  const out = new Map<string, Owned>()
  for (const [i, e] of (entries ?? []).entries()) {
    if (e.operation !== 'Apply' && e.operation !== 'Update') throw new TypeError('operation must be `Apply` or `Update`')
    if (!e.apiVersion) throw new TypeError('apiVersion must not be empty')
    if (!e.fieldsType) throw new TypeError(`missing fieldsType in managed fields entry ${i}`)
    if (e.fieldsType !== 'FieldsV1') throw new TypeError(`invalid fieldsType ${goQuote(e.fieldsType)} in managed fields entry ${i}`)
    const id: ManagerId = {
      manager: e.manager ?? '',
      operation: e.operation,
      subresource: e.subresource ?? '',
      apiVersion: e.operation === 'Apply' ? '' : e.apiVersion,
    }
    out.set(keyOf(id), { id, apiVersion: e.apiVersion, set: yield* setOf(e.fieldsV1), time: e.time })
  }
  return out
}

/** Objects of one owner have the same sets. */
const SETS = new RecentValues<FieldSet>(256 * 1024)

/** The set of a FieldsV1: the same for the same text, as long as it is not forgotten. A large one is seldom another object's too. */
function* setOf(fields: FieldsV1 | undefined | null): Pausing<FieldSet> {
  if (isLarge(fields)) return yield* FieldSet.readingFieldsV1(fields)
  const text = JSON.stringify(fields ?? {})
  const known = SETS.get(text)
  if (known !== undefined) return known
  const made = FieldSet.fromFieldsV1(fields)
  SETS.set(text, made)
  return made
}

/** Earlier first. Times are RFC 3339 with seconds, which compare as texts when they are in UTC; nothing is before all. */
function compareTimes(a = '', b = ''): number {
  if (a === b) return 0
  if (a.length === b.length && a.endsWith('Z') && b.endsWith('Z')) return a < b ? -1 : 1
  const seconds = (time: string): number => (time === '' ? 0 : Math.floor(Date.parse(time) / 1000))
  return seconds(a) - seconds(b)
}

/** Entries in the order in which the reference writes them: appliers first, then by time, name, version and subresource. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] {
  const text = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
  return [...managers.values()]
    .sort(
      (a, b) =>
        text(a.id.operation, b.id.operation) ||
        compareTimes(a.time, b.time) ||
        text(a.id.manager, b.id.manager) ||
        text(a.apiVersion, b.apiVersion) ||
        text(a.id.subresource, b.id.subresource),
    )
    .map(({ id, apiVersion, set, time }) => ({
      ...(id.manager === '' ? {} : { manager: id.manager }),
      operation: id.operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: set.toFieldsV1(),
      ...(id.subresource === '' ? {} : { subresource: id.subresource }),
    }))
}

/** Updaters beyond this many are put together, the oldest first (`managedfields/internal/capmanagers.go`). */
const MAX_UPDATERS = 10
const ANCIENT = 'ancient-changes'

/** Puts the oldest updaters of a version into one bucket until there are few enough. */
export function cappedManagers(managers: Managers): Managers {
  const updaters = [...managers].filter(([, o]) => o.id.operation === 'Update')
  if (updaters.length <= MAX_UPDATERS) return managers
  updaters.sort(([a, x], [b, y]) => compareTimes(x.time, y.time) || (a < b ? -1 : 1))
  const out = new Map(managers)
  const first = new Map<string, string>()
  const sets = new Map<string, FieldSet[]>()
  let left = updaters.length
  for (const [key, owned] of updaters) {
    if (left <= MAX_UPDATERS) break
    const id: ManagerId = { manager: ANCIENT, operation: 'Update', subresource: '', apiVersion: owned.apiVersion }
    const bucket = keyOf(id)
    const earlier = first.get(owned.apiVersion)
    if (earlier === undefined) {
      first.set(owned.apiVersion, key)
      continue
    }
    const before = out.get(bucket) ?? out.get(earlier)!
    if (!out.has(bucket)) out.delete(earlier)
    out.delete(key)
    if (sets.get(bucket)?.push(owned.set) === undefined) sets.set(bucket, [before.set, owned.set])
    // The younger time of the two.
    out.set(bucket, { ...owned, id })
    left--
  }
  // All at once: a client may send thousands, and each union of two copies both.
  for (const [bucket, all] of sets) out.set(bucket, { ...out.get(bucket)!, set: FieldSet.unionOf(all) })
  return out
}
