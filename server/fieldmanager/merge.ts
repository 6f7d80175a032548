import { isTurn, type Pausing } from '../machinery/slice.ts'
import { running, type Steps } from '../machinery/steps.ts'
import { setOwn } from '../machinery/own.ts'
import { goSyntax, goText } from '../machinery/json-values.ts'
import { JsonNumber } from '../machinery/numbers.ts'
import { fieldElement, itemElement, printElement, type PathElement } from './path-element.ts'
import { fieldOf, isMap, partOf, type ListStructure, type MapStructure, type Structure } from './structure.ts'
import type { FieldSet } from './field-set.ts'

/**
 * Lays a partial object over a whole one: its leaves win, nothing is removed, items come in the order of the partial object where it
 * mentions them (structured-merge-diff `typed/merge.go`). Neither is changed; parts are shared. The partial object must have passed check().
 */
export const mergingObjects = (s: Structure, left: unknown, right: unknown): Pausing<unknown> => running(merging(s, left, right))

function* merging(s: Structure, left: unknown, right: unknown): Steps<unknown> {
  if (right === undefined) return left
  if (left === undefined) return right
  const part = partOf(s, right)
  if (part === 'map') {
    const [l, r] = [isMap(left) ? left : {}, isMap(right) ? right : {}]
    if (s.map!.atomic || (Object.keys(l).length === 0 && Object.keys(r).length === 0)) return right
    return yield* mergingMaps(s.map!, l, r)
  }
  if (part === 'list') {
    const [l, r] = [Array.isArray(left) ? left : [], Array.isArray(right) ? right : []]
    if (s.list!.type === 'atomic' || (l.length === 0 && r.length === 0)) return right
    return yield* mergingLists(s.list!, l, r)
  }
  return right
}

function* mergingMaps(map: MapStructure, left: Record<string, unknown>, right: Record<string, unknown>): Steps<Record<string, unknown>> {
  const out: Record<string, unknown> = {}
  for (const name of Object.keys(left)) {
    if (isTurn()) yield
    const value = left[name]
    const s = fieldOf(map, name)
    const theirs = Object.hasOwn(right, name) ? right[name] : undefined
    if (s === undefined) setOwn(out, name, theirs ?? value)
    else setOwn(out, name, isPlain(value) && isPlain(theirs) ? (theirs === undefined ? value : theirs) : yield merging(s, value, theirs))
  }
  for (const name of Object.keys(right)) {
    if (isTurn()) yield
    if (!Object.hasOwn(left, name)) setOwn(out, name, right[name])
  }
  return out
}

/**
 * Both lists in one: items of the left that the right does not mention keep their place, the right's own come in its order. Duplicates of
 * the left stay as they are unless the right mentions them, and then its item takes their place.
 */
function* mergingLists(list: ListStructure, left: readonly unknown[], right: readonly unknown[]): Steps<unknown[]> {
  const lefts = yield* elementsOf(list, left)
  const rights = yield* elementsOf(list, right)
  const counts = new Map<PathElement, number>()
  for (const pe of lefts) counts.set(pe, (counts.get(pe) ?? 0) + 1)
  const ours = new Map(lefts.map((pe, i) => [pe, counts.get(pe)! > 1 ? null : left[i]]))
  const theirs = new Map(rights.map((pe, i) => [pe, right[i]]))
  const shared = rights.filter((pe) => ours.has(pe))
  const merged = new Set<PathElement>()
  const out: unknown[] = []
  // Taking the first out of a long array moves all others.
  let turn = 0
  const take = function* (pe: PathElement): Steps<void> {
    merged.add(pe)
    out.push(yield merging(list.items, ours.get(pe), theirs.get(pe)))
  }
  let [l, r] = [0, 0]
  while (l < lefts.length || r < rights.length) {
    if (isTurn()) yield
    const pe = lefts[l]
    if (pe !== undefined && r < rights.length) {
      if (pe === rights[r]) {
        yield* take(pe)
        l++
        r++
        turn++
        continue
      }
      // A shared item, but not the one whose turn it is.
      if (theirs.has(pe) && turn < shared.length && shared[turn] !== pe) {
        l++
        continue
      }
    }
    if (pe !== undefined) {
      if (!theirs.has(pe)) {
        out.push(left[l])
        l++
        continue
      }
      if (merged.has(pe)) l++
    }
    if (r < rights.length) {
      const next = rights[r]!
      yield* take(next)
      r++
      if (shared[turn] === next) turn++
    }
  }
  return out
}

/** The names of items, in their order. @throws ItemError */
export function* elementsOf(list: ListStructure, items: readonly unknown[]): Steps<PathElement[]> {
  const elements: PathElement[] = []
  for (const item of items) {
    if (isTurn()) yield
    elements.push(itemElement(list, item))
  }
  return elements
}

/** An object without the items and fields of a set (structured-merge-diff `typed/remove.go`). Undefined when nothing is left. */
export const removingItems = (s: Structure, value: unknown, remove: FieldSet): Pausing<unknown> => running(removing(s, value, remove))

function* removing(s: Structure, value: unknown, remove: FieldSet): Steps<unknown> {
  const part = partOf(s, value)
  if (part === 'scalar') return value
  if (part === 'map') {
    const map = s.map!
    // What is atomic goes as a whole, or not at all: here everything of it goes.
    if (!isMap(value) || map.atomic) return undefined
    const out: Record<string, unknown> = {}
    for (const name of Object.keys(value)) {
      if (isTurn()) yield
      const below = value[name]
      const pe = fieldElement(name)
      if (remove.members.has(pe)) continue
      const subset = remove.children.get(pe)
      const field = fieldOf(map, name)
      const kept = subset === undefined || subset.empty || field === undefined ? below : ((yield removing(field, below, subset)) ?? null)
      setOwn(out, name, kept)
    }
    return Object.keys(out).length > 0 ? out : undefined
  }
  const list = s.list!
  if (!Array.isArray(value) || list.type === 'atomic') return undefined
  const out: unknown[] = []
  for (const item of value) {
    if (isTurn()) yield
    const pe = itemElement(list, item)
    if (remove.members.has(pe)) continue
    const subset = remove.children.get(pe)
    out.push(subset === undefined || subset.empty ? item : ((yield removing(list.items, item, subset)) ?? null))
  }
  return out.length > 0 ? out : undefined
}

/** What an object breaks of its structure, as one text; undefined for nothing. */
export function errorText(errors: readonly string[]): string | undefined {
  return errors.length > 1 ? `errors:\n${errors.map((e) => `  ${e}`).join('\n')}` : errors[0]
}

/**
 * What an object breaks of its structure, with a path each (structured-merge-diff `typed/validate.go`).
 * @param repeats whether an item may be there twice: not where it is applied
 */
export const checkingObject = (s: Structure, value: unknown, path = '', repeats = false): Pausing<string[]> =>
  running(checking(s, value, path, repeats))

function* checking(s: Structure, value: unknown, path: string, repeats: boolean): Steps<string[]> {
  const errors: string[] = []
  const part = partOf(s, value)
  if (part === 'map') {
    if (value === null || value === undefined) return errors
    if (!isMap(value)) return [at(path, `expected map, got ${printed(value)}`)]
    for (const name of Object.keys(value)) {
      if (isTurn()) yield
      const below = value[name]
      const field = fieldOf(s.map!, name)
      if (field === undefined) return [...errors, at(`${path}.${name}`, 'field not declared in schema')]
      if (isPlain(below) && partOf(field, below) === 'scalar') {
        if (!isScalar(field.scalar!, below)) errors.push(at(`${path}.${name}`, scalarFault(field, below)))
        continue
      }
      for (const error of (yield checking(field, below, `${path}.${name}`, repeats)) as string[]) errors.push(error)
    }
  } else if (part === 'list') {
    if (value === null || value === undefined) return errors
    if (!Array.isArray(value)) return [at(path, `expected list, got ${printed(value)}`)]
    for (const error of yield* checkingItems(s.list!, value, path, repeats)) errors.push(error)
  } else if (!isScalar(s.scalar!, value)) errors.push(at(path, scalarFault(s, value)))
  return errors
}

function* checkingItems(list: ListStructure, items: readonly unknown[], path: string, repeats: boolean): Steps<string[]> {
  const errors: string[] = []
  const seen = new Set<PathElement>()
  for (const [i, item] of items.entries()) {
    if (isTurn()) yield
    let pe: PathElement = `i:${i}`
    if (list.type !== 'atomic') {
      try {
        pe = itemElement(list, item)
      } catch (e) {
        return [...errors, at(path, `element ${i}: ${(e as Error).message}`)]
      }
      if (!repeats && seen.has(pe)) errors.push(at(path, `duplicate entries for key ${printElement(pe)}`))
      seen.add(pe)
    }
    for (const error of (yield checking(list.items, item, path + printElement(pe), repeats)) as string[]) errors.push(error)
  }
  return errors
}

const isPlain = (value: unknown): boolean => typeof value !== 'object'
const scalarFault = ({ scalar }: Structure, value: unknown): string => `expected ${WORDS[scalar!]}, got ${GOT[scalar!](value)}`
const at = (path: string, why: string): string => (path === '' ? why : `${path}: ${why}`)
const WORDS = { numeric: 'numeric (int or float)', string: 'string', boolean: 'boolean', untyped: 'any scalar' } as const

// Go's %#v and %v of an unstructured value.
const shown = (value: unknown): string => `&value.valueUnstructured{Value:${goSyntax(value)}}`
const printed = (value: unknown): string => `&{${goText(value)}}`

const goType = (value: unknown): string =>
  Array.isArray(value) ? '[]interface {}' : isMap(value) ? 'map[string]interface {}' : typeof value === 'boolean' ? 'bool' : typeof value
const GOT: Readonly<Record<NonNullable<Structure['scalar']>, (value: unknown) => string>> = {
  numeric: goType,
  string: shown,
  boolean: printed,
  untyped: printed,
}

function isScalar(type: NonNullable<Structure['scalar']>, value: unknown): boolean {
  if (value === null || value === undefined) return true
  const is = typeof value === 'bigint' || value instanceof JsonNumber ? 'number' : typeof value
  if (type === 'untyped') return is === 'number' || is === 'string' || is === 'boolean'
  return is === (type === 'numeric' ? 'number' : type)
}
