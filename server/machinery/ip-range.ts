import { parseCidr } from './ip.ts'

/** A block of addresses from which single ones are given out, network and (IPv4) broadcast address excepted. */
export interface AddressRange {
  readonly cidr: string
  readonly family: 'IPv4' | 'IPv6'
  readonly first: bigint
  readonly last: bigint
  /** How many addresses at its start are kept for those who ask for a certain one (KEP-3070). */
  readonly reserved: bigint
}

/** A CIDR as Go writes it: the network's address, without bits beyond the prefix (`fd00::1:5/112` is `fd00::1:0/112`); undefined for what is none. */
export function canonicalCidr(text: string): string | undefined {
  const cidr = parseCidr(text)
  // Of IPv4-mapped ones those within the mapped block, which Go writes as IPv4.
  const prefix = cidr === undefined ? -1 : cidr.prefix - (cidr.mapped ? 96 : 0)
  if (cidr === undefined || prefix < 0) return undefined
  const host = (1n << BigInt((cidr.family === 4 ? 32 : 128) - prefix)) - 1n
  return `${formatAddress(cidr.family === 4 ? 'IPv4' : 'IPv6', cidr.bits & ~host)}/${prefix}`
}

/** First address of a service range: the API server's own (`10.0.0.0/24` gives `10.0.0.1`). Throws a RangeError for text that is no CIDR. */
export function firstServiceAddress(cidr: string): string {
  const range = addressRange(cidr)
  return formatAddress(range.family, range.first)
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)

/** Throws a RangeError for text that is no CIDR. */
export function addressRange(cidr: string): AddressRange {
  const parsed = parseCidr(cidr)
  if (parsed === undefined) throw new RangeError(`${cidr} is not a CIDR`)
  const v4 = parsed.family === 4
  const size = 1n << BigInt((v4 ? 32 : 128) - parsed.prefix)
  const network = parsed.bits & ~(size - 1n)
  const first = network + 1n
  const last = network + size - (v4 ? 2n : 1n)
  // At least 16 and at most 256 addresses, a sixteenth of the range between them; nothing of a range as small as that.
  const reserved = size <= 16n ? 0n : min(max(16n, size / 16n), 256n)
  return { cidr, family: v4 ? 'IPv4' : 'IPv6', first, last, reserved }
}

export const contains = (range: AddressRange, family: string, bits: bigint): boolean =>
  range.family === family && bits >= range.first && bits <= range.last

/** Text of an address in its one canonical form (RFC 5952 for IPv6). */
export function formatAddress(family: string, bits: bigint): string {
  if (family === 'IPv4') return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.')
  const words = Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(112 - 16 * i)) & 0xffffn))
  const { start, length } = longestZeros(words)
  const text = (list: number[]): string => list.map((w) => w.toString(16)).join(':')
  if (length < 2) return text(words)
  return `${text(words.slice(0, start))}::${text(words.slice(start + length))}`
}

function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let i = 0; i < words.length; i++) {
    let n = 0
    while (words[i + n] === 0) n++
    if (n > best.length) best = { start: i, length: n }
    i += n
  }
  return best
}
