import { CelError, type CelValue } from './values.ts'

/** The reference stops an expression that costs more; what it says then ends all rules of the object. */
export const COST_LIMIT_MESSAGE = 'operation cancelled: actual cost limit exceeded'

/** Thrown through an expression that costs more than it may. */
export class CostLimitExceeded extends Error {
  constructor() {
    super(COST_LIMIT_MESSAGE)
  }
}

/** One evaluation of one expression. */
export class Frame {
  readonly #variables: ReadonlyMap<string, CelValue>
  readonly #limit: number
  /** Variables of folds, at the places that the planner gave them. */
  readonly locals: (CelValue | undefined)[]
  /** In the reference's units, of roughly 100 ns each there. */
  cost = 0

  constructor(variables: ReadonlyMap<string, CelValue>, limit: number, locals: number) {
    this.#variables = variables
    this.#limit = limit
    this.locals = new Array<CelValue | undefined>(locals).fill(undefined)
  }

  /** @throws CostLimitExceeded */
  charge(cost: number): void {
    this.cost += cost
    if (this.cost > this.#limit) throw new CostLimitExceeded()
  }

  /** Whether so much more is too much: then work that costs it need not be done. */
  affords(cost: number): boolean {
    return this.cost + cost <= this.#limit
  }

  variable(name: string): CelValue {
    return this.#variables.get(name) ?? (this.#variables.has(name) ? null : new CelError(`no such attribute(s): ${name}`))
  }
}
