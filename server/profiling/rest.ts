/** Thrown for work that must not be done again yet. */
export class RestingError extends Error {
  readonly retryAfterSeconds: number

  constructor(ms: number) {
    super('it stops this process while it is taken, and may do so for a tenth of the time at most')
    this.name = 'RestingError'
    this.retryAfterSeconds = Math.max(1, Math.ceil(ms / 1000))
  }
}

/** Work is followed by so many times its own duration without more of it. */
const REST = 9

/** Lets one piece of work run at a time, and all of them for a tenth of the time. */
export class Resting {
  readonly #now: () => number
  #running = false
  #until = Number.NEGATIVE_INFINITY

  /** `now` is in milliseconds, from any moment on. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Throws `RestingError` where it is too soon, or other work runs. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const started = this.#now()
    if (this.#running || started < this.#until) throw new RestingError(this.#running ? 0 : this.#until - started)
    this.#running = true
    try {
      return await work()
    } finally {
      const ended = this.#now()
      this.#running = false
      this.#until = ended + REST * (ended - started)
    }
  }
}
