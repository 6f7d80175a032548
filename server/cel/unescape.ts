/** What a string or bytes literal stands for (cel-spec langdef "String and Bytes Values"). */
const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
} // prettier-ignore

const HEX: Readonly<Record<string, number>> = { x: 2, X: 2, u: 4, U: 8 }
const encoder = new TextEncoder()

export class EscapeError extends Error {
  override readonly name = 'EscapeError'
}

/** The characters between the quotes, and whether escapes count. */
function body(literal: string): { text: string; raw: boolean } {
  const text = literal.replaceAll('\r\n', '\n').replaceAll('\r', '\n')
  const raw = text[0] === 'r' || text[0] === 'R'
  const quoted = raw ? text.slice(1) : text
  const triple = quoted.length >= 6 && (quoted.startsWith("'''") || quoted.startsWith('"""'))
  return { text: triple ? quoted.slice(3, -3) : quoted.slice(1, -1), raw }
}

/** @throws EscapeError with the reference's text */
export function unescapeString(literal: string): string {
  const { text, raw } = body(literal)
  if (raw || !text.includes('\\')) return text
  return text.replace(
    /\\(?:([xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|([0-3][0-7]{2})|([^]))/gu,
    (_, code?: string, octal?: string, c?: string) => {
      if (c !== undefined) return SIMPLE[c] ?? wrong()
      return character(code === undefined ? parseInt(octal!, 8) : parseInt(code.slice(1), 16))
    },
  )
}

function wrong(): never {
  throw new EscapeError('unable to unescape string')
}

function character(code: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw new EscapeError('invalid unicode code point')
  return String.fromCodePoint(code)
}

/** @throws EscapeError with the reference's text */
export function unescapeBytes(literal: string): Uint8Array {
  const { text, raw } = body(literal)
  if (raw || !text.includes('\\')) return encoder.encode(text)
  const out: number[] = []
  const chars = Array.from(text)
  for (let i = 0; i < chars.length; ) {
    const c = chars[i]!
    if (c !== '\\') {
      out.push(...encoder.encode(c))
      i++
      continue
    }
    const kind = chars[i + 1] ?? ''
    const digits = HEX[kind]
    if (digits === 2) out.push(parseInt(chars.slice(i + 2, i + 4).join(''), 16))
    else if (digits !== undefined) wrong()
    else if (/[0-3]/.test(kind)) out.push(parseInt(chars.slice(i + 1, i + 4).join(''), 8) & 0xff)
    else out.push(...encoder.encode(SIMPLE[kind] ?? wrong()))
    i += digits === 2 || /[0-3]/.test(kind) ? 4 : 2
  }
  return Uint8Array.from(out)
}
