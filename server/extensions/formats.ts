import { parseAddress, parseCidr } from '../machinery/ip.ts'
import { parseDuration } from '../machinery/go-duration.ts'

/** A format of strings that values are checked against. */
export type StringFormat = (text: string) => boolean

// Each pattern is anchored and has no ambiguity to go back on: linear in the text.
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const UUID3 = /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const UUID4 = /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i
const UUID5 = /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i
const CREDIT_CARD =
  /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/
const ISBN10 = /^(?:\d{9}X|\d{10})$/
const ISBN13 = /^\d{13}$/
const HEX_COLOR = /^#?(?:[\da-fA-F]{3}|[\da-fA-F]{6})$/
const BYTE = '(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])'
const WHITE = '[\\t\\n\\f\\r ]*'
const RGB_COLOR = new RegExp(`^rgb\\(${WHITE}${BYTE}${WHITE},${WHITE}${BYTE}${WHITE},${WHITE}${BYTE}${WHITE}\\)$`)
const SSN = /^\d{3}[- ]?\d{2}[- ]?\d{4}$/
const MAC = /^(?:[\da-fA-F]{2}(?:([:-])[\da-fA-F]{2}(?:\1[\da-fA-F]{2})*)|[\da-fA-F]{4}(?:\.[\da-fA-F]{4})+)$/
const MAC_BYTES = new Set([6, 8, 20])
const OBJECT_ID = /^[\da-fA-F]{24}$/
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const CLOCK = /^(\d\d):(\d\d):(\d\d)(?:[^\n]\d+)?(?:z|[+-]\d\d:\d\d)$/
const SHORT_NAME = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
// A number without a unit is passed over as a whole, not digit by digit.
const DURATION_PARTS = /(\d+)[\t\n\f\r ]*([A-Za-zµ]+)|\d+[\t\n\f\r ]*/g
const NOT_DIGITS = /\D+/g
const SPACES_AND_MINUS = /[\t\n\f\r -]+/g

const MAX_INT64 = 2n ** 63n - 1n

/** Units of Scala's durations; the last of each is a prefix. */
const UNITS: readonly (readonly string[])[] = [
  ['ns', 'nano'],
  ['us', 'µs', 'micro'],
  ['ms', 'milli'],
  ['s', 'sec'],
  ['m', 'min'],
  ['h', 'hr', 'hour'],
  ['d', 'day'],
  ['w', 'wk', 'week'],
]

/** What kube-openapi's `pkg/validation/strfmt` checks, by its name without dashes. */
const FORMATS: Readonly<Record<string, StringFormat>> = {
  bsonobjectid: (text) => OBJECT_ID.test(text),
  uri: isRequestUri,
  email: isEmail,
  hostname: isHostname,
  ipv4: (text) => text.includes('.') && parseAddress(text) !== undefined,
  ipv6: (text) => text.includes(':') && parseAddress(text)?.leadingZeros === false,
  cidr: (text) => parseCidr(text) !== undefined,
  mac: isMac,
  uuid: (text) => UUID.test(text),
  uuid3: (text) => UUID3.test(text),
  uuid4: (text) => UUID4.test(text),
  uuid5: (text) => UUID5.test(text),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: (text) => Buffer.byteLength(text) === 11 && SSN.test(text),
  hexcolor: (text) => HEX_COLOR.test(text),
  rgbcolor: (text) => RGB_COLOR.test(text),
  byte: isBase64,
  password: () => true,
  date: isDate,
  duration: isDuration,
  datetime: isDateTime,
  k8sshortname: (text) => text.length <= 63 && SHORT_NAME.test(text),
  k8slongname: (text) => text.length <= 253 && text.split('.').every((label) => SHORT_NAME.test(label)),
}

/** The check of a format; undefined for one that the reference does not know, and that is a hint therefore. */
export function formatOf(name: string): StringFormat | undefined {
  const plain = name.replaceAll('-', '')
  return Object.hasOwn(FORMATS, plain) ? FORMATS[plain] : undefined
}

/** Whether a definition that names this format is warned of it (apiextensions-apiserver `validation/formats.go`). `type` may be empty. */
export function isKnownFormat(type: string, format: string): boolean {
  if (type === '' || type === 'string') return formatOf(format) !== undefined
  if (type === 'integer') return format === 'int32' || format === 'int64'
  return type === 'number' && (format === 'float' || format === 'double')
}

function isDate(text: string): boolean {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number)
  if (year === undefined || month === undefined || day === undefined || month < 1 || month > 12) return false
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
  return day >= 1 && day <= days
}

/** The date is exact, the clock compared as text, the zone only looked at: what follows a second `t` is not. */
function isDateTime(text: string): boolean {
  const [date, clock] = text.toLowerCase().split('t')
  if (clock === undefined || !isDate(date!)) return false
  const found = CLOCK.exec(clock)
  return found !== null && found[1]! <= '23' && found[2]! <= '59' && found[3]! <= '59'
}

/** Go's durations, and numbers with units in words anywhere in the text (`3 days`). */
function isDuration(text: string): boolean {
  try {
    parseDuration(text)
    return true
  } catch {
    // Not one of Go's: perhaps one of Scala's.
  }
  let found = false
  for (const [, digits, word] of text.matchAll(DURATION_PARTS)) {
    if (digits === undefined || word === undefined) continue
    const significant = digits.replace(/^0+/, '')
    if (significant.length > 19 || BigInt(significant) > MAX_INT64) return false
    const unit = word.toLowerCase()
    found ||= UNITS.some((names) => names.includes(unit) || unit.startsWith(names.at(-1)!))
  }
  return found
}

function isMac(text: string): boolean {
  return MAC.test(text) && MAC_BYTES.has(text.replace(/[^\da-fA-F]/g, '').length / 2)
}

function isIsbn10(text: string): boolean {
  const digits = text.replace(SPACES_AND_MINUS, '')
  if (!ISBN10.test(digits)) return false
  let sum = 0
  for (let i = 0; i < 10; i++) sum += (i + 1) * (digits[i] === 'X' ? 10 : Number(digits[i]))
  return sum % 11 === 0
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(SPACES_AND_MINUS, '')
  if (!ISBN13.test(digits)) return false
  let sum = 0
  for (let i = 0; i < 12; i++) sum += (i % 2 === 0 ? 1 : 3) * Number(digits[i])
  return Number(digits[12]) === (10 - (sum % 10)) % 10
}

/** Luhn's check of the digits, whatever stands between them. */
function isCreditCard(text: string): boolean {
  const digits = text.replace(NOT_DIGITS, '')
  if (!CREDIT_CARD.test(digits)) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const doubled = i % 2 === 0 ? digit : digit * 2
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && BASE64.test(text)
}

// Lengths are checked in bytes, before: the engine unrolls what is counted.
const HOST_LETTER = '[a-zA-Z0-9\\p{S}\\p{L}]'
const HOST_LABEL = new RegExp(`^${HOST_LETTER}(?:[a-zA-Z0-9\\p{S}\\p{L}-]*${HOST_LETTER})?$`, 'u')
const ONE_LABEL = new RegExp(`^${HOST_LETTER}(?:-?${HOST_LETTER}*)?$`, 'u')
const TOP_LABEL = /^[a-zA-Z\p{L}][a-zA-Z\p{L}]+$/u

/** One label, or labels and a top one of letters; 255 bytes in all, 63 a label. */
function isHostname(text: string): boolean {
  if (Buffer.byteLength(text) > 255) return false
  const labels = text.split('.')
  if (labels.some((label) => Buffer.byteLength(label) > 63)) return false
  if (labels.length === 1) return ONE_LABEL.test(text)
  const top = labels.pop()!
  return TOP_LABEL.test(top) && labels.every((label) => HOST_LABEL.test(label))
}

const CONTROL = /[\x00-\x1f\x7f]/
const ESCAPES = /%(?![\da-fA-F]{2})/
const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):/
// Escapes in a host are for bytes beyond ASCII only; a colon is a port's.
const HOST_CHARS = /^(?:[\w\-.~!$&'()*+,;=[\]<>"]|[^\x00-\x7f]|%(?:25|[89a-fA-F][\da-fA-F]))*$/
const USER_CHARS = /^(?:[\w\-.~!$&'()*+,;=:%@])*$/
const PORT = /^:\d*$/

/** Go's url.ParseRequestURI: an absolute URL, an absolute path or `*`, with nothing to guess. */
export function isRequestUri(text: string): boolean {
  if (text === '' || CONTROL.test(text)) return false
  if (text === '*') return true
  let rest = text
  const scheme = SCHEME.exec(text)
  if (scheme !== null) rest = text.slice(scheme[0].length)
  else if (text.startsWith(':')) return false
  const query = rest.indexOf('?')
  if (query !== -1) rest = rest.slice(0, query)
  // With a scheme it may be opaque (mailto:a); nothing of it is looked at then.
  if (!rest.startsWith('/')) return scheme !== null
  if (rest.startsWith('//') && (scheme !== null || !rest.startsWith('///'))) {
    // Without a scheme a request's path may begin with two slashes.
    if (scheme === null) return !ESCAPES.test(rest)
    const slash = rest.indexOf('/', 2)
    const authority = slash === -1 ? rest.slice(2) : rest.slice(2, slash)
    if (!isAuthority(authority)) return false
    rest = slash === -1 ? '' : rest.slice(slash)
  }
  return !ESCAPES.test(rest)
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@')
  if (at !== -1 && (!USER_CHARS.test(authority.slice(0, at)) || ESCAPES.test(authority.slice(0, at)))) return false
  const host = authority.slice(at + 1)
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']')
    if (end === -1) return false
    const port = host.slice(end + 1)
    if (port !== '' && !PORT.test(port)) return false
    const inner = host.slice(1, end).replace(/%25.*$/, '')
    return parseAddress(inner)?.leadingZeros === false && inner.includes(':')
  }
  const colon = host.lastIndexOf(':')
  if (colon !== -1 && !PORT.test(host.slice(colon))) return false
  return HOST_CHARS.test(colon === -1 ? host : host.slice(0, colon))
}

const ATOM = /^[\w!#$%&'*+\-/=?^`{|}~\u0080-\u{10ffff}]+$/u
const QUOTED = /^"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e\t\u0080-\u{10ffff}])*"/u
const LITERAL = /^\[([^[\]\\\s]*)\]$/

/** RFC 5322 address as Go's mail.ParseAddress takes it: `a@b`, `Name <a@b>`, `"quoted"@b`. */
function isEmail(text: string): boolean {
  const trimmed = withoutComments(text)?.trim()
  if (trimmed === undefined) return false
  const open = trimmed.endsWith('>') ? trimmed.lastIndexOf('<') : -1
  if (open === -1) return isAddressSpec(trimmed)
  return isPhrase(trimmed.slice(0, open).trim()) && isAddressSpec(trimmed.slice(open + 1, -1))
}

/** Comments are white space; undefined where one does not end. Quoted texts have none. */
function withoutComments(text: string): string | undefined {
  if (!text.includes('(')) return text
  let out = ''
  let depth = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (c === '\\' && (quoted || depth > 0)) {
      if (depth === 0) out += c + (text[i + 1] ?? '')
      i++
    } else if (c === '(' && !quoted) depth++
    else if (c === ')' && depth > 0) depth--
    else if (depth === 0) {
      if (c === '"') quoted = !quoted
      out += c
    }
  }
  return depth === 0 ? out : undefined
}

function isPhrase(text: string): boolean {
  let rest = text
  while (rest !== '') {
    const quoted = QUOTED.exec(rest)
    if (quoted !== null) rest = rest.slice(quoted[0].length).trimStart()
    else {
      const [word] = /^[^ \t"]+/.exec(rest) ?? []
      if (word === undefined || !word.split('.').every((atom) => atom === '' || ATOM.test(atom))) return false
      rest = rest.slice(word.length).trimStart()
    }
  }
  return true
}

function isAddressSpec(text: string): boolean {
  const quoted = QUOTED.exec(text)
  const at = quoted === null ? text.indexOf('@') : quoted[0].length
  if (at <= 0 || text[at] !== '@') return false
  const local = text.slice(0, at)
  if (quoted === null && !dotAtom(local)) return false
  if (quoted !== null && local === '""') return false
  const domain = text.slice(at + 1)
  const literal = LITERAL.exec(domain)
  return literal === null ? dotAtom(domain) : parseAddress(literal[1]!) !== undefined
}

const dotAtom = (text: string): boolean => text.split('.').every((atom) => ATOM.test(atom))
