import { FieldSet } from './field-set.ts'
import { fieldElement, itemElement, type PathElement } from './path-element.ts'
import { fieldOf, isMap, partOf, type Structure } from './structure.ts'

/** Every leaf and every item that an object mentions: what whoever applies it owns (structured-merge-diff `typed/tofieldset.go`). */
export function fieldsOf(s: Structure, value: unknown): FieldSet {
  const set = new FieldSet()
  fieldsInto(s, value, set)
  return set
}

/** Fills in what is below; true when the value is owned as a whole. */
function fieldsInto(s: Structure, value: unknown, set: FieldSet): boolean {
  const part = partOf(s, value)
  if (part === 'scalar') return true
  if (part === 'map') {
    const map = s.map!
    if (map.atomic) return true
    if (!isMap(value)) return false
    for (const [name, below] of Object.entries(value)) {
      const field = fieldOf(map, name)
      if (field === undefined || below === undefined) continue
      const empty = below === null || (isMap(below) && Object.keys(below).length === 0)
      put(set, fieldElement(name), field, below, empty || map.field(name) === undefined)
    }
    return false
  }
  const list = s.list!
  if (list.type === 'atomic') return true
  if (!Array.isArray(value)) return false
  const counts = new Map<PathElement, number>()
  const elements = value.map((item) => itemElement(list, item))
  for (const pe of elements) counts.set(pe, (counts.get(pe) ?? 0) + 1)
  elements.forEach((pe, i) => {
    if (counts.get(pe)! > 1) set.members.add(pe)
    else put(set, pe, list.items, value[i], true)
  })
  return false
}

function put(set: FieldSet, pe: PathElement, s: Structure, value: unknown, member: boolean): void {
  const below = new FieldSet()
  const whole = fieldsInto(s, value, below)
  if (below.members.size + below.children.size > 0) set.children.set(pe, below)
  if (whole || member) set.members.add(pe)
}
