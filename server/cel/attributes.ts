import type { Frame } from './frame.ts'
import { CelError, CelList, CelMap, indexOf, noOverloadFor, Optional, printed, type CelValue } from './values.ts'

/**
 * Variables with the fields and indices behind them: `self.a[i].?b` is evaluated as one thing, and costs 1 and 1 for each step (cel-go
 * `interpreter/attributes`).
 */
export type Exec = (frame: Frame) => CelValue

export interface Qualifier {
  /** A constant, or how to find out. An attribute there costs nothing but its own steps. */
  readonly index: CelValue | Exec
  readonly optional: boolean
  /** The last step of has(): only whether it is there. */
  readonly testOnly: boolean
}

type Base =
  | { readonly kind: 'value'; readonly exec: Exec }
  | { readonly kind: 'conditional'; readonly condition: Exec; readonly yes: Attribute; readonly no: Attribute }

export class Attribute {
  readonly #base: Base
  readonly #qualifiers: Qualifier[] = []

  constructor(base: Base) {
    this.#base = base
  }

  get isConditional(): boolean {
    return this.#base.kind === 'conditional'
  }

  addQualifier(qualifier: Qualifier): void {
    if (this.#base.kind === 'value') {
      this.#qualifiers.push(qualifier)
      return
    }
    this.#base.yes.addQualifier(qualifier)
    this.#base.no.addQualifier(qualifier)
  }

  /** Its value; what the attribute itself costs is not charged here. */
  resolve(frame: Frame): CelValue {
    const base = this.#base
    if (base.kind === 'conditional') {
      const condition = base.condition(frame)
      if (typeof condition !== 'boolean') return noOverloadFor(condition)
      return (condition ? base.yes : base.no).resolve(frame)
    }
    const value = base.exec(frame)
    return value instanceof CelError || this.#qualifiers.length === 0 ? value : this.#qualified(frame, value)
  }

  #qualified(frame: Frame, start: CelValue): CelValue {
    let value = start
    let optional = false
    if (value instanceof Optional) {
      if (value.value === undefined) return this.#qualifiers.at(-1)!.testOnly ? false : value
      value = value.value
      optional = true
    }
    for (const q of this.#qualifiers) {
      optional ||= q.optional
      const index = typeof q.index === 'function' ? q.index(frame) : q.index
      if (index instanceof CelError) return index
      const found = step(value, index, optional || q.testOnly)
      // What is optional and not there costs nothing.
      if (found !== undefined || !optional) frame.charge(1)
      if (found instanceof CelError) return found
      if (q.testOnly) return found !== undefined
      if (found === undefined) return Optional.none
      value = found
    }
    return optional ? new Optional(value) : value
  }
}

/** One step. Undefined, if `mayMiss`, for what is not there; otherwise an error. */
function step(value: CelValue, index: CelValue, mayMiss: boolean): CelValue | undefined {
  if (value instanceof CelMap) {
    const found = value.find(index)
    return found !== undefined || mayMiss ? found : new CelError(`no such key: ${printed(index)}`)
  }
  if (value instanceof CelList) {
    const i = indexOf(index)
    if (i instanceof CelError) return i
    if (i >= 0 && i < value.size) return value.get(index)
    return mayMiss ? undefined : new CelError(`index out of bounds: ${printed(index)}`)
  }
  if (value instanceof CelError) return value
  return mayMiss ? undefined : new CelError(`no such key: ${printed(index)}`)
}
