/**
 * Go's encoder escapes these in every text (encoding/json, SetEscapeHTML), and the reference's answers have them so: bytes that are compared,
 * hashed or searched by a client are the same from either server. In valid JSON they stand in texts only.
 */
const UNSAFE = /[<>&\u2028\u2029]/
const EACH = /[<>&\u2028\u2029]/g
const escape = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`

export const escapeJson = (text: string): string => (UNSAFE.test(text) ? text.replace(EACH, escape) : text)

/** The same where Go is told to leave out what is for the sake of HTML. */
export const escapeSeparators = (text: string): string => text.replace(/[\u2028\u2029]/g, escape)

/** JSON.stringify, escaped as Go does. */
export const escapedJson = (value: unknown, indent?: number): string => escapeJson(JSON.stringify(value, null, indent))

const LESS = 0x3c
const GREATER = 0x3e
const AMPERSAND = 0x26
/** U+2028 and U+2029 begin with it, as do dashes and quotes of common texts. */
const LEAD = 0xe2
const SEPARATORS = [Buffer.from('\u2028'), Buffer.from('\u2029')] as const

const isUnsafe = (json: Buffer): boolean =>
  json.includes(LESS) ||
  json.includes(GREATER) ||
  json.includes(AMPERSAND) ||
  (json.includes(LEAD) && SEPARATORS.some((separator) => json.includes(separator)))

/** The same of JSON in bytes; they are the result themselves where nothing is to be escaped. */
export const escapeJsonBytes = (json: Buffer): Buffer => (isUnsafe(json) ? Buffer.from(escapeJson(json.toString())) : json)
