import { isUtf8 } from 'node:buffer'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const REPLACEMENT = '\ufffd'
const surrogate = /\\u[dD][89a-fA-F]/
const pairOrEscape = /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[dD][89a-fA-F][\da-fA-F]{2}|[^])/g
const LONE = '\\udxxx'.length
const SURROGATE_LEAD = /^\\u[dD][89a-fA-F]/

/**
 * The text of a JSON body as Go's decoder reads it: every byte that is not part of UTF-8, and every escape of half a surrogate pair,
 * is U+FFFD. A byte order mark stays, and is no JSON.
 */
export function jsonText(bytes: Buffer): string {
  const text = jsonTextWithHalves(bytes)
  return hasSurrogates(text) ? text.replace(pairOrEscape, (found) => (isHalf(found) ? '\\ufffd' : found)) : text
}

const isHalf = (found: string): boolean => found.length === LONE && SURROGATE_LEAD.test(found)

/** Whether there are escapes of surrogates, halves perhaps. */
export const hasSurrogates = (text: string): boolean => text.includes('\\u') && surrogate.test(text)

/** The same with escapes of half a pair as they are, for what is kept as it was written. */
export function jsonTextWithHalves(bytes: Buffer): string {
  const decoded = utf8.decode(bytes)
  return decoded.includes(REPLACEMENT) && !isUtf8(bytes) ? replaceBytes(bytes) : decoded
}

/** Go replaces byte by byte; the Encoding Standard, and so TextDecoder, a cut sequence as a whole. */
function replaceBytes(bytes: Buffer): string {
  const pieces: string[] = []
  let start = 0
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceLength(bytes, at)
    if (size > 0) {
      at += size
      continue
    }
    pieces.push(utf8.decode(bytes.subarray(start, at)), REPLACEMENT)
    start = ++at
  }
  pieces.push(utf8.decode(bytes.subarray(start)))
  return pieces.join('')
}

/** The byte that stands for a character of the text that jsonText makes; undefined where it is part of UTF-8. */
export function strayByte(bytes: Buffer, at: number): number | undefined {
  let [units, byte] = [0, 0]
  while (units < at && byte < bytes.length) {
    const size = sequenceLength(bytes, byte)
    // What takes four bytes takes two units.
    units += size === 4 ? 2 : 1
    byte += Math.max(size, 1)
  }
  return byte < bytes.length && sequenceLength(bytes, byte) === 0 ? bytes[byte] : undefined
}

/** Bytes of the UTF-8 sequence at `at`; 0 when there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!
  if (first < 0x80) return 1
  const size = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  return size > 0 && at + size <= bytes.length && isUtf8(bytes.subarray(at, at + size)) ? size : 0
}
