import type { Clock } from '../../machinery/clock.ts'
import { TokenBucket } from '../../machinery/token-bucket.ts'

/** The kubelet's defaults (`--event-qps`, `--event-burst`). */
export const EVENT_QPS = 50
export const EVENT_BURST = 100

/** One bucket for all events of a process, as a kubelet's client has one: what exceeds it is dropped, not queued. */
export class EventBudget {
  readonly #bucket: TokenBucket
  dropped = 0

  constructor(clock: Clock, qps = EVENT_QPS, burst = EVENT_BURST) {
    this.#bucket = new TokenBucket(clock, qps, burst)
  }

  take(): boolean {
    const taken = this.#bucket.take()
    if (!taken) this.dropped++
    return taken
  }
}
