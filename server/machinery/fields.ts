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
  /** `valueOf` gives '' for a field without value. */
  matches(valueOf: (field: string) => string): boolean
  /** The value that the selector demands of a field, if it demands exactly one. */
  requiresExact(field: string): string | undefined
  toString(): string
}

const escapeValue = (v: string): string => v.replace(/[\\,=]/g, '\\$&')

class Selector implements FieldSelector {
  readonly requirements: readonly FieldRequirement[]
  readonly empty: boolean

  constructor(requirements: readonly FieldRequirement[]) {
    this.requirements = requirements
    this.empty = requirements.length === 0
  }

  matches(valueOf: (field: string) => string): boolean {
    for (const r of this.requirements) if ((valueOf(r.field) === r.value) !== (r.operator === '=')) return false
    return true
  }

  requiresExact(field: string): string | undefined {
    return this.requirements.find((r) => r.field === field && r.operator === '=')?.value
  }

  toString(): string {
    return this.requirements.map((r) => `${r.field}${r.operator}${escapeValue(r.value)}`).join(',')
  }
}

export const anyFields: FieldSelector = new Selector([])

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

function unescapeValue(v: string): string {
  let out = ''
  for (let i = 0; i < v.length; i++) {
    const c = v[i]!
    if (c !== '\\') {
      if (c === ',' || c === '=') throw new SelectorError(`invalid field selector: unescaped character in value: ${c.charCodeAt(0)}`)
      out += c
      continue
    }
    const next = v[++i]
    if (next !== '\\' && next !== ',' && next !== '=')
      throw new SelectorError(`invalid field selector: invalid escape sequence: \\${next ?? ''}`)
    out += next
  }
  return out
}

/** Throws SelectorError for text that is no field selector. */
export function parseFieldSelector(text: string): FieldSelector {
  if (text === '') return anyFields
  const requirements: FieldRequirement[] = []
  for (const term of splitTerms(text)) {
    if (term === '') continue
    const m = /^([^=!\\]*?)(==|!=|=)(.*)$/s.exec(term)
    if (m === null) throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`)
    requirements.push({ field: m[1]!, operator: m[2] === '!=' ? '!=' : '=', value: unescapeValue(m[3]!) })
  }
  return requirements.length === 0 ? anyFields : new Selector(requirements)
}
