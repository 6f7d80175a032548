import { beginSteps, CostLimitExceeded, EVALUATION_STEPS, stepsTaken } from './limits.ts'
import { CelError, type CelValue } from './values.ts'

/** One evaluation of one expression. */
export class Frame {
  readonly #variables: ReadonlyMap<string, CelValue>
  readonly #limit: number
  /** Variables of folds, at the places that the planner gave them. */
  readonly locals: (CelValue | undefined)[]
  #steps = EVALUATION_STEPS
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

  /** Calls a function: what it does is counted, and ends when it is too much. */
  call(implementation: (...args: CelValue[]) => CelValue, args: CelValue[]): CelValue {
    beginSteps(this.#steps)
    const value = implementation(...args)
    this.#steps -= stepsTaken()
    return value
  }

  variable(name: string): CelValue {
    return this.#variables.get(name) ?? (this.#variables.has(name) ? null : new CelError(`no such attribute(s): ${name}`))
  }
}
