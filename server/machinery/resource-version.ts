import { goQuote } from './go-quote.ts'
import { exactInteger, type Int64 } from './numbers.ts'
import { badRequest, StatusError } from './status.ts'

const MAX_UINT64 = 2n ** 64n - 1n
const MAX_DIGITS = 20

/** A number of 64 bits without a sign, as Go's strconv.ParseUint reads one; else the end of its error. */
function parseUint(text: string): Int64 | 'invalid syntax' | 'value out of range' {
  if (!/^\d+$/.test(text)) return 'invalid syntax'
  const digits = text.replace(/^0+(?=\d)/, '')
  const value = digits.length > MAX_DIGITS ? undefined : BigInt(digits)
  return value === undefined || value > MAX_UINT64 ? 'value out of range' : exactInteger(value)
}

/** strconv.ParseUint's words for a text; undefined for one that it reads. */
export function uintFault(text: string): string | undefined {
  const read = parseUint(text)
  return typeof read === 'string' ? `strconv.ParseUint: parsing ${goQuote(text)}: ${read}` : undefined
}

const wrong = (text: string): string | undefined => {
  const fault = uintFault(text)
  return fault === undefined ? undefined : `resourceVersion: Invalid value: ${goQuote(text)}: ${fault}`
}

const valueOf = (text: string): Int64 => (text === '' ? 0 : (parseUint(text) as Int64))

/** A resourceVersion a client sent: unset ('' ), 0 ("any"), or a positive revision, perhaps one that no store gets to. 400 with the reference's text otherwise. */
export function parseResourceVersion(text: string): Int64 {
  const fault = text === '' ? undefined : wrong(text)
  if (fault !== undefined) throw badRequest(`invalid resource version: ${fault}`)
  return valueOf(text)
}

/** The same of a get or a watch, where the reference forgets to call it the client's fault. */
export function parseReadVersion(text: string): Int64 {
  const fault = text === '' ? undefined : wrong(text)
  if (fault !== undefined) throw new StatusError(500, '', fault)
  return valueOf(text)
}
