/** The order of Go's strings: by code points, which UTF-8 keeps and UTF-16 does not. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x === y) continue
    // Surrogates stand for what is beyond U+FFFF and so go last.
    const [high, low] = [x >= 0xd800 && x < 0xe000, y >= 0xd800 && y < 0xe000]
    return high === low ? x - y : high ? 1 : -1
  }
  return a.length - b.length
}

const SURROGATE = /[\ud800-\udfff]/

/** Sorts texts in that order, in place. The engine's own order, which is much faster, is another one only where there are surrogates. */
export const sortTexts = (texts: string[]): string[] => (texts.some((t) => SURROGATE.test(t)) ? texts.sort(compareText) : texts.sort())
