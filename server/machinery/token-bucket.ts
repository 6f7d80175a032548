import type { Clock } from './clock.ts'

/** So many at once, and so many a second after that (client-go `util/flowcontrol`); nobody waits. */
export class TokenBucket {
  readonly #clock: Clock
  readonly #qps: number
  readonly #burst: number
  #tokens: number
  #at: number

  constructor(clock: Clock, qps: number, burst: number) {
    this.#clock = clock
    this.#qps = qps
    this.#burst = burst
    this.#tokens = burst
    this.#at = clock.monotonic()
  }

  take(): boolean {
    const now = this.#clock.monotonic()
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) * this.#qps) / 1000)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
