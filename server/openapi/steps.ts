import { Slice } from '../machinery/slice.ts'

/** Work in steps, each well below a millisecond once it is warm; the last one has the result. */
export type Steps<T> = Generator<void, T>

/** Does the steps and lets others run whenever a slice of time is over. */
export async function inTurns<T>(steps: Steps<T>, slice = new Slice()): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (slice.over) await slice.next()
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
