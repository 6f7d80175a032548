/**
 * What a plain scalar means to Kubernetes' tools, which read YAML with sigs.k8s.io/yaml: YAML 1.1 as goyaml.v2 has it (`yes` is true,
 * `0644` is 420), but neither times nor numbers to the base 60. Whole numbers keep all their digits.
 */
const words = new Map<string, boolean | null>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'].map((word) => [word, false] as const),
])

const whole = /^[-+]?(?:0|[1-9][0-9_]*|0[bB][01_]+|0[oO]?[0-7_]+|0[xX][0-9a-fA-F_]+)$/
const fraction = /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/
const special = /^([-+]?)\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/

/** Undefined for what is text. */
export function resolveScalar(text: string): boolean | null | number | bigint | undefined {
  if (text.length > 400) return undefined
  const word = words.get(text)
  if (word !== undefined) return word
  const number = whole.test(text) ? integer(text) : undefined
  if (number !== undefined) return number
  // What overflows is text.
  if (fraction.test(text)) return finite(Number(text.replaceAll('_', '')))
  return special.test(text) ? Number.NaN : undefined
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined)

/** Undefined for what no 64 bits hold: Go reads it as a float. */
function integer(text: string): number | bigint | undefined {
  const plain = text.replaceAll('_', '').replace(/^\+/, '')
  const negative = plain.startsWith('-')
  const digits = negative ? plain.slice(1) : plain
  // Go takes a leading zero for octal, JavaScript wants to be told.
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase())
  const signed = negative ? -value : value
  if (signed < -(2n ** 63n) || signed >= 2n ** 64n) return undefined
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed
}
