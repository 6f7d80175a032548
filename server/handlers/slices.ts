import { Slice } from '../machinery/slice.ts'

/**
 * Does the work for each in order, and lets others run whenever a slice is over. `all` must not change meanwhile: pass a copy. What is left
 * when `signal` fires is not done.
 */
export async function inSlices<T>(all: readonly T[], work: (one: T) => void, slice = new Slice(), signal?: AbortSignal): Promise<void> {
  for (const one of all) {
    // Before each: of many requests that begin at once not even the first part is free.
    if (slice.over) await slice.next()
    if (signal?.aborted === true) return
    work(one)
  }
}
