import { isObject } from './json-values.ts'
import { JsonNumber } from './numbers.ts'

/**
 * Fields that a client has sent as an empty list or map, which normal forms leave out or make null: Go tells the two from an absent field as
 * long as a request runs, and shows them in what it says of the object. Kept beside objects, by the object that has the field; other copies
 * of it than these have none.
 */
const emptied = new WeakMap<object, Map<string, 'list' | 'map'>>()

/** A copy of one object, not of what is in it, that knows of what was sent to the first. */
export function copyKnowingEmpty<T extends object>(from: T): T {
  const copy = { ...from }
  const fields = emptied.get(from)
  if (fields !== undefined) emptied.set(copy, fields)
  return copy
}

/** The same with fields that were put there by the server: of these nothing was sent. */
export function copyWith<T extends object>(from: T, put: Partial<T>): T {
  const copy = { ...from, ...put }
  const fields = [...(emptied.get(from) ?? [])].filter(([field]) => !Object.hasOwn(put, field))
  if (fields.length > 0) emptied.set(copy, new Map(fields))
  return copy
}

/** What copyJson gives, knowing what was sent. */
export function copySent<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return value
  if (Array.isArray(value)) {
    const items: unknown[] = []
    for (const item of value) items.push(copySent(item))
    return items as T
  }
  const copy = copyKnowingEmpty(value) as Record<string, unknown>
  for (const key in copy) {
    const field = copy[key]
    if (typeof field === 'object' && field !== null) copy[key] = copySent(field)
  }
  return copy as T
}

/** What was sent of an object is known of another one that says the same, part by part. */
export function carryEmpty(from: unknown, to: unknown): void {
  if (Array.isArray(from)) {
    if (Array.isArray(to)) for (const [i, item] of from.entries()) carryEmpty(item, to[i])
    return
  }
  if (!isObject(from) || !isObject(to)) return
  for (const [field, kind] of emptied.get(from) ?? []) if (!Object.hasOwn(to, field)) rememberEmpty(to, field, kind)
  for (const key in to) carryEmpty(from[key], to[key])
}

export function rememberEmpty(holder: object, field: string, kind: 'list' | 'map'): void {
  const fields = emptied.get(holder)
  if (fields === undefined) emptied.set(holder, new Map([[field, kind]]))
  else fields.set(field, kind)
}

/** Of the field nothing was sent. */
export const forgetEmpty = (holder: object, field: string): void => void emptied.get(holder)?.delete(field)

/** An empty list or map where the field was sent as one and nothing has been put there since; else undefined. */
export function emptyAt(holder: unknown, field: string): [] | Record<string, never> | undefined {
  if (typeof holder !== 'object' || holder === null) return undefined
  const kind = emptied.get(holder)?.get(field)
  const now = kind === undefined ? undefined : (holder as Readonly<Record<string, unknown>>)[field]
  if (kind === undefined || (now !== undefined && now !== null)) return undefined
  return kind === 'list' ? [] : {}
}

/** Whether an empty list or map was sent as the field or anywhere in it. */
export const hasEmpty = (holder: object, field: string): boolean =>
  emptyAt(holder, field) !== undefined || isEmptied((holder as Readonly<Record<string, unknown>>)[field])

function isEmptied(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const sent = emptied.get(value)?.keys() ?? []
  return [...sent].some((field) => emptyAt(value, field) !== undefined) || Object.values(value).some(isEmptied)
}
