/** The tokens of libyaml, its marks of structure among them; `?` and `map` are also put in where a colon shows that there was a key. */
export type Kind =
  | '['
  | ']'
  | '{'
  | '}'
  | ','
  | '?'
  | ':'
  | '-'
  | 'scalar'
  | 'alias'
  | 'anchor'
  | 'seq'
  | 'map'
  | 'block end'
  | '---'
  | '...'
  | 'end'

export interface Token {
  kind: Kind
  /** Counted from 0. */
  line: number
  name?: string
}

/** A token that a colon may still make a key. */
interface SimpleKey {
  number: number
  offset: number
  column: number
  line: number
  /** It begins where only a key can. */
  isRequired: boolean
}

const LONGEST_KEY = 1024
const MAX_DEPTH = 10_000
const BLANK = '[ \\t\\r\\n\\x85\\u2028\\u2029]'
const BLANK_OR_END = `(?=${BLANK}|$)`
const BREAK = /\r\n?|[\n\x85\u2028\u2029]/g
const ONE_BREAK = /\r\n?|[\n\x85\u2028\u2029]/y
const LINE = /[^\r\n\x85\u2028\u2029]*/y
const COMMENT = /#[^\r\n\x85\u2028\u2029]*/y
const SPACES = / */y
const SPACES_AND_TABS = /[ \t]*/y
const BLANKS = new RegExp(`${BLANK}*`, 'y')
const DOCUMENT_INDICATOR = new RegExp(`(?:---|\\.\\.\\.)${BLANK_OR_END}`, 'y')
const BLOCK_INDICATOR = new RegExp(`[-?:]${BLANK_OR_END}`, 'y')
const NAME = new RegExp(`[&*]([\\w-]+)(?=${BLANK}|[?:,\\]}%@\`]|$)`, 'y')
const WORD = new RegExp(`(?:[^ \\t\\r\\n\\x85\\u2028\\u2029:]|:(?!${BLANK}|$))*`, 'y')
const WORD_IN_FLOW = new RegExp(`(?:[^ \\t\\r\\n\\x85\\u2028\\u2029,?[\\]{}:]|:(?!${BLANK}|$))*`, 'y')
const WORD_IN_QUOTES = { '"': /[^"\\\r\n\x85\u2028\u2029]*/y, "'": /[^'\r\n\x85\u2028\u2029]*/y } as const
const BLOCK_HEADER = /[|>](?:([1-9])[+-]?|[+-]([1-9])?)?/y
const NO_SCALAR = /[#|>%@`?:,[\]{}&*!"']/
const SIMPLE_ESCAPE = /[0abt\tnvfre "'\\N_LP]/
const DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** Which of libyaml's parts finds a fault. */
export type Finder = 'scanner' | 'parser'

/** @param line counted from 0, and 0 is not told: the scanner says the one after it, the parser the line itself */
export const faultAt = (why: string, line: number, finder: Finder): string =>
  line === 0 ? why : `line ${finder === 'scanner' ? line + 1 : line}: ${why}`

/** Why Go's library does not read a text, in its words. */
export class YamlFault extends Error {
  constructor(why: string, line = 0, finder: Finder = 'parser') {
    super(faultAt(why, line, finder))
  }
}

/** What another reader has to say: tags, directives, more levels than Go has. */
export class NotRead extends Error {}

/** Cuts a text into tokens, as far ahead of their reader as one may turn out to be a key (go-yaml v2, `scannerc.go`). */
export class Scanner {
  readonly #text: string
  readonly #tokens: Token[] = []
  /** One a level of brackets; the first is of what is in none. */
  readonly #keys: (SimpleKey | undefined)[] = [undefined]
  /** The level of each of them, by the number of its token. */
  readonly #levels = new Map<number, number>()
  readonly #indents: number[] = []
  #indent = -1
  #parsed = 0
  #pos = 0
  #line = 0
  #lineStart = 0
  #mayBeKey = true

  constructor(text: string) {
    this.#text = text
  }

  peek(): Token {
    for (;;) {
      const [head] = this.#tokens
      if (head !== undefined && !this.#mayBecomeKey()) return head
      this.#fetch()
    }
  }

  skip(): void {
    this.#tokens.shift()
    this.#parsed++
  }

  get #inFlow(): boolean {
    return this.#keys.length > 1
  }

  get #column(): number {
    return this.#pos - this.#lineStart
  }

  #fault(why: string): YamlFault {
    return new YamlFault(why, this.#line, 'scanner')
  }

  /** Whether the first token waits for the colon that would make it a key. */
  #mayBecomeKey(): boolean {
    const level = this.#levels.get(this.#parsed)
    return level !== undefined && this.#validKey(level) !== undefined
  }

  #validKey(level: number): SimpleKey | undefined {
    const key = this.#keys[level]
    if (key === undefined || (key.line === this.#line && key.offset + LONGEST_KEY >= this.#pos)) return key
    return this.#removeKey(level)
  }

  #removeKey(level = this.#keys.length - 1): undefined {
    const key = this.#keys[level]
    if (key === undefined) return
    if (key.isRequired) throw this.#fault("could not find expected ':'")
    this.#forgetKey(level, key)
  }

  #forgetKey(level: number, { number }: SimpleKey): void {
    this.#keys[level] = undefined
    this.#levels.delete(number)
  }

  #saveKey(): void {
    if (!this.#mayBeKey) return
    this.#removeKey()
    const [column, line] = [this.#column, this.#line]
    const isRequired = !this.#inFlow && this.#indent === column
    const [level, number] = [this.#keys.length - 1, this.#parsed + this.#tokens.length]
    this.#keys[level] = { number, offset: this.#pos, column, line, isRequired }
    this.#levels.set(number, level)
  }

  #matches(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#pos
    return pattern.exec(this.#text) ?? undefined
  }

  #move(length: number): void {
    for (const { index, 0: text } of this.#text.slice(this.#pos, this.#pos + length).matchAll(BREAK)) {
      this.#line++
      this.#lineStart = this.#pos + index + text.length
    }
    this.#pos += length
  }

  /** Moves behind what the pattern takes. */
  #pass(pattern: RegExp): string {
    const text = this.#matches(pattern)?.[0] ?? ''
    this.#move(text.length)
    return text
  }

  #push(kind: Kind, length: number, name?: string): void {
    this.#tokens.push(name === undefined ? { kind, line: this.#line } : { kind, line: this.#line, name })
    this.#move(length)
  }

  /** A level of indentation begins, before the token of that number where it is given. */
  #rollIndent(kind: 'seq' | 'map', column: number, line: number, number?: number): void {
    if (this.#inFlow || this.#indent >= column) return
    this.#indents.push(this.#indent)
    if (this.#indents.length > MAX_DEPTH) throw new NotRead()
    this.#indent = column
    this.#tokens.splice(number === undefined ? this.#tokens.length : number - this.#parsed, 0, { kind, line })
  }

  #unrollIndent(column: number): void {
    for (; !this.#inFlow && this.#indent > column; this.#indent = this.#indents.pop()!) this.#push('block end', 0)
  }

  #toNextToken(): void {
    for (;;) {
      this.#pass(this.#inFlow || !this.#mayBeKey ? SPACES_AND_TABS : SPACES)
      this.#pass(COMMENT)
      if (this.#pass(ONE_BREAK) === '') return
      if (!this.#inFlow) this.#mayBeKey = true
    }
  }

  #isDocumentIndicator(): boolean {
    return this.#column === 0 && this.#matches(DOCUMENT_INDICATOR) !== undefined
  }

  #fetch(): void {
    this.#toNextToken()
    this.#unrollIndent(this.#column)
    const c = this.#text[this.#pos]
    if (c === undefined) return this.#end()
    if (c === '!' || (c === '%' && this.#column === 0)) throw new NotRead()
    if (this.#isDocumentIndicator()) return this.#documentIndicator(c === '-' ? '---' : '...')
    if (c === '[' || c === '{') return this.#open(c)
    if (c === ']' || c === '}') return this.#close(c)
    if (c === ',') return this.#entry(c)
    const isIndicator = this.#matches(BLOCK_INDICATOR) !== undefined
    if (c === '-' && isIndicator) return this.#blockEntry()
    if (c === '?' && (this.#inFlow || isIndicator)) return this.#key()
    if (c === ':' && (this.#inFlow || isIndicator)) return this.#value()
    if (c === '*' || c === '&') return this.#name(c)
    if ((c === '|' || c === '>') && !this.#inFlow) return this.#blockScalar()
    if (c === '"' || c === "'") return this.#scalar(() => this.#quoted(c))
    if (c === '\t' || (NO_SCALAR.test(c) && (this.#inFlow || !'?:'.includes(c))))
      throw this.#fault('found character that cannot start any token')
    return this.#scalar(() => this.#plain())
  }

  #end(): void {
    if (this.#column !== 0) {
      this.#line++
      this.#lineStart = this.#pos
    }
    this.#unrollIndent(-1)
    this.#removeKey()
    // What ends on a line of its own leaves no key behind.
    this.#levels.clear()
    this.#mayBeKey = false
    this.#push('end', 0)
  }

  #documentIndicator(kind: '---' | '...'): void {
    this.#unrollIndent(-1)
    this.#removeKey()
    this.#mayBeKey = false
    this.#push(kind, kind.length)
  }

  #open(kind: '[' | '{'): void {
    this.#saveKey()
    this.#keys.push(undefined)
    if (this.#keys.length > MAX_DEPTH) throw new NotRead()
    this.#mayBeKey = true
    this.#push(kind, 1)
  }

  #close(kind: ']' | '}'): void {
    this.#removeKey()
    if (this.#inFlow) this.#keys.pop()
    this.#mayBeKey = false
    this.#push(kind, 1)
  }

  #entry(kind: ','): void {
    this.#removeKey()
    this.#mayBeKey = true
    this.#push(kind, 1)
  }

  #blockEntry(): void {
    if (!this.#inFlow) {
      if (!this.#mayBeKey) throw this.#fault('block sequence entries are not allowed in this context')
      this.#rollIndent('seq', this.#column, this.#line)
    }
    this.#removeKey()
    this.#mayBeKey = true
    this.#push('-', 1)
  }

  #key(): void {
    if (!this.#inFlow) {
      if (!this.#mayBeKey) throw this.#fault('mapping keys are not allowed in this context')
      this.#rollIndent('map', this.#column, this.#line)
    }
    this.#removeKey()
    this.#mayBeKey = !this.#inFlow
    this.#push('?', 1)
  }

  #value(): void {
    const level = this.#keys.length - 1
    const key = this.#validKey(level)
    if (key !== undefined) {
      this.#tokens.splice(key.number - this.#parsed, 0, { kind: '?', line: key.line })
      this.#rollIndent('map', key.column, key.line, key.number)
      this.#forgetKey(level, key)
      this.#mayBeKey = false
    } else {
      if (!this.#inFlow) {
        if (!this.#mayBeKey) throw this.#fault('mapping values are not allowed in this context')
        this.#rollIndent('map', this.#column, this.#line)
      }
      this.#mayBeKey = !this.#inFlow
    }
    this.#push(':', 1)
  }

  #name(c: '*' | '&'): void {
    this.#saveKey()
    this.#mayBeKey = false
    const name = this.#matches(NAME)
    if (name === undefined) throw this.#fault('did not find expected alphabetic or numeric character')
    this.#push(c === '*' ? 'alias' : 'anchor', name[0].length, name[1])
  }

  #scalar(scan: () => void): void {
    this.#saveKey()
    this.#mayBeKey = false
    const token: Token = { kind: 'scalar', line: this.#line }
    scan()
    this.#tokens.push(token)
  }

  #plain(): void {
    let isLineBehind = false
    while (!this.#isDocumentIndicator() && this.#text[this.#pos] !== '#') {
      if (this.#pass(this.#inFlow ? WORD_IN_FLOW : WORD) !== '') isLineBehind = false
      const blanks = this.#matches(BLANKS)![0]
      if (blanks === '') break
      if (/[^ \t]/.test(blanks)) isLineBehind = true
      this.#move(blanks.length)
      if (isLineBehind && this.#text.slice(this.#lineStart, Math.min(this.#pos, this.#lineStart + this.#indent + 1)).includes('\t'))
        throw this.#fault('found a tab character that violates indentation')
      if (!this.#inFlow && this.#column <= this.#indent) break
    }
    if (isLineBehind) this.#mayBeKey = true
  }

  #quoted(quote: '"' | "'"): void {
    this.#move(1)
    for (;;) {
      if (this.#isDocumentIndicator()) throw this.#fault('found unexpected document indicator')
      this.#pass(WORD_IN_QUOTES[quote])
      const c = this.#text[this.#pos]
      if (c === undefined) throw this.#fault('found unexpected end of stream')
      if (c === '\\' && quote === '"') this.#escape()
      else if (c !== quote) this.#pass(ONE_BREAK)
      else if (quote === "'" && this.#text[this.#pos + 1] === "'") this.#move(2)
      else return this.#move(1)
    }
  }

  #escape(): void {
    const c = this.#text[this.#pos + 1] ?? ''
    if (SIMPLE_ESCAPE.test(c)) return this.#move(2)
    if (/[\r\n\x85\u2028\u2029]/.test(c)) {
      this.#move(1)
      return void this.#pass(ONE_BREAK)
    }
    const digits = DIGITS[c]
    if (digits === undefined) throw this.#fault('found unknown escape character')
    const code = this.#text.slice(this.#pos + 2, this.#pos + 2 + digits)
    if (code.length < digits || !/^[\da-fA-F]+$/.test(code)) throw this.#fault('did not find expected hexdecimal number')
    const value = Number.parseInt(code, 16)
    if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) throw this.#fault('found invalid Unicode character escape code')
    this.#move(2 + digits)
  }

  #blockScalar(): void {
    this.#removeKey()
    this.#mayBeKey = true
    const token: Token = { kind: 'scalar', line: this.#line }
    const [header, after, before] = this.#matches(BLOCK_HEADER)!
    this.#move(header.length)
    if (this.#text[this.#pos] === '0') throw this.#fault('found an indentation indicator equal to 0')
    this.#pass(SPACES_AND_TABS)
    this.#pass(COMMENT)
    if (this.#pass(ONE_BREAK) === '' && this.#pos < this.#text.length) throw this.#fault('did not find expected comment or line break')
    const more = Number(after ?? before ?? 0)
    const indent = this.#blockBreaks(more === 0 ? undefined : Math.max(this.#indent, 0) + more)
    while (this.#column === indent && this.#pos < this.#text.length) {
      this.#pass(LINE)
      this.#pass(ONE_BREAK)
      this.#blockBreaks(indent)
    }
    this.#tokens.push(token)
  }

  /** Passes over empty lines and the indentation of the next one, and says how deep it is. */
  #blockBreaks(indent: number | undefined): number {
    let deepest = 0
    for (;;) {
      const spaces = this.#matches(SPACES)![0].length
      this.#move(indent === undefined ? spaces : Math.min(spaces, Math.max(indent - this.#column, 0)))
      deepest = Math.max(deepest, this.#column)
      if ((indent === undefined || this.#column < indent) && this.#text[this.#pos] === '\t')
        throw this.#fault('found a tab character where an indentation space is expected')
      if (this.#pass(ONE_BREAK) === '') return indent ?? Math.max(deepest, this.#indent + 1, 1)
    }
  }
}
