import type { TypeFacts } from './contract.ts'

/** The message type that a field holds, by its JSON name. Throws an Error where there is none. */
export function typeOfField(type: TypeFacts, name: string): TypeFacts {
  const ref = type.field(name)?.type
  if (ref?.kind !== 'ref') throw new Error(`${type.name} has no message ${name}`)
  return ref.facts
}
