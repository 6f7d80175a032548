/** JSON as the reference reads it: Go's error texts, duplicate fields, a limit on depth, numbers as they are spelled. */
import { goQuote } from './go-quote.ts'
import { endOfString, scanJson } from './json-scan.ts'
import { strayByte } from './json-text.ts'
import { JsonNumber, numberOf, parseSpelled } from './numbers.ts'

/** A text that is no JSON, with Go's words for why. */
export class JsonError extends Error {
  override readonly name = 'JsonError'
  /** Where in the text a character is that cannot be there; absent for other faults. */
  readonly at: number | undefined
  constructor(message: string, at?: number) {
    super(message)
    this.at = at
  }
}

/**
 * Go's words for what is wrong with a body, of which the reader has seen the text alone: Go shows the byte where a character cannot be, and
 * a byte that is no UTF-8 is no character.
 */
export function faultIn({ message, at }: JsonError, bytes: Buffer): string {
  const byte = at === undefined ? undefined : strayByte(bytes, at)
  return byte === undefined ? message : message.replace("'ï'", `'${goQuote(String.fromCharCode(byte)).slice(1, -1)}'`)
}

/** An object's fields in the order of the text, duplicates included. */
export class Entries {
  readonly list: readonly (readonly [string, unknown])[]
  constructor(list: readonly (readonly [string, unknown])[]) {
    this.list = list
  }
}

/** Go's limit is 10,000; code here recurses, so ours is what the stack bears with room to spare. */
export const MAX_DEPTH = 2_000
const nested = /[[{]/g

/**
 * Parses a JSON text with its numbers as they are spelled (numbers.ts).
 * @throws JsonError with Go's text
 */
export function parseJson(text: string): unknown {
  const value = parseRounded(text)
  // Only of a text that is not too deep: the engine recurses where it shows how a number is spelled.
  return scanJson(text).unusualNumbers ? parseSpelled(text) : value
}

/**
 * Parses a JSON text with the engine's numbers, for a reader that looks at their spelling where it meets one (decodeTyped).
 * @throws JsonError with Go's text
 */
export function parseRounded(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The engine's own words differ from Go's; the slow reader finds them.
    new Scanner(text).read()
    throw new JsonError('invalid JSON')
  }
  // Every level takes two characters, so short bodies cannot be deep.
  const deep = text.length > 2 * MAX_DEPTH ? tooDeep(text) : undefined
  if (deep !== undefined) throw new JsonError(`invalid character '${deep}' exceeded max depth`)
  return value
}

/** What Go's decoder takes. */
const GO_DEPTH = 10_000

/**
 * The text of a value whose type ends long before the limit here: containers beyond it, which no field of the type can hold, are emptied
 * instead of refused, as a decoder that skips them does. A text that is too deep for Go, or no JSON, stays as it is.
 */
export function cutDepth(text: string): string {
  if (text.length <= 2 * MAX_DEPTH || !mayBeDeep(text, MAX_DEPTH)) return text
  const kept: string[] = []
  let from = 0
  const isTaken = walkBrackets(text, (depth, at, opens) => {
    if (depth > GO_DEPTH) return false
    if (depth !== MAX_DEPTH) return true
    if (opens) kept.push(text.slice(from, at + 1))
    else from = at
    return true
  })
  return isTaken ? [...kept, text.slice(from)].join('') : text
}

/** The character that opens one level too many in a valid JSON text. */
function tooDeep(text: string): string | undefined {
  if (!mayBeDeep(text, MAX_DEPTH)) return undefined
  let found: string | undefined
  walkBrackets(text, (depth, at) => {
    if (depth > MAX_DEPTH) found = text[at]
    return found === undefined
  })
  return found
}

function mayBeDeep(text: string, levels: number): boolean {
  let openings = 0
  nested.lastIndex = 0
  while (nested.test(text)) if (++openings > levels) return true
  return false
}

/**
 * Tells of each bracket outside of strings its level, from 1, where it stands and whether it opens. False when `visit` was false, which ends
 * it, or a string does not end.
 */
function walkBrackets(text: string, visit: (depth: number, at: number, opens: boolean) => boolean): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x22) {
      i = endOfString(text, i)
      if (i < 0) return false
    } else if (code === 0x7b || code === 0x5b) {
      if (!visit(++depth, i, true)) return false
    } else if (code === 0x7d || code === 0x5d) {
      if (!visit(depth--, i, false)) return false
    }
  }
  return true
}

/**
 * Whether some object of a valid JSON text has a field twice. `value` is what it parsed to: a duplicate makes
 * the text have more keys than the value.
 * @param keys of the text, where they were counted already
 */
export function hasDuplicateKeys(text: string, value: unknown, keys = scanJson(text).keys): boolean {
  return keys !== keysInValue(value)
}

function keysInValue(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return 0
  let keys = 0
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') keys += keysInValue(item)
    return keys
  }
  for (const key in value) {
    keys++
    const item = (value as Record<string, unknown>)[key]
    if (typeof item === 'object') keys += keysInValue(item)
  }
  return keys
}

/** As JSON.parse, with Entries for objects. The text must be valid. */
export const parseEntries = (text: string): unknown => new Scanner(text).read()

const space = /[ \t\r\n]*/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** A plain recursive reader, used where the engine's parser does not say enough. Its errors are those of Go's encoding/json. */
class Scanner {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): unknown {
    const value = this.#value('looking for beginning of value')
    this.#space()
    if (this.#at < this.#text.length) throw this.#unexpected('after top-level value')
    return value
  }

  #space(): void {
    space.lastIndex = this.#at
    space.test(this.#text)
    this.#at = space.lastIndex
  }

  #unexpected(where: string): JsonError {
    if (this.#at >= this.#text.length) {
      // At the end Go feeds itself a space, which is wrong only inside of a token.
      const inToken = where.startsWith('in ') || where.startsWith('after decimal')
      return new JsonError(inToken ? `invalid character ' ' ${where}` : 'unexpected end of JSON input')
    }
    return new JsonError(`invalid character ${quoted(this.#text, this.#at)} ${where}`, this.#at)
  }

  #value(where: string): unknown {
    this.#space()
    switch (this.#text[this.#at]) {
      case '{':
        return this.#nested(() => this.#object())
      case '[':
        return this.#nested(() => this.#array())
      case '"':
        return this.#string()
      case 't':
        return this.#literal('true', true)
      case 'f':
        return this.#literal('false', false)
      case 'n':
        return this.#literal('null', null)
    }
    const code = this.#text.charCodeAt(this.#at)
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.#number()
    throw this.#unexpected(where)
  }

  #nested(read: () => unknown): unknown {
    if (++this.#depth > MAX_DEPTH) throw this.#unexpected('exceeded max depth')
    this.#at++
    const value = read()
    this.#depth--
    return value
  }

  #object(): Entries {
    const list: [string, unknown][] = []
    this.#space()
    if (this.#text[this.#at] === '}') {
      this.#at++
      return new Entries(list)
    }
    for (;;) {
      this.#space()
      if (this.#text[this.#at] !== '"') throw this.#unexpected('looking for beginning of object key string')
      const key = this.#string()
      this.#space()
      if (this.#text[this.#at] !== ':') throw this.#unexpected('after object key')
      this.#at++
      list.push([key, this.#value('looking for beginning of value')])
      this.#space()
      const next = this.#text[this.#at]
      if (next !== ',' && next !== '}') throw this.#unexpected('after object key:value pair')
      this.#at++
      if (next === '}') return new Entries(list)
    }
  }

  #array(): unknown[] {
    const list: unknown[] = []
    this.#space()
    if (this.#text[this.#at] === ']') {
      this.#at++
      return list
    }
    for (;;) {
      list.push(this.#value('looking for beginning of value'))
      this.#space()
      const next = this.#text[this.#at]
      if (next !== ',' && next !== ']') throw this.#unexpected('after array element')
      this.#at++
      if (next === ']') return list
    }
  }

  #string(): string {
    const start = this.#at++
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (Number.isNaN(code)) throw new JsonError('unexpected end of JSON input')
      if (code === 0x22) break
      if (code < 0x20) throw this.#unexpected('in string literal')
      if (code === 0x5c) this.#escape()
      else this.#at++
    }
    this.#at++
    return JSON.parse(this.#text.slice(start, this.#at)) as string
  }

  #escape(): void {
    this.#at++
    const code = this.#text[this.#at]
    if (code === undefined || !'"\\/bfnrtu'.includes(code)) throw this.#unexpected('in string escape code')
    this.#at++
    if (code !== 'u') return
    for (let i = 0; i < 4; i++, this.#at++) {
      if (!/^[\da-fA-F]$/.test(this.#text[this.#at] ?? '')) throw this.#unexpected('in \\u hexadecimal character escape')
    }
  }

  #literal<T>(word: string, value: T): T {
    for (let i = 1; i < word.length; i++) {
      this.#at++
      if (this.#text[this.#at] !== word[i]) throw this.#unexpected(`in literal ${word} (expecting '${word[i]}')`)
    }
    this.#at++
    return value
  }

  #number(): number | bigint | JsonNumber {
    number.lastIndex = this.#at
    const found = number.exec(this.#text)?.[0] ?? '-'
    this.#at += found.length
    const next = this.#text[this.#at]
    if (found === '-') throw this.#unexpected('in numeric literal')
    const isInteger = /^-?\d+$/.test(found)
    if (next === '.' && isInteger) {
      this.#at++
      throw this.#unexpected('after decimal point in numeric literal')
    }
    if ((next === 'e' || next === 'E') && !/e/i.test(found)) {
      this.#at++
      if (this.#text[this.#at] === '+' || this.#text[this.#at] === '-') this.#at++
      throw this.#unexpected('in exponent of numeric literal')
    }
    return numberOf(found)
  }
}

/** A character as Go's quoteChar prints it. Go looks at bytes, so the first byte of a longer character. */
/** A byte as Go's errors name it. */
export const quotedByte = (byte: number): string => `'${goQuote(String.fromCharCode(byte)).slice(1, -1)}'`

function quoted(text: string, at: number): string {
  const char = text[at]!
  if (char === "'") return "'\\''"
  if (char === '"') return "'\"'"
  return quotedByte(Buffer.from(String.fromCodePoint(text.codePointAt(at)!))[0]!)
}
