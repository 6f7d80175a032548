import { labelValueErrors, qualifiedNameErrors } from './names.ts'

/** Label selectors as apimachinery `labels.Parse` reads them. */
export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | '>' | '<'

export interface LabelRequirement {
  key: string
  operator: LabelOperator
  values: readonly string[]
}

export interface LabelSelector {
  readonly requirements: readonly LabelRequirement[]
  readonly empty: boolean
  matches(labels: Readonly<Record<string, string>> | undefined): boolean
  /** Canonical text: equal selectors have equal texts. */
  toString(): string
}

/** Thrown for text that is no selector; the message is what the reference answers with 400. */
export class SelectorError extends Error {
  override name = 'SelectorError'
}

const NO_LABELS: Readonly<Record<string, string>> = {}

function matchesOne(r: LabelRequirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, r.key) ? labels[r.key] : undefined
  switch (r.operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && r.values.includes(value)
    case '!=':
    case 'notin':
      return value === undefined || !r.values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    case '>':
    case '<': {
      if (value === undefined || !/^[+-]?\d+$/.test(value)) return false
      const [a, b] = [BigInt(value.replace(/^\+/, '')), BigInt(r.values[0]!.replace(/^\+/, ''))]
      return r.operator === '>' ? a > b : a < b
    }
  }
}

function requirementText(r: LabelRequirement): string {
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

  constructor(requirements: LabelRequirement[]) {
    this.requirements = requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    this.empty = requirements.length === 0
  }

  matches(labels: Readonly<Record<string, string>> | undefined): boolean {
    for (const r of this.requirements) if (!matchesOne(r, labels ?? NO_LABELS)) return false
    return true
  }

  toString(): string {
    return this.requirements.map(requirementText).join(',')
  }
}

export const everything: LabelSelector = new Selector([])

type Token = { kind: 'word' | 'end' | '!' | '=' | '==' | '!=' | '>' | '<' | '(' | ')' | ',' | 'in' | 'notin'; text: string }

const SYMBOLS = ['==', '!=', '=', '!', '>', '<', '(', ')', ','] as const
const WORD = /[^\s=!(),><]+/y

function lex(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at++
      continue
    }
    const symbol = SYMBOLS.find((s) => text.startsWith(s, at))
    if (symbol !== undefined) {
      tokens.push({ kind: symbol, text: symbol })
      at += symbol.length
      continue
    }
    WORD.lastIndex = at
    const word = WORD.exec(text)![0]
    tokens.push({ kind: word === 'in' || word === 'notin' ? word : 'word', text: word })
    at += word.length
  }
  tokens.push({ kind: 'end', text: '' })
  return tokens
}

class Parser {
  #tokens: Token[]
  #at = 0

  constructor(text: string) {
    this.#tokens = lex(text)
  }

  // `in` and `notin` are ordinary words where a key or a value stands.
  #peek(asWord: boolean): Token {
    const t = this.#tokens[this.#at]!
    return asWord && (t.kind === 'in' || t.kind === 'notin') ? { kind: 'word', text: t.text } : t
  }

  #next(asWord: boolean): Token {
    const t = this.#peek(asWord)
    if (t.kind !== 'end') this.#at++
    return t
  }

  parse(): LabelRequirement[] {
    const out: LabelRequirement[] = []
    for (;;) {
      const t = this.#peek(true)
      if (t.kind === 'end') return out
      if (t.kind !== 'word' && t.kind !== '!') {
        throw new SelectorError(`found '${t.text}', expected: !, identifier, or 'end of string'`)
      }
      out.push(this.#requirement())
      const sep = this.#next(false)
      if (sep.kind === 'end') return out
      if (sep.kind !== ',') throw new SelectorError(`found '${sep.text}', expected: ',' or 'end of string'`)
      const after = this.#peek(true)
      if (after.kind !== 'word' && after.kind !== '!') throw new SelectorError(`found '${after.text}', expected: identifier after ','`)
    }
  }

  #requirement(): LabelRequirement {
    try {
      return this.#requirementBody()
    } catch (e) {
      if (e instanceof SelectorError && !e.message.startsWith('unable'))
        throw new SelectorError(`unable to parse requirement: ${e.message}`)
      throw e
    }
  }

  #requirementBody(): LabelRequirement {
    let operator: LabelOperator | undefined
    if (this.#peek(false).kind === '!') {
      operator = '!'
      this.#next(false)
    }
    const key = this.#next(true)
    if (key.kind !== 'word') throw new SelectorError(`found '${key.text}', expected: identifier`)
    const bad = qualifiedNameErrors(key.text)
    if (bad.length > 0) throw new SelectorError(`<nil>: Invalid value: ${JSON.stringify(key.text)}: ${bad.join('; ')}`)
    const t = this.#peek(true)
    if (operator === '!' || t.kind === 'end' || t.kind === ',') return { key: key.text, operator: operator ?? 'exists', values: [] }
    const op = this.#next(false)
    switch (op.kind) {
      case '=':
      case '==':
      case '!=':
        return this.#checked({ key: key.text, operator: op.kind, values: [this.#exactValue()] })
      case '>':
      case '<':
        return this.#checked({ key: key.text, operator: op.kind, values: [this.#exactValue()] })
      case 'in':
      case 'notin':
        return this.#checked({ key: key.text, operator: op.kind, values: [...new Set(this.#values())].sort() })
      default:
        throw new SelectorError(`found '${op.text}', expected: in, notin, =, ==, !=, gt, lt`)
    }
  }

  #checked(r: LabelRequirement): LabelRequirement {
    if ((r.operator === '>' || r.operator === '<') && !/^[+-]?\d+$/.test(r.values[0]!)) {
      throw new SelectorError(
        `values[0]: Invalid value: ${JSON.stringify(r.values[0])}: for 'Gt', 'Lt' operators, the value must be an integer`,
      )
    }
    for (const [i, v] of r.values.entries()) {
      const bad = labelValueErrors(v)
      if (bad.length > 0) throw new SelectorError(`values[${i}][${r.key}]: Invalid value: ${JSON.stringify(v)}: ${bad.join('; ')}`)
    }
    return r
  }

  #exactValue(): string {
    const t = this.#peek(true)
    if (t.kind === 'end' || t.kind === ',') return ''
    this.#next(true)
    if (t.kind === 'word') return t.text
    throw new SelectorError(`found '${t.text}', expected: identifier`)
  }

  #values(): string[] {
    const open = this.#next(false)
    if (open.kind !== '(') throw new SelectorError(`found '${open.text}' expected: '('`)
    const values: string[] = []
    // An empty place between commas or before `)` is the empty value.
    let wantValue = true
    for (;;) {
      const t = this.#next(true)
      const after = wantValue ? `',', ')' or identifier` : `',' or ')'`
      if (t.kind === 'word' && wantValue) {
        values.push(t.text)
        wantValue = false
      } else if (t.kind === ',' || t.kind === ')') {
        if (wantValue) values.push('')
        if (t.kind === ')') return values
        wantValue = true
      } else throw new SelectorError(`found '${t.text}', expected: ${after}`)
    }
  }
}

/** Parses `a=b,c!=d,e in (f,g),h,!i,j>1`; throws SelectorError. */
export function parseLabelSelector(text: string): LabelSelector {
  if (text === '') return everything
  return new Selector(new Parser(text).parse())
}

export interface LabelSelectorObject {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[]
}

const OPERATORS = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' } as const

/** metav1.LabelSelector to a selector; a missing one matches nothing (upstream's rule), an empty one everything. */
export function selectorFromObject(s: LabelSelectorObject | undefined): LabelSelector | undefined {
  if (s === undefined) return undefined
  const requirements: LabelRequirement[] = Object.entries(s.matchLabels ?? {}).map(([key, v]) => ({ key, operator: '=', values: [v] }))
  for (const e of s.matchExpressions ?? [])
    requirements.push({ key: e.key, operator: OPERATORS[e.operator], values: [...(e.values ?? [])].sort() })
  return new Selector(requirements)
}
