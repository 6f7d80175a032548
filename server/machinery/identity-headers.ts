/**
 * Headers in which somebody says who asks, or as whom: their values may hold commas, so that those of a repeated one stay apart, and nobody
 * behind the API server may see them, who would take them for the API server's word.
 */
export type IsIdentityHeader = (name: string) => boolean

const STANDARD = ['x-remote-', 'impersonate-']
export const isStandardIdentity: IsIdentityHeader = (name) => name.startsWith('x-remote-') || name.startsWith('impersonate-')

/** The same, with those in which front proxies speak here. */
export function identityHeadersOf(names: readonly string[], prefixes: readonly string[]): IsIdentityHeader {
  const own = new Set(names.map((name) => name.toLowerCase()).filter((name) => !isStandardIdentity(name)))
  const begins = prefixes
    .map((prefix) => prefix.toLowerCase())
    .filter((prefix) => prefix !== '' && !STANDARD.some((p) => prefix.startsWith(p)))
  if (own.size === 0 && begins.length === 0) return isStandardIdentity
  return (name) => isStandardIdentity(name) || own.has(name) || begins.some((prefix) => name.startsWith(prefix))
}

/** Values of a repeated identity header as one; none holds a line feed. */
const BETWEEN = '\n'
export const joinedIdentity = (values: readonly string[]): string => values.join(BETWEEN)
export const separateIdentity = (value: string): string[] => value.split(BETWEEN)

/** Header bytes come as Latin-1; names are UTF-8. */
export function fromHeader(value: string): string {
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > 0x7f) return Buffer.from(value, 'latin1').toString()
  return value
}

/** The other way round: Node refuses characters that are no bytes. */
export const toHeader = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

/** Bytes that no token of RFC 9110 §5.6.2 may have, and `%`, as %XX (client-go `headerKeyEscape`). */
export const escapedKey = (key: string): string =>
  Array.from(Buffer.from(key.toLowerCase()), (byte) => {
    const char = String.fromCharCode(byte)
    return /[a-z\d!#$&'*+.^_`|~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')

const ESCAPE = /%[\da-f]{2}/gi

/** Go's `url.PathUnescape`: escapes are bytes, and where one is malformed all stay as they are. */
export function unescapedKey(key: string): string {
  if (!key.includes('%')) return key
  if (key.replaceAll(ESCAPE, '').includes('%')) return key
  const bytes = toHeader(key).replaceAll(ESCAPE, (escape) => String.fromCharCode(parseInt(escape.slice(1), 16)))
  return Buffer.from(bytes, 'latin1').toString()
}
