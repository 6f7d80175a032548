import { goQuote } from '../../machinery/go-quote.ts'

/** Go's net/netip, with its errors: addresses, and blocks of them. */
export interface Address {
  /** 4 or 16. */
  readonly bytes: readonly number[]
  readonly zone: string
}

export interface Prefix {
  readonly address: Address
  readonly bits: number
}

export class AddressError extends Error {
  override readonly name = 'AddressError'
}

/** No address is longer, with a zone of some length; what is, is not looked at. */
const MAX_LENGTH = 4096

/** @throws AddressError */
export function parseAddress(text: string): Address {
  const first = text.length > MAX_LENGTH ? undefined : /[.:%]/.exec(text)?.[0]
  if (first === '.') return { bytes: parseIPv4(text, text), zone: '' }
  if (first === ':') return parseIPv6(text)
  throw failed(text, first === '%' ? 'missing IPv6 address' : 'unable to parse IP')
}

const failed = (text: string, message: string, at?: string): AddressError =>
  new AddressError(`ParseAddr(${goQuote(text)}): ${message}${at === undefined ? '' : ` (at ${goQuote(at)})`}`)

/** `s`: the part of `all` that is the address. */
function parseIPv4(all: string, s: string): number[] {
  const fields: number[] = []
  let [value, digits] = [0, 0]
  for (let i = 0; i < s.length; i++) {
    const c = s[i]!
    if (c >= '0' && c <= '9') {
      if (digits === 1 && value === 0) throw failed(all, 'IPv4 field has octet with leading zero')
      value = value * 10 + Number(c)
      digits++
      if (value > 255) throw failed(all, 'IPv4 field has value >255')
    } else if (c === '.') {
      if (i === 0 || i === s.length - 1 || s[i - 1] === '.') throw failed(all, 'IPv4 field must have at least one digit', s.slice(i))
      if (fields.length === 3) throw failed(all, 'IPv4 address too long')
      fields.push(value)
      value = digits = 0
    } else throw failed(all, 'unexpected character', s.slice(i))
  }
  if (fields.length < 3) throw failed(all, 'IPv4 address too short')
  return [...fields, value]
}

function parseIPv6(all: string): Address {
  const percent = all.indexOf('%')
  const zone = percent === -1 ? '' : all.slice(percent + 1)
  if (percent !== -1 && zone === '') throw failed(all, 'zone must be a non-empty string')
  let s = percent === -1 ? all : all.slice(0, percent)
  const bytes: number[] = []
  let ellipsis = -1
  if (s.startsWith('::')) {
    ellipsis = 0
    s = s.slice(2)
  }
  while (bytes.length < 16 && s !== '') {
    const group = /^[0-9a-fA-F]*/.exec(s)![0]
    if (group.length > 4) throw failed(all, 'each group must have 4 or less digits', s)
    if (group === '') throw failed(all, 'each colon-separated field must have at least one digit', s)
    if (s[group.length] === '.') {
      if (ellipsis < 0 && bytes.length !== 12) {
        throw failed(all, 'embedded IPv4 address must replace the final 2 fields of the address', s)
      }
      if (bytes.length + 4 > 16) throw failed(all, 'too many hex fields to fit an embedded IPv4 at the end of the address', s)
      bytes.push(...parseIPv4(all, s))
      s = ''
      break
    }
    const value = parseInt(group, 16)
    bytes.push(value >> 8, value & 0xff)
    s = s.slice(group.length)
    if (s === '') break
    if (!s.startsWith(':')) throw failed(all, 'unexpected character, want colon', s)
    if (s.length === 1) throw failed(all, 'colon must be followed by more characters', s)
    s = s.slice(1)
    if (!s.startsWith(':')) continue
    if (ellipsis >= 0) throw failed(all, 'multiple :: in address', s)
    ellipsis = bytes.length
    s = s.slice(1)
  }
  if (s !== '') throw failed(all, 'trailing garbage after address', s)
  if (bytes.length === 16 && ellipsis >= 0) throw failed(all, 'the :: must expand to at least one field of zeros')
  if (bytes.length < 16) {
    if (ellipsis < 0) throw failed(all, 'address string too short')
    bytes.splice(ellipsis, 0, ...new Array<number>(16 - bytes.length).fill(0))
  }
  return { bytes, zone }
}

/** @throws AddressError */
export function parsePrefix(text: string): Prefix {
  const slash = text.lastIndexOf('/')
  const wrong = (message: string): AddressError => new AddressError(`netip.ParsePrefix(${goQuote(text)}): ${message}`)
  if (slash === -1) throw wrong("no '/'")
  let address: Address
  try {
    address = parseAddress(text.slice(0, slash))
  } catch (error) {
    throw error instanceof AddressError ? wrong(error.message) : error
  }
  if (address.zone !== '') throw wrong('IPv6 zones cannot be present in a prefix')
  const length = text.slice(slash + 1)
  if (!/^(?:\d|[1-9]\d{1,17})$/.test(length)) throw wrong(`bad bits after slash: ${goQuote(length)}`)
  if (Number(length) > address.bytes.length * 8) throw wrong('prefix length out of range')
  return { address, bits: Number(length) }
}

export const isMapped = ({ bytes }: Address): boolean => bytes.length === 16 && bytes.every((b, i) => i > 11 || b === (i > 9 ? 0xff : 0))

/** RFC 5952. */
export function addressText({ bytes, zone }: Address): string {
  if (bytes.length === 4) return bytes.join('.')
  if (isMapped({ bytes, zone })) return `::ffff:${bytes.slice(12).join('.')}`
  const words = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!)
  let [start, length] = [-1, 1]
  for (let i = 0; i < 8; i++) {
    let n = 0
    while (words[i + n] === 0) n++
    if (n > length) [start, length] = [i, n]
    i += n
  }
  const hex = (part: readonly number[]): string => part.map((w) => w.toString(16)).join(':')
  return start === -1 ? hex(words) : `${hex(words.slice(0, start))}::${hex(words.slice(start + length))}`
}

/** The bytes with all bits behind the first ones cleared. */
export const masked = ({ address, bits }: Prefix): Prefix => ({
  bits,
  address: { ...address, bytes: address.bytes.map((b, i) => b & (0xff << Math.max(0, Math.min(8, 8 * (i + 1) - bits)))) },
})

export function contains(prefix: Prefix, other: Address): boolean {
  if (prefix.address.bytes.length !== other.bytes.length) return false
  const [mine, theirs] = [masked(prefix), masked({ address: other, bits: prefix.bits })]
  return mine.address.bytes.every((b, i) => b === theirs.address.bytes[i])
}
