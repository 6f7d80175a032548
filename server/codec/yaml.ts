/**
 * YAML bodies as the reference reads and writes them: the scalars of Go's YAML library turned into JSON. Timestamps and
 * sexagesimal numbers stay strings, keys become strings, only the first document counts; answers have sorted keys.
 */
import { type CollectionTag, Document, LineCounter, type Pair, Scalar, type ScalarTag, isScalar, parseDocument, visit } from 'yaml'

/** A text that is no YAML. */
export class YamlError extends Error {
  override readonly name = 'YamlError'
}

export interface ParsedYaml {
  value: unknown
  /** `line 3: key "name" already set in map`, one a key that a mapping has twice. The last value counts. */
  duplicates: string[]
}

const booleans = new Map<string, boolean>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map((s): [string, boolean] => [s, true]),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'].map((s): [string, boolean] => [s, false]),
])
const nulls = new Set(['', '~', 'null', 'Null', 'NULL'])
const special = new Map([
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((s): [string, number] => [s, Infinity]),
  ...['-.inf', '-.Inf', '-.INF'].map((s): [string, number] => [s, -Infinity]),
  ...['.nan', '.NaN', '.NAN'].map((s): [string, number] => [s, NaN]),
])
const integer = /^[-+]?(?:0[xX][\da-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9]\d*)$/
const float = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/

/** What a plain scalar stands for; undefined for a string. */
function resolve(text: string): boolean | number | null | undefined {
  if (nulls.has(text)) return null
  const known = booleans.get(text) ?? special.get(text)
  if (known !== undefined) return known
  if (!/^[-+.\d]/.test(text)) return undefined
  const plain = text.replaceAll('_', '')
  if (integer.test(plain)) {
    const digits = plain.replace(/^[-+]/, '')
    const octal = /^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits
    return (plain.startsWith('-') ? -1 : 1) * Number(octal)
  }
  const value = float.test(plain) ? Number(plain) : undefined
  // What overflows is a string.
  return value !== undefined && Number.isFinite(value) ? value : undefined
}

// One tag for all plain scalars that are no strings.
const goScalar: ScalarTag = {
  tag: 'tag:yaml.org,2002:go',
  default: true,
  test: { test: (text: string) => resolve(text) !== undefined } as RegExp,
  resolve: (text) => resolve(text),
  identify: (value) => value === null || typeof value === 'number' || typeof value === 'boolean',
  stringify: ({ value }) => String(value),
}
const explicit = (name: string): ScalarTag => ({ tag: `tag:yaml.org,2002:${name}`, resolve: (text) => resolve(text) ?? text })
const binary: ScalarTag = { tag: 'tag:yaml.org,2002:binary', resolve: (text) => Buffer.from(text, 'base64').toString() }
const tags: (ScalarTag | CollectionTag)[] = [goScalar, explicit('bool'), explicit('int'), explicit('float'), explicit('null'), binary]

/** Go's words for what the parser calls otherwise. */
const words: readonly [of: RegExp, text: string][] = [
  [/^(?:Tabs are not allowed|Plain value cannot start with)/, 'found character that cannot start any token'],
  [/^(?:Nested mappings|Implicit keys|Implicit map keys)/, 'mapping values are not allowed in this context'],
  [/^Invalid escape sequence/, 'found unknown escape character'],
  [/^Flow sequence/, "did not find expected ',' or ']'"],
  [/^Flow map/, "did not find expected ',' or '}'"],
  [/^Missing closing/, 'found unexpected end of stream'],
  [/^Unexpected scalar at node end|^A block sequence may not/, "did not find expected '-' indicator"],
]

function inWords(message: string): string {
  const first = message.split('\n')[0]!.replace(/ at line \d+, column.*$/, '')
  return words.find(([of]) => of.test(first))?.[1] ?? first
}

/**
 * The JSON value of a YAML text.
 * @throws YamlError with the line where it stops being YAML
 */
export function parseYaml(text: string): ParsedYaml {
  try {
    const lines = new LineCounter()
    const doc = parseDocument(text, {
      version: '1.1',
      schema: 'failsafe',
      customTags: tags,
      merge: true,
      uniqueKeys: false,
      strict: false,
      logLevel: 'silent',
      lineCounter: lines,
    })
    const error = doc.errors.find((e) => e.code !== 'MULTIPLE_DOCS')
    if (error !== undefined) {
      const line = error.linePos?.[0].line
      throw new YamlError(`yaml: ${line === undefined ? '' : `line ${line}: `}${inWords(error.message)}`)
    }
    const duplicates = duplicateKeys(doc, lines)
    return { value: toJson(doc.toJS({ mapAsMap: true, maxAliasCount: 1000 })), duplicates }
  } catch (e) {
    if (e instanceof YamlError) throw e
    const alias = e instanceof Error ? /^Unresolved alias .*: (.+)$/.exec(e.message)?.[1] : undefined
    if (alias !== undefined) throw new YamlError(`yaml: unknown anchor '${alias}' referenced`)
    // The parser recurses, and refuses aliases that expand without end.
    throw new YamlError(`yaml: ${e instanceof RangeError ? 'exceeded max depth' : e instanceof Error ? e.message : String(e)}`)
  }
}

function duplicateKeys(doc: Document.Parsed, lines: LineCounter): string[] {
  const found: string[] = []
  visit(doc, {
    Map(_, map) {
      const seen = new Set<unknown>()
      for (const { key } of map.items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) {
          const { line } = lines.linePos(key.range?.[0] ?? 0)
          found.push(`line ${line}: key ${JSON.stringify(key.value)} already set in map`)
        }
        seen.add(key.value)
      }
    },
  })
  return found
}

/** Maps to objects with string keys. */
function toJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value === 'number' && !Number.isFinite(value)) throw new YamlError(`json: unsupported value: ${goFloat(value)}`)
  if (!(value instanceof Map)) return value
  const out: Record<string, unknown> = {}
  for (const [key, item] of value as Map<unknown, unknown>) {
    const name = keyText(key)
    if (name === '__proto__')
      Object.defineProperty(out, name, { value: toJson(item), enumerable: true, writable: true, configurable: true })
    else out[name] = toJson(item)
  }
  return out
}

const goFloat = (value: number): string => (Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf')

function keyText(key: unknown): string {
  if (typeof key === 'string' || typeof key === 'boolean' || typeof key === 'number') return String(key)
  throw new YamlError(
    key === null ? 'unsupported map key of type: %!s(<nil>), key: <nil>' : `yaml: invalid map key: ${JSON.stringify(key)}`,
  )
}

/** Texts that other YAML readers take for numbers or times. */
const ambiguous = /^(?:[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|\d{4}-\d\d?-\d\d?(?:[Tt \t].*)?|0[oO]?[0-9]*)$/
const control = /[^\P{C}\n]/u

/** An answer in YAML: sorted keys, two spaces, lists not indented, folded at 80. */
export function stringifyYaml(value: unknown): string {
  const doc = new Document(value, { schema: 'failsafe', customTags: tags, aliasDuplicateObjects: false, sortMapEntries: byKey })
  visit(doc, {
    Scalar(_, node) {
      if (typeof node.value === 'string') node.type = styleOf(node.value)
    },
  })
  return doc.toString({ indentSeq: false, lineWidth: 80, minContentWidth: 0, singleQuote: true, flowCollectionPadding: false })
}

function styleOf(text: string): Scalar.Type {
  if (resolve(text) !== undefined || ambiguous.test(text)) return Scalar.QUOTE_DOUBLE
  if (control.test(text)) return Scalar.QUOTE_DOUBLE
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
