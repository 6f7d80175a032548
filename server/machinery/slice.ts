import { nextTurn } from './turns.ts'

/** Long work takes turns with other requests: so many milliseconds at once. */
const SLICE_MS = 8

// All work that begins in one pass of the event loop shares one slice: a hundred requests that come together have no hundred of them.
let shared = 0
let isShared = false

function sharedEnd(): number {
  if (!isShared) {
    isShared = true
    shared = performance.now() + SLICE_MS
    setImmediate(() => (isShared = false))
  }
  return shared
}

/** Says between two parts of long work whether it is others' turn: a promise when it is, which is seldom. */
export interface Pace {
  step(): Promise<void> | undefined
}

/** Work that may pause wherever it yields. What it waits for meanwhile it yields as a promise (`awaited`). */
export type Pausing<T> = Generator<Promise<unknown> | undefined, T, unknown>

/** Values between two pauses: well below a millisecond. */
const VALUES_AT_ONCE = 2048
let left = VALUES_AT_ONCE

/** Asked for each value that is looked at, this says when long work should pause. All work shares one count, so that it needs no counter. */
export function isTurn(): boolean {
  if (--left > 0) return false
  left = VALUES_AT_ONCE
  return true
}

/** What a promise comes to, in work that may pause. */
export function* awaited<T>(promise: Promise<T>): Pausing<T> {
  return (yield promise) as T
}

/** Does the work without a pause; it may not wait for anything. */
export function atOnce<T>(work: Pausing<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
    if (value !== undefined) throw new Error('work that is done at once cannot wait')
  }
}

/** Does the work in turns with others. */
export async function inTurns<T>(work: Pausing<T>, pace: Pace): Promise<T> {
  let step = work.next()
  while (step.done !== true) {
    const turn = pace.step()
    if (turn !== undefined) await turn
    step = step.value === undefined ? work.next() : await resumed(work, step.value)
  }
  return step.value
}

async function resumed<T>(work: Pausing<T>, waitedFor: Promise<unknown>): Promise<IteratorResult<Promise<unknown> | undefined, T>> {
  let value: unknown
  try {
    value = await waitedFor
  } catch (e) {
    return work.throw(e)
  }
  return work.next(value)
}

/** A slice of time for long work, from when it is made. `now` is in milliseconds, from any moment on; by default slices share their time. */
export class Slice implements Pace {
  readonly #now: () => number
  #end: number

  constructor(now?: () => number) {
    this.#now = now ?? (() => performance.now())
    this.#end = now === undefined ? sharedEnd() : now() + SLICE_MS
  }

  get over(): boolean {
    return this.#now() >= this.#end
  }

  step(): Promise<void> | undefined {
    return this.over ? this.next() : undefined
  }

  /** Lets others run, and begins anew. */
  async next(): Promise<void> {
    await nextTurn()
    this.#end = this.#now() + SLICE_MS
  }
}
