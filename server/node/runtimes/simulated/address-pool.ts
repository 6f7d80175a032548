import { addressRange, formatAddress, type AddressRange } from '../../../machinery/ip-range.ts'
import { parseAddress } from '../../../machinery/ip.ts'

const SMALLEST = 4n
const LARGEST_IPV4 = 1n << 24n

/** Addresses of one range, the network's, the gateway's (.1) and the broadcast address left out; least recently used first. */
export class AddressPool {
  readonly #range: AddressRange
  readonly #used = new Set<bigint>()
  #next: bigint

  /** Throws RangeError when it is not a CIDR of at least four addresses, of IPv4 at most a /8. */
  constructor(cidr: string) {
    const invalid = (): RangeError => new RangeError(`invalid pod CIDR ${JSON.stringify(cidr)}`)
    try {
      this.#range = addressRange(cidr)
    } catch {
      throw invalid()
    }
    const { first, last, family } = this.#range
    const size = last - first + (family === 'IPv4' ? 3n : 2n)
    if (size < SMALLEST || (family === 'IPv4' && size > LARGEST_IPV4)) throw invalid()
    this.#next = first + 1n
  }

  /** Throws RangeError when every address is taken. */
  take(): string {
    const { first, last, family } = this.#range
    for (let tried = 0n; tried < last - first; tried++) {
      const address = this.#next
      this.#next = address === last ? first + 1n : address + 1n
      if (this.#used.has(address)) continue
      this.#used.add(address)
      return formatAddress(family, address)
    }
    throw new RangeError('no addresses available in range set')
  }

  free(ip: string): void {
    const bits = parseAddress(ip)?.bits
    if (bits !== undefined) this.#used.delete(bits)
  }
}
