const NAMED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
}
// Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space. A lone surrogate is none of them.
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u
const ESCAPED = new RegExp(`["\\\\]|${UNPRINTABLE.source}`, 'gu')

/** A text in quotes as Go's strconv.Quote writes it (`%q`). Half a surrogate pair is what Go has read in its place. */
export const goQuote = (text: string): string => `"${text.toWellFormed().replace(ESCAPED, (c) => NAMED[c] ?? escaped(c.codePointAt(0)!))}"`

/** Go's unicode.IsPrint of one character. */
export const isPrintable = (character: string): boolean => !UNPRINTABLE.test(character)

/** A text in quotes as Go's package time writes it: what is no printable ASCII is shown byte by byte. */
export const goTimeQuote = (text: string): string =>
  `"${text.replace(/["\\]|[^\x20-\x7f]+/g, (c) => (c === '"' || c === '\\' ? `\\${c}` : bytesOf(c)))}"`

const bytesOf = (text: string): string => Buffer.from(text).toString('hex').replace(/../g, '\\x$&')

function escaped(code: number): string {
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`
}

const ESCAPE = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/g

/** The text that `goQuote` has quoted. */
export const goUnquote = (quoted: string): string =>
  quoted.slice(1, -1).replace(ESCAPE, (whole, byte?: string, short?: string, long?: string) => {
    const code = byte ?? short ?? long
    if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16))
    return Object.entries(NAMED).find(([, named]) => named === whole)?.[0] ?? whole
  })
