import { TOKENS, type Token, type TokenType } from './lexer.ts'

/**
 * What the reference's parser does about a token that it did not expect (ANTLR 4, `DefaultErrorStrategy`), since users read its
 * messages: a superfluous token is skipped, a missing one is taken as there, and otherwise everything up to a token that a rule further out
 * waits for.
 */
export interface Follow {
  /** What may come behind a rule where it is called. */
  readonly set: ReadonlySet<TokenType>
  /** The calling rule may end there. */
  readonly open: boolean
}

/** A rule that cannot go on. */
export class Unexpected extends Error {
  readonly token: Token
  constructor(message: string, token: Token) {
    super(message)
    this.token = token
  }
}

/** Nothing more is said of the expression. */
export class GivenUp extends Error {}

const MAX_RECOVERIES = 30
const MAX_SKIPPED = 256
/** As often as this a rule may contain itself. */
const MAX_DEPTH = 250
export const RECURSION_MESSAGE = `expression recursion limit exceeded: ${MAX_DEPTH}`

const ORDER: ReadonlyMap<TokenType, number> = new Map([['<EOF>', -1], ...TOKENS.map((t, i) => [t, i] as const)] as [TokenType, number][])

function expectedText(set: ReadonlySet<TokenType>): string {
  const names = [...set].sort((a, b) => ORDER.get(a)! - ORDER.get(b)!)
  return names.length === 1 ? names[0]! : `{${names.join(', ')}}`
}

export interface Report {
  (offset: number | undefined, message: string): void
}

export class TokenStream {
  readonly #tokens: readonly Token[]
  readonly #source: readonly string[]
  readonly #report: Report
  readonly #follows: Follow[] = []
  readonly #depths = new Map<string, number>()
  #at = 0
  #recovering = false
  #recoveries = 0
  #skipped = 0
  #lastErrorAt = -1
  failed = false

  constructor(tokens: readonly Token[], source: readonly string[], report: Report) {
    this.#tokens = tokens
    this.#source = source
    this.#report = report
  }

  get type(): TokenType {
    return this.peek(0).type
  }

  peek(ahead: number): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!
  }

  /** Runs a rule. What it cannot go on with is reported, skipped, and `broken` is its result. */
  rule<T>(name: string, follow: Follow, body: () => T, broken: () => T): T {
    this.begin(name, follow)
    try {
      return body()
    } catch (error) {
      this.mend(error)
      return broken()
    } finally {
      this.end(name)
    }
  }

  /** Where the rule begins. `end` goes with it, and `mend` when something is thrown in between. */
  begin(name: string, follow: Follow): number {
    this.#follows.push(follow)
    this.enter(name)
    return this.peek(0).offset
  }

  /** @param times how often it was entered */
  end(name: string, times = 1): void {
    this.#depths.set(name, this.#depths.get(name)! - times)
    this.#follows.pop()
  }

  /** Reports what a rule cannot go on with, and skips it. */
  mend(error: unknown): void {
    if (!(error instanceof Unexpected)) throw error
    this.#tell(error.token, error.message)
    this.#recover()
  }

  enter(name: string): void {
    const depth = (this.#depths.get(name) ?? 0) + 1
    this.#depths.set(name, depth)
    if (depth <= MAX_DEPTH) return
    this.#report(undefined, RECURSION_MESSAGE)
    throw new GivenUp()
  }

  take(): Token {
    const token = this.peek(0)
    this.#recovering = false
    if (token.type !== '<EOF>') this.#at++
    return token
  }

  /** Takes a token of this type. `then`: what may come behind it. */
  match(type: TokenType, then: Follow): Token {
    if (this.type === type) return this.take()
    this.#countRecovery()
    const expected = this.#expected({ set: new Set([type]), open: false })
    if (this.#dropOne(expected)) return this.take()
    const token = this.peek(0)
    if (this.#expected(then).has(token.type)) {
      this.#tell(token, `missing ${expectedText(expected)} at ${quoted(token.text)}`)
      return { type, text: `<missing ${type.replace(/^'|'$/g, '')}>`, offset: token.offset }
    }
    throw this.mismatch(expected)
  }

  /** Before a choice between these tokens: a superfluous one is dropped. */
  sync(set: ReadonlySet<TokenType>): void {
    if (this.#recovering || set.has(this.type)) return
    const expected = this.#expected({ set, open: false })
    if (!this.#dropOne(expected)) throw this.mismatch(expected)
  }

  /** Behind a repeated token, where these go on: all that do not are skipped. */
  syncLoop(set: ReadonlySet<TokenType>): void {
    if (this.#recovering || set.has(this.type)) return
    const expected = this.#expected({ set, open: false })
    this.#tell(this.peek(0), `extraneous input ${quoted(this.peek(0).text)} expecting ${expectedText(expected)}`)
    this.#skipTo(new Set([...expected, ...this.#recoverySet()]))
  }

  mismatch(expected: ReadonlySet<TokenType>): Unexpected {
    const token = this.peek(0)
    return new Unexpected(`mismatched input ${quoted(token.text)} expecting ${expectedText(expected)}`, token)
  }

  /** No rule begins with the next tokens; the last of `count` is the one that fits none. */
  noAlternative(count: number): Unexpected {
    const [first, last] = [this.peek(0), this.peek(count - 1)]
    const end = last.type === '<EOF>' ? this.peek(Math.max(count - 2, 0)) : last
    const text = first.type === '<EOF>' ? '<EOF>' : this.#source.slice(first.offset, end.offset + Array.from(end.text).length).join('')
    const message = `no viable alternative at input ${quoted(text)}`
    return new Unexpected(
      message.replace(/no viable alternative at input '.(true|false|null)'/, "mismatched input '$1' expecting IDENTIFIER"),
      this.peek(count - 1),
    )
  }

  #tell(token: Token, message: string): void {
    if (this.#recovering) return
    this.#recovering = true
    this.failed = true
    this.#report(token.offset, `Syntax error: ${message}`)
  }

  #dropOne(expected: ReadonlySet<TokenType>): boolean {
    if (!expected.has(this.peek(1).type)) return false
    const token = this.peek(0)
    if (token.type === '<EOF>') return false
    this.#tell(token, `extraneous input ${quoted(token.text)} expecting ${expectedText(expected)}`)
    this.#at++
    this.#recovering = false
    return true
  }

  /** With what rules further out wait for, as far as those in between may end. */
  #expected(here: Follow): ReadonlySet<TokenType> {
    if (!here.open) return here.set
    const all = new Set(here.set)
    for (let i = this.#follows.length - 1; i >= 0; i--) {
      for (const t of this.#follows[i]!.set) all.add(t)
      if (!this.#follows[i]!.open) return all
    }
    return all.add('<EOF>')
  }

  #recoverySet(): ReadonlySet<TokenType> {
    return new Set(this.#follows.flatMap((f) => [...f.set]))
  }

  #recover(): void {
    this.#countRecovery()
    // Twice at one place: something must be left behind.
    if (this.#lastErrorAt === this.#at && this.type !== '<EOF>') this.#at++
    this.#lastErrorAt = this.#at
    this.#skipTo(this.#recoverySet())
  }

  #skipTo(set: ReadonlySet<TokenType>): void {
    while (this.type !== '<EOF>' && !set.has(this.type)) {
      if (this.#skipped++ >= MAX_SKIPPED) {
        this.#report(undefined, `error recovery token lookahead limit exceeded: ${MAX_SKIPPED}`)
        throw new GivenUp()
      }
      this.#at++
    }
    this.#skipped = 0
  }

  #countRecovery(): void {
    if (this.#recoveries++ < MAX_RECOVERIES) return
    this.#report(this.peek(0).offset, `Syntax error: error recovery attempt limit exceeded: ${MAX_RECOVERIES}`)
    throw new GivenUp()
  }
}

const quoted = (text: string): string => `'${text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}'`
