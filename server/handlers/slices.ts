/** Work on a large list takes turns with other requests: so many milliseconds at once. */
const SLICE_MS = 8
const LOOK_EVERY = 16

/** A slice of time for long work, from when it is made. */
export class Slice {
  #end = performance.now() + SLICE_MS

  get over(): boolean {
    return performance.now() >= this.#end
  }

  /** Lets others run, and begins anew. */
  async next(): Promise<void> {
    await new Promise<void>((turn) => void setImmediate(turn))
    this.#end = performance.now() + SLICE_MS
  }
}

/** Does the work for each in order, and lets others run whenever a slice is over. `all` must not change meanwhile: pass a copy. */
export async function inSlices<T>(all: readonly T[], work: (one: T) => void): Promise<void> {
  const slice = new Slice()
  for (let i = 0; i < all.length; i++) {
    work(all[i]!)
    if (i % LOOK_EVERY === LOOK_EVERY - 1 && slice.over) await slice.next()
  }
}
