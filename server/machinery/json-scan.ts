/** One pass over a valid JSON text that tells what the engine's parser does not: how many keys it has, and how its numbers are spelled. */

const BACKSLASH = 0x5c
const COLON = 0x3a
/** Digits from which on an integer may be beyond 2⁵³. */
const LONG = 16

export interface JsonScan {
  /** Keys of all objects, duplicates counted again. */
  keys: number
  /** Some number is spelled in a way that a JavaScript number may not keep: with a fraction, an exponent, sixteen digits, or `-0`. */
  unusualNumbers: boolean
}

export function scanJson(text: string): JsonScan {
  let keys = 0
  let unusualNumbers = false
  let at = 0
  for (;;) {
    let start = text.indexOf('"', at)
    if (start === -1) start = text.length
    // A colon or a comma alone is most of what stands between strings.
    if (start - at > 1 && !unusualNumbers) unusualNumbers = hasUnusualNumber(text, at, start)
    if (start === text.length) return { keys, unusualNumbers }
    at = endOfString(text, start) + 1
    let code = text.charCodeAt(at)
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++at)
    if (code === COLON) keys++
  }
}

/** Index of the closing quote of the string that opens at `start`. */
export function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  for (;;) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return end
    end = text.indexOf('"', end + 1)
  }
}

export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/** Looks at text outside of strings. */
function hasUnusualNumber(text: string, from: number, to: number): boolean {
  let digits = 0
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    if (isDigit(code)) {
      if (++digits === LONG || (digits === 1 && code === 0x30 && text[i - 1] === '-')) return true
      continue
    }
    // An `e` without a digit before it belongs to true or false.
    if (digits > 0 && (code === 0x2e || code === 0x65 || code === 0x45)) return true
    digits = 0
  }
  return false
}

/**
 * Whether a valid JSON text may have an integer that a JavaScript number does not keep. Long digits are most often part of a string, such
 * as a container's id.
 */
export const hasLongNumbers = (text: string): boolean => hasLongDigits(text) && scanJson(text).unusualNumbers

/** Whether sixteen digits stand in a row. Such a run covers every sixteenth character somewhere, so the others are not looked at. */
export function hasLongDigits(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text.charCodeAt(at))) continue
    let start = at
    while (isDigit(text.charCodeAt(start - 1))) start--
    let end = at + 1
    while (isDigit(text.charCodeAt(end))) end++
    if (end - start >= LONG) return true
    // The next run begins behind this one.
    at = end
  }
  return false
}
