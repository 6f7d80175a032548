import { ownValue } from '../machinery/own.ts'
import type { Pausing } from '../machinery/slice.ts'
import { JsonNumber } from '../machinery/numbers.ts'
import type { FieldSet } from './field-set.ts'
import { itemElement, ItemError } from './path-element.ts'
import { fieldOf, isMap, type ListStructure, type MapStructure, type Structure } from './structure.ts'

/** An object of more steps is not worth remembering, and is compared in turns with others. */
const MAX_STEPS = 2048
/** Characters of names in a tree, and as many for each step. */
const [MAX_SIZE, STEP_SIZE] = [512 * 1024, 32]

/** What stands in a shape besides the names of fields and items. */
const mark = {
  none: 0,
  null: 1,
  same: 2,
  scalar: 3,
  untyped: 4,
  atomicList: 5,
  list: 6,
  listEnd: 7,
  atomicMap: 8,
  map: 9,
  mapEnd: 10,
} as const
type Step = string | (typeof mark)[keyof typeof mark]

/** A tree of the steps in which objects are gone through: objects of one shape end at one place. */
class Place {
  fields: FieldSet | undefined
  readonly #next = new Map<Step, Place>()

  to(step: Step): Place | undefined {
    return this.#next.get(step)
  }

  grow(step: Step): Place {
    const place = new Place()
    this.#next.set(step, place)
    return place
  }
}

/**
 * What comparing with `empty`, an object with little in it, can tell of a new object (compare.ts): names of fields and items, and of values
 * only which are the same as in `empty`. New objects of one shape therefore have the same fields added and modified.
 */
export class Shapes {
  /** By what they depend on besides the steps. */
  #roots = new WeakMap<object, Place>()
  #size = 0
  readonly #maxSize: number

  constructor(maxSize = MAX_SIZE) {
    this.#maxSize = maxSize
  }

  /** Undefined: the object is too large, or has something in it that is seldom seen and would have to be looked at more closely. */
  of(key: object, s: Structure, empty: unknown, object: unknown): Place | undefined {
    // Names come from clients: of too many all are forgotten.
    if (this.#size > this.#maxSize) [this.#roots, this.#size] = [new WeakMap(), 0]
    let root = this.#roots.get(key)
    if (root === undefined) this.#roots.set(key, (root = new Place()))
    const walk = new Walk(root)
    try {
      walk.value(s, empty, object)
    } catch (e) {
      if (e === odd || e instanceof ItemError) return undefined
      throw e
    } finally {
      this.#size += walk.grown
    }
    return walk.at
  }
}

/** Sets of fields that depend on an object's shape alone: objects of one owner mostly have the same. In turns with others where one is made. */
export class FieldsByShape {
  readonly #shapes = new Shapes();

  /** @param of what the set depends on besides the shape; @param empty what the object is compared with: undefined for nothing */
  *get(of: object, s: Structure, empty: unknown, object: unknown, make: () => Pausing<FieldSet>): Pausing<FieldSet> {
    const place = this.#shapes.of(of, s, empty, object)
    if (place === undefined) return yield* make()
    if (place.fields !== undefined) return place.fields
    yield
    return (place.fields = yield* make())
  }
}

const odd = new Error('an odd value')

class Walk {
  at: Place
  /** What the tree has grown by, in characters. */
  grown = 0
  #steps = 0

  constructor(root: Place) {
    this.at = root
  }

  #go(step: Step): void {
    if (++this.#steps > MAX_STEPS) throw odd
    const next = this.at.to(step)
    if (next === undefined) this.grown += STEP_SIZE + (typeof step === 'string' ? step.length : 0)
    this.at = next ?? this.at.grow(step)
  }

  value(s: Structure, empty: unknown, value: unknown): void {
    if (value === undefined) this.#go(mark.none)
    else if (value === null) this.#go(mark.null)
    else if (Array.isArray(value)) {
      if (isContainer(empty)) throw odd
      this.#list(s.list, value)
    } else if (isMap(value)) this.#map(s.map, empty, value)
    else if (typeof value === 'bigint' || value instanceof JsonNumber || isContainer(empty)) throw odd
    else this.#go(value === empty ? mark.same : mark.scalar)
  }

  #list(list: ListStructure | undefined, items: readonly unknown[]): void {
    if (list === undefined) return this.#go(mark.untyped)
    if (list.type === 'atomic') return this.#go(mark.atomicList)
    this.#go(mark.list)
    for (const item of items) {
      this.#go(itemElement(list, item))
      this.value(list.items, undefined, item)
    }
    this.#go(mark.listEnd)
  }

  #map(map: MapStructure | undefined, empty: unknown, value: Readonly<Record<string, unknown>>): void {
    if (map === undefined || map.atomic) {
      if (isContainer(empty)) throw odd
      return this.#go(mark.atomicMap)
    }
    if (Array.isArray(empty) || (isContainer(empty) && !isMap(empty))) throw odd
    const before = isMap(empty) ? empty : undefined
    this.#go(mark.map)
    for (const name of Object.keys(value)) {
      const s = fieldOf(map, name)
      this.#go(name)
      if (s !== undefined) this.value(s, before && ownValue(before, name), value[name])
    }
    this.#go(mark.mapEnd)
  }
}

const isContainer = (value: unknown): boolean => typeof value === 'object' && value !== null
