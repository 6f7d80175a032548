/** What a plain YAML scalar stands for, as Go's YAML library (go.yaml.in/yaml/v2, resolve.go) reads it. */

export type Resolved = { readonly kind: 'null' } | { readonly kind: 'bool'; readonly value: boolean } | GoNumber
/** `text` is the number in Go's JSON; for a float that JSON does not have, `.inf`, `-.inf` or `.nan`. */
export type GoNumber = { readonly kind: 'int' | 'float'; readonly text: string }

const NULL: Resolved = { kind: 'null' }
const words = new Map<string, Resolved>([
  ...['', '~', 'null', 'Null', 'NULL'].map((s): [string, Resolved] => [s, NULL]),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map((s): [string, Resolved] => [
    s,
    { kind: 'bool', value: true },
  ]),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'].map((s): [string, Resolved] => [
    s,
    { kind: 'bool', value: false },
  ]),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((s): [string, Resolved] => [s, { kind: 'float', text: '.inf' }]),
  ...['-.inf', '-.Inf', '-.INF'].map((s): [string, Resolved] => [s, { kind: 'float', text: '-.inf' }]),
  ...['.nan', '.NaN', '.NAN'].map((s): [string, Resolved] => [s, { kind: 'float', text: '.nan' }]),
])

const INTEGER = /^([-+]?)(0[xX][\dA-Fa-f]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9]\d*)$/
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const MIN = -(2n ** 63n)
const MAX = 2n ** 64n - 1n
/** No 64-bit integer is longer in any base, but for zeros in front. */
const MAX_DIGITS = 66

/** Undefined for a string. */
export function resolve(text: string): Resolved | undefined {
  const word = words.get(text)
  if (word !== undefined) return word
  if (!/^[-+.\d]/.test(text)) return undefined
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '')
  const integer = integerOf(plain)
  if (integer !== undefined) return { kind: 'int', text: String(integer) }
  if (!FLOAT.test(plain)) return undefined
  const value = Number(plain)
  // What overflows is a string.
  return Number.isFinite(value) ? { kind: 'float', text: Object.is(value, -0) ? '-0' : String(value) } : undefined
}

function integerOf(plain: string): bigint | undefined {
  const match = INTEGER.exec(plain)
  if (match === null) return undefined
  const [, sign = '', whole = ''] = match
  const digits = whole.replace(/^(0[xXoObB]?)0+(?=.)/, '$1')
  if (digits.length > MAX_DIGITS) return undefined
  const value = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase()) * (sign === '-' ? -1n : 1n)
  return value < MIN || value > MAX ? undefined : value
}

/** A float as a map's key: Go's FormatFloat with `g` and 32 bits. */
export function floatKey(text: string): string {
  if (text === '.inf' || text === '-.inf' || text === '.nan') return text
  const value = Math.fround(Number(text))
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  let short = text
  for (let digits = 1; digits <= 9; digits++) {
    short = value.toExponential(digits - 1)
    if (Math.fround(Number(short)) === value) break
  }
  const [mantissa = '', power = ''] = short.split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 6) return Object.is(value, -0) ? '-0' : String(Number(short))
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}
