import type { Call, Expr, MapEntry, StructField } from './ast.ts'
import {
  AFTER_AND,
  AFTER_CALC,
  AFTER_CONDITION,
  AFTER_MEMBER,
  AFTER_OR,
  AFTER_RELATION,
  ELEMENT,
  FIELD,
  NUMBERS,
  OPEN,
  PRIMARY,
  PRODUCTS,
  RELATIONS,
  START,
  START_FOLLOW,
  SUMS,
  open,
  plus,
  setOf,
  upTo,
} from './grammar.ts'
import { literalValue } from './literal-value.ts'
import { tokenize, type LexerIssue, type Token, type TokenType } from './lexer.ts'
import { expandMacro, type MacroHelper } from './macros.ts'
import type { CelIssue } from './source.ts'
import { GivenUp, RECURSION_MESSAGE, TokenStream, type Follow } from './token-stream.ts'

/** An expression longer than this many code points is refused. */
const MAX_SIZE = 100_000

export interface Parsed {
  readonly expr: Expr
  readonly source: readonly string[]
  /** Where each node begins. */
  readonly offsets: ReadonlyMap<number, number>
  readonly issues: readonly CelIssue[]
}

const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(' '),
)

/** Parses an expression with its macros expanded. Optional syntax (`a.?b`, `a[?b]`, `[?x]`) is on, as Kubernetes has it. */
export function parse(text: string): Parsed {
  const source = Array.from(text)
  const parser = new Parser(source)
  const expr = parser.parse()
  return { expr, source, offsets: parser.offsets, issues: parser.issues }
}

/**
 * The rules of one grammar (cel-spec `doc/langdef.md`), a method each, from the loosest binding to the tightest. They call each other in circles and share
 * tokens, ids and the mending of faults, so they stay together although they are more than a page.
 */
class Parser implements MacroHelper {
  readonly offsets = new Map<number, number>()
  readonly issues: CelIssue[] = []
  readonly #source: readonly string[]
  #tokens!: TokenStream
  #nextId = 1

  constructor(source: readonly string[]) {
    this.#source = source
  }

  parse(): Expr {
    if (this.#source.length > MAX_SIZE) {
      this.issues.push({
        offset: undefined,
        message: `expression code point size exceeds limit: size: ${this.#source.length}, limit ${MAX_SIZE}`,
      })
      return this.broken()
    }
    const { tokens, issues } = tokenize(this.#source)
    this.issues.push(...issues)
    this.#tokens = new TokenStream(tokens, this.#source, (offset, message) => this.issues.push({ offset, message }))
    try {
      return this.#tokens.rule(
        'start',
        upTo(),
        () => {
          const expr = this.#expr(upTo('<EOF>'))
          this.#tokens.match('<EOF>', upTo())
          return expr
        },
        () => this.broken(),
      )
    } catch (error) {
      if (error instanceof RangeError) this.issues.push({ offset: undefined, message: RECURSION_MESSAGE })
      else if (!(error instanceof GivenUp)) throw error
      // The reference reads no further, so it does not tell of what is no token there either.
      const end = this.#tokens.peek(0).offset
      const kept = this.issues.filter((i) => i.offset === undefined || i.offset <= end || !issues.includes(i as LexerIssue))
      this.issues.splice(0, this.issues.length, ...kept)
      return this.broken()
    }
  }

  id(offset: number): number {
    const id = this.#nextId++
    this.offsets.set(id, offset)
    return id
  }

  fail(id: number, message: string): void {
    this.issues.push({ offset: this.offsets.get(id), message })
  }

  /** Stands where nothing could be read; there is an issue then. */
  broken(): Expr {
    return { kind: 'literal', id: this.#nextId++, value: null }
  }

  /** Stands where a part that begins there was broken. */
  #mended(error: unknown, offset: number): Expr {
    this.#tokens.mend(error)
    return { kind: 'literal', id: this.id(offset), value: null }
  }

  // Each rule is one function without closures: expressions 250 deep must leave something of the stack.
  #expr(follow: Follow): Expr {
    const tokens = this.#tokens
    const start = tokens.begin('expr', follow)
    try {
      const condition = this.#logical(AFTER_CONDITION, 0)
      if (tokens.type !== "'?'") return condition
      const id = this.id(tokens.take().offset)
      const yes = this.#logical(upTo("':'"), 0)
      tokens.match("':'", START_FOLLOW)
      return this.#call(id, '_?_:_', undefined, [condition, yes, this.#expr(OPEN)])
    } catch (error) {
      return this.#mended(error, start)
    } finally {
      tokens.end('expr')
    }
  }

  /** `||` and, one level below, `&&`: long chains become balanced trees. */
  #logical(follow: Follow, level: 0 | 1): Expr {
    const tokens = this.#tokens
    const [rule, token, fn] = level === 0 ? (['or', "'||'", '_||_'] as const) : (['and', "'&&'", '_&&_'] as const)
    const start = tokens.begin(rule, follow)
    try {
      const terms: Expr[] = []
      const ids: number[] = []
      for (let operator: Token | undefined; ; operator = tokens.take()) {
        terms.push(level === 0 ? this.#logical(AFTER_OR, 1) : this.#relation(AFTER_AND, 1))
        if (operator !== undefined) ids.push(this.id(operator.offset))
        if (tokens.type !== token) return ids.length === 0 ? terms[0]! : this.#balanced(fn, terms, ids, 0, ids.length - 1)
      }
    } catch (error) {
      return this.#mended(error, start)
    } finally {
      tokens.end(rule)
    }
  }

  #balanced(fn: string, terms: readonly Expr[], ids: readonly number[], low: number, high: number): Expr {
    const middle = (low + high + 1) >> 1
    const left = middle === low ? terms[middle]! : this.#balanced(fn, terms, ids, low, middle - 1)
    const right = middle === high ? terms[middle + 1]! : this.#balanced(fn, terms, ids, middle + 1, high)
    return { kind: 'call', id: ids[middle]!, fn, args: [left, right] }
  }

  #relation(follow: Follow, precedence: number): Expr {
    const tokens = this.#tokens
    const start = tokens.begin('relation', follow)
    let times = 1
    try {
      for (let left = this.#calc(AFTER_RELATION, 1); ; times++, tokens.enter('relation')) {
        const fn = RELATIONS[tokens.type]
        if (fn === undefined || precedence > 1) return left
        const id = this.id(tokens.take().offset)
        left = this.#call(id, fn, undefined, [left, this.#relation(AFTER_RELATION, 2)])
      }
    } catch (error) {
      return this.#mended(error, start)
    } finally {
      tokens.end('relation', times)
    }
  }

  #calc(follow: Follow, precedence: number): Expr {
    const tokens = this.#tokens
    const start = tokens.begin('calc', follow)
    let times = 1
    try {
      for (let left = this.#unary(AFTER_CALC); ; times++, tokens.enter('calc')) {
        const product = PRODUCTS[tokens.type]
        const fn = product ?? SUMS[tokens.type]
        const own = product === undefined ? 1 : 2
        if (fn === undefined || own < precedence) return left
        const id = this.id(tokens.take().offset)
        left = this.#call(id, fn, undefined, [left, this.#calc(AFTER_CALC, own + 1)])
      }
    } catch (error) {
      return this.#mended(error, start)
    } finally {
      tokens.end('calc', times)
    }
  }

  #unary(follow: Follow): Expr {
    const tokens = this.#tokens
    const start = tokens.begin('unary', follow)
    try {
      tokens.sync(START)
      const { type } = tokens
      if (!START.has(type)) throw tokens.noAlternative(1)
      if (type === "'-'" && !PRIMARY.has(tokens.peek(1).type)) throw tokens.noAlternative(2)
      // A minus before a number belongs to it.
      if (type !== "'!'" && (type !== "'-'" || NUMBERS.has(tokens.peek(1).type))) return this.#member(OPEN)
      const { offset } = tokens.peek(0)
      const count = this.#repeated(type)
      const id = count % 2 === 0 ? 0 : this.id(offset)
      const operand = this.#member(OPEN)
      return id === 0 ? operand : this.#call(id, type === "'!'" ? '!_' : '-_', undefined, [operand])
    } catch (error) {
      return this.#mended(error, start)
    } finally {
      tokens.end('unary')
    }
  }

  /** How often `!` or `-` stands there. */
  #repeated(type: TokenType): number {
    const tokens = this.#tokens
    let count = 0
    do {
      tokens.take()
      count++
      tokens.syncLoop(plus(PRIMARY, type))
      if (type === "'-'" && tokens.type === type && !PRIMARY.has(tokens.peek(1).type)) throw tokens.noAlternative(2)
    } while (tokens.type === type)
    return count
  }

  #member(follow: Follow): Expr {
    const tokens = this.#tokens
    const start = tokens.begin('member', follow)
    let times = 1
    try {
      for (let operand = this.#primary(AFTER_MEMBER); ; times++, tokens.enter('member')) {
        if (tokens.type === "'['") operand = this.#index(operand)
        else if (tokens.type === "'.'") operand = this.#selection(operand)
        else return operand
      }
    } catch (error) {
      return this.#mended(error, start)
    } finally {
      tokens.end('member', times)
    }
  }

  #index(operand: Expr): Expr {
    const tokens = this.#tokens
    const id = this.id(tokens.take().offset)
    tokens.sync(plus(START, "'?'"))
    const optional = tokens.type === "'?'"
    if (optional) tokens.take()
    const index = this.#expr(upTo("']'"))
    tokens.match("']'", AFTER_MEMBER)
    return this.#call(id, optional ? '_[?_]' : '_[_]', undefined, [operand, index])
  }

  #selection(operand: Expr): Expr {
    const tokens = this.#tokens
    const next = tokens.peek(1).type
    if (next !== "'?'" && next !== 'IDENTIFIER' && next !== 'ESC_IDENTIFIER') throw tokens.noAlternative(2)
    const dot = tokens.take()
    if (next === 'IDENTIFIER' && tokens.peek(1).type === "'('") {
      const name = tokens.take().text
      const paren = this.id(tokens.take().offset)
      return this.#call(paren, name, operand, this.#args())
    }
    const optional = tokens.type === "'?'"
    if (optional) tokens.take()
    const field = this.#escapedName(AFTER_MEMBER, (offset) => this.issues.push({ offset, message: 'unsupported ident kind' }))
    if (!optional) return { kind: 'select', id: this.id(dot.offset), operand, field: field.text, testOnly: false }
    const name: Expr = { kind: 'literal', id: this.id(field.offset), value: field.text }
    return { kind: 'call', id: this.id(dot.offset), fn: '_?._', args: [operand, name] }
  }

  #escapedName(follow: Follow, broken: (offset: number) => void = () => undefined): Token {
    const tokens = this.#tokens
    const start = tokens.peek(0)
    return tokens.rule(
      'escapeIdent',
      follow,
      () => {
        tokens.sync(setOf('IDENTIFIER', 'ESC_IDENTIFIER'))
        if (tokens.type !== 'IDENTIFIER' && tokens.type !== 'ESC_IDENTIFIER') throw tokens.noAlternative(1)
        const token = tokens.take()
        return token.type === 'ESC_IDENTIFIER' ? { ...token, text: token.text.slice(1, -1) } : token
      },
      () => {
        broken(start.offset)
        return start
      },
    )
  }

  /** Arguments and the closing parenthesis. */
  #args(): Expr[] {
    const tokens = this.#tokens
    tokens.sync(plus(START, "')'"))
    const args: Expr[] = []
    if (START.has(tokens.type)) {
      tokens.rule(
        'exprList',
        upTo("')'"),
        () => {
          args.push(this.#expr(open("','")))
          while (tokens.type === "','") {
            tokens.take()
            args.push(this.#expr(open("','")))
          }
        },
        () => undefined,
      ) // prettier-ignore
    }
    tokens.match("')'", AFTER_MEMBER)
    return args
  }

  #primary(follow: Follow): Expr {
    const tokens = this.#tokens
    const start = tokens.begin('primary', follow)
    try {
      tokens.sync(PRIMARY)
      if (!PRIMARY.has(tokens.type)) throw tokens.noAlternative(1)
      switch (tokens.type) {
        case "'('": {
          tokens.take()
          const nested = this.#expr(upTo("')'"))
          tokens.match("')'", AFTER_MEMBER)
          return nested
        }
        case "'['":
          return this.#list()
        case "'{'":
          return this.#map()
        case "'.'":
        case 'IDENTIFIER':
          return this.#named()
        default:
          return this.#literal()
      }
    } catch (error) {
      return this.#mended(error, start)
    } finally {
      tokens.end('primary')
    }
  }

  #named(): Expr {
    const tokens = this.#tokens
    const isRooted = tokens.type === "'.'"
    if (isRooted && tokens.peek(1).type !== 'IDENTIFIER') throw tokens.noAlternative(2)
    const start = tokens.peek(0).offset
    const length = this.#messageNameLength(isRooted ? 1 : 0)
    if (length > 0) return this.#struct(length)
    if (isRooted) tokens.take()
    const name = tokens.take()
    if (RESERVED.has(name.text)) {
      this.issues.push({ offset: start, message: `reserved identifier: ${name.text}` })
      if (tokens.type === "'('") {
        tokens.take()
        this.#args()
      }
      return { kind: 'literal', id: this.id(start), value: null }
    }
    const text = `${isRooted ? '.' : ''}${name.text}`
    if (tokens.type !== "'('") return { kind: 'ident', id: this.id(name.offset), name: text }
    const id = this.id(tokens.take().offset)
    return this.#call(id, text, undefined, this.#args())
  }

  /** How many tokens the name of a message has before its `{`; 0 when none is there. */
  #messageNameLength(from: number): number {
    let i = from + 1
    while (this.#tokens.peek(i).type === "'.'" && this.#tokens.peek(i + 1).type === 'IDENTIFIER') i += 2
    return this.#tokens.peek(i).type === "'{'" ? i : 0
  }

  #struct(length: number): Expr {
    const tokens = this.#tokens
    let typeName = ''
    for (let i = 0; i < length; i++) typeName += tokens.take().text
    const id = this.id(tokens.take().offset)
    tokens.sync(setOf('IDENTIFIER', 'ESC_IDENTIFIER', "'?'", "','", "'}'"))
    const fields: StructField[] = []
    if (FIELD.has(tokens.type)) {
      tokens.rule(
        'fieldInitializerList',
        upTo("','", "'}'"),
        () => {
          do {
            if (fields.length > 0) tokens.take()
            const optional = tokens.type === "'?'"
            if (optional) tokens.take()
            const { text } = this.#escapedName(upTo("':'"))
            const colon = this.id(tokens.match("':'", START_FOLLOW).offset)
            fields.push({ id: colon, name: text, value: this.#expr(open("','")), optional })
          } while (tokens.type === "','" && FIELD.has(tokens.peek(1).type))
        },
        () => undefined,
      ) // prettier-ignore
    }
    this.#close("'}'")
    return { kind: 'struct', id, typeName, fields }
  }

  /** An optional comma, and the end of a literal. */
  #close(type: TokenType): void {
    this.#tokens.sync(setOf("','", type))
    if (this.#tokens.type === "','") this.#tokens.take()
    this.#tokens.match(type, AFTER_MEMBER)
  }

  /** An element or a key, which a `?` may precede. */
  #optional(follow: Follow): { value: Expr; optional: boolean } {
    const tokens = this.#tokens
    return tokens.rule(
      'optExpr',
      follow,
      () => {
        tokens.sync(plus(START, "'?'"))
        const optional = tokens.type === "'?'"
        if (optional) tokens.take()
        return { value: this.#expr(OPEN), optional }
      },
      () => ({ value: this.broken(), optional: false }),
    ) // prettier-ignore
  }

  #list(): Expr {
    const tokens = this.#tokens
    const id = this.id(tokens.take().offset)
    tokens.sync(plus(START, "'?'", "','", "']'"))
    const elements: Expr[] = []
    const optional = new Set<number>()
    if (ELEMENT.has(tokens.type)) {
      tokens.rule(
        'listInit',
        upTo("','", "']'"),
        () => {
          do {
            if (elements.length > 0) tokens.take()
            const element = this.#optional(open("','"))
            if (element.optional) optional.add(elements.length)
            elements.push(element.value)
          } while (tokens.type === "','" && ELEMENT.has(tokens.peek(1).type))
        },
        () => undefined,
      ) // prettier-ignore
    }
    this.#close("']'")
    return { kind: 'list', id, elements, optional }
  }

  #map(): Expr {
    const tokens = this.#tokens
    const id = this.id(tokens.take().offset)
    tokens.sync(plus(START, "'?'", "','", "'}'"))
    const entries: MapEntry[] = []
    if (ELEMENT.has(tokens.type)) {
      tokens.rule(
        'mapInitializerList',
        upTo("','", "'}'"),
        () => {
          do {
            if (entries.length > 0) tokens.take()
            const { value: key, optional } = this.#optional(upTo("':'"))
            const colon = this.id(tokens.match("':'", START_FOLLOW).offset)
            entries.push({ id: colon, key, value: this.#expr(open("','")), optional })
          } while (tokens.type === "','" && ELEMENT.has(tokens.peek(1).type))
        },
        () => undefined,
      ) // prettier-ignore
    }
    this.#close("'}'")
    return { kind: 'map', id, entries }
  }

  #literal(): Expr {
    const tokens = this.#tokens
    if (tokens.type === "'-'" && !NUMBERS.has(tokens.peek(1).type)) throw tokens.noAlternative(2)
    const sign = tokens.type === "'-'" ? tokens.take() : undefined
    const token = tokens.take()
    const offset = sign?.offset ?? token.offset
    const { value, error } = literalValue(token, sign === undefined ? '' : '-')
    if (error !== undefined) this.issues.push({ offset, message: error })
    return { kind: 'literal', id: this.id(offset), value: value ?? null }
  }

  #call(id: number, fn: string, target: Expr | undefined, args: readonly Expr[]): Expr {
    const expanded = expandMacro(this, id, fn, target, args)
    if (expanded !== undefined) return expanded
    const call: Call = { kind: 'call', id, fn, args }
    if (target !== undefined) call.target = target
    return call
  }
}
