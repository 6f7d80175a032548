/** What keeps an expression from holding up the others: the reference's costs, and steps of work that its costs do not count. */

/** The reference stops an expression that costs more; what it says then ends all rules of the object. */
export const COST_LIMIT_MESSAGE = 'operation cancelled: actual cost limit exceeded'

/** Thrown through an expression that costs more than it may. */
export class CostLimitExceeded extends Error {
  constructor() {
    super(COST_LIMIT_MESSAGE)
  }
}

/** Of one call: some 20 ms. Comparing lists of lists that share their parts, texts that double: no request is large enough for so much. */
const CALL_STEPS = 4_000_000
/** Of one evaluation. */
export const EVALUATION_STEPS = 40_000_000

let taken = 0
let allowed = CALL_STEPS

/**
 * Counts work: elements looked at, or texts by 64 characters.
 * @throws CostLimitExceeded
 */
export function step(count = 1): void {
  taken += count
  if (taken > allowed) throw new CostLimitExceeded()
}

/** Begins to count anew; calls of functions do not pause, so one count serves all. */
export function beginSteps(left: number): void {
  taken = 0
  allowed = Math.min(CALL_STEPS, left)
}

/** Steps since then. */
export const stepsTaken = (): number => taken

/** A text of this length was looked at. */
export function stepText(length: number): void {
  if (length > 512) step(length >> 6)
}

/** A text of this length is to be made. */
export function stepResult(length: number): void {
  if (length > MAX_TEXT) throw new CostLimitExceeded()
  stepText(length)
}
const MAX_TEXT = 2 ** 24
