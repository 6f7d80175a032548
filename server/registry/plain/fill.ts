import { copyJson } from '../../machinery/copy-json.ts'
/** Objects in their JSON form, of kinds that the server knows little about. */
export type Json = Record<string, unknown>

/** The object at a dotted path; undefined where there is none. */
export function objectAt(obj: unknown, path: string): Json | undefined {
  let value = obj
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Json)[key]
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

/** Members of the list at a dotted path that are objects. */
export function objectsAt(obj: unknown, path: string): Json[] {
  const dot = path.lastIndexOf('.')
  const holder = dot === -1 ? (obj as Json | undefined) : objectAt(obj, path.slice(0, dot))
  const value = holder?.[path.slice(dot + 1)]
  return Array.isArray(value) ? value.filter((v): v is Json => typeof v === 'object' && v !== null) : []
}

/** Gives missing fields their values; what is null counts as missing. Values that are objects or lists are copied. */
export function fill(target: Json | undefined, values: Readonly<Json>): void {
  if (target === undefined) return
  for (const key in values) if (target[key] === undefined || target[key] === null) target[key] = copyJson(values[key])
}

/** The same where an empty text or a zero counts as missing too (fields that are no pointers in Go). */
export function fillZero(target: Json | undefined, values: Readonly<Json>): void {
  if (target === undefined) return
  for (const key in values) if (!target[key]) target[key] = copyJson(values[key])
}

/** The object at a key, made when it is missing. */
export function made(target: Json, key: string): Json {
  return (target[key] ??= {}) as Json
}
