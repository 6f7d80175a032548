import { isLarge } from '../machinery/copy-json.ts'
import { isEmpty } from '../machinery/normal-form.ts'
import { ownValue } from '../machinery/own.ts'
import type { FieldSet } from './field-set.ts'
import { fieldElement, itemElement, type PathElement } from './path-element.ts'
import { fieldOf, isMap, partOf, sameValue, type ListStructure, type MapStructure, type Structure } from './structure.ts'

/** Sets at one place of an object. */
interface Sets {
  readonly own: FieldSet | undefined
  readonly others: readonly FieldSet[]
  readonly nobodys: FieldSet | undefined
}

type Answer = 'changed' | 'unchanged' | undefined

/**
 * Whether an update leaves all sets of owners as they are, told without making sets of what differs: most updates are a loop's or a node's
 * that gives fields of its own other values (a Lease renewed, a heartbeat).
 * @param own what the writer owns
 * @param others what each of the others owns
 * @param nobodys fields that have no owners
 * @returns `changed` when fields have other values that the writer owns and nobody else does; `unchanged` when nothing differs that can be
 * owned; undefined for what has to be compared
 */
export function keptOwners(s: Structure, live: unknown, next: unknown, { own, others, nobodys }: Sets): Answer {
  if (isLarge(live) || isLarge(next) || !isMap(live) || !isMap(next) || s.map === undefined) return undefined
  return ofMaps(s.map, live, next, { own, others, nobodys })
}

const NONE: readonly FieldSet[] = []

function below({ own, others, nobodys }: Sets, pe: PathElement): Sets {
  return {
    own: own?.children.get(pe),
    others: others.length === 0 ? NONE : others.flatMap((set) => set.children.get(pe) ?? NONE),
    nobodys: nobodys?.children.get(pe),
  }
}

function ofMaps(map: MapStructure, live: Record<string, unknown>, next: Record<string, unknown>, sets: Sets): Answer {
  let answer: Answer = 'unchanged'
  for (const name in live) {
    const [before, after] = [live[name], ownValue(next, name)]
    if (before === after) continue
    const s = fieldOf(map, name)
    if (s === undefined) continue
    const pe = fieldElement(name)
    if (sets.nobodys?.members.has(pe) === true && !sets.nobodys.children.has(pe)) continue
    const found = ofValues(s, pe, before, after, sets)
    if (found === undefined) return undefined
    if (found === 'changed') answer = found
  }
  for (const name in next) {
    if (ownValue(live, name) !== undefined || next[name] === undefined || fieldOf(map, name) === undefined) continue
    if (sets.nobodys?.members.has(fieldElement(name)) !== true) return undefined
  }
  return answer
}

function ofValues(s: Structure, pe: PathElement, before: unknown, after: unknown, sets: Sets): Answer {
  if (before === undefined || before === null || after === undefined || after === null) return undefined
  const part = partOf(s, before)
  if (part !== partOf(s, after)) return undefined
  if (part === 'map' && isMap(before) && isMap(after) && !s.map!.atomic && !isEmpty(before) && !isEmpty(after))
    return ofMaps(s.map!, before, after, below(sets, pe))
  if (part === 'list' && Array.isArray(before) && Array.isArray(after) && s.list!.type === 'map')
    return ofLists(s.list!, before, after, below(sets, pe))
  if (sameValue(before, after)) return 'unchanged'
  // Lists of scalars that name themselves.
  if (part === 'list' && s.list!.type !== 'atomic') return undefined
  return sets.own?.members.has(pe) === true && !sets.others.some(({ members }) => members.has(pe)) ? 'changed' : undefined
}

/** The same items in the same order. Those that share a name are owned as one, which nothing below owns. */
function ofLists(list: ListStructure, before: readonly unknown[], after: readonly unknown[], sets: Sets): Answer {
  if (before.length !== after.length) return undefined
  let answer: Answer = 'unchanged'
  for (const [i, item] of before.entries()) {
    if (sameValue(item, after[i])) continue
    const pe = itemElement(list, item)
    if (pe !== itemElement(list, after[i])) return undefined
    const found = ofValues(list.items, pe, item, after[i], sets)
    if (found === undefined) return undefined
    if (found === 'changed') answer = found
  }
  return answer
}
