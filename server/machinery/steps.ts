import type { Pausing } from './slice.ts'

/**
 * Work on a container: it yields the work on a container within, whose outcome is sent back, and undefined where others may have
 * their turn. So however deep values nest, they take no room on the stack.
 */
export type Steps<T> = Generator<Steps<unknown> | undefined, T, unknown>

/** Items of one container between two pauses: well below a millisecond. */
export const ITEMS_AT_ONCE = 1024

/** Whether a decoded value is still to be decoded. No decoded one looks like that: containers come as steps. */
export const isSteps = (value: unknown): value is Steps<unknown> => typeof value === 'object' && value !== null && 'next' in value

/** What the steps come to. */
export function* running<T>(first: Steps<T>): Pausing<T> {
  const open: Steps<unknown>[] = [first]
  let value: unknown
  for (let begun = 0; ; ) {
    const step = open.at(-1)!.next(value)
    value = undefined
    if (step.done === true) {
      open.pop()
      if (open.length === 0) return step.value as T
      value = step.value
    } else if (step.value === undefined) yield
    else {
      open.push(step.value)
      if (++begun % ITEMS_AT_ONCE === 0) yield
    }
  }
}
