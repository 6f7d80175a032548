/** Requests begun in one turn of the event loop: each is a fraction of a millisecond's work. */
const PER_TURN = 24
/** Requests under way: those that wait for the same commit are all answered in one turn. */
const IN_FLIGHT = 64

/**
 * Spreads the requests of this process's own control loops over turns of the event loop. They come in bursts (a ReplicaSet
 * makes hundreds of pods at once), and without sockets between nothing else would hold them back: requests from outside
 * would wait until all of a burst is done.
 */
export class TurnGate {
  #begun = 0
  #running = 0
  #scheduled = false
  readonly #waiting: (() => void)[] = []

  /** Resolves when the request may begin, first come first served; undefined: it may at once. Each needs its `leave`. */
  enter(): Promise<void> | undefined {
    this.#schedule()
    if (this.#waiting.length > 0 || !this.#open()) return new Promise((resolve) => this.#waiting.push(resolve))
    this.#begin()
    return undefined
  }

  /** The request is answered, or its answer goes on as a stream. */
  leave(): void {
    this.#running--
    if (this.#waiting.length > 0) this.#schedule()
  }

  #open(): boolean {
    return this.#begun < PER_TURN && this.#running < IN_FLIGHT
  }

  #begin(): void {
    this.#begun++
    this.#running++
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#turn())
  }

  #turn(): void {
    this.#scheduled = false
    this.#begun = 0
    let due = 0
    for (; due < this.#waiting.length && this.#open(); due++) this.#begin()
    // Without a free place the next `leave` brings the next turn.
    if (due > 0) this.#schedule()
    for (const go of this.#waiting.splice(0, due)) go()
  }
}
