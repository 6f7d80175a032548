/**
 * JSON with integers beyond 2⁵³ as bigints, so that the window shows, copies and sends back the digits that the server has.
 * The server's own reader (server/machinery/numbers.ts) tells more spellings apart; here nothing but the value is shown.
 */

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown
interface SourceTextJson {
  parse(text: string, reviver: Reviver): unknown
  /** Not there in browsers of 2024. */
  rawJSON?(text: string): unknown
}
// TypeScript's library does not know these two yet.
const { parse, rawJSON } = JSON as unknown as SourceTextJson

// Without this JSON.stringify throws on a bigint.
Object.defineProperty(BigInt.prototype, 'toJSON', {
  value(this: bigint): unknown {
    return rawJSON?.(String(this)) ?? Number(this)
  },
  configurable: true,
  writable: true,
})

const exact: Reviver = (_key, value, context) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '') ? BigInt(context!.source!) : value

/** As JSON.parse; a whole number that float64 cannot hold for certain is a bigint. */
export function parseJson(text: string): unknown {
  return hasLongDigits(text) ? parse(text, exact) : JSON.parse(text)
}

const LONG = 16
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/** Whether sixteen digits stand in a row. Such a run covers every sixteenth character somewhere, so the others are not looked at. */
function hasLongDigits(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text.charCodeAt(at))) continue
    let start = at
    while (isDigit(text.charCodeAt(start - 1))) start--
    let end = at + 1
    while (isDigit(text.charCodeAt(end))) end++
    if (end - start >= LONG) return true
    at = end
  }
  return false
}
