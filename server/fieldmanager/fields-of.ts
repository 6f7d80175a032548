import { isTurn, type Pausing } from '../machinery/slice.ts'
import { running, type Steps } from '../machinery/steps.ts'
import { FieldSet } from './field-set.ts'
import { elementsOf } from './merge.ts'
import { fieldElement, type PathElement } from './path-element.ts'
import { fieldOf, isMap, partOf, type Structure } from './structure.ts'

/** Every leaf and every item that an object mentions: what whoever applies it owns (structured-merge-diff `typed/tofieldset.go`). */
export function* findingFields(s: Structure, value: unknown): Pausing<FieldSet> {
  const set = new FieldSet()
  yield* running(fieldsInto(s, value, set))
  return set
}

/** Fills in what is below; true when the value is owned as a whole. */
function* fieldsInto(s: Structure, value: unknown, set: FieldSet): Steps<boolean> {
  const part = partOf(s, value)
  if (part === 'scalar') return true
  if (part === 'map') {
    const map = s.map!
    if (map.atomic) return true
    if (!isMap(value)) return false
    for (const name of Object.keys(value)) {
      if (isTurn()) yield
      const below = value[name]
      const field = fieldOf(map, name)
      if (field === undefined || below === undefined) continue
      const empty = below === null || (isMap(below) && Object.keys(below).length === 0)
      if (partOf(field, below) === 'scalar') set.members.add(fieldElement(name))
      else yield* put(set, fieldElement(name), field, below, empty || map.field(name) === undefined)
    }
    return false
  }
  const list = s.list!
  if (list.type === 'atomic') return true
  if (!Array.isArray(value)) return false
  const counts = new Map<PathElement, number>()
  const elements = yield* elementsOf(list, value)
  for (const pe of elements) counts.set(pe, (counts.get(pe) ?? 0) + 1)
  for (const [i, pe] of elements.entries()) {
    if (isTurn()) yield
    if (counts.get(pe)! > 1) set.members.add(pe)
    else if (partOf(list.items, value[i]) === 'scalar') set.members.add(pe)
    else yield* put(set, pe, list.items, value[i], true)
  }
  return false
}

function* put(set: FieldSet, pe: PathElement, s: Structure, value: unknown, member: boolean): Steps<void> {
  const below = new FieldSet()
  const whole = (yield fieldsInto(s, value, below)) as boolean
  if (below.members.size + below.children.size > 0) set.children.set(pe, below)
  if (whole || member) set.members.add(pe)
}
