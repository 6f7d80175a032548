import { describe, expect, test } from 'vitest'
import { compile, CompileError, PlanError } from '../../../server/cel/environment.ts'
import { estimateCost } from '../../../server/cel/estimate.ts'
import { PER_CALL_LIMIT } from '../../../server/cel/contract.ts'
import { expressions } from './expressions.ts'
import facts from './expressions.answers.json' with { type: 'json' }
import type { CelType } from '../../../server/cel/types.ts'
import { CelError, printed, typeNameOf, Uint, type CelValue } from '../../../server/cel/values.ts'

/** What Kubernetes' own library says of the same expressions (testing/record.ts). */
interface Fact {
  readonly error?: string
  readonly type?: string
  readonly min: number
  readonly max: number
  readonly result?: string
  readonly rtype?: string
  readonly evalError?: string
  readonly cost: number
}
const recorded = facts as unknown as Readonly<Record<string, Fact>>

const shownType = (t: CelType): string => (t.params.length === 0 ? t.name : `${t.name}(${t.params.map(shownType).join(', ')})`)
/** Scalars as Go prints them; what is printed otherwise is not compared. */
function shown(value: CelValue): string | undefined {
  if (value === null) return 'NULL_VALUE'
  const isScalar = ['bigint', 'number', 'string', 'boolean'].includes(typeof value) || value instanceof Uint
  return isScalar ? printed(value) : undefined
}

function answer(expression: string): Partial<Fact> {
  try {
    const { checked, type, program } = compile(expression, { variables: new Map(), structs: new Map() })
    const planned = program()
    const { value, cost } = planned.evaluate(new Map(), PER_CALL_LIMIT)
    const estimate = estimateCost(checked, () => undefined)
    const found = { type: shownType(type), ...estimate, cost }
    if (value instanceof CelError) return { ...found, evalError: value.message }
    const result = shown(value)
    return { ...found, rtype: typeNameOf(value), ...(result === undefined || result === '' ? {} : { result }) }
  } catch (error) {
    if (error instanceof CompileError) return { error: error.message }
    if (error instanceof PlanError) return { error: `program: ${error.message}`, type: 'as the checker says' }
    throw error
  }
}

describe.each([...new Set(expressions.map(([group]) => group))])('%s', (group) => {
  test.each(expressions.filter(([g]) => g === group).map(([, expression]) => expression))('%s', (expression) => {
    const fact = recorded[expression]!
    const found = answer(expression)
    if (fact.error !== undefined) {
      expect(found.error).toBe(fact.error)
      return
    }
    const { min, max, ...rest } = found
    const { min: least, max: most, result, expr: _, ...others } = fact as Fact & { expr: string }
    expect(rest).toEqual({ ...others, ...(found.result === undefined ? {} : { result }) })
    // Sums near 2⁶⁴ are rounded to doubles here.
    expect([min! / Math.max(least, 1), max! / Math.max(most, 1)]).toEqual([
      expect.closeTo(least === 0 ? 0 : 1, 9),
      expect.closeTo(most === 0 ? 0 : 1, 9),
    ])
  })
})
