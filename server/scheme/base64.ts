/** Go's StdEncoding as JSON reads `[]byte` with it. */
const alphabet = /[^A-Za-z0-9+/]/

/** The text that Go would write for what it read; undefined when it is no base64. Line breaks are passed over. */
export function canonicalBase64(text: string): string | undefined {
  const plain = /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, '') : text
  if (plain.length % 4 !== 0) return undefined
  if (plain === '') return ''
  const padding = plain.endsWith('==') ? 2 : plain.endsWith('=') ? 1 : 0
  const at = plain.search(alphabet)
  if (at !== -1 && at < plain.length - padding) return undefined
  // Bits that padding leaves over may be anything; Go writes zeros.
  return padding === 0 ? plain : plain.slice(0, -4) + Buffer.from(plain.slice(-4), 'base64').toString('base64')
}

/** Where Go says that the data is illegal: the first bad byte, or the start of the last group when that is too short. */
export function illegalAt(text: string): number {
  const plain = text.replace(/[\r\n]/g, '')
  const bad = plain.search(alphabet)
  const cut = plain.length - (plain.length % 4)
  const position = bad === -1 ? cut : bad
  // Count the line breaks before it again.
  let seen = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\r' || text[i] === '\n') continue
    if (seen++ === position) return i
  }
  return text.length
}

export const isByte = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255
