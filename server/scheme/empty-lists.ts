import { rememberEmpty } from '../machinery/empty-fields.ts'
import type { FieldFacts, TypeFacts, TypeRef } from './contract.ts'

type Json = Record<string, unknown>
/** Does its work below a value of one type. */
type Walk = (value: Json) => void

/**
 * Makes null of every empty list whose field has no omitempty. Go tells the two apart while a request runs (who sends one owns the field),
 * and not in what it stores. Changes the object, which is well typed.
 */
export function forgetEmptyLists(facts: TypeFacts, object: object): void {
  walkOf(facts)?.(object as Json)
}

const made = new Map<TypeFacts, Walk | undefined>()

/** Undefined where no such field is at or below the type. */
function walkOf(facts: TypeFacts): Walk | undefined {
  if (made.has(facts)) return made.get(facts)
  // A type that leads to itself finds nothing more below than it does above.
  made.set(facts, undefined)
  const walk = facts.union === undefined ? messageWalk(facts) : undefined
  made.set(facts, walk)
  return walk
}

function messageWalk(facts: TypeFacts): Walk | undefined {
  const lists = facts.jsonFields.filter(keepsEmpty).map((f) => f.name)
  const below = facts.jsonFields.flatMap(({ name, type }): [string, (value: unknown) => void][] => {
    const walk = valueWalk(type)
    return walk === undefined ? [] : [[name, walk]]
  })
  if (lists.length === 0 && below.length === 0) return undefined
  return (value) => {
    for (const name of lists) {
      if (!isEmptyList(value[name])) continue
      value[name] = null
      rememberEmpty(value, name, 'list')
    }
    for (const [name, walk] of below) {
      const found = value[name]
      if (found !== undefined && found !== null) walk(found)
    }
  }
}

function valueWalk(type: TypeRef): ((value: unknown) => void) | undefined {
  if (type.kind === 'ref') return walkOf(type.facts) as ((value: unknown) => void) | undefined
  const inner = type.kind === 'array' ? valueWalk(type.items) : type.kind === 'map' ? valueWalk(type.values) : undefined
  if (inner === undefined) return undefined
  return (values) => {
    for (const value of Object.values(values as object)) if (value !== null) inner(value)
  }
}

/** Whether Go writes the field of a list with nothing in it. */
export const keepsEmpty = ({ type, omitEmpty }: FieldFacts): boolean => type.kind === 'array' && !omitEmpty

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0
