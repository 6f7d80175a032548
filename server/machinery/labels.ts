import { parseLabelRequirements, type LabelOperator, type LabelRequirement } from './label-parser.ts'
import { parseGoInt64 } from './query.ts'

export { SelectorError } from './label-parser.ts'
export type { LabelRequirement } from './label-parser.ts'

export interface LabelSelector {
  readonly requirements: readonly LabelRequirement[]
  readonly empty: boolean
  matches(labels: Readonly<Record<string, string>> | undefined): boolean
  /** Canonical text: equal selectors have equal texts. */
  toString(): string
}

const NO_LABELS: Readonly<Record<string, string>> = {}

/** What all requirements on one key say together. */
interface Condition {
  /** The key must be there, with one of these values where there are any. */
  values: Set<string> | undefined
  excluded: Set<string> | undefined
  /** The key must not be there. */
  absent: boolean
  above: bigint | undefined
  below: bigint | undefined
}

function fits(c: Condition, value: string): boolean {
  if (c.absent || c.values?.has(value) === false || c.excluded?.has(value) === true) return false
  if (c.above === undefined && c.below === undefined) return true
  const number = parseGoInt64(value)
  return number !== undefined && (c.above === undefined || number > c.above) && (c.below === undefined || number < c.below)
}

function restrict(c: Condition, { operator, values }: LabelRequirement): void {
  switch (operator) {
    case '=':
    case '==':
    case 'in': {
      const before = c.values
      c.values = new Set(before === undefined ? values : values.filter((v) => before.has(v)))
      return
    }
    case '!=':
    case 'notin':
      c.excluded ??= new Set()
      for (const v of values) c.excluded.add(v)
      return
    case '!':
      c.absent = true
      return
    case '>':
    case '<': {
      const limit = parseGoInt64(values[0]!) ?? 0n
      if (operator === '>') c.above = c.above === undefined || limit > c.above ? limit : c.above
      else c.below = c.below === undefined || limit < c.below ? limit : c.below
    }
  }
}

const MAY_BE_ABSENT: ReadonlySet<LabelOperator> = new Set(['!=', 'notin', '!'])

export function labelRequirementText(r: LabelRequirement): string {
  switch (r.operator) {
    case 'exists':
      return r.key
    case '!':
      return `!${r.key}`
    case 'in':
    case 'notin':
      return `${r.key} ${r.operator} (${r.values.join(',')})`
    default:
      return `${r.key}${r.operator}${r.values[0]}`
  }
}

class Selector implements LabelSelector {
  readonly requirements: readonly LabelRequirement[]
  readonly empty: boolean
  /** Of the keys that must be there, and of all others. */
  readonly #required = new Map<string, Condition>()
  readonly #optional = new Map<string, Condition>()

  constructor(requirements: LabelRequirement[]) {
    this.requirements = requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    this.empty = requirements.length === 0
    for (const { key, operator } of requirements) {
      if (!MAY_BE_ABSENT.has(operator) && !this.#required.has(key)) this.#required.set(key, anything())
    }
    for (const r of requirements) {
      let condition = this.#required.get(r.key) ?? this.#optional.get(r.key)
      if (condition === undefined) this.#optional.set(r.key, (condition = anything()))
      restrict(condition, r)
    }
  }

  /** As many steps as there are labels, however many requirements: the first required key that is absent ends it. */
  matches(labels: Readonly<Record<string, string>> | undefined): boolean {
    const given = labels ?? NO_LABELS
    for (const [key, condition] of this.#required) {
      if (!Object.hasOwn(given, key) || !fits(condition, given[key]!)) return false
    }
    if (this.#optional.size === 0) return true
    for (const key of Object.keys(given)) {
      const condition = this.#optional.get(key)
      if (condition !== undefined && !fits(condition, given[key]!)) return false
    }
    return true
  }

  toString(): string {
    return this.requirements.map(labelRequirementText).join(',')
  }
}

const anything = (): Condition => ({ values: undefined, excluded: undefined, absent: false, above: undefined, below: undefined })

export const everything: LabelSelector = new Selector([])

/** Parses `a=b,c!=d,e in (f,g),h,!i,j>1`; throws SelectorError. */
export function parseLabelSelector(text: string): LabelSelector {
  if (text === '') return everything
  return new Selector(parseLabelRequirements(text))
}

export interface LabelSelectorObject {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[]
}

/** Operators of metav1.LabelSelector. */
export const LABEL_SELECTOR_OPERATORS = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' } as const

/** metav1.LabelSelector to a selector; a missing one matches nothing (upstream's rule), an empty one everything. */
export function selectorFromObject(s: LabelSelectorObject | undefined): LabelSelector | undefined {
  if (s === undefined) return undefined
  const requirements: LabelRequirement[] = Object.entries(s.matchLabels ?? {}).map(([key, v]) => ({ key, operator: '=', values: [v] }))
  for (const e of s.matchExpressions ?? [])
    requirements.push({ key: e.key, operator: LABEL_SELECTOR_OPERATORS[e.operator], values: [...(e.values ?? [])].sort() })
  return new Selector(requirements)
}
