import { parseJson } from '../machinery/json.ts'
import { isTurn, atOnce, type Pausing } from '../machinery/slice.ts'
import { running, type Steps } from '../machinery/steps.ts'
import { sortElements, fieldName, isField, KINDS, keysElement, scalarJson, type PathElement } from './path-element.ts'
import { fieldOf, isMap, type Structure } from './structure.ts'

/** A set as `metadata.managedFields[].fieldsV1` holds it. */
export interface FieldsV1 {
  [element: string]: FieldsV1
}

/**
 * A set of paths into an object: `members` are paths that end here, `children` those that go on. Sets are not changed once they are
 * handed out, so they may be shared (structured-merge-diff `fieldpath/set.go`).
 */
export class FieldSet {
  readonly members = new Set<PathElement>()
  readonly children = new Map<PathElement, FieldSet>()
  #fields: FieldsV1 | undefined

  static of(...paths: readonly (readonly PathElement[])[]): FieldSet {
    const set = new FieldSet()
    for (const path of paths) set.insert(path)
    return set
  }

  get empty(): boolean {
    if (this.members.size > 0) return false
    for (const child of this.children.values()) if (!child.empty) return false
    return true
  }

  /** Only while the set is being made. */
  insert(path: readonly PathElement[]): void {
    const last = path.slice(0, -1).reduce<FieldSet>((node, pe) => node.child(pe), this)
    last.members.add(path.at(-1)!)
  }

  /** The set of what follows an element, made when it is missing. Only while the set is being made. */
  child(pe: PathElement): FieldSet {
    let child = this.children.get(pe)
    if (child === undefined) this.children.set(pe, (child = new FieldSet()))
    return child
  }

  has(path: readonly PathElement[]): boolean {
    const last = path.slice(0, -1).reduce<FieldSet | undefined>((node, pe) => node?.children.get(pe), this)
    return last !== undefined && last.members.has(path.at(-1)!)
  }

  includes(other: FieldSet): boolean {
    if (other === this) return true
    for (const pe of other.members) if (!this.members.has(pe)) return false
    for (const [pe, theirs] of other.children) if (!theirs.empty && this.children.get(pe)?.includes(theirs) !== true) return false
    return true
  }

  isDisjoint(other: FieldSet): boolean {
    for (const pe of other.members) if (this.members.has(pe)) return false
    for (const [pe, theirs] of other.children) if (this.children.get(pe)?.isDisjoint(theirs) === false) return false
    return true
  }

  union(other: FieldSet): FieldSet {
    if (other.empty) return this
    if (this.empty) return other
    const out = new FieldSet()
    for (const pe of this.members) out.members.add(pe)
    for (const pe of other.members) out.members.add(pe)
    for (const [pe, child] of this.children) {
      const theirs = other.children.get(pe)
      out.children.set(pe, theirs === undefined ? child : child.union(theirs))
    }
    for (const [pe, child] of other.children) if (!this.children.has(pe)) out.children.set(pe, child)
    return out
  }

  /** The union of many, in time proportional to what they hold together. */
  static unionOf(sets: readonly FieldSet[]): FieldSet {
    if (sets.length === 1) return sets[0]!
    const out = new FieldSet()
    const below = new Map<PathElement, FieldSet[]>()
    for (const { members, children } of sets) {
      for (const pe of members) out.members.add(pe)
      for (const [pe, child] of children) if (below.get(pe)?.push(child) === undefined) below.set(pe, [child])
    }
    for (const [pe, all] of below) out.children.set(pe, FieldSet.unionOf(all))
    return out
  }

  intersection(other: FieldSet): FieldSet {
    const out = new FieldSet()
    for (const pe of this.members) if (other.members.has(pe)) out.members.add(pe)
    for (const [pe, child] of this.children) {
      const theirs = other.children.get(pe)
      if (theirs !== undefined) out.#put(pe, child.intersection(theirs))
    }
    return out
  }

  /** Without exactly the paths of the other set. */
  difference(other: FieldSet): FieldSet {
    if (other.empty) return this
    const out = new FieldSet()
    for (const pe of this.members) if (!other.members.has(pe)) out.members.add(pe)
    for (const [pe, child] of this.children) {
      const theirs = other.children.get(pe)
      out.#put(pe, theirs === undefined ? child : child.difference(theirs))
    }
    return out
  }

  /** Without the paths of the other set and everything below them. */
  recursiveDifference(other: FieldSet): FieldSet {
    if (other.empty) return this
    const out = new FieldSet()
    for (const pe of this.members) if (!other.members.has(pe)) out.members.add(pe)
    for (const [pe, child] of this.children) {
      if (other.members.has(pe)) continue
      const theirs = other.children.get(pe)
      out.#put(pe, theirs === undefined ? child : child.recursiveDifference(theirs))
    }
    return out
  }

  /** The paths that begin with a path of the other set. */
  within(other: FieldSet): FieldSet {
    const out = new FieldSet()
    for (const pe of this.members) if (other.members.has(pe)) out.members.add(pe)
    for (const [pe, child] of this.children) {
      const theirs = other.children.get(pe)
      if (other.members.has(pe)) out.children.set(pe, child)
      else if (theirs !== undefined) out.#put(pe, child.within(theirs))
    }
    return out
  }

  #put(pe: PathElement, child: FieldSet): void {
    if (!child.empty) this.children.set(pe, child)
  }

  /** With declared fields on the way to a path as members too: a set of `a.b.c` then owns `a` as well. */
  withNamedFields(s: Structure | undefined): FieldSet {
    const out = new FieldSet()
    for (const pe of this.members) out.members.add(pe)
    for (const [pe, child] of this.children) {
      let below: Structure | undefined
      if (isField(pe)) {
        if (s?.map?.field(fieldName(pe)) !== undefined) out.members.add(pe)
        if (s?.map !== undefined) below = fieldOf(s.map, fieldName(pe))
      } else if (pe.startsWith('k:')) below = s?.list?.items
      out.children.set(pe, child.withNamedFields(below))
    }
    return out
  }

  equals(other: FieldSet): boolean {
    return JSON.stringify(this.toFieldsV1()) === JSON.stringify(other.toFieldsV1())
  }

  /** Every path, members of a node before what is below it, in the order of FieldsV1. */
  *paths(prefix: readonly PathElement[] = []): IterableIterator<PathElement[]> {
    for (const pe of sortElements([...this.members])) yield [...prefix, pe]
    for (const pe of sortElements([...this.children.keys()])) yield* this.children.get(pe)!.paths([...prefix, pe])
  }

  /** Made once: only of a set that will not change any more. The result may not be changed either. */
  toFieldsV1(): FieldsV1 {
    return atOnce(this.makingFieldsV1())
  }

  /** toFieldsV1 in turns with others: an object may have a hundred thousand labels. */
  *makingFieldsV1(): Pausing<FieldsV1> {
    return (this.#fields ??= yield* running(this.#asFields({})))
  }

  *#asFields(out: FieldsV1): Steps<FieldsV1> {
    for (const pe of this.#sorted()) {
      if (isTurn()) yield
      const child = this.children.get(pe)
      if (child === undefined || child.empty) out[pe] = NOTHING
      else out[pe] = (yield child.#asFields(this.members.has(pe) ? { '.': NOTHING } : {})) as FieldsV1
    }
    return out
  }

  #sorted(): PathElement[] {
    const all = [...this.members]
    for (const [pe, child] of this.children) if (!this.members.has(pe) && !child.empty) all.push(pe)
    return sortElements(all)
  }

  /** @throws TypeError for what is no FieldsV1 */
  static fromFieldsV1(fields: FieldsV1 | undefined | null): FieldSet {
    return atOnce(FieldSet.readingFieldsV1(fields))
  }

  /** The same in turns with others. */
  static readingFieldsV1(fields: FieldsV1 | undefined | null): Pausing<FieldSet> {
    return running(FieldSet.#reading(fields))
  }

  static *#reading(fields: FieldsV1 | undefined | null): Steps<FieldSet> {
    const out = new FieldSet()
    for (const pe of Object.keys(fields ?? {})) {
      if (isTurn()) yield
      const below = fields![pe]
      if (pe === '.') continue
      // Kinds of elements that are not known (yet) are passed over (`fieldpath/serialize.go`).
      if (pe[1] === ':' && !KINDS.includes(pe[0]!)) continue
      const canonical = canonicalElement(pe)
      if (typeof below !== 'object' || below === null) throw new TypeError(`expected object at ${pe}`)
      const keys = Object.keys(below)
      if (keys.length === 0 || Object.hasOwn(below, '.')) out.members.add(canonical)
      if (keys.length > (Object.hasOwn(below, '.') ? 1 : 0)) out.children.set(canonical, (yield FieldSet.#reading(below)) as FieldSet)
    }
    return out
  }
}

const NOTHING: FieldsV1 = {}

/** One spelling for each element, whoever wrote it. @throws TypeError for what is none */
function canonicalElement(pe: string): PathElement {
  const rest = pe.slice(2)
  if (pe[1] !== ':') throw new TypeError('invalid key: missing ":"')
  try {
    switch (pe[0]) {
      case 'f':
        return pe
      case 'k': {
        const key = parseJson(rest)
        if (!isMap(key)) break
        return keysElement(Object.entries(key))
      }
      case 'v':
        return `v:${scalarJson(parseJson(rest))}`
      case 'i':
        if (!/^[+-]?\d+$/.test(rest)) break
        return `i:${Number(rest)}`
    }
  } catch {
    throw new TypeError(`path element ${pe} cannot be read`)
  }
  throw new TypeError(`path element ${pe} cannot be read`)
}
