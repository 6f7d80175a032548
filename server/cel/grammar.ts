import type { TokenType } from './lexer.ts'
import type { Follow } from './token-stream.ts'

/** With which tokens parts of an expression begin, and what may come behind them (cel-spec langdef "Syntax", cel-go `CEL.g4`). */
type Set_ = ReadonlySet<TokenType>
export const setOf = (...types: readonly TokenType[]): Set_ => new Set(types)
export const plus = (set: Set_, ...types: readonly TokenType[]): Set_ => new Set([...set, ...types])
export const open = (...types: readonly TokenType[]): Follow => ({ set: setOf(...types), open: true })
export const upTo = (...types: readonly TokenType[]): Follow => ({ set: setOf(...types), open: false })

const LITERALS = setOf("'-'", "'true'", "'false'", "'null'", 'NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES')
export const PRIMARY = plus(LITERALS, "'['", "'{'", "'('", "'.'", 'IDENTIFIER')
export const START = plus(PRIMARY, "'!'")
export const NUMBERS = setOf('NUM_INT', 'NUM_FLOAT')
export const ELEMENT = plus(START, "'?'")
export const FIELD = setOf('IDENTIFIER', 'ESC_IDENTIFIER', "'?'")
export const START_FOLLOW: Follow = { set: START, open: false }
export const RELATIONS: Readonly<Partial<Record<TokenType, string>>> = {
  "'=='": '_==_',
  "'!='": '_!=_',
  "'in'": '@in',
  "'<'": '_<_',
  "'<='": '_<=_',
  "'>'": '_>_',
  "'>='": '_>=_',
} // prettier-ignore
export const PRODUCTS: Readonly<Partial<Record<TokenType, string>>> = { "'*'": '_*_', "'/'": '_/_', "'%'": '_%_' }
export const SUMS: Readonly<Partial<Record<TokenType, string>>> = { "'+'": '_+_', "'-'": '_-_' }
export const AFTER_CALC = open("'*'", "'/'", "'%'", "'+'", "'-'")
export const AFTER_RELATION = open("'=='", "'!='", "'in'", "'<'", "'<='", "'>='", "'>'")
export const AFTER_MEMBER = open("'.'", "'['")
export const AFTER_CONDITION = open("'?'")
export const AFTER_OR = open("'||'")
export const AFTER_AND = open("'&&'")
export const OPEN = open()
