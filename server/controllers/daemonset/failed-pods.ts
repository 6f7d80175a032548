import type { Clock } from '../../machinery/clock.ts'

const FIRST_MS = 1000
const LONGEST_MS = 15 * 60_000

/** How long failed pods of a set stay on a node before they are replaced: a second, doubling with each up to 15 minutes. */
export class FailedPodBackoff {
  readonly #clock: Clock
  readonly #byKey = new Map<string, { waitMs: number; at: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds that a failed pod has to stay; 0 counts it as replaced now. */
  take(key: string): number {
    const now = this.#clock.now()
    const entry = this.#byKey.get(key)
    if (entry !== undefined && now - entry.at < entry.waitMs) return entry.waitMs
    const forgotten = entry === undefined || now - entry.at > 2 * LONGEST_MS
    this.#byKey.set(key, { waitMs: forgotten ? FIRST_MS : Math.min(entry.waitMs * 2, LONGEST_MS), at: now })
    return 0
  }

  forget(prefix: string): void {
    for (const key of this.#byKey.keys()) if (key.startsWith(prefix)) this.#byKey.delete(key)
  }
}
