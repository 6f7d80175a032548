import type { Clock } from '../../machinery/clock.ts'

/** The kubelet's defaults (`--event-qps`, `--event-burst`). */
export const EVENT_QPS = 50
export const EVENT_BURST = 100

/** A token bucket over all events of a process, as a kubelet's client has one: what exceeds it is dropped, not queued. */
export class EventBudget {
  readonly #clock: Clock
  readonly #qps: number
  readonly #burst: number
  #tokens: number
  #at: number
  dropped = 0

  constructor(clock: Clock, qps = EVENT_QPS, burst = EVENT_BURST) {
    this.#clock = clock
    this.#qps = qps
    this.#burst = burst
    this.#tokens = burst
    this.#at = clock.now()
  }

  take(): boolean {
    const now = this.#clock.now()
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) * this.#qps) / 1000)
    this.#at = now
    if (this.#tokens < 1) {
      this.dropped++
      return false
    }
    this.#tokens--
    return true
  }
}
