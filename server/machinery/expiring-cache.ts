import type { Clock } from './clock.ts'

interface Kept<V> {
  readonly value: V
  readonly until: number
  readonly bytes: number
}

export interface ExpiringCacheOptions {
  readonly clock: Clock
  readonly maxEntries: number
  /** Of keys and values together, as whoever puts them in counts. */
  readonly maxBytes: number
}

/** Values for a time, bounded in number and bytes: what was not asked for longest goes first. */
export class ExpiringCache<V> {
  readonly #o: ExpiringCacheOptions
  readonly #kept = new Map<string, Kept<V>>()
  #bytes = 0

  constructor(o: ExpiringCacheOptions) {
    this.#o = o
  }

  get size(): number {
    return this.#kept.size
  }

  get(key: string): V | undefined {
    const kept = this.#kept.get(key)
    if (kept === undefined) return undefined
    this.#remove(key, kept)
    if (kept.until <= this.#o.clock.monotonic()) return undefined
    this.#add(key, kept)
    return kept.value
  }

  /** A time of 0 keeps nothing, and neither is kept what is larger than all that may be. */
  set(key: string, value: V, bytes: number, ttlMs: number): void {
    const old = this.#kept.get(key)
    if (old !== undefined) this.#remove(key, old)
    const { clock, maxBytes, maxEntries } = this.#o
    if (ttlMs <= 0 || bytes > maxBytes) return
    this.#add(key, { value, bytes, until: clock.monotonic() + ttlMs })
    while (this.#bytes > maxBytes || this.#kept.size > maxEntries) {
      const [oldest, kept] = this.#kept.entries().next().value!
      this.#remove(oldest, kept)
    }
  }

  #add(key: string, kept: Kept<V>): void {
    this.#kept.set(key, kept)
    this.#bytes += kept.bytes
  }

  #remove(key: string, kept: Kept<V>): void {
    this.#kept.delete(key)
    this.#bytes -= kept.bytes
  }
}
