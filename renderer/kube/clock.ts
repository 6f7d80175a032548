/** Time as the machinery here sees it, so that tests decide it. Milliseconds. */
export interface Clock {
  now(): number
  /** Returns what cancels it. */
  after(ms: number, run: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** Waits that double from `first` to `most`, each shortened at random by up to half, so that many feeds do not return at once. */
export class Backoff {
  #tries = 0
  readonly #first: number
  readonly #most: number
  readonly #random: () => number

  constructor(first: number, most: number, random: () => number) {
    this.#first = first
    this.#most = most
    this.#random = random
  }

  next(): number {
    const full = Math.min(this.#most, this.#first * 2 ** this.#tries++)
    return full * (1 - this.#random() / 2)
  }

  reset(): void {
    this.#tries = 0
  }
}
