/** Requests begun in one turn of the event loop: each is a fraction of a millisecond's work, most of it in the turns after. */
const PER_TURN = 24

/**
 * Spreads the requests of this process's own control loops over turns of the event loop. They come in bursts (a ReplicaSet
 * makes hundreds of pods at once), and without sockets between nothing else would hold them back: requests from outside
 * would wait until all of a burst is done.
 */
export class TurnGate {
  #begun = 0
  #next: NodeJS.Immediate | undefined
  readonly #waiting: (() => void)[] = []

  /** Resolves in the turn in which the request may begin, first come first served; undefined: it may at once. */
  enter(): Promise<void> | undefined {
    this.#next ??= setImmediate(() => this.#turn())
    if (this.#begun < PER_TURN) {
      this.#begun++
      return undefined
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #turn(): void {
    this.#next = undefined
    const due = this.#waiting.splice(0, PER_TURN)
    this.#begun = due.length
    if (due.length > 0) this.#next = setImmediate(() => this.#turn())
    for (const go of due) go()
  }
}
