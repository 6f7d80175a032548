/** YAML answers in the style of the reference: sorted keys, two spaces, lists not indented. Reading is yaml-read.ts. */
import { Document, type Pair, Scalar, type ScalarTag, isScalar, visit } from 'yaml'
import { parseJson } from '../machinery/json.ts'
import { goFloat, literalOf } from '../machinery/numbers.ts'
import { deepPart, withDeepParts } from './yaml-deep.ts'
import { goString, needsDoubleQuotes } from './yaml-quote.ts'
import { yamlToJson } from './yaml-read.ts'
import { resolve } from './yaml-scalars.ts'

export { YamlError } from './yaml-read.ts'

export interface ParsedYaml {
  value: unknown
  duplicates: string[]
}

/** The value of a YAML text's first document. @throws YamlError with the line where it stops being YAML */
export function parseYaml(text: string): ParsedYaml {
  const { json, duplicates } = yamlToJson(text)
  return { value: parseJson(json), duplicates }
}

// One tag for all plain scalars that are no strings.
const goScalar: ScalarTag = {
  tag: 'tag:yaml.org,2002:go',
  default: true,
  test: { test: (text: string) => resolve(text) !== undefined } as RegExp,
  resolve: (text) => text,
  identify: (value) => value === null || typeof value === 'boolean' || literalOf(value) !== undefined,
  stringify: ({ value }) => numberText(value) ?? String(value),
}

const MIN_INT64 = -(2n ** 63n)
const MAX_UINT64 = 2n ** 64n - 1n

/** Go's YAML library prints what it can read as an integer so, and every other number as a float. */
function numberText(value: unknown): string | undefined {
  const literal = literalOf(value)
  if (literal === undefined) return undefined
  if (!/^-?\d+$/.test(literal)) return goFloat(Number(literal))
  const exact = BigInt(literal)
  return exact >= MIN_INT64 && exact <= MAX_UINT64 ? String(exact) : goFloat(Number(literal))
}

/** Texts that other YAML readers take for numbers or times. */
const ambiguous = /^(?:[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|\d{4}-\d\d?-\d\d?(?:[Tt \t].*)?|0[oO]?[0-9]*)$/

/** An answer in YAML: sorted keys, two spaces, lists not indented, folded at 80. */
export function stringifyYaml(value: unknown): string {
  const doc = new Document(withDeepParts(value), {
    schema: 'failsafe',
    customTags: (tags) => [goString, goScalar, deepPart, ...tags],
    aliasDuplicateObjects: false,
    sortMapEntries: byKey,
  })
  visit(doc, {
    Scalar(_, node) {
      if (typeof node.value === 'string') node.type = styleOf(node.value)
    },
  })
  return doc.toString({ indentSeq: false, lineWidth: 0, minContentWidth: 0, singleQuote: true, flowCollectionPadding: false })
}

function styleOf(text: string): Scalar.Type {
  if (resolve(text) !== undefined || ambiguous.test(text)) return Scalar.QUOTE_DOUBLE
  if (needsDoubleQuotes(text)) return Scalar.QUOTE_DOUBLE
  return text.includes('\n') ? Scalar.BLOCK_LITERAL : Scalar.PLAIN
}

const keyOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key)
const isLetter = (c: string): boolean => /\p{L}/u.test(c)
const digitsAt = (text: string, at: number): string => /^\d*/.exec(text.slice(at))![0]

/** Numbers within keys by their value, what is no letter before letters, letters by code. */
function byKey(left: Pair, right: Pair): number {
  const [a, b] = [keyOf(left), keyOf(right)]
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  if (at >= a.length || at >= b.length) return a.length - b.length
  const [x, y] = [a[at]!, b[at]!]
  if (isLetter(x) !== isLetter(y)) return isLetter(x) === /\d/.test(a[at - 1] ?? '') ? -1 : 1
  const [m, n] = [digitsAt(a, at), digitsAt(b, at)]
  if (m !== '' && n !== '' && Number(m) !== Number(n)) return Number(m) - Number(n)
  return x < y ? -1 : 1
}
