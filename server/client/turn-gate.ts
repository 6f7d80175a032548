/** Requests begun in one turn of the event loop: each is a fraction of a millisecond's work. */
const PER_TURN = 24
/** Requests under way: those that wait for the same commit are all answered in one turn. */
const IN_FLIGHT = 64

/** Who may begin: first come, first served. */
export interface Turns {
  /** Resolves when the request may begin; undefined: it may at once. Each needs its `leave`. */
  enter(): Promise<void> | undefined
  /** The request is answered, or its answer goes on as a stream. */
  leave(): void
}

/**
 * Spreads the requests of this process's own control loops over turns of the event loop. They come in bursts (a ReplicaSet
 * makes hundreds of pods at once), and without sockets between nothing else would hold them back: requests from outside
 * would wait until all of a burst is done. Lanes go in turn: five thousand nodes that renew their Leases do not keep a Deployment waiting.
 */
export class TurnGate implements Turns {
  #begun = 0
  #running = 0
  #scheduled = false
  readonly #own: (() => void)[] = []
  /** Who waits, by lane; the first of the next turn is of the lane at #next. */
  readonly #lanes = [this.#own]
  #next = 0

  /** Another lane of the same turns. */
  lane(): Turns {
    const waiting: (() => void)[] = []
    this.#lanes.push(waiting)
    return { enter: () => this.#enter(waiting), leave: () => this.leave() }
  }

  enter(): Promise<void> | undefined {
    return this.#enter(this.#own)
  }

  leave(): void {
    this.#running--
    if (this.#lanes.some((waiting) => waiting.length > 0)) this.#schedule()
  }

  #enter(waiting: (() => void)[]): Promise<void> | undefined {
    this.#schedule()
    if (waiting.length > 0 || !this.#open()) return new Promise((resolve) => waiting.push(resolve))
    this.#begin()
    return undefined
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
    const due = this.#lanes.map(() => 0)
    for (let empty = 0; empty < due.length && this.#open(); this.#next = (this.#next + 1) % due.length) {
      const lane = this.#next
      if (due[lane]! >= this.#lanes[lane]!.length) empty++
      else {
        empty = 0
        due[lane]!++
        this.#begin()
      }
    }
    // Without a free place the next `leave` brings the next turn.
    if (due.some((count) => count > 0)) this.#schedule()
    for (const [lane, count] of due.entries()) for (const go of this.#lanes[lane]!.splice(0, count)) go()
  }
}
