import type { Clock } from '../../machinery/clock.ts'

interface Entry<V> {
  value: V
  /** Milliseconds since the epoch. */
  until: number
}

/** Values for a time, at most so many; the oldest make room. */
export class TtlCache<V> {
  readonly #clock: Clock
  readonly #max: number
  readonly #entries = new Map<string, Entry<V>>()

  constructor(clock: Clock, max: number) {
    this.#clock = clock
    this.#max = max
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.until > this.#clock.now()) return entry?.value
    this.#entries.delete(key)
    return undefined
  }

  put(key: string, value: V, ttlMs: number): V {
    this.#entries.delete(key)
    this.#entries.set(key, { value, until: this.#clock.now() + ttlMs })
    if (this.#entries.size > this.#max) this.#entries.delete(this.#entries.keys().next().value!)
    return value
  }
}
