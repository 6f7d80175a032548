/** Work on a large list takes turns with other requests: so many milliseconds at once. */
const SLICE_MS = 8
const LOOK_EVERY = 16

/** Does the work for each in order, and lets others run whenever a slice is over. `all` must not change meanwhile: pass a copy. */
export async function inSlices<T>(all: readonly T[], work: (one: T) => void): Promise<void> {
  let end = performance.now() + SLICE_MS
  for (let i = 0; i < all.length; i++) {
    work(all[i]!)
    if (i % LOOK_EVERY !== LOOK_EVERY - 1 || performance.now() < end) continue
    await new Promise<void>((turn) => void setImmediate(turn))
    end = performance.now() + SLICE_MS
  }
}
