/** Tokens of CEL (cel-spec langdef "Syntax"), numbered as the reference's parser does, which lists what it expected in this order. */
export const TOKENS = [
  "'=='",
  "'!='",
  "'in'",
  "'<'",
  "'<='",
  "'>='",
  "'>'",
  "'&&'",
  "'||'",
  "'['",
  "']'",
  "'{'",
  "'}'",
  "'('",
  "')'",
  "'.'",
  "','",
  "'-'",
  "'!'",
  "'?'",
  "':'",
  "'+'",
  "'*'",
  "'/'",
  "'%'",
  "'true'",
  "'false'",
  "'null'",
  'NUM_FLOAT',
  'NUM_INT',
  'NUM_UINT',
  'STRING',
  'BYTES',
  'IDENTIFIER',
  'ESC_IDENTIFIER',
] as const // prettier-ignore

export type TokenType = (typeof TOKENS)[number] | '<EOF>'

export interface Token {
  readonly type: TokenType
  readonly text: string
  /** In code points. */
  readonly offset: number
}

export interface LexerIssue {
  readonly offset: number
  readonly message: string
}

/** Two characters before one: the longest wins. */
const PUNCTUATION = ['==', '!=', '<=', '>=', '&&', '||', ...'<>[]{}().,-!?:+*/%'] as const
const KEYWORDS: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null'])
const letter = /[A-Za-z_]/
const word = /[A-Za-z0-9_]/
const digit = /[0-9]/
const hex = /[0-9a-fA-F]/
const escapedName = /[A-Za-z0-9_.\-/ ]/

/** Where a token ends, or where it turned out to be none. */
type Scanned = { readonly type: TokenType; readonly end: number } | { readonly failed: number }

export function tokenize(source: readonly string[]): { tokens: Token[]; issues: LexerIssue[] } {
  const tokens: Token[] = []
  const issues: LexerIssue[] = []
  let at = 0
  while (at < source.length) {
    const next = skipHidden(source, at)
    if (next > at) {
      at = next
      continue
    }
    const scanned = scan(source, at)
    if ('failed' in scanned) {
      const text = source.slice(at, scanned.failed + 1).join('')
      issues.push({ offset: at, message: `Syntax error: token recognition error at: '${text}'` })
      at = scanned.failed + 1
      continue
    }
    tokens.push({ type: scanned.type, text: source.slice(at, scanned.end).join(''), offset: at })
    at = scanned.end
  }
  tokens.push({ type: '<EOF>', text: '<EOF>', offset: source.length })
  return { tokens, issues }
}

function skipHidden(s: readonly string[], at: number): number {
  if (s[at] === '/' && s[at + 1] === '/') {
    while (at < s.length && s[at] !== '\n') at++
    return at
  }
  while (at < s.length && '\t \r\n\f'.includes(s[at]!)) at++
  return at
}

const while_ = (s: readonly string[], at: number, class_: RegExp): number => {
  while (at < s.length && class_.test(s[at]!)) at++
  return at
}

function scan(s: readonly string[], at: number): Scanned {
  const c = s[at]!
  if (digit.test(c) || (c === '.' && digit.test(s[at + 1] ?? ''))) return scanNumber(s, at)
  const quoted = scanQuoted(s, at)
  if (quoted !== undefined) return quoted
  if (letter.test(c)) {
    const end = while_(s, at, word)
    const text = s.slice(at, end).join('')
    return { type: KEYWORDS.has(text) ? (`'${text}'` as TokenType) : 'IDENTIFIER', end }
  }
  if (c === '`') {
    const end = while_(s, at + 1, escapedName)
    return s[end] === '`' && end > at + 1 ? { type: 'ESC_IDENTIFIER', end: end + 1 } : { failed: end }
  }
  for (const text of PUNCTUATION) {
    if (c === text[0] && (text.length === 1 || s[at + 1] === text[1])) return { type: `'${text}'` as TokenType, end: at + text.length }
  }
  // The first half of an operator is gone with what stands in place of the second.
  return { failed: '=&|'.includes(c) && at + 1 < s.length ? at + 1 : '=&|'.includes(c) ? at + 1 : at }
}

function scanNumber(s: readonly string[], at: number): Scanned {
  if (s[at] === '0' && s[at + 1] === 'x' && hex.test(s[at + 2] ?? '')) {
    const end = while_(s, at + 2, hex)
    return isUnsigned(s[end]) ? { type: 'NUM_UINT', end: end + 1 } : { type: 'NUM_INT', end }
  }
  let end = while_(s, at, digit)
  let type: TokenType = 'NUM_INT'
  if (s[end] === '.' && digit.test(s[end + 1] ?? '')) {
    end = while_(s, end + 1, digit)
    type = 'NUM_FLOAT'
  }
  if (s[end] === 'e' || s[end] === 'E') {
    const signed = s[end + 1] === '+' || s[end + 1] === '-' ? end + 2 : end + 1
    if (digit.test(s[signed] ?? '')) return { type: 'NUM_FLOAT', end: while_(s, signed, digit) }
  }
  return type === 'NUM_INT' && isUnsigned(s[end]) ? { type: 'NUM_UINT', end: end + 1 } : { type, end }
}

const isUnsigned = (c: string | undefined): boolean => c === 'u' || c === 'U'
const isQuote = (c: string | undefined): boolean => c === '"' || c === "'"

/** A string with its prefixes: b and B for bytes, r and R for a raw one. Undefined where none begins. */
function scanQuoted(s: readonly string[], at: number): Scanned | undefined {
  let i = at
  const isBytes = s[i] === 'b' || s[i] === 'B'
  if (isBytes) i++
  const isRaw = s[i] === 'r' || s[i] === 'R'
  if (isRaw) i++
  const quote = s[i]
  if (!isQuote(quote)) return undefined
  const type = isBytes ? 'BYTES' : 'STRING'
  if (s[i + 1] === quote && s[i + 2] === quote) {
    const end = scanBody(s, i + 3, quote!, isRaw, true)
    return 'end' in end ? { type, end: end.end } : { type, end: i + 2 }
  }
  const end = scanBody(s, i + 1, quote!, isRaw, false)
  return 'end' in end ? { type, end: end.end } : end
}

function scanBody(s: readonly string[], at: number, quote: string, isRaw: boolean, triple: boolean): { end: number } | { failed: number } {
  for (let i = at; ; ) {
    const c = s[i]
    if (c === undefined) return { failed: s.length }
    if (c === quote && (!triple || (s[i + 1] === quote && s[i + 2] === quote))) return { end: i + (triple ? 3 : 1) }
    if (!triple && (c === '\n' || c === '\r')) return { failed: i }
    if (c !== '\\' || isRaw) {
      i++
      continue
    }
    const after = scanEscape(s, i)
    if ('failed' in after) return after
    i = after.end
  }
}

const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, X: 2, u: 4, U: 8 }

function scanEscape(s: readonly string[], at: number): { end: number } | { failed: number } {
  const c = s[at + 1] ?? ''
  if (c !== '' && 'abfnrtv"\'\\?`'.includes(c)) return { end: at + 2 }
  const count = HEX_DIGITS[c] ?? (/[0-3]/.test(c) ? 2 : 0)
  if (count === 0) return { failed: at + 1 }
  const class_ = HEX_DIGITS[c] === undefined ? /[0-7]/ : hex
  for (let i = 0; i < count; i++) if (!class_.test(s[at + 2 + i] ?? '')) return { failed: at + 2 + i }
  return { end: at + 2 + count }
}
