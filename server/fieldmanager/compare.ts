import { ownValue } from '../machinery/own.ts'
import { isTurn, type Pausing } from '../machinery/slice.ts'
import { running, type Steps } from '../machinery/steps.ts'
import { FieldSet } from './field-set.ts'
import { fieldElement, itemElement, type PathElement } from './path-element.ts'
import { isSame, fieldOf, isMap, partOf, sameValue, type ListStructure, type MapStructure, type Part, type Structure } from './structure.ts'

/** What the right object makes of the left one, by path. */
export interface Comparison {
  readonly removed: FieldSet
  readonly modified: FieldSet
  readonly added: FieldSet
}

const EMPTY = new FieldSet()

/** A node of the three sets, each made when something goes into it. */
class Node {
  removed: FieldSet | undefined
  modified: FieldSet | undefined
  added: FieldSet | undefined

  /** Takes over what was found below an element. */
  adopt(pe: PathElement, { removed, modified, added }: Node): void {
    if (removed !== undefined) (this.removed ??= new FieldSet()).children.set(pe, removed)
    if (modified !== undefined) (this.modified ??= new FieldSet()).children.set(pe, modified)
    if (added !== undefined) (this.added ??= new FieldSet()).children.set(pe, added)
  }

  mark(which: 'removed' | 'modified' | 'added', pe: PathElement): void {
    ;(this[which] ??= new FieldSet()).members.add(pe)
  }
}

/** Compares two objects of one structure (structured-merge-diff `typed/compare.go`). Neither may be undefined. */
export function* comparingObjects(s: Structure, left: unknown, right: unknown): Pausing<Comparison> {
  const root = new Node()
  yield* running(compareParts(s, left, right, root))
  return { removed: root.removed ?? EMPTY, modified: root.modified ?? EMPTY, added: root.added ?? EMPTY }
}

/** Compares what stands at an element of `parent`; one of the two may be missing. */
function* compareAt(s: Structure, pe: PathElement, left: unknown, right: unknown, parent: Node): Steps<void> {
  if (left === right) return
  // Most of an object is scalars that are there on both sides.
  if (typeof left !== 'object' && typeof right !== 'object' && left !== undefined && right !== undefined) {
    if (!sameValue(left, right)) parent.mark('modified', pe)
    return
  }
  // And most of a new one is scalars that were not there.
  if (left === undefined && s.scalar !== undefined && isScalar(right)) return parent.mark('added', pe)
  const node = new Node()
  const leaf = yield* compareParts(s, left, right, node)
  parent.adopt(pe, node)
  if (left === undefined) parent.mark('added', pe)
  else if (right === undefined) parent.mark('removed', pe)
  else if (leaf && !(yield isSame(left, right))) parent.mark('modified', pe)
}

/** Compares below, into `node`; true when there is nothing below: the value counts as a whole. */
function* compareParts(s: Structure, left: unknown, right: unknown, node: Node): Steps<boolean> {
  const parts: readonly Part[] =
    right === undefined
      ? [partOf(s, left)]
      : left === undefined || partOf(s, left) === partOf(s, right)
        ? [partOf(s, right)]
        : [partOf(s, left), partOf(s, right)]
  let leaf = false
  for (const part of parts) {
    if (part === 'map') leaf = (yield* compareMaps(s.map!, left, right, node)) || leaf
    else if (part === 'list') leaf = (yield* compareLists(s.list!, left, right, node)) || leaf
    else leaf = true
  }
  return leaf
}

const isScalar = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
const asMap = (value: unknown): Record<string, unknown> => (isMap(value) ? value : {})
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function* compareMaps(map: MapStructure, left: unknown, right: unknown, node: Node): Steps<boolean> {
  const [l, r] = [asMap(left), asMap(right)]
  const [ours, theirs] = [Object.keys(l), Object.keys(r)]
  // Empty and null differ: they are values.
  if (map.atomic || (ours.length === 0 && theirs.length === 0)) return true
  for (const name of ours) {
    if (isTurn()) yield
    const [mine, other] = [l[name], ownValue(r, name)]
    const s = mine === other ? undefined : fieldOf(map, name)
    if (s !== undefined) yield compareAt(s, fieldElement(name), mine, other, node)
  }
  for (const name of theirs) {
    if (isTurn()) yield
    const s = ownValue(l, name) === undefined && r[name] !== undefined ? fieldOf(map, name) : undefined
    if (s !== undefined) yield compareAt(s, fieldElement(name), undefined, r[name], node)
  }
  return false
}

function* compareLists(list: ListStructure, left: unknown, right: unknown, node: Node): Steps<boolean> {
  const [l, r] = [asList(left), asList(right)]
  if (list.type === 'atomic' || (l.length === 0 && r.length === 0)) return true
  // Naming items is dearer than looking whether they differ.
  if (l.length === r.length && (yield isSame(l, r))) return false
  const [ours, theirs] = [yield* byElement(list, l), yield* byElement(list, r)]
  for (const [pe, items] of ours) {
    if (isTurn()) yield
    yield* compareItems(list, pe, items, theirs.get(pe) ?? [], node)
  }
  for (const [pe, items] of theirs) {
    if (isTurn()) yield
    if (!ours.has(pe)) yield* compareItems(list, pe, [], items, node)
  }
  return false
}

function* byElement(list: ListStructure, items: readonly unknown[]): Steps<Map<PathElement, unknown[]>> {
  const out = new Map<PathElement, unknown[]>()
  for (const item of items) {
    if (isTurn()) yield
    const pe = itemElement(list, item)
    const same = out.get(pe)
    if (same === undefined) out.set(pe, [item])
    else same.push(item)
  }
  return out
}

/** Items that share a name count as one value: whoever makes or ends such a group owns the name and nothing below. */
function* compareItems(list: ListStructure, pe: PathElement, left: readonly unknown[], right: readonly unknown[], node: Node): Steps<void> {
  if (left.length <= 1 && right.length <= 1) {
    yield compareAt(list.items, pe, left[0], right[0], node)
    return
  }
  if (left.length >= 2 && right.length >= 2) {
    if (!(yield isSame(left, right))) node.mark('modified', pe)
  } else if (left.length >= 2) {
    if (right.length > 0) yield compareAt(list.items, pe, undefined, right[0], node)
    node.mark('removed', pe)
  } else {
    if (left.length > 0) yield compareAt(list.items, pe, left[0], undefined, node)
    node.mark('added', pe)
  }
}
