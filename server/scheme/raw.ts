import { normalForm } from '../machinery/normal-form.ts'
import { isObject, type JsonObject } from '../machinery/json-values.ts'
import type { TypeFacts, TypeRef } from './contract.ts'

const known = new Map<string, boolean>()

/** Whether objects of a type may hold JSON of any form that is kept as it was written (runtime.RawExtension). */
export function hasRawFields(type: TypeFacts): boolean {
  const before = known.get(type.name)
  if (before !== undefined) return before
  // A type that contains itself adds nothing to the answer.
  known.set(type.name, false)
  const found = type.fields.some((field) => isRaw(field.type))
  known.set(type.name, found)
  return found
}

function isRaw(ref: TypeRef): boolean {
  if (ref.kind === 'array') return isRaw(ref.items)
  if (ref.kind === 'map') return isRaw(ref.values)
  return ref.kind === 'ref' ? hasRawFields(ref.facts) : ref.kind === 'raw'
}

/** An object of a type that has raw fields, with what is in these in the form that Go gives to decoded JSON. Other parts are shared. */
export function sortedRaw(value: unknown, type: TypeFacts): unknown {
  if (!isObject(value)) return value
  let out: JsonObject | undefined
  for (const field of type.jsonFields) {
    const before = value[field.name]
    if (before === undefined || !isRaw(field.type)) continue
    const after = sortedIn(before, field.type)
    if (after !== before) (out ??= { ...value })[field.name] = after
  }
  return out ?? value
}

function sortedIn(value: unknown, ref: TypeRef): unknown {
  if (ref.kind === 'raw') return normalForm(value)
  if (ref.kind === 'ref') return sortedRaw(value, ref.facts)
  if (ref.kind === 'array' && Array.isArray(value)) return value.map((item) => sortedIn(item, ref.items))
  if (ref.kind !== 'map' || !isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sortedIn(item, ref.values)]))
}
