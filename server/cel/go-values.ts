import { goQuote } from '../machinery/go-quote.ts'
import { goFloat, JsonNumber } from '../machinery/numbers.ts'

/** A JSON value as Go's field errors print it: scalars plain, texts quoted, the rest as JSON. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : goFloat(value)
  if (value instanceof JsonNumber) return goFloat(value.value)
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  return goJsonText(value)
}

const UNSAFE = /[<>&\u2028\u2029]/g
/** As json.Marshal escapes: `<`, `>` and `&` too. */
export const goJsonText = (value: unknown): string =>
  JSON.stringify(value ?? null).replace(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
