import { FieldSet } from './field-set.ts'
import { fieldName, isField, type PathElement } from './path-element.ts'
import { fieldOf, type MapStructure, type Structure } from './structure.ts'

/**
 * A set that was written when the type was another one: what has become atomic is owned as a whole, without the fields below
 * (structured-merge-diff `typed/reconcile_schema.go`). The set itself when nothing has changed.
 */
export function reconciled(s: Structure, set: FieldSet): FieldSet {
  if (FITTING.get(set) === s) return set
  const atomic = new FieldSet()
  visit(s, set, false, [], atomic)
  if (!atomic.empty) return set.recursiveDifference(atomic).union(atomic)
  FITTING.set(set, s)
  return set
}

/** Sets that are shared by many objects, and the structure that they were last found to fit. */
const FITTING = new WeakMap<FieldSet, Structure>()

function visit(s: Structure, set: FieldSet | undefined, whole: boolean, path: readonly PathElement[], atomic: FieldSet): void {
  const { map, list } = s
  // What may be of several parts has no marks of its own.
  if (map !== undefined) {
    if (s.scalar !== undefined) return
    if (!whole && map.atomic) {
      if (set !== undefined && !set.empty && path.length > 0) atomic.insert(path)
      return
    }
    if (set !== undefined) below(set, (pe) => structureAt(map, pe), path, atomic)
  } else if (list !== undefined) {
    if (!whole && list.type === 'atomic') {
      if (path.length > 0) atomic.insert(path)
      return
    }
    if (set !== undefined) below(set, () => list.items, path, atomic)
  }
}

function structureAt(map: MapStructure, pe: PathElement): Structure | undefined {
  return isField(pe) ? fieldOf(map, fieldName(pe)) : map.values
}

function below(
  set: FieldSet,
  structureOf: (pe: PathElement) => Structure | undefined,
  path: readonly PathElement[],
  atomic: FieldSet,
): void {
  for (const [pe, child] of set.children) {
    const s = structureOf(pe)
    if (s !== undefined) visit(s, child, false, [...path, pe], atomic)
  }
}
