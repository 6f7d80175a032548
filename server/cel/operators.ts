import type { Exec } from './attributes.ts'
import { callCost } from './call-cost.ts'
import { CelError, equal, noOverloadFor, noSuchOverload, Optional, Uint, type CelList, type CelValue } from './values.ts'

/** Operators that do not need both of their sides, or cost otherwise than calls. */

/** `&&` and `||`: the side that decides, decides; an error of the other is forgotten. */
export function logical(args: readonly Exec[], deciding: boolean): Exec {
  return (frame) => {
    let failed: CelError | undefined
    for (const arg of args) {
      const value = arg(frame)
      if (value === deciding) return deciding
      if (typeof value !== 'boolean') failed ??= noOverloadFor(value)
    }
    return failed ?? !deciding
  }
}

export function equality([left, right]: [Exec, Exec], fn: '_==_' | '_!=_'): Exec {
  const cost = callCost(fn, fn === '_==_' ? 'equals' : 'not_equals')
  return (frame) => {
    const values = [left(frame), right(frame)] as [CelValue, CelValue]
    const [a, b] = values
    let value: CelValue
    if (a instanceof CelError) value = a
    else if (b instanceof CelError) value = b
    else {
      const same = frame.call(equal, values)
      value = fn === '_==_' ? same : same !== true
    }
    frame.charge(cost.after(values, value))
    return value
  }
}

/** `a.or(b)` and `a.orValue(b)`: the right side is computed only where the left has no value. */
export function orElse([left, right]: [Exec, Exec], unwrap: boolean): Exec {
  return (frame) => {
    const value = left(frame)
    if (value instanceof CelError) return value
    if (!(value instanceof Optional)) return noSuchOverload()
    if (value.value === undefined) return right(frame)
    return unwrap ? value.value : value
  }
}

/** `x in [constants]`: looked up, at no cost. Undefined where a list has other things than scalars. */
export function membership(value: Exec, list: CelList): Exec | undefined {
  const keys = new Set<string>()
  for (const item of list) {
    const key = scalarKey(item)
    if (key === undefined) return undefined
    keys.add(key)
  }
  return (frame) => {
    const found = value(frame)
    if (found instanceof CelError) return found
    const key = scalarKey(found)
    return key !== undefined && keys.has(key)
  }
}

/** Numbers that are equal have one key, whatever their type. */
function scalarKey(value: CelValue): string | undefined {
  if (value instanceof Uint) return `n${value.value}`
  if (typeof value === 'number') return Number.isNaN(value) ? 'NaN' : `n${Number.isInteger(value) ? BigInt(value) : value}`
  if (typeof value === 'bigint') return `n${value}`
  return typeof value === 'string' ? `s${value}` : typeof value === 'boolean' || value === null ? String(value) : undefined
}
