import { isIPv6 } from 'node:net'
import { internalError, invalid, type FieldError } from './field-errors.ts'

/**
 * IP addresses and CIDRs as the API takes them. Go's old parsers accept leading zeros (`010.1.2.3`) and IPv4-mapped IPv6; the API
 * server refuses both in new values since 1.36 (StrictIPCIDRValidation), each with a text of its own.
 */
export interface Address {
  family: 4 | 6
  /** The bits as a number: 32 for IPv4, 128 for IPv6; an IPv4-mapped address counts as IPv4, as in Go. */
  bits: bigint
  /** Written with leading zeros. */
  leadingZeros: boolean
  mapped: boolean
}

export interface Cidr extends Address {
  prefix: number
}

const dotted = /^(\d{1,15})\.(\d{1,15})\.(\d{1,15})\.(\d{1,15})$/

function parseDotted(text: string): Address | undefined {
  const m = dotted.exec(text)
  if (m === null) return undefined
  let bits = 0
  let leadingZeros = false
  for (let i = 1; i <= 4; i++) {
    const n = Number(m[i])
    if (n > 255) return undefined
    if (m[i]!.length > 1 && m[i]!.startsWith('0')) leadingZeros = true
    bits = bits * 256 + n
  }
  return { family: 4, bits: BigInt(bits), leadingZeros, mapped: false }
}

export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) return parseDotted(text)
  if (text.includes('%')) return undefined
  let head = text
  let tail: Address | undefined
  const colon = text.lastIndexOf(':')
  if (text.includes('.')) {
    tail = parseDotted(text.slice(colon + 1))
    if (tail === undefined) return undefined
    head = `${text.slice(0, colon + 1)}${(tail.bits >> 16n).toString(16)}:${(tail.bits & 0xffffn).toString(16)}`
  }
  if (!isIPv6(head)) return undefined
  const [left, right] = head.split('::') as [string, string | undefined]
  const words = (s: string): string[] => (s === '' ? [] : s.split(':'))
  const l = words(left)
  const r = right === undefined ? [] : words(right)
  const all = [...l, ...Array<string>(8 - l.length - r.length).fill('0'), ...r]
  const bits = all.reduce((n, w) => (n << 16n) | BigInt(`0x${w}`), 0n)
  const mapped = bits >> 32n === 0xffffn
  return { family: mapped ? 4 : 6, bits: mapped ? bits & 0xffffffffn : bits, leadingZeros: tail?.leadingZeros ?? false, mapped }
}

export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/')
  if (slash === -1) return undefined
  const address = parseAddress(text.slice(0, slash))
  const length = text.slice(slash + 1)
  if (address === undefined || !/^\d{1,15}$/.test(length)) return undefined
  const wide = address.mapped ? 128 : address.family === 4 ? 32 : 128
  const prefix = Number(length)
  if (prefix > wide) return undefined
  return { ...address, prefix, leadingZeros: address.leadingZeros || (length.length > 1 && length.startsWith('0')) }
}

/** `keep`: values that stored data has already and that are therefore accepted again. */
export function checkAddress(errors: FieldError[], path: string, text: string, keep?: ReadonlySet<string>): void {
  if (keep?.has(text)) return
  const address = parseAddress(text)
  if (address === undefined) errors.push(invalid(path, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'))
  else if (address.leadingZeros) errors.push(invalid(path, text, 'must not have leading 0s'))
  else if (address.mapped) errors.push(invalid(path, text, 'must not be an IPv4-mapped IPv6 address'))
}

export function checkCidr(errors: FieldError[], path: string, text: string, keep?: ReadonlySet<string>): void {
  if (keep?.has(text)) return
  const cidr = parseCidr(text)
  if (cidr === undefined) errors.push(invalid(path, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'))
  else if (cidr.leadingZeros) errors.push(invalid(path, text, 'must not have leading 0s in IP or prefix length'))
  else if (cidr.mapped) errors.push(invalid(path, text, 'must not have an IPv4-mapped IPv6 address'))
  else if (cidr.bits & ((1n << BigInt((cidr.family === 4 ? 32 : 128) - cidr.prefix)) - 1n)) {
    errors.push(invalid(path, text, 'must not have bits set beyond the prefix length'))
  }
}

/** What is said of lists that may hold one of each family; `wrong`: of an item that is none at all, with its place. */
const ADDRESSES = {
  parse: parseAddress,
  wrong: (text: string, i: number): string => `failed to check for dual stack with error:invalid IP[${i}]: ${text}`,
  tooMany: 'may specify no more than one IP for each IP family',
}
const POD_CIDRS = {
  parse: parseCidr,
  wrong: (text: string, i: number): string =>
    `invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[${i}]: <nil> (invalid CIDR address: ${text})`,
  tooMany: 'may specify no more than one CIDR for each IP family',
}

/**
 * More than one address must be two, one of each family. One that is none at all is told as the failure of this very check, too.
 * @param shown the list as it is printed; the texts themselves where left out
 */
export const checkFamilies = (errors: FieldError[], path: string, texts: readonly string[], shown: unknown = texts): void =>
  checkOneOfEach(errors, path, texts, shown, ADDRESSES)

/** The same for CIDRs of a node. */
export const checkCidrFamilies = (errors: FieldError[], path: string, texts: readonly string[]): void =>
  checkOneOfEach(errors, path, texts, texts, POD_CIDRS)

function checkOneOfEach(
  errors: FieldError[],
  path: string,
  texts: readonly string[],
  shown: unknown,
  of: typeof ADDRESSES | typeof POD_CIDRS,
): void {
  if (texts.length < 2) return
  const bad = texts.findIndex((text) => of.parse(text) === undefined)
  if (bad >= 0) errors.push(internalError(path, of.wrong(texts[bad]!, bad)))
  if (bad >= 0 || texts.length > 2 || !isDualStack(texts)) errors.push(invalid(path, shown, of.tooMany))
}

/** True when the texts hold one address (or CIDR) of each family. */
export function isDualStack(texts: readonly string[]): boolean {
  const families = new Set(texts.map((t) => (t.includes('/') ? parseCidr(t) : parseAddress(t))?.family))
  return families.has(4) && families.has(6)
}

/** The one spelling of an address (RFC 5952 for IPv6); undefined for what is none or may not be used. */
export function canonicalAddress(text: string): string | undefined {
  const address = parseAddress(text)
  if (address === undefined || address.mapped || address.leadingZeros) return undefined
  if (address.family === 4) return text
  // The URL standard writes IPv6 hosts as the RFC does.
  return new URL(`http://[${text}]`).hostname.slice(1, -1)
}
