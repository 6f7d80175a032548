import { setImmediate } from 'node:timers/promises'

/** Long work takes turns with other requests: so many milliseconds at once. */
const SLICE_MS = 8

/** A slice of time for long work, from when it is made. `now` is in milliseconds, from any moment on. */
export class Slice {
  readonly #now: () => number
  #end: number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#end = now() + SLICE_MS
  }

  get over(): boolean {
    return this.#now() >= this.#end
  }

  /** Lets others run, and begins anew. */
  async next(): Promise<void> {
    await setImmediate()
    this.#end = this.#now() + SLICE_MS
  }
}
