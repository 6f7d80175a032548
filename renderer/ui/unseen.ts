/**
 * Characters that show nothing and change what is read: those that turn the direction of what follows (CVE-2021-42574), zero-width ones that
 * join no letters, and controls. A tab and a line feed are seen; joiners belong to scripts and emoji.
 */
const unseen = /[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\u0000-\u0008\u000b-\u001f\u007f-\u009f]/

/** As many as one looks at: a text full of them is no text. */
const most = 500

export interface Piece {
  text: string
  /** `U+202E`; undefined for what is seen. */
  code?: string
}

/** A text cut where something in it cannot be seen; one piece for most. The return before a line feed is the end of a line. */
export function piecesOf(text: string): Piece[] {
  if (!unseen.test(text)) return [{ text }]
  const pieces: Piece[] = []
  let rest = text
  for (let count = 0; count < most; count++) {
    const at = nextUnseen(rest)
    if (at < 0) break
    if (at > 0) pieces.push({ text: rest.slice(0, at) })
    const sign = rest.charAt(at)
    pieces.push({ text: sign, code: `U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}` })
    rest = rest.slice(at + 1)
  }
  return rest === '' ? pieces : [...pieces, { text: rest }]
}

/** The text with the codes of what cannot be seen in its place, where nothing but a text can stand: `safe⟨U+202E⟩txt.exe`. */
export const seenText = (text: string): string =>
  unseen.test(text)
    ? piecesOf(text)
        .map(({ text: seen, code }) => (code === undefined ? seen : `⟨${code}⟩`))
        .join('')
    : text

function nextUnseen(text: string): number {
  let from = 0
  for (;;) {
    const at = text.slice(from).search(unseen)
    if (at < 0) return -1
    if (!text.startsWith('\r\n', from + at)) return from + at
    from += at + 1
  }
}
