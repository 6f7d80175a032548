import { goQuote } from './go-quote.ts'
import { parseGoUint } from './go-uint.ts'
/** The query of a URL as Go's `net/url` reads it. */

/** More pairs than this and Go's reader gives none of them (GODEBUG `urlmaxqueryparams`). */
const MAX_PAIRS = 10_000
const NONE: readonly string[] = []

/** Parameters by name, decoded, each with its values in the order of the text. */
export class Query {
  static readonly empty = new Query(new Map())
  readonly #values: ReadonlyMap<string, readonly string[]>

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values
  }

  /** The first value; undefined when the parameter is absent. */
  get(name: string): string | undefined {
    return this.#values.get(name)?.[0]
  }

  getAll(name: string): readonly string[] {
    return this.#values.get(name) ?? NONE
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }
}

/**
 * Reads `a=1&b=2`. Never fails, as `URL.Query` does not: a pair with a bad escape or a semicolon is left out, an empty pair too, and a
 * name without `=` has an empty value. Bytes that are no UTF-8 become U+FFFD. In time linear in the text.
 * @param search without `?`
 */
export function parseQuery(search: string): Query {
  if (search === '') return Query.empty
  const values = new Map<string, string[]>()
  let pairs = 0
  for (let at = 0; at <= search.length; ) {
    if (++pairs > MAX_PAIRS) return Query.empty
    let end = search.indexOf('&', at)
    if (end < 0) end = search.length
    if (end > at) addPair(values, search.slice(at, end))
    at = end + 1
  }
  return new Query(values)
}

function addPair(values: Map<string, string[]>, pair: string): void {
  if (pair.includes(';')) return
  const equals = pair.indexOf('=')
  const name = unescape(equals < 0 ? pair : pair.slice(0, equals))
  const value = equals < 0 ? '' : unescape(pair.slice(equals + 1))
  if (name === undefined || value === undefined) return
  const known = values.get(name)
  if (known === undefined) values.set(name, [value])
  else known.push(value)
}

const ESCAPES = /[%+]/
const BAD_ESCAPE = /%(?![\dA-Fa-f]{2})/
const BEYOND_ASCII = /%[89A-Fa-f]/

/** `url.QueryUnescape`; undefined for a bad escape. Looks before it decodes: an error for each of ten thousand pairs costs too much. */
function unescape(raw: string): string | undefined {
  if (!ESCAPES.test(raw)) return raw
  const text = raw.replaceAll('+', ' ')
  if (BAD_ESCAPE.test(text)) return undefined
  return BEYOND_ASCII.test(text) ? decodeBytes(text) : decodeURIComponent(text)
}

function decodeBytes(text: string): string {
  const from = Buffer.from(text)
  const bytes = Buffer.alloc(from.length)
  let length = 0
  for (let at = 0; at < from.length; at++) {
    if (from[at] === 0x25) {
      bytes[length++] = parseInt(from.toString('latin1', at + 1, at + 3), 16)
      at += 2
    } else bytes[length++] = from[at]!
  }
  return bytes.toString('utf8', 0, length)
}

/** apimachinery's reading of a boolean parameter: every word but `0` and `false`, the empty one too, means yes. */
export const isYes = (value: string | undefined): boolean => value !== undefined && value !== '0' && value.toLowerCase() !== 'false'

/** Go's strconv.ParseBool; undefined for what it refuses. */
export function parseGoBool(text: string): boolean | undefined {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true
  return /^(?:0|f|F|FALSE|false|False)$/.test(text) ? false : undefined
}

const MAX_INT64 = 2n ** 63n - 1n

/** Go's strconv.ParseInt with base 10 and 64 bits; undefined for what it refuses. */
export function parseGoInt64(text: string): bigint | undefined {
  const match = /^([+-]?)0*(\d{0,19})$/.exec(text)
  if (match === null || !/\d$/.test(text)) return undefined
  const value = BigInt(match[2]!) * (match[1] === '-' ? -1n : 1n)
  return value > MAX_INT64 || value < -MAX_INT64 - 1n ? undefined : value
}

/** How Go words why it refuses a text that parseGoInt64 refuses. */
export function goInt64Error(text: string): string {
  const isWrong = parseGoUint(text.replace(/^[+-]/, '')) === 'invalid syntax'
  return `strconv.ParseInt: parsing ${goQuote(text)}: ${isWrong ? 'invalid syntax' : 'value out of range'}`
}
