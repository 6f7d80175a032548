/** Beyond ASCII. */
const SPACES: ReadonlySet<number> = new Set([
  ...[0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000],
  ...Array.from({ length: 0x0b }, (_, i) => 0x2000 + i),
])

const isSpace = (code: number): boolean => (code < 0x80 ? code === 0x20 || (code >= 0x09 && code <= 0x0d) : SPACES.has(code))

/** `strings.TrimSpace`: as `trim` of JavaScript, but for U+FEFF, which Go keeps, and U+0085, which it takes off (`unicode.IsSpace`). */
export function trimSpace(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}
