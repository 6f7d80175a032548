import { Slice, type Pace } from '../machinery/slice.ts'

/** Steps between two looks at the clock: a pod of usual size never waits. */
const STEPS = 64

/** Long work of a node agent in turns with everything else in its process: `step` is called between its items. */
export class Turns implements Pace {
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
