import { ownValue } from '../machinery/own.ts'
import type { Pausing } from '../machinery/slice.ts'
import { JsonNumber } from '../machinery/numbers.ts'
import type { FieldSet } from './field-set.ts'
import { itemElement, ItemError } from './path-element.ts'
import { RecentValues } from './recent.ts'
import { fieldOf, isMap, type ListStructure, type MapStructure, type Structure } from './structure.ts'

/** A longer shape is not worth keeping, and an object of one is compared in turns with others. */
const MAX_SHAPE = 16_384

/**
 * What comparing with `empty`, an object with little in it, can tell of a new object (compare.ts): names of fields and items, and of values
 * only which are the same as in `empty`. New objects of one shape therefore have the same fields added and modified. Undefined: it is too
 * long, or has something in it that is seldom seen and would have to be looked at more closely.
 */
export function shapeOf(s: Structure, empty: unknown, object: unknown): string | undefined {
  try {
    return valueShape(s, empty, object, '')
  } catch (e) {
    if (e === odd || e instanceof ItemError) return undefined
    throw e
  }
}

/** Sets of fields that depend on an object's shape alone: objects of one owner mostly have the same. In turns with others where one is made. */
export class FieldsByShape {
  readonly #sets = new RecentValues<FieldSet>(128 * 1024)
  readonly #numbers = new WeakMap<object, number>()
  #made = 0

  #number(of: object): number {
    const known = this.#numbers.get(of)
    if (known === undefined) this.#numbers.set(of, ++this.#made)
    return known ?? this.#made
  }

  /** @param of what the set depends on besides the shape; @param empty what the object is compared with: undefined for nothing */
  *get(of: object, s: Structure, empty: unknown, object: unknown, make: () => Pausing<FieldSet>): Pausing<FieldSet> {
    const shape = shapeOf(s, empty, object)
    if (shape === undefined) return yield* make()
    const key = `${this.#number(of)} ${shape}`
    const known = this.#sets.get(key)
    if (known !== undefined) return known
    yield
    const set = yield* make()
    this.#sets.set(key, set)
    return set
  }
}

const odd = new Error('an odd value')

/** Names come from clients: their length keeps one from looking like two. */
const named = (name: string): string => `${name.length} ${name}`

/** Each adds to a text, so that one that has grown too long is noticed while it grows. */
function valueShape(s: Structure, empty: unknown, value: unknown, text: string): string {
  if (text.length > MAX_SHAPE) throw odd
  if (value === undefined) return `${text}u`
  if (value === null) return `${text}n`
  if (Array.isArray(value)) return isContainer(empty) ? fail() : listShape(s.list, value, text)
  if (isMap(value)) return mapShape(s.map, empty, value, text)
  if (typeof value === 'bigint' || value instanceof JsonNumber) return fail()
  return isContainer(empty) ? fail() : `${text}${value === empty ? '=' : 's'}`
}

function fail(): never {
  throw odd
}

const isContainer = (value: unknown): boolean => typeof value === 'object' && value !== null

function listShape(list: ListStructure | undefined, items: readonly unknown[], text: string): string {
  if (list === undefined) return `${text}(`
  if (list.type === 'atomic') return `${text}[a`
  let out = `${text}[`
  for (const item of items) out = valueShape(list.items, undefined, item, out + named(itemElement(list, item)))
  return `${out}]`
}

function mapShape(map: MapStructure | undefined, empty: unknown, value: Readonly<Record<string, unknown>>, text: string): string {
  if (map === undefined || map.atomic) return isContainer(empty) ? fail() : `${text}{a`
  if (Array.isArray(empty) || (isContainer(empty) && !isMap(empty))) return fail()
  const before = isMap(empty) ? empty : undefined
  let out = `${text}{`
  for (const name of Object.keys(value)) {
    const s = fieldOf(map, name)
    out += named(name)
    if (s !== undefined) out = valueShape(s, before && ownValue(before, name), value[name], out)
  }
  return `${out}}`
}
