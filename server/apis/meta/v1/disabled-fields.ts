import { emptyAt, forgetEmpty } from '../../../machinery/empty-fields.ts'
import { isJsonObject, type JsonObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'

/** Fields of a feature whose gate is off by default. */
export interface DisabledFields {
  readonly gate: string
  /** Dotted; `[]` behind a name goes through the members of a list, `{}` through the values of a map; `!Value` at the end: but that one. */
  readonly paths: readonly string[]
  /** An object that is left empty goes, too. */
  readonly emptied?: boolean
}

interface Step {
  readonly key: string
  readonly through: '' | '[]' | '{}'
  /** What is at its end is such a field, unless it has this value. */
  fields?: DisabledFields
  except?: string
  readonly below: Step[]
}

interface Found {
  readonly fields: DisabledFields
  readonly holder: JsonObject
  readonly key: string
  readonly above: JsonObject | undefined
  readonly keyAbove: string
}

/**
 * What takes these fields out of an object before a write of it is looked at, unless the object has some of the same feature already: as
 * every kind's `dropDisabledFields` does upstream (API changes guide, "Alpha, Beta, and Stable Versions").
 */
export function disabledFields(table: readonly DisabledFields[]): (obj: KubeObject, old: KubeObject | undefined) => void {
  const steps = stepsOf(table)
  return (obj, old) => {
    const found: Found[] = []
    find(found, obj, steps)
    if (found.length === 0) return
    const before: Found[] = []
    find(before, old, steps)
    const inUse = new Set(before.filter(isInUse).map(({ fields }) => fields))
    for (const { fields, holder, key, above, keyAbove } of found) {
      if (inUse.has(fields)) continue
      delete holder[key]
      forgetEmpty(holder, key)
      if (fields.emptied === true && above !== undefined && Object.keys(holder).length === 0) delete above[keyAbove]
    }
  }
}

function stepsOf(table: readonly DisabledFields[]): readonly Step[] {
  const root: Step[] = []
  for (const fields of table) {
    for (const whole of fields.paths) {
      let steps = root
      const [path, except] = whole.split('!') as [string, string?]
      const names = path.split('.')
      names.forEach((name, i) => {
        const through = name.endsWith('[]') ? '[]' : name.endsWith('{}') ? '{}' : ''
        const key = through === '' ? name : name.slice(0, -2)
        let step = steps.find((s) => s.key === key && s.through === through)
        if (step === undefined) steps.push((step = { key, through, below: [] }))
        if (i === names.length - 1) Object.assign(step, { fields, except })
        steps = step.below
      })
    }
  }
  return root
}

function find(found: Found[], value: unknown, steps: readonly Step[], above?: JsonObject, keyAbove = ''): void {
  if (!isJsonObject(value)) return
  for (const { key, through, fields, except, below } of steps) {
    const member = value[key]
    if (member === undefined || member === null) {
      // Sent as an empty list, of which the normal form has nothing left.
      if (fields !== undefined && emptyAt(value, key) !== undefined)
        found.push({ fields, holder: value, key, above: undefined, keyAbove: '' })
      continue
    }
    if (fields !== undefined && (except === undefined || member !== except)) found.push({ fields, holder: value, key, above, keyAbove })
    if (below.length === 0) continue
    if (through === '') find(found, member, below, value, key)
    else if (Array.isArray(member)) for (const one of member) find(found, one, below)
    else if (typeof member === 'object') for (const one of Object.values(member)) find(found, one, below)
  }
}

/** An empty list is none. */
const isInUse = ({ holder, key }: Found): boolean => holder[key] != null && !(Array.isArray(holder[key]) && holder[key].length === 0)
