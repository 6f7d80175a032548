/** Addresses of one IPv4 range, the network's, the gateway's (.1) and the broadcast address left out; least recently used first. */
export class AddressPool {
  readonly #base: number
  readonly #size: number
  readonly #used = new Set<number>()
  #next = 2

  /** Throws RangeError when it is not an IPv4 CIDR of at least four addresses. */
  constructor(cidr: string) {
    const m = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr)
    const octets = m?.slice(1, 5).map(Number)
    const bits = Number(m?.[5])
    if (octets === undefined || octets.some((o) => o > 255) || bits < 8 || bits > 30)
      throw new RangeError(`invalid pod CIDR ${JSON.stringify(cidr)}`)
    this.#size = 2 ** (32 - bits)
    const address = octets.reduce((n, o) => n * 256 + o, 0)
    this.#base = address - (address % this.#size)
  }

  /** Throws RangeError when every address is taken. */
  take(): string {
    for (let tried = 0; tried < this.#size - 3; tried++) {
      const offset = this.#next
      this.#next = offset + 1 >= this.#size - 1 ? 2 : offset + 1
      if (this.#used.has(offset)) continue
      this.#used.add(offset)
      return this.#text(offset)
    }
    throw new RangeError('no addresses available in range set')
  }

  free(ip: string): void {
    this.#used.delete(ip.split('.').reduce((n, o) => n * 256 + Number(o), 0) - this.#base)
  }

  #text(offset: number): string {
    const n = this.#base + offset
    return [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join('.')
  }
}
