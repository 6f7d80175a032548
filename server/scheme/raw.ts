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
