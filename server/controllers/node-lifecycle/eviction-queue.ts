import type { Clock } from '../../machinery/clock.ts'

/** As many nodes a second as `rate` says, one at a time: what has not been used up does not add up. */
class Limiter {
  readonly rate: number
  readonly #clock: Clock
  #freeAt = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, rate: number) {
    this.#clock = clock
    this.rate = rate
  }

  tryAccept(): boolean {
    const now = this.#clock.monotonic()
    if (this.rate <= 0 || now < this.#freeAt) return false
    this.#freeAt = now + 1000 / this.rate
    return true
  }
}

/**
 * The nodes of one zone that wait to be tainted, in the order in which they came. A node that has had its turn is not taken again before
 * somebody removes it.
 */
export class EvictionQueue {
  readonly #clock: Clock
  readonly #known = new Set<string>()
  readonly #waiting = new Set<string>()
  #limiter: Limiter

  constructor(clock: Clock, rate: number) {
    this.#clock = clock
    this.#limiter = new Limiter(clock, rate)
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** False when it was there already, or has had its turn. */
  add(node: string): boolean {
    if (this.#known.has(node)) return false
    this.#known.add(node)
    this.#waiting.add(node)
    return true
  }

  remove(node: string): boolean {
    this.#waiting.delete(node)
    return this.#known.delete(node)
  }

  /** Nodes a second; 0 stops the queue. A wait that goes on under the old rate goes on under the new one. */
  setRate(rate: number): void {
    if (rate === this.#limiter.rate) return
    const next = new Limiter(this.#clock, rate)
    if (!this.#limiter.tryAccept()) next.tryAccept()
    this.#limiter = next
  }

  /** Hands out as many of those that are due as the rate allows now. One that `taint` does not settle stays first. */
  async run(isDue: (node: string) => boolean, taint: (node: string) => Promise<boolean>): Promise<void> {
    for (const node of [...this.#waiting]) {
      if (!isDue(node)) continue
      if (!this.#limiter.tryAccept()) return
      if (await taint(node)) this.#waiting.delete(node)
    }
  }
}
