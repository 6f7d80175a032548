import { isPrintable } from './go-quote.ts'
import { compareText } from './text-order.ts'
import { floatOf, isObject, kindOf } from './json-values.ts'

/**
 * JSONPath as kubectl has it and printer columns and selectable fields use it (client-go `util/jsonpath`): fields, indexes, slices, unions,
 * wildcards, filters, recursive descent. Without range and end, which templates have.
 */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError'
}

type Step =
  | { readonly is: 'field' | 'identifier'; readonly name: string }
  | { readonly is: 'wildcard' | 'recursive' }
  | { readonly is: 'slice'; readonly from?: number; readonly to?: number; readonly step?: number; readonly single: boolean }
  | { readonly is: 'union'; readonly of: readonly (readonly Step[])[] }
  | { readonly is: 'filter'; readonly left: readonly Step[]; readonly operator: string; readonly right: readonly Step[] }
  | { readonly is: 'value'; readonly value: unknown }

/** A parsed path. Missing fields give no values. */
export class JsonPath {
  readonly #steps: readonly Step[]

  /** @throws JsonPathError */
  constructor(path: string) {
    this.#steps = parse(path)
  }

  /**
   * The values that the path leads to.
   * @throws JsonPathError for what does not fit the value: an index into an object, one beyond the end
   */
  find(value: unknown): unknown[] {
    return walk([value], this.#steps)
  }
}

const TERMINATORS = new Set([' ', '\t', '\r', '\n', '.', ',', '[', ']', '$', '@', '{', '}'])
const LETTER = /[\p{L}\p{Nd}_]/u
const DICT_KEY = /^'([^']*)'$/
const SLICE = /^(-?\d*)(?::(-?\d*))?(?::(-?\d*))?$/
const NUMBER = /[+-]?[\d.]*/y

function parse(text: string): Step[] {
  const steps: Step[] = []
  let at = 0
  const upTo = (): string => {
    const start = at
    while (at < text.length && !TERMINATORS.has(text[at]!)) at += text[at] === '\\' ? 2 : 1
    at = Math.min(at, text.length)
    return text.slice(start, at)
  }
  const field = (): void => {
    const name = upTo()
    steps.push(name === '*' ? { is: 'wildcard' } : { is: 'field', name: name.replaceAll('\\', '') })
  }
  while (at < text.length && text[at] !== '}') {
    const c = text[at]!
    if (text.startsWith('[?(', at)) {
      const { step, end } = parseFilter(text, at + 3)
      steps.push(step)
      at = end
    } else if (text.startsWith('..', at)) {
      if (steps.at(-1)?.is === 'recursive') throw new JsonPathError('invalid multiple recursive descent')
      steps.push({ is: 'recursive' })
      at += 2
      if (at < text.length && LETTER.test(text[at]!)) field()
    } else if (c === ' ' || c === '@' || c === '$') at++
    else if (c === '[') {
      const end = text.indexOf(']', at)
      if (end === -1 || text.slice(at, end).includes('\n')) throw new JsonPathError('unterminated array')
      steps.push(...parseArray(text.slice(at + 1, end)))
      at = end + 1
    } else if (c === '"' || c === "'") {
      const end = closingQuote(text, at)
      steps.push({ is: 'value', value: unquote(text.slice(at + 1, end)) })
      at = end + 1
    } else if (c === '.') {
      at++
      field()
    } else if (c === '+' || c === '-' || /\d/.test(c)) {
      NUMBER.lastIndex = at
      const [literal] = NUMBER.exec(text)!
      const value = Number(literal)
      if (!/\d/.test(literal) || Number.isNaN(value)) throw new JsonPathError(`cannot parse number ${literal}`)
      steps.push({ is: 'value', value })
      at += literal.length
    } else if (LETTER.test(c)) {
      const word = upTo()
      steps.push(word === 'true' || word === 'false' ? { is: 'value', value: word === 'true' } : { is: 'identifier', name: word })
    } else if (c === '\n' || c === '\r') throw new JsonPathError('unclosed action')
    else throw new JsonPathError(`unrecognized character in action: ${unicodeOf(text, at)}`)
  }
  return steps
}

/** As Go's `%#U` shows a character: `U+0021 '!'`, without itself where it is not printable. */
function unicodeOf(text: string, at: number): string {
  const code = text.codePointAt(at)!
  const character = String.fromCodePoint(code)
  const number = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  return isPrintable(character) ? `${number} '${character}'` : number
}

function parseArray(text: string): Step[] {
  const parts = text.split(',')
  if (parts.length > 1) return [{ is: 'union', of: parts.map((part) => parseArray(part.trim())) }]
  const key = DICT_KEY.exec(text)
  if (key !== null) return parse(`.${key[1]}`)
  const slice = SLICE.exec(text === '*' ? ':' : text)
  if (slice === null) throw new JsonPathError(`invalid array index ${text}`)
  const [from, to, step] = slice.slice(1).map((part) => (part === undefined || part === '' ? undefined : Number(part)))
  if ([from, to, step].some((n) => Number.isNaN(n))) throw new JsonPathError(`array index ${text} is not a number`)
  const single = slice[2] === undefined
  return [
    {
      is: 'slice',
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(step === undefined ? {} : { step }),
      single,
    },
  ]
}

function parseFilter(text: string, start: number): { step: Step; end: number } {
  let at = start
  let quote = ''
  let closed = false
  for (; ; at++) {
    const c = text[at]
    if (c === undefined || c === '\n') throw new JsonPathError('unterminated filter')
    if (c === '"' || c === "'") {
      if (quote === '') quote = c
      else if (c === quote && text[at - 1] !== '\\') closed = true
    } else if (c === ')' && (quote === '') === !closed) break
  }
  if (text[at + 1] !== ']') throw new JsonPathError('unclosed array expect ]')
  const inner = text.slice(start, at)
  const sign = /[!<>=]/.exec(inner)?.index ?? 0
  let right = sign
  while (/[!<>=]/.test(inner[right] ?? '')) right++
  const whole = sign === 0 || right >= inner.length
  const step: Step = whole
    ? { is: 'filter', left: parse(inner), operator: 'exists', right: [] }
    : { is: 'filter', left: parse(inner.slice(0, sign)), operator: inner.slice(sign, right), right: parse(inner.slice(right)) }
  return { step, end: at + 2 }
}

function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === text[start] && text[at - 1] !== '\\') return at
  }
  throw new JsonPathError('unterminated quoted string')
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

function unquote(text: string): string {
  return text.replace(/\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|([^]))/g, (_, long?: string, short?: string, one?: string) => {
    const hex = long ?? short
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    const plain = ESCAPES[one!]
    if (plain === undefined) throw new JsonPathError(`unquote string ${text} error invalid syntax`)
    return plain
  })
}

function walk(values: readonly unknown[], steps: readonly Step[]): unknown[] {
  let current = [...values]
  for (const step of steps) current = take(current, step)
  return current
}

const present = (value: unknown): boolean => value !== null && value !== undefined

function take(values: readonly unknown[], step: Step): unknown[] {
  switch (step.is) {
    case 'field':
      return values.flatMap((v) => (isObject(v) && Object.hasOwn(v, step.name) ? [v[step.name]] : []))
    case 'identifier':
      throw new JsonPathError(`unrecognized identifier ${step.name}`)
    case 'wildcard':
      return values.filter(present).flatMap(children)
    case 'recursive':
      return values.flatMap(descendants)
    case 'slice':
      return sliceAll(values, step)
    case 'union':
      return step.of.flatMap((steps) => walk(values, steps))
    case 'filter':
      return values.flatMap((v) => filtered(v, step))
    case 'value':
      return values.map(() => step.value)
  }
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  if (typeof value === 'string') return [...Buffer.from(value)]
  return isObject(value) ? Object.values(value) : []
}

/** The value itself if anything is in it, and all that is in it, each before its own. */
function descendants(value: unknown): unknown[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  const below = children(value)
  return below.length === 0 ? [] : [value, ...below.flatMap(descendants)]
}

function sliceAll(values: readonly unknown[], step: Step & { is: 'slice' }): unknown[] {
  const out: unknown[] = []
  for (const value of values) {
    if (!present(value)) continue
    if (!Array.isArray(value)) throw new JsonPathError(`${kindOf(value)} is not array or slice`)
    const length = value.length
    const from = (step.from ?? 0) + ((step.from ?? 0) < 0 ? length : 0)
    let to = step.single ? (step.from ?? 0) + 1 : (step.to ?? length)
    if (to < 0 || (to === 0 && step.single)) to += length
    // Nothing was asked for: no values at all, of the others neither.
    if (from === to) return out
    if (from >= length || from < 0) throw new JsonPathError(`array index out of bounds: index ${from}, length ${length}`)
    if (to > length || to < 0) throw new JsonPathError(`array index out of bounds: index ${to - 1}, length ${length}`)
    if (from > to) throw new JsonPathError(`starting index ${from} is greater than ending index ${to}`)
    if (step.step !== undefined && step.step <= 0) throw new JsonPathError('step must be > 0')
    for (let i = from; i < to; i += step.step ?? 1) out.push(value[i])
  }
  return out
}

function filtered(value: unknown, step: Step & { is: 'filter' }): unknown[] {
  if (!Array.isArray(value)) throw new JsonPathError('value is not array or slice and cannot be filtered')
  return value.filter((item) => {
    if (step.operator === 'exists') return exists(item, step.left)
    const left = walk([item], step.left)
    const right = left.length === 0 ? [] : walk([item], step.right)
    if (left.length === 0 || right.length === 0) return false
    if (left.length > 1 || right.length > 1) throw new JsonPathError('can only compare one element at a time')
    return compare(left[0], right[0], step.operator)
  })
}

function exists(item: unknown, steps: readonly Step[]): boolean {
  try {
    return walk([item], steps).length > 0
  } catch {
    return false
  }
}

/** Values of one kind only, as Go's templates compare them. */
function compare(a: unknown, b: unknown, operator: string): boolean {
  const kind = kindOf(a)
  if (kind !== kindOf(b) || kind === 'null' || kind === 'slice' || kind === 'map')
    throw new JsonPathError('incompatible types for comparison')
  const order = kind === 'string' ? compareText(a as string, b as string) : kind === 'bool' ? Number(a !== b) : floatOf(a) - floatOf(b)
  if (operator === '==') return order === 0
  if (operator === '!=') return order !== 0
  if (kind === 'bool') throw new JsonPathError('invalid type for comparison')
  if (operator === '<') return order < 0
  if (operator === '>') return order > 0
  if (operator === '<=') return order <= 0
  if (operator === '>=') return order >= 0
  throw new JsonPathError(`unrecognized filter operator ${operator}`)
}
