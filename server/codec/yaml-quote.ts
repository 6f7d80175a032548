/** Strings that only double quotes can carry from one YAML reader to the next, written as Go's YAML library writes them. */
import { Scalar, type ScalarTag } from 'yaml'
import { type StringifyContext, stringTag } from 'yaml/util'

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
}
// Go counts only these as printable; the line breaks of YAML 1.1 are not carried by any other style.
const SPECIAL = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u
const ESCAPED = /["\\]|[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u
/** A line that ends in blanks loses them in a block, and a text that ends in a line of blanks loses that. */
const BLANK_ENDS = / \n|\n.* $/

export const needsDoubleQuotes = (text: string): boolean => SPECIAL.test(text) || BLANK_ENDS.test(text)

const WIDTH = 80
const INDENT = 2

/** Where a string begins, how the lines after its first are indented, and whether there may be any. */
interface Place {
  indent: string
  column: number
  breaks: boolean
}

const placeOf = ({ indent, indentAtStart, implicitKey }: StringifyContext): Place => ({
  indent,
  // Behind a key, which is less indented than the lines that follow.
  column: indent.length + (indentAtStart === undefined ? 0 : indentAtStart - INDENT),
  breaks: implicitKey !== true,
})

/**
 * Breaks a line as Go's emitter does: at the first single blank behind the width.
 * @param written the characters as they are written
 */
function folded(written: readonly string[], { indent, column, breaks }: Place, double: boolean): string {
  let out = ''
  let blank = false
  for (const [i, c] of written.entries()) {
    const inside = i > 1 && i < written.length - 2
    if (c === ' ' && !blank && breaks && column > WIDTH && inside && (double || written[i + 1] !== ' ')) {
      // A line of double quotes that begins with a blank says so.
      const start = written[i + 1] === ' ' ? `${indent}\\` : indent
      out += `\n${start}`
      column = start.length
    } else {
      out += c
      column += c.length
    }
    blank = c === ' '
  }
  return out
}

function numeric(code: number): string {
  const [letter, width] = code <= 0xff ? ['x', 2] : code <= 0xffff ? ['u', 4] : ['U', 8]
  return `\\${letter}${code
    .toString(16)
    .toUpperCase()
    .padStart(width as number, '0')}`
}

const doubleQuoted = (text: string): string[] => [
  '"',
  ...Array.from(text, (c) => (ESCAPED.test(c) ? (ESCAPES[c] ?? numeric(c.codePointAt(0)!)) : c)),
  '"',
]

/** Go says how deep a block is indented when it begins with a break, and leaves empty lines empty. */
function block(written: string, text: string): string {
  const tidy = written.replace(/\n +(?=\n|$)/g, '\n')
  return text.startsWith('\n') ? tidy.replace(/^\|(?!\d)/, '|2') : tidy
}

/** Strings in Go's style; the library's folding must be off. */
export const goString: ScalarTag = {
  ...stringTag,
  stringify(item, ctx, onComment, onChompKeep) {
    const text = String(item.value)
    const place = placeOf(ctx)
    if (item.type === Scalar.QUOTE_DOUBLE) return folded(doubleQuoted(text), place, true)
    let written = stringTag.stringify!(item, ctx, onComment, onChompKeep)
    if (written.startsWith('|')) return block(written, text)
    if (written.startsWith('"') && !text.includes('\n')) written = `'${text.replaceAll("'", "''")}'`
    return place.column + written.length <= WIDTH ? written : folded([...written], place, false)
  },
}
