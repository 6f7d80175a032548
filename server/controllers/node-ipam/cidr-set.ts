import { formatAddress } from '../../machinery/ip-range.ts'
import { parseCidr, type Cidr } from '../../machinery/ip.ts'

/** The largest difference between a node's mask and the cluster's, of IPv6: more nodes than that there are not. IPv4 has no such limit. */
const MAX_BITS = 16

const widthOf = ({ family }: Pick<Cidr, 'family'>): number => (family === 4 ? 32 : 128)

/** The blocks of one size that a range is made of, given out in turn (kubernetes pkg/controller/nodeipam/ipam/cidrset). */
export class CidrSet {
  readonly #text: string
  readonly #range: Cidr
  readonly #mask: number
  readonly #used = new Set<number>()
  readonly #size: number
  #next = 0

  /** @throws RangeError */
  constructor(text: string, mask: number) {
    const range = parseCidr(text)
    if (range === undefined) throw new RangeError(`invalid CIDR address: ${text}`)
    const isTooWide = range.family === 6 && mask - range.prefix > MAX_BITS
    if (mask < range.prefix || mask > widthOf(range) || isTooWide)
      throw new RangeError('new CIDR set failed; the node CIDR size is too big')
    this.#text = text
    this.#range = range
    this.#mask = mask
    this.#size = 2 ** (mask - range.prefix)
  }

  /** undefined: all are given out. */
  allocate(): string | undefined {
    if (this.#used.size >= this.#size) return undefined
    let i = this.#next
    while (this.#used.has(i)) i = (i + 1) % this.#size
    this.#used.add(i)
    this.#next = (i + 1) % this.#size
    return this.#block(i)
  }

  /** @throws RangeError for what is no part of the range */
  occupy(cidr: string): void {
    for (const i of this.#indexes(cidr)) this.#used.add(i)
  }

  release(cidr: string): void {
    for (const i of this.#indexes(cidr)) this.#used.delete(i)
  }

  get #shift(): bigint {
    return BigInt(widthOf(this.#range) - this.#mask)
  }

  get #first(): bigint {
    return (this.#range.bits >> BigInt(widthOf(this.#range) - this.#range.prefix)) << BigInt(this.#mask - this.#range.prefix)
  }

  #block(i: number): string {
    const bits = (this.#first + BigInt(i)) << this.#shift
    return `${formatAddress(this.#range.family === 4 ? 'IPv4' : 'IPv6', bits)}/${this.#mask}`
  }

  *#indexes(text: string): Generator<number> {
    const cidr = parseCidr(text)
    if (cidr === undefined) throw new RangeError(`invalid CIDR address: ${text}`)
    const outside = new RangeError(`cidr ${text} is out the range of cluster cidr ${this.#text}`)
    if (cidr.family !== this.#range.family) throw outside
    const host = BigInt(widthOf(cidr) - cidr.prefix)
    const start = (cidr.bits >> host) << host
    const from = (start >> this.#shift) - this.#first
    const to = ((start + (1n << host) - 1n) >> this.#shift) - this.#first
    if (to < 0n || from >= BigInt(this.#size)) throw outside
    const last = to < BigInt(this.#size) ? Number(to) : this.#size - 1
    for (let i = from < 0n ? 0 : Number(from); i <= last; i++) yield i
  }
}
