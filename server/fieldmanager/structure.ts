import { running, type Steps } from '../machinery/steps.ts'
import { atOnce, isTurn, type Pausing } from '../machinery/slice.ts'
import { JsonNumber } from '../machinery/numbers.ts'

/**
 * What server-side apply must know of a type: which lists are items with keys, which values are replaced as a whole. Made from the facts
 * table for built-in kinds and from a structural schema for custom ones (KEP-555; structured-merge-diff `schema/elements.go`, Atom).
 *
 * A value may be of one of several parts (`x-kubernetes-int-or-string`, untyped data): the value itself says which.
 */
export interface Structure {
  readonly scalar?: ScalarType
  readonly list?: ListStructure
  readonly map?: MapStructure
}

/** `untyped`: any scalar. */
export type ScalarType = 'numeric' | 'string' | 'boolean' | 'untyped'

export interface ListStructure {
  /** `atomic`: owned as a whole. `set`: items are scalars that name themselves. `map`: items are named by `keys`. */
  readonly type: 'atomic' | 'set' | 'map'
  readonly keys: readonly string[]
  readonly items: Structure
  /** Values of keys that an item leaves out. */
  readonly keyDefaults?: Readonly<Record<string, unknown>>
}

export interface MapStructure {
  readonly atomic: boolean
  /** The structure of a declared field; undefined for one that is not declared. */
  field(name: string): Structure | undefined
  /** Of fields that are not declared; undefined where there may be none. */
  readonly values?: Structure | undefined
}

export type Part = 'map' | 'scalar' | 'list'

/** Data of which nothing is known: maps field by field, lists as a whole. */
export const UNTYPED: Structure = {
  scalar: 'untyped',
  get list(): ListStructure {
    return { type: 'atomic', keys: [], items: UNTYPED_ATOMIC }
  },
  get map(): MapStructure {
    return { atomic: false, field: () => undefined, values: UNTYPED }
  },
}

/** Data of which nothing is known, replaced as a whole. */
export const UNTYPED_ATOMIC: Structure = {
  scalar: 'untyped',
  get list(): ListStructure {
    return { type: 'atomic', keys: [], items: UNTYPED_ATOMIC }
  },
  get map(): MapStructure {
    return { atomic: true, field: () => undefined, values: UNTYPED_ATOMIC }
  },
}

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)

/** The part of a structure that a value is of; where the value fits none, the first that there is. */
export function partOf(s: Structure, value: unknown): Part {
  if (Array.isArray(value)) {
    if (s.list !== undefined) return 'list'
  } else if (isMap(value)) {
    if (s.map !== undefined) return 'map'
  } else if (value !== undefined && value !== null && s.scalar !== undefined) return 'scalar'
  return s.map !== undefined ? 'map' : s.scalar !== undefined ? 'scalar' : 'list'
}

/** The structure of a field, declared or not; undefined for one that may not be there. */
export const fieldOf = (map: MapStructure, name: string): Structure | undefined => map.field(name) ?? map.values

const sizeOf = (value: unknown): unknown => (value instanceof JsonNumber ? value.value : typeof value === 'bigint' ? Number(value) : value)

/** Equal as data: 1 and 1.0 are, absent and null are not. */
export const sameValue = (a: unknown, b: unknown): boolean => a === b || atOnce(comparing(a, b))

/** The same in turns with others. */
export const comparing = (a: unknown, b: unknown): Pausing<boolean> => running(isSame(a, b))

/** The steps of that. */
export function* isSame(a: unknown, b: unknown): Steps<boolean> {
  if (a === b) return true
  if (a instanceof JsonNumber || b instanceof JsonNumber) return typeof a !== 'string' && typeof b !== 'string' && sizeOf(a) === sizeOf(b)
  if (typeof a === 'bigint' || typeof b === 'bigint') return String(a) === String(b) && typeof a !== 'string' && typeof b !== 'string'
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    for (const [i, item] of a.entries()) {
      if (isTurn()) yield
      if (item !== b[i] && !(yield isSame(item, b[i]))) return false
    }
    return true
  }
  if (!isMap(a) || !isMap(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  for (const key of keys) {
    if (isTurn()) yield
    if (!Object.hasOwn(b, key) || (a[key] !== b[key] && !(yield isSame(a[key], b[key])))) return false
  }
  return true
}
