/**
 * How much of a wait this process itself caused: it stood still, or the machine did not let it run. A ticker says when it should have run;
 * what it came late is summed up, and a wait is shortened by the sum that grew during it.
 */
export class Lag {
  readonly #everyMs: number
  readonly #now: () => number
  #due: number
  #late = 0
  #worst = 0

  constructor(everyMs: number, now: () => number) {
    this.#everyMs = everyMs
    this.#now = now
    this.#due = now() + everyMs
  }

  /** Called by a timer every `everyMs`. */
  tick(): void {
    const now = this.#now()
    const late = Math.max(0, now - this.#due)
    this.#late += late
    this.#worst = Math.max(this.#worst, late)
    this.#due = now + this.#everyMs
  }

  /** All lateness so far in ms, that of a tick that is overdue included. */
  get total(): number {
    return this.#late + Math.max(0, this.#now() - this.#due)
  }

  /** The longest single lateness since the last call. */
  takeWorst(): number {
    const worst = Math.max(this.#worst, this.#now() - this.#due)
    this.#worst = 0
    return Math.max(0, worst)
  }
}
