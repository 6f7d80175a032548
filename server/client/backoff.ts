import type { Clock } from '../machinery/clock.ts'

export interface BackoffOptions {
  clock: Clock
  initialMs: number
  maxMs: number
  factor: number
  /** Each wait is multiplied by 1 + jitter·random. */
  jitter: number
  /** After this long without a failure the next wait starts from the beginning. */
  resetMs: number
  random?: () => number
}

/** Growing waits between failures, as client-go's reflector takes them (800 ms, ×2, 30 s, jitter 1, reset after 2 min). */
export class Backoff {
  readonly #o: BackoffOptions
  readonly #random: () => number
  #next: number
  #last = Number.NEGATIVE_INFINITY

  constructor(options: BackoffOptions) {
    this.#o = options
    this.#random = options.random ?? Math.random
    this.#next = options.initialMs
  }

  /** Milliseconds to wait before the next try. */
  next(): number {
    const now = this.#o.clock.monotonic()
    if (now - this.#last > this.#o.resetMs) this.#next = this.#o.initialMs
    this.#last = now
    const base = this.#next
    this.#next = Math.min(base * this.#o.factor, this.#o.maxMs)
    return base * (1 + this.#o.jitter * this.#random())
  }
}
