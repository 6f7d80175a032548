import { JsonNumber } from '../machinery/numbers.ts'
import type { TypeFacts, TypeRef } from './contract.ts'

/**
 * Texts in which half a surrogate pair is U+FFFD, as Go's decoder has them, but for those in JSON that is kept as it was written
 * (runtime.RawExtension): an object's halves stay there. Nothing is copied that stays as it is.
 */
export function wellFormedObject(value: unknown, type: TypeFacts): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wellFormed(value, undefined)
  const refs = new Map(type.fields.map((field) => [field.name, field.type]))
  return mapped(value as Record<string, unknown>, (name) => refs.get(name))
}

function wellFormed(value: unknown, ref: TypeRef | undefined): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null || ref?.kind === 'raw') return value
  if (Array.isArray(value)) {
    const items: unknown[] = []
    for (const item of value) items.push(wellFormed(item, ref?.kind === 'array' ? ref.items : undefined))
    return items
  }
  if (value instanceof JsonNumber) return value
  if (ref?.kind === 'ref') return wellFormedObject(value, ref.facts)
  return mapped(value as Record<string, unknown>, () => (ref?.kind === 'map' ? ref.values : undefined))
}

function mapped(value: Record<string, unknown>, refOf: (name: string) => TypeRef | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), wellFormed(member, refOf(name))]))
}
