import type { Token } from './lexer.ts'
import { EscapeError, unescapeBytes, unescapeString } from './unescape.ts'
import { MAX_INT, MAX_UINT, MIN_INT, parseDouble, Uint, type CelValue } from './values.ts'

/** What a literal stands for, or why it stands for nothing. */
type Literal = { readonly value: CelValue; readonly error?: never } | { readonly value?: never; readonly error: string }

/** `sign`: what stands before a number. */
export function literalValue(token: Token, sign: '' | '-'): Literal {
  switch (token.type) {
    case "'true'":
    case "'false'":
      return { value: token.text === 'true' }
    case "'null'":
      return { value: null }
    case 'NUM_INT': {
      const value = integer(token.text) * (sign === '' ? 1n : -1n)
      return value < MIN_INT || value > MAX_INT ? { error: 'invalid int literal' } : { value }
    }
    case 'NUM_UINT': {
      const value = integer(token.text.slice(0, -1))
      return value > MAX_UINT ? { error: 'invalid uint literal' } : { value: new Uint(value) }
    }
    case 'NUM_FLOAT': {
      const value = parseDouble(`${sign}${token.text}`)
      return value === undefined || !Number.isFinite(value) ? { error: 'invalid double literal' } : { value }
    }
    default:
      return text(token)
  }
}

/** As many digits as no number has are not converted. */
const integer = (digits: string): bigint => (digits.length > 100 ? MAX_UINT + 1n : BigInt(digits))

function text(token: Token): Literal {
  try {
    return { value: token.type === 'BYTES' ? unescapeBytes(token.text.slice(1)) : unescapeString(token.text) }
  } catch (error) {
    if (error instanceof EscapeError) return { error: error.message }
    throw error
  }
}
