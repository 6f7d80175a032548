import { copyJson } from './copy-json.ts'
import type { Int64 } from './numbers.ts'

/**
 * Reading and filling objects in their JSON form, for kinds whose types are not spelled out. Paths are dotted: `spec.template.metadata`.
 * Readers return undefined, '' or an empty list where something on the way is missing or of another type; none throws.
 */
export type JsonObject = Record<string, unknown>

/** Neither a list nor null. */
export const isJsonObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

export function valueAt(obj: unknown, path: string): unknown {
  if (!path.includes('.')) return memberOf(obj, path)
  let value = obj
  for (const key of path.split('.')) value = memberOf(value, key)
  return value
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as JsonObject)[key] : undefined

export function objectAt(obj: unknown, path: string): JsonObject | undefined {
  const value = valueAt(obj, path)
  return isJsonObject(value) ? value : undefined
}

export function listAt(obj: unknown, path: string): readonly unknown[] {
  const value = valueAt(obj, path)
  return Array.isArray(value) ? (value as unknown[]) : []
}

/** Members of the list that are objects. */
export const objectsAt = (obj: unknown, path: string): JsonObject[] =>
  listAt(obj, path).filter((v): v is JsonObject => typeof v === 'object' && v !== null)

export function textAt(obj: unknown, path: string): string {
  const value = valueAt(obj, path)
  return typeof value === 'string' ? value : ''
}

/** A list whose schema says that its members are strings. */
export const textsAt = (obj: unknown, path: string): string[] => listAt(obj, path) as string[]

export function numberAt(obj: unknown, path: string): Int64 | undefined {
  const value = valueAt(obj, path)
  return typeof value === 'number' || typeof value === 'bigint' ? value : undefined
}

/** Whether the value is there and not null. */
export function isSet(obj: unknown, path: string): boolean {
  const value = valueAt(obj, path)
  return value !== undefined && value !== null
}

/** The object at a key, which is put there when it is missing. */
export const ensureObject = (target: JsonObject, key: string): JsonObject => (target[key] ??= {}) as JsonObject

/** Gives fields that are missing or null their values, as scheme defaults do for pointers. Values that are objects or lists are copied. */
export function fillUnset(target: JsonObject | undefined, values: Readonly<JsonObject>): void {
  if (target === undefined) return
  for (const key in values) if (target[key] === undefined || target[key] === null) target[key] = copyJson(values[key])
}

/** The same for fields that are no pointers in Go: an empty text, a zero or false counts as missing too. */
export function fillZero(target: JsonObject | undefined, values: Readonly<JsonObject>): void {
  if (target === undefined) return
  for (const key in values) if (!target[key]) target[key] = copyJson(values[key])
}
