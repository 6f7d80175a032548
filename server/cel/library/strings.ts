import { fn, member, type FunctionDecl } from '../declarations.ts'
import { step, stepResult, stepText } from '../limits.ts'
import { formatText } from './format-string.ts'
import { DYN, INT, listOf, STRING } from '../types.ts'
import { CelError, ListValue, printed, type CelList, type CelValue } from '../values.ts'

/** Texts by code points (cel-go `ext/strings.go` version 2). */
const outOfRange = (i: bigint): CelError => new CelError(`index out of range: ${i}`)
/** Code points; a text of ASCII alone is its own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them
function points(text: string): string | readonly string[] {
  stepText(text.length)
  return /^[\0-\x7f]*$/.test(text) ? text : Array.from(text)
}
const join = (chars: string | readonly string[], start: number, end?: number): string => {
  const part = chars.slice(start, end)
  return typeof part === 'string' ? part : part.join('')
}

function charAt(text: string, i: bigint): CelValue {
  const chars = points(text)
  return i < 0n || i > BigInt(chars.length) ? outOfRange(i) : (chars[Number(i)] ?? '')
}

function indexOf(text: string, sub: string, from: bigint): CelValue {
  if (from < 0n) return outOfRange(from)
  const chars = points(text)
  const length = BigInt(chars.length)
  if (sub === '') return from > length ? length : from
  if (from >= length) return -1n
  if (typeof chars === 'string') return BigInt(chars.indexOf(sub, Number(from)))
  const at = text.indexOf(sub, join(chars, 0, Number(from)).length)
  return at === -1 ? -1n : BigInt(points(text.slice(0, at)).length)
}

function lastIndexOf(text: string, sub: string, from?: bigint): CelValue {
  const chars = points(text)
  const length = BigInt(chars.length)
  if (from === undefined) {
    if (sub === '') return length
    if (text.length < sub.length) return -1n
  }
  const start = from ?? length - 1n
  if (start < 0n) return outOfRange(start)
  if (sub === '') return start > length ? length : start
  if (start >= length) return -1n
  const at = text.lastIndexOf(sub, join(chars, 0, Number(start)).length)
  return at === -1 ? -1n : typeof chars === 'string' ? BigInt(at) : BigInt(points(text.slice(0, at)).length)
}

function substring(text: string, start: bigint, end?: bigint): CelValue {
  const chars = points(text)
  const length = BigInt(chars.length)
  if (end !== undefined && start > end) return new CelError(`invalid substring range. start: ${start}, end: ${end}`)
  if (start < 0n || start > length) return outOfRange(start)
  if (end !== undefined && (end < 0n || end > length)) return outOfRange(end)
  return join(chars, Number(start), end === undefined ? undefined : Number(end))
}

/** Go's strings.Replace: the first `n`, or all when it is negative; an empty text is found before each code point and at the end. */
function replace(text: string, from: string, to: string, n = -1n): string {
  // At most so often; a text that might be too long is counted.
  const most = from === '' ? text.length + 1 : Math.floor(text.length / from.length)
  const isLong = text.length + most * to.length > 1_000_000
  stepResult(text.length + (isLong && from !== '' ? occurrences(text, from) : most) * to.length)
  if (n < 0n) return from === '' ? [...Array.from(text, (c) => to + c), to].join('') : text.replaceAll(from, () => to)
  const limit = n > 1_000_000_000n ? Infinity : Number(n)
  if (from === '') {
    const chars = Array.from(text)
    return [...chars.map((c, i) => (i < limit ? to + c : c)), chars.length < limit ? to : ''].join('')
  }
  const out: string[] = []
  let at = 0
  for (let count = 0; count < limit; count++) {
    const found = text.indexOf(from, at)
    if (found === -1) break
    out.push(text.slice(at, found), to)
    at = found + from.length
  }
  return [...out, text.slice(at)].join('')
}

function occurrences(text: string, sub: string): number {
  let count = 0
  for (let at = text.indexOf(sub); at !== -1; at = text.indexOf(sub, at + sub.length)) count++
  return count
}

/** Go's strings.SplitN. */
function split(text: string, separator: string, n = -1n): CelValue {
  if (n === 0n) return new ListValue([])
  stepText(text.length)
  const parts = separator === '' ? Array.from(text) : text.split(separator)
  if (n < 0n || BigInt(parts.length) <= n) return new ListValue(parts)
  const whole = Number(n) - 1
  return new ListValue([...parts.slice(0, whole), parts.slice(whole).join(separator)])
}

function joined(list: CelList, separator: string): CelValue {
  const parts: string[] = []
  let length = 0
  for (const item of list) {
    step()
    if (typeof item !== 'string') return new CelError(`join: invalid input: ${printed(item)}`)
    parts.push(item)
    length += item.length + separator.length
  }
  stepResult(length)
  return parts.join(separator)
}

// Go's unicode.IsSpace, which is not all that JavaScript trims.
const SPACE = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const isSpace = new RegExp(SPACE)

function trim(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && isSpace.test(text[start]!)) start++
  while (end > start && isSpace.test(text[end - 1]!)) end--
  return text.slice(start, end)
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': 'a',
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\v': 'v',
  '\\': '\\',
  '"': '"',
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that have an escape of their own
const quote = (text: string): string => `"${text.toWellFormed().replace(/[\x07\b\f\n\r\t\v\\"]/g, (c) => `\\${ESCAPES[c]!}`)}"`

const s = (value: CelValue | undefined): string => value as string
const n = (value: CelValue | undefined): bigint => value as bigint

export const strings: readonly FunctionDecl[] = [
  { name: 'charAt', overloads: [member('string_char_at_int', [STRING, INT], STRING, (t, i) => charAt(s(t), n(i)))] },
  {
    name: 'indexOf',
    overloads: [
      member('string_index_of_string', [STRING, STRING], INT, (t, sub) => indexOf(s(t), s(sub), 0n)),
      member('string_index_of_string_int', [STRING, STRING, INT], INT, (t, sub, from) => indexOf(s(t), s(sub), n(from))),
    ],
  },
  {
    name: 'lastIndexOf',
    overloads: [
      member('string_last_index_of_string', [STRING, STRING], INT, (t, sub) => lastIndexOf(s(t), s(sub))),
      member('string_last_index_of_string_int', [STRING, STRING, INT], INT, (t, sub, from) => lastIndexOf(s(t), s(sub), n(from))),
    ],
  },
  {
    name: 'lowerAscii',
    overloads: [member('string_lower_ascii', [STRING], STRING, (t) => s(t).replace(/[A-Z]+/g, (c) => c.toLowerCase()))],
  },
  {
    name: 'upperAscii',
    overloads: [member('string_upper_ascii', [STRING], STRING, (t) => s(t).replace(/[a-z]+/g, (c) => c.toUpperCase()))],
  },
  {
    name: 'replace',
    overloads: [
      member('string_replace_string_string', [STRING, STRING, STRING], STRING, (t, a, b) => replace(s(t), s(a), s(b))),
      member('string_replace_string_string_int', [STRING, STRING, STRING, INT], STRING, (t, a, b, k) => replace(s(t), s(a), s(b), n(k))),
    ],
  },
  {
    name: 'split',
    overloads: [
      member('string_split_string', [STRING, STRING], listOf(STRING), (t, by) => split(s(t), s(by))),
      member('string_split_string_int', [STRING, STRING, INT], listOf(STRING), (t, by, k) => split(s(t), s(by), n(k))),
    ],
  },
  {
    name: 'substring',
    overloads: [
      member('string_substring_int', [STRING, INT], STRING, (t, start) => substring(s(t), n(start))),
      member('string_substring_int_int', [STRING, INT, INT], STRING, (t, start, end) => substring(s(t), n(start), n(end))),
    ],
  },
  { name: 'trim', overloads: [member('string_trim', [STRING], STRING, (t) => trim(s(t)))] },
  {
    name: 'format',
    overloads: [member('string_format', [STRING, listOf(DYN)], STRING, (t, args) => formatText(s(t), args as CelList))],
  },
  { name: 'strings.quote', overloads: [fn('strings_quote', [STRING], STRING, (t) => quote(s(t)))] },
  {
    name: 'join',
    overloads: [
      member('list_join', [listOf(STRING)], STRING, (list) => joined(list as CelList, '')),
      member('list_join_string', [listOf(STRING), STRING], STRING, (list, by) => joined(list as CelList, s(by))),
    ],
  },
]
