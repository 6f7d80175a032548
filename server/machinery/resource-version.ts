import { goQuote } from './go-quote.ts'
import { goUintError, parseGoUint } from './go-uint.ts'
import { exactInteger, type Int64 } from './numbers.ts'
import { badRequest, StatusError } from './status.ts'

const wrong = (text: string): string | undefined => {
  const fault = goUintError(text)
  return fault === undefined ? undefined : `resourceVersion: Invalid value: ${goQuote(text)}: ${fault}`
}

const valueOf = (text: string): Int64 => (text === '' ? 0 : exactInteger(parseGoUint(text) as bigint))

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
