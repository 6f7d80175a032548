import { SelectorError } from './labels.ts'

/** Field selectors (`a.b=c,d!=e`), apimachinery `fields.ParseSelector`: `\,`, `\=` and `\\` stand for themselves in values. */
export interface FieldRequirement {
  field: string
  operator: '=' | '!='
  value: string
}

export interface FieldSelector {
  readonly requirements: readonly FieldRequirement[]
  readonly empty: boolean
  /** The fields it speaks of, each once. */
  readonly fields: Iterable<string>
  /** As many steps as there are fields, however many requirements. `valueOf` gives '' for a field without value. */
  matches(valueOf: (field: string) => string): boolean
  /** The value that the selector demands of a field, if it demands exactly one. */
  requiresExact(field: string): string | undefined
  toString(): string
}

const escapeValue = (v: string): string => v.replace(/[\\,=]/g, '\\$&')

export const fieldRequirementText = ({ field, operator, value }: FieldRequirement): string => `${field}${operator}${escapeValue(value)}`

/** What all requirements on one field say together. */
interface Condition {
  /** The only value that fits; undefined when any does. */
  exact: string | undefined
  excluded: Set<string> | undefined
}

class Selector implements FieldSelector {
  readonly requirements: readonly FieldRequirement[]
  readonly empty: boolean
  readonly #conditions = new Map<string, Condition>()
  #impossible = false

  constructor(requirements: readonly FieldRequirement[]) {
    this.requirements = requirements
    this.empty = requirements.length === 0
    for (const { field, operator, value } of requirements) {
      let condition = this.#conditions.get(field)
      if (condition === undefined) this.#conditions.set(field, (condition = { exact: undefined, excluded: undefined }))
      if (operator === '!=') (condition.excluded ??= new Set()).add(value)
      else if (condition.exact !== undefined && condition.exact !== value) this.#impossible = true
      else condition.exact = value
    }
  }

  get fields(): Iterable<string> {
    return this.#conditions.keys()
  }

  matches(valueOf: (field: string) => string): boolean {
    if (this.#impossible) return false
    for (const [field, { exact, excluded }] of this.#conditions) {
      const value = valueOf(field)
      if ((exact !== undefined && exact !== value) || excluded?.has(value) === true) return false
    }
    return true
  }

  requiresExact(field: string): string | undefined {
    return this.#conditions.get(field)?.exact
  }

  toString(): string {
    return this.requirements.map(fieldRequirementText).join(',')
  }
}

export const anyFields: FieldSelector = new Selector([])

/** The selector of the objects whose field has this value. */
export const oneField = (field: string, value: string): FieldSelector => new Selector([{ field, operator: '=', value }])

/** The selector with other names for its fields; one that `names` does not have keeps its own. */
export const renamedFields = ({ requirements }: FieldSelector, names: Readonly<Record<string, string>>): FieldSelector =>
  new Selector(requirements.map((r) => ({ ...r, field: Object.hasOwn(names, r.field) ? names[r.field]! : r.field })))

function splitTerms(text: string): string[] {
  const out: string[] = []
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === ',') {
      out.push(text.slice(start, i))
      start = i + 1
    }
  }
  out.push(text.slice(start))
  return out
}

function unescapeValue(value: string): string {
  return value.replace(/\\(.?)|[,=]/gsu, (found, escaped: string | undefined) => {
    if (escaped === undefined) throw new SelectorError(`invalid field selector: unescaped character in value: ${found.charCodeAt(0)}`)
    if (escaped !== '\\' && escaped !== ',' && escaped !== '=')
      throw new SelectorError(`invalid field selector: invalid escape sequence: ${found}`)
    return escaped
  })
}

/** The first `=`, `==` or `!=` parts a term. */
function requirementOf(term: string): FieldRequirement | undefined {
  const at = term.indexOf('=')
  if (at < 0) return undefined
  if (term[at - 1] === '!') return { field: term.slice(0, at - 1), operator: '!=', value: unescapeValue(term.slice(at + 1)) }
  return { field: term.slice(0, at), operator: '=', value: unescapeValue(term.slice(term[at + 1] === '=' ? at + 2 : at + 1)) }
}

/** Throws SelectorError for text that is no field selector. */
export function parseFieldSelector(text: string): FieldSelector {
  if (text === '') return anyFields
  const requirements: FieldRequirement[] = []
  // Sorted before they are read, as upstream: it decides which of several faults is told.
  for (const term of splitTerms(text).sort()) {
    if (term === '') continue
    const requirement = requirementOf(term)
    if (requirement === undefined) throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`)
    // Of no field and no value it is nothing.
    if (requirement.field !== '' || requirement.value !== '') requirements.push(requirement)
  }
  return requirements.length === 0 ? anyFields : new Selector(requirements)
}
