/** PEM (RFC 7468) as Go's encoding/pem reads it: what stands between blocks, and blocks that are none, are passed over. */
export interface PemBlock {
  readonly type: string
  readonly headers: number
  readonly der: Buffer
  /** Where to look for the next block. */
  readonly end: number
}

const BEGIN = '-----BEGIN '
const END = '\n-----END '
const DASHES = '-----'
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Without blanks at its end, and where the next one begins. */
function lineAt(text: string, from: number): { line: string; next: number } {
  const at = text.indexOf('\n', from)
  const end = at === -1 ? text.length : at
  return { line: text.slice(from, end).replace(/[ \t\r]{1,16}$/, ''), next: at === -1 ? end : end + 1 }
}

/** The block that begins at `begin`, whose content ends at `end`, the newline before its END line. */
function blockAt(text: string, begin: number, end: number): PemBlock | undefined {
  const { line, next } = lineAt(text, begin + BEGIN.length)
  if (!line.endsWith(DASHES)) return undefined
  const type = line.slice(0, -DASHES.length)
  let headers = 0
  let at = next
  for (; at < end; headers++) {
    const header = lineAt(text, at)
    if (!header.line.includes(':')) break
    at = header.next
  }
  if (headers > 0 && at > end) return undefined
  const last = lineAt(text, end + END.length)
  if (last.line !== type + DASHES) return undefined
  const base64 = at < end ? text.slice(at, end).replace(/[ \t\r\n]+/g, '') : ''
  return BASE64.test(base64) ? { type, headers, der: Buffer.from(base64, 'base64'), end: last.next } : undefined
}

/** The next block at or after `from`; undefined when there is no more. The time is linear in what is passed over. */
export function decodePem(text: string, from = 0): PemBlock | undefined {
  for (let at = from; ; ) {
    // A block without content has the newline of its first line before its END.
    const end = text.indexOf(END, at)
    if (end === -1) return undefined
    const begin = at + text.slice(at, end + 1).lastIndexOf(BEGIN)
    if (begin >= at && (begin === at || text[begin - 1] === '\n')) {
      const block = blockAt(text, begin, end)
      if (block !== undefined) return block
    }
    at = end + END.length
  }
}
