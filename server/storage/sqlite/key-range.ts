/** Any blob sorts after every text in SQLite: the end of a range without one. Not empty, because an empty one is bound as NULL. */
const AFTER_ALL_TEXT = new Uint8Array(1)

/**
 * The smallest text that sorts after every key starting with `prefix`, to bind as an exclusive end. UTF-8 sorts by code
 * point, so the last code point that can be raised is, over the gap of the surrogates.
 */
export function endOfPrefix(prefix: string): string | Uint8Array {
  const points = [...prefix]
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0) ?? 0
    if (point < 0x10ffff) return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1)
  }
  return AFTER_ALL_TEXT
}
