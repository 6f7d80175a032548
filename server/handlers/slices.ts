import { Slice } from '../machinery/slice.ts'

const LOOK_EVERY = 16

/**
 * Does the work for each in order, and lets others run whenever a slice is over. `all` must not change meanwhile: pass a copy. What is left
 * when `signal` fires is not done.
 */
export async function inSlices<T>(all: readonly T[], work: (one: T) => void, slice = new Slice(), signal?: AbortSignal): Promise<void> {
  for (let i = 0; i < all.length && signal?.aborted !== true; i++) {
    work(all[i]!)
    if (i % LOOK_EVERY === LOOK_EVERY - 1 && slice.over) await slice.next()
  }
}
