/**
 * Name formats of the API and the texts that name their breach (apimachinery `util/validation` and `api/validate/content`).
 * Every function answers the list of texts, empty when the value is well formed. Lengths are in bytes.
 */
import type { Int64 } from './numbers.ts'

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const UNDERSCORE_LABEL = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const UNDERSCORE_SUBDOMAIN = `${UNDERSCORE_LABEL}(\\.${UNDERSCORE_LABEL})*`
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const LABEL_VALUE = `(${QUALIFIED})?`
const HTTP_HEADER = '[-A-Za-z0-9]+'
const CONFIG_KEY = '[-._a-zA-Z0-9]+'
const PERCENT = '[0-9]+%'

const whole = (source: string): RegExp => new RegExp(`^${source}$`)
const labelPattern = whole(LABEL)
const subdomainPattern = whole(SUBDOMAIN)
const caselessSubdomainPattern = new RegExp(`^${SUBDOMAIN}$`, 'i')
const underscoreSubdomainPattern = whole(UNDERSCORE_SUBDOMAIN)
const label1035Pattern = whole(LABEL_1035)
const qualifiedPattern = whole(QUALIFIED)
const labelValuePattern = whole(LABEL_VALUE)
const headerPattern = whole(HTTP_HEADER)
const configKeyPattern = whole(CONFIG_KEY)
const percentPattern = whole(PERCENT)
const portCharset = /^[-a-z0-9]+$/
const oneLetter = /[a-z]/
const printableNotEquals = /^[\x20-\x3c\x3e-\x7e]*$/

const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
const UNDERSCORE_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character"
const LABEL_1035_TEXT =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
const QUALIFIED_TEXT = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

export const MAX_LABEL = 63
export const MAX_SUBDOMAIN = 253

/** Length in bytes; labels and names are ASCII when they are valid, so the slow path is rare. */
export function byteLength(value: string): number {
  return Buffer.byteLength(value)
}

/** util/validation counts "characters" where api/validate/content says "bytes"; both mean bytes. */
export const maxLengthText = (max: number): string => `must be no more than ${max} characters`
export const maxBytesText = (max: number): string => `must be no more than ${max} bytes`
export const rangeText = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`
export const EMPTY_TEXT = 'must be non-empty'

/** How a pattern that does not match is reported, with examples of values that do. */
export function regexText(text: string, pattern: string, ...examples: string[]): string {
  if (examples.length === 0) return `${text} (regex used for validation is '${pattern}')`
  return `${text} (e.g. ${examples.map((e) => `'${e}', `).join(' or ')}regex used for validation is '${pattern}')`
}

// Made once: a body may have a hundred thousand names that are wrong.
const SUBDOMAIN_ERROR = regexText(SUBDOMAIN_TEXT, SUBDOMAIN, 'example.com')
const LABEL_ERROR = regexText(LABEL_TEXT, LABEL, 'my-name', '123-abc')
const UNDERSCORE_ERROR = regexText(UNDERSCORE_TEXT, UNDERSCORE_SUBDOMAIN, 'example.com')
const LABEL_1035_ERROR = regexText(LABEL_1035_TEXT, LABEL_1035, 'my-name', 'abc-123')
const QUALIFIED_ERROR = regexText(QUALIFIED_TEXT, QUALIFIED, 'MyName', 'my.name', '123-abc')
const LABEL_VALUE_ERROR = regexText(LABEL_VALUE_TEXT, LABEL_VALUE, 'MyValue', 'my_value', '12345')
const CASELESS_ERROR = regexText(
  "an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN,
  'Example.com',
)
const CONFIG_KEY_ERROR = regexText(
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  CONFIG_KEY,
  'key.name',
  'KEY_NAME',
  'key-name',
)

function checked(value: string, max: number, tooLong: (max: number) => string, pattern: RegExp, text: string): string[] {
  if (value.length <= max && pattern.test(value)) return []
  const errors = byteLength(value) > max ? [tooLong(max)] : []
  if (!pattern.test(value)) errors.push(text)
  return errors
}

const labelErrors =
  (tooLong: (max: number) => string) =>
  (value: string): string[] => {
    if (value.length <= MAX_LABEL && labelPattern.test(value)) return []
    const text = subdomainPattern.test(value) ? 'must not contain dots' : LABEL_ERROR
    return checked(value, MAX_LABEL, tooLong, labelPattern, text)
  }
const subdomainErrors =
  (tooLong: (max: number) => string) =>
  (value: string): string[] =>
    checked(value, MAX_SUBDOMAIN, tooLong, subdomainPattern, SUBDOMAIN_ERROR)

export const dns1123LabelErrors = labelErrors(maxLengthText)
export const dns1123SubdomainErrors = subdomainErrors(maxLengthText)

/**
 * The same where rules are declared with the type (`+k8s:format=k8s-short-name`, `k8s-long-name`; apimachinery `api/validate/content`):
 * those say bytes where others say characters.
 */
export const shortNameErrors = labelErrors(maxBytesText)
export const longNameErrors = subdomainErrors(maxBytesText)

/** `k8s-long-name-caseless`: a subdomain in any case. */
export function caselessSubdomainErrors(value: string): string[] {
  return checked(value, MAX_SUBDOMAIN, maxBytesText, caselessSubdomainPattern, CASELESS_ERROR)
}

export function dns1123SubdomainWithUnderscoreErrors(value: string): string[] {
  return checked(value, MAX_SUBDOMAIN, maxLengthText, underscoreSubdomainPattern, UNDERSCORE_ERROR)
}

export function dns1035LabelErrors(value: string): string[] {
  return checked(value, MAX_LABEL, maxLengthText, label1035Pattern, LABEL_1035_ERROR)
}

/** `[prefix/]name`: label keys, annotation keys (lower-cased first), finalizers, resource names, condition types. */
export function qualifiedNameErrors(value: string): string[] {
  const slash = value.indexOf('/')
  if (slash === -1) return namePartErrors(value)
  if (value.indexOf('/', slash + 1) !== -1) {
    return [`a valid label key ${QUALIFIED_ERROR} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  }
  const prefix = value.slice(0, slash)
  const errors: string[] = []
  if (prefix === '') errors.push(`prefix part ${EMPTY_TEXT}`)
  else if (prefix.length > MAX_SUBDOMAIN || !subdomainPattern.test(prefix)) {
    if (byteLength(prefix) > MAX_SUBDOMAIN) errors.push(`prefix part ${maxBytesText(MAX_SUBDOMAIN)}`)
    if (!subdomainPattern.test(prefix)) errors.push(`prefix part ${SUBDOMAIN_ERROR}`)
  }
  return errors.concat(namePartErrors(value.slice(slash + 1)))
}

function namePartErrors(name: string): string[] {
  if (name.length <= MAX_LABEL && qualifiedPattern.test(name)) return []
  const errors: string[] = []
  if (name === '') errors.push(`name part ${EMPTY_TEXT}`)
  else if (byteLength(name) > MAX_LABEL) errors.push(`name part ${maxBytesText(MAX_LABEL)}`)
  if (!qualifiedPattern.test(name)) errors.push(`name part ${QUALIFIED_ERROR}`)
  return errors
}

export function labelValueErrors(value: string): string[] {
  return checked(value, MAX_LABEL, maxBytesText, labelValuePattern, LABEL_VALUE_ERROR)
}

/** Port numbers 1–65535. */
export function portNumberErrors(port: number): string[] {
  return port >= 1 && port <= 65535 ? [] : [rangeText(1, 65535)]
}

/** IANA service names: at most 15 lower-case characters with a letter among them. */
export function portNameErrors(name: string): string[] {
  const errors: string[] = []
  if (byteLength(name) > 15) errors.push(maxLengthText(15))
  if (!portCharset.test(name)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!oneLetter.test(name)) errors.push('must contain at least one letter (a-z)')
  if (name.includes('--')) errors.push('must not contain consecutive hyphens')
  if (name.startsWith('-') || name.endsWith('-')) errors.push('must not begin or end with a hyphen')
  return errors
}

/** User and group ids: 0 to 2³¹−1. */
export function idErrors(id: Int64): string[] {
  return id >= 0 && id <= 2147483647 ? [] : [rangeText(0, 2147483647)]
}

export function percentErrors(value: string): string[] {
  return percentPattern.test(value)
    ? []
    : [regexText("a valid percent string must be a numeric string followed by an ending '%'", PERCENT, '1%', '93%')]
}

export function httpHeaderNameErrors(value: string): string[] {
  return headerPattern.test(value)
    ? []
    : [regexText("a valid HTTP header must consist of alphanumeric characters or '-'", HTTP_HEADER, 'X-Header-Name')]
}

function parentPathErrors(value: string): string[] {
  if (value === '.') return ["must not be '.'"]
  if (value === '..') return ["must not be '..'"]
  return value.startsWith('..') ? ["must not start with '..'"] : []
}

/** Keys of ConfigMap and Secret data. */
export function configMapKeyErrors(value: string): string[] {
  return checked(value, MAX_SUBDOMAIN, maxLengthText, configKeyPattern, CONFIG_KEY_ERROR).concat(parentPathErrors(value))
}

export function relaxedEnvVarNameErrors(value: string): string[] {
  if (value === '') return [`environment variable name ${EMPTY_TEXT}`]
  return printableNotEquals.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
}

/** What can stand in one segment of a URL path; the least that any object name must satisfy. */
export function pathSegmentErrors(name: string, prefix = false): string[] {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`]
  const errors: string[] = []
  if (name.includes('/')) errors.push("may not contain '/'")
  if (name.includes('%')) errors.push("may not contain '%'")
  return errors
}

// A generateName may end in a dash, because characters follow. Upstream masks the dash and the character before it.
const masked = (name: string): string => (name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name)

/** Rules for metadata.name in the shape of `Strategy.nameErrors`; `prefix` for a generateName. */
export const nameIsLongName = (name: string, prefix: boolean): string[] => longNameErrors(prefix ? masked(name) : name)
export const nameIsSubdomain = (name: string, prefix: boolean): string[] => dns1123SubdomainErrors(prefix ? masked(name) : name)
export const nameIsLabel = (name: string, prefix: boolean): string[] => dns1123LabelErrors(prefix ? masked(name) : name)
