import { expect, test } from 'vitest'
import { compileSchema } from '../extensions/structural.ts'
import { definitionRuleErrors } from './definition-rules.ts'
import { ruleMetrics } from './metrics.ts'
import { compileRules } from './rules.ts'

const counts = (): Promise<number[]> => Promise.all(ruleMetrics.sources().map(async (source) => (await source.get()).values.at(-1)!.value))

test('rules are counted by the schema when they are compiled, and by the value when they are asked', async () => {
  const rules = (...texts: string[]): object => ({ 'x-kubernetes-validations': texts.map((rule) => ({ rule })) })
  const spec = { type: 'object', properties: { a: { type: 'integer', ...rules('self > 0') } }, ...rules('self.a < 9', 'self.a != 5') }
  const schema = compileSchema({ type: 'object', properties: { spec } })
  const [compiled, evaluated] = (await counts()) as [number, number]
  expect(definitionRuleErrors(schema, 'spec')).toEqual([])
  expect(await counts()).toEqual([compiled + 2, evaluated])
  const set = compileRules(schema, true)!
  for (const a of [1, 5]) expect(set.validate({ spec: { a } }).errors).toHaveLength(a === 5 ? 1 : 0)
  expect(await counts()).toEqual([compiled + 4, evaluated + 4])
})
