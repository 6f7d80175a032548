import { goQuote } from './go-quote.ts'
import { labelValueErrors, qualifiedNameErrors } from './names.ts'
import { parseGoInt64 } from './query.ts'

/** Label selectors as apimachinery `labels.Parse` reads them. */
export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | '>' | '<'

export interface LabelRequirement {
  key: string
  operator: LabelOperator
  values: readonly string[]
}

/** Thrown for text that is no selector; the message is what the reference answers with 400. */
export class SelectorError extends Error {
  override name = 'SelectorError'
}

/** Faults of one requirement that are told; the text would grow with the selector otherwise. */
const MAX_FAULTS = 100

type Token = { kind: 'word' | 'end' | '!' | '=' | '==' | '!=' | '>' | '<' | '(' | ')' | ',' | 'in' | 'notin'; text: string }

// White space is Go's: no other character parts words.
const TOKEN = /[ \t\r\n]*(?:(==|!=|[=!<>(),])|([^ \t\r\n=!(),><\0]+)|(\0))/y

function lex(text: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (let found = TOKEN.exec(text); found !== null; found = TOKEN.exec(text)) {
    const [, symbol, word] = found
    if (symbol !== undefined) tokens.push({ kind: symbol as Token['kind'], text: symbol })
    else if (word !== undefined) tokens.push({ kind: word === 'in' || word === 'notin' ? word : 'word', text: word })
    // For Go's reader the text ends at a zero byte.
    else break
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
    if (bad.length > 0) throw new SelectorError(`<nil>: Invalid value: ${goQuote(key.text)}: ${bad.join('; ')}`)
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
    const faults: string[] = []
    if ((r.operator === '>' || r.operator === '<') && parseGoInt64(r.values[0]!) === undefined)
      faults.push(`values[0]: Invalid value: ${goQuote(r.values[0]!)}: for 'Gt', 'Lt' operators, the value must be an integer`)
    for (const [i, v] of r.values.entries()) {
      for (const bad of labelValueErrors(v)) faults.push(`values[${i}][${r.key}]: Invalid value: ${goQuote(v)}: ${bad}`)
      if (faults.length >= MAX_FAULTS) break
    }
    if (faults.length > 0) throw new SelectorError(faults.length === 1 ? faults[0]! : `[${faults.join(', ')}]`)
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
    for (let first = true; ; first = false) {
      const t = this.#next(true)
      const after = first ? `',', ')' or identifier` : wantValue ? `',', or identifier` : `',' or ')'`
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

/** The requirements of `a=b,c!=d,e in (f,g),h,!i,j>1` in the order of the text. Throws SelectorError. In time linear in the text. */
export const parseLabelRequirements = (text: string): LabelRequirement[] => new Parser(text).parse()
