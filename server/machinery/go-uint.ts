import { goQuote } from './go-quote.ts'

const MAX_UINT64 = 2n ** 64n - 1n
const MAX_DIGITS = 20

type UintFault = 'invalid syntax' | 'value out of range'

/**
 * Go's strconv.ParseUint with base 10. It reads from left to right, so that a number that has become too large is told before a letter
 * behind it.
 */
export function parseGoUint(text: string, max = MAX_UINT64): bigint | UintFault {
  const digits = /^\d*/.exec(text)![0]
  if (digits === '') return 'invalid syntax'
  const significant = digits.replace(/^0+(?=\d)/, '')
  const value = significant.length > MAX_DIGITS ? undefined : BigInt(significant)
  if (value === undefined || value > max) return 'value out of range'
  return digits.length < text.length ? 'invalid syntax' : value
}

/** strconv.ParseUint's words for a text; undefined for one that it reads. */
export function goUintError(text: string, max?: bigint): string | undefined {
  const read = parseGoUint(text, max)
  return typeof read === 'string' ? `strconv.ParseUint: parsing ${goQuote(text)}: ${read}` : undefined
}
