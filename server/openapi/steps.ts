import { setImmediate } from 'node:timers/promises'

/** Work in steps, each well below a millisecond once it is warm; the last one has the result. */
export type Steps<T> = Generator<void, T>

const SLICE_MS = 8

/** Does the steps and lets others run whenever a slice of time is over. */
export async function inTurns<T>(steps: Steps<T>, now: () => number = () => performance.now()): Promise<T> {
  let end = now() + SLICE_MS
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (now() < end) continue
    await setImmediate()
    end = now() + SLICE_MS
  }
}

/** All of them at once. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** A mapping, one entry a step. */
export function* mapped<T, R>(all: readonly T[], one: (item: T) => R): Steps<R[]> {
  const out: R[] = []
  for (const item of all) {
    out.push(one(item))
    yield
  }
  return out
}
