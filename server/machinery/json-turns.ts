import { endOfString, hasLongNumbers } from './json-scan.ts'
import { MAX_DEPTH, parseRounded } from './json.ts'
import { parseIntegers } from './numbers.ts'
import { setOwn } from './own.ts'
import { isTurn, type Pausing } from './slice.ts'

/** Shorter texts are left to the engine, which is faster and done in a moment. */
const LONG_TEXT = 128 * 1024
/**
 * What parseRounded gives, of a long text in turns with others: the engine takes 100 ms for 3 MB of small values, in one go.
 * @param long characters from which on a text is read in turns
 * @throws JsonError with Go's text
 */
export function* parsingRounded(text: string, long = LONG_TEXT): Pausing<unknown> {
  if (text.length < long) return parseRounded(text)
  const reader = new Reader(text)
  while (reader.read()) yield
  // What is wrong, and where, the other one says.
  return reader.isValid ? reader.value : parseRounded(text)
}

/** The same with what parseIntegers gives. @throws SyntaxError */
export function* parsingIntegers(text: string, long = LONG_TEXT): Pausing<unknown> {
  if (text.length < long || hasLongNumbers(text)) return parseIntegers(text)
  const reader = new Reader(text)
  while (reader.read()) yield
  return reader.isValid ? reader.value : parseIntegers(text)
}

type Container = unknown[] | Record<string, unknown>

const space = /[ \t\n\r]*/y
const plain = /[^"\\\u0000-\u001f]*/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

const LITERALS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

/** Reads a JSON text (RFC 8259) without recursion, so that it can stop anywhere between two values. */
class Reader {
  value: unknown
  isValid = true
  readonly #text: string
  #at = 0
  /** The containers that are open, outermost first, and of each object the field whose value is next. */
  readonly #open: { container: Container; key: string }[] = []

  constructor(text: string) {
    this.#text = text
  }

  /** Goes on until it is others' turn. False when the text has ended, or is no JSON. */
  read(): boolean {
    while (!isTurn()) {
      if (!this.#one()) {
        this.isValid = false
        return false
      }
      if (this.#open.length === 0) {
        this.isValid = this.#next() === ''
        return false
      }
    }
    return true
  }

  /** The next character that is no white space, '' at the end. It is not taken. */
  #next(): string {
    space.lastIndex = this.#at
    space.test(this.#text)
    this.#at = space.lastIndex
    return this.#text.charAt(this.#at)
  }

  /** One value, or the beginning of a container, with what stands around it. */
  #one(): boolean {
    const first = this.#next()
    if (first === '{' || first === '[') return this.#begin(first)
    const value = first === '"' ? this.#string() : this.#bare()
    if (value === undefined) return false
    this.#put(value)
    return this.#after()
  }

  #begin(bracket: '{' | '['): boolean {
    // Too many are for the other one to name.
    if (this.#open.length >= MAX_DEPTH) return false
    this.#at++
    const container: Container = bracket === '{' ? {} : []
    this.#put(container)
    const isEmpty = this.#next() === (bracket === '{' ? '}' : ']')
    this.#open.push({ container, key: '' })
    return isEmpty ? this.#after() : bracket === '[' || this.#key()
  }

  #put(value: unknown): void {
    const top = this.#open.at(-1)
    if (top === undefined) this.value = value
    else if (Array.isArray(top.container)) top.container.push(value)
    else setOwn(top.container, top.key, value)
  }

  /** What follows a value: ends of containers, or a comma and the next field's name. */
  #after(): boolean {
    for (let top = this.#open.at(-1); top !== undefined; top = this.#open.at(-1)) {
      const isArray = Array.isArray(top.container)
      const next = this.#next()
      this.#at++
      if (next === ',') return isArray || this.#key()
      if (next !== (isArray ? ']' : '}')) return false
      this.#open.pop()
    }
    return true
  }

  #key(): boolean {
    const key = this.#next() === '"' ? this.#string() : undefined
    if (key === undefined || this.#next() !== ':') return false
    this.#at++
    this.#open.at(-1)!.key = key
    return true
  }

  #string(): string | undefined {
    const start = this.#at
    plain.lastIndex = start + 1
    plain.test(this.#text)
    const end = plain.lastIndex
    if (this.#text[end] === '"') {
      this.#at = end + 1
      return this.#text.slice(start + 1, end)
    }
    if (this.#text[end] !== '\\') return undefined
    const close = endOfString(this.#text, start)
    if (close === -1) return undefined
    this.#at = close + 1
    try {
      return JSON.parse(this.#text.slice(start, close + 1)) as string
    } catch {
      return undefined
    }
  }

  #bare(): unknown {
    const literal = LITERALS.find(([word]) => this.#text.startsWith(word, this.#at))
    if (literal !== undefined) {
      this.#at += literal[0].length
      return literal[1]
    }
    number.lastIndex = this.#at
    const found = number.exec(this.#text)?.[0]
    if (found === undefined) return undefined
    this.#at += found.length
    return Number(found)
  }
}
