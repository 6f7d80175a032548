import { Slice } from '../machinery/slice.ts'

/** Steps between two looks at the clock: a pod of usual size never waits. */
const STEPS = 64

/** Long work of a node agent in turns with everything else in its process: `step` is called between its items. */
export class Turns {
  readonly #slice: Slice
  #steps = 0

  constructor(slice: Slice = new Slice()) {
    this.#slice = slice
  }

  /** A promise when it is others' turn, which is seldom: `const turn = turns.step(); if (turn !== undefined) await turn`. */
  step(): Promise<void> | undefined {
    return ++this.#steps % STEPS === 0 && this.#slice.over ? this.#slice.next() : undefined
  }
}

/** Does work that pauses between its items, in turns with others. */
export async function inTurns<T>(work: Generator<undefined, T>, turns: Turns = new Turns()): Promise<T> {
  for (;;) {
    const { value, done } = work.next()
    if (done === true) return value
    const turn = turns.step()
    if (turn !== undefined) await turn
  }
}

/** Does the same at once. */
export function atOnce<T>(work: Generator<undefined, T>): T {
  for (;;) {
    const { value, done } = work.next()
    if (done === true) return value
  }
}
