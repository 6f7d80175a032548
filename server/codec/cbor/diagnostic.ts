import * as cbor from './head.ts'
import { Reader } from './reader.ts'

const OPEN: Readonly<Record<number, string>> = { [cbor.ARRAY]: '[', [cbor.MAP]: '{' }
const CLOSE: Readonly<Record<number, string>> = { [cbor.ARRAY]: ']', [cbor.MAP]: '}' }
const WORDS: Readonly<Record<number, string>> = { 20: 'false', 21: 'true', 22: 'null', 23: 'undefined' }

/** Bytes that are well-formed as RFC 8949 §8 writes them down for people; byte strings are texts where they can be. */
export function diagnose(bytes: Buffer): string {
  const r = new Reader(bytes)
  const strings = (type: number, indefinite: boolean, one: () => string): string => {
    if (!indefinite) return one()
    r.head()
    const parts: string[] = []
    while (!r.ends(0, Infinity)) parts.push(one())
    return parts.length > 0 ? `(_ ${parts.join(', ')})` : type === cbor.BYTE_STRING ? "''_" : '""_'
  }
  // Without recursion: there are no levels of tags in a value.
  const tagged = (): string => {
    const tags = [r.argument]
    for (; r.next === cbor.TAG; tags.push(r.argument)) r.head()
    return `${tags.join('(')}(${item()}${')'.repeat(tags.length)}`
  }
  const item = (): string => {
    const type = r.next
    const indefinite = (bytes[r.pos]! & 0x1f) === cbor.INDEFINITE
    if (type === cbor.BYTE_STRING) return strings(type, indefinite, () => shownBytes(r.byteString()))
    if (type === cbor.TEXT_STRING) return strings(type, indefinite, () => quoted(r.byteString().toString(), '"'))
    r.head()
    if (type === cbor.POSITIVE) return String(r.argument)
    if (type === cbor.NEGATIVE) return String(-1n - BigInt(r.argument))
    if (type === cbor.TAG) return tagged()
    if (type === cbor.PRIMITIVE) {
      if (r.info >= cbor.FLOAT16) return shownFloat(r.float())
      return WORDS[r.info] ?? `simple(${r.argument})`
    }
    const { count } = r
    const parts: string[] = []
    for (let i = 0; !r.ends(i, count); i++) parts.push(type === cbor.MAP ? `${item()}: ${item()}` : item())
    return `${OPEN[type]}${indefinite ? '_ ' : ''}${parts.join(', ')}${CLOSE[type]}`
  }
  return item()
}

function shownBytes(bytes: Buffer): string {
  const text = bytes.toString()
  return bytes.length > 0 && Buffer.from(text).equals(bytes) ? quoted(text, "'") : `h'${bytes.toString('hex')}'`
}

const NAMED: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function quoted(text: string, quote: string): string {
  const inner = text.replace(/[^ -~]|['"\\]/g, (c) => {
    if (c === quote || c === '\\') return `\\${c}`
    if (c === "'" || c === '"') return c
    return NAMED[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return quote + inner + quote
}

function shownFloat(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value)
  if (text.includes('.')) return text
  return text.includes('e') ? text.replace('e', '.0e') : `${text}.0`
}
