import { describe, expect, test } from 'vitest'
import { Correlated } from '../../../server/extensions/correlate.ts'
import { compileSchema } from '../../../server/extensions/structural.ts'
import type { FieldError } from '../../../server/machinery/field-errors.ts'
import { parseNumbers } from '../../../server/machinery/numbers.ts'
import { compileRules, definitionRuleErrors, storedExpressions } from '../../../server/cel/index.ts'
import { definitionCases } from '../cel/definition-cases.ts'
import definitionFacts from '../cel/definitions.answers.json' with { type: 'json' }
import facts from '../cel/rules.answers.json' with { type: 'json' }
import { ruleCases } from '../cel/rule-cases.ts'

/** What Kubernetes' own library says of the same rules and values (testing/record.ts). */
const recorded = facts as unknown as Readonly<Record<string, { readonly errors: readonly string[]; readonly left: number }>>
// As a body comes: large integers are exact.
const parsed = (value: unknown): unknown => (value === undefined ? undefined : parseNumbers(JSON.stringify(value)))
/** The reference gives each type of `self` a number of its own. */
const named = (text: string): string => text.replace(/selfType\d+/g, 'selfType')

describe.each(ruleCases)('$name', ({ name, schema, root = false, values }) => {
  const compiled = compileSchema(schema)
  const rules = compileRules(compiled, root)!
  test.each(values.map(([self, old], i) => ({ i, self: parsed(self), old: parsed(old) })))('$i', ({ i, self, old }) => {
    const correlated = old === undefined || old === null ? {} : { correlated: new Correlated(self, old, compiled) }
    const { errors, budget } = rules.validate(self, { path: 'root', old, ...correlated })
    const fact = recorded[`${name} ${i}`]!
    // The reference goes through maps in no order.
    expect({ errors: errors.map((e) => named(`${e.field}: ${e.body}`)).sort(), left: budget }).toEqual({
      errors: fact.errors.map(named).sort(),
      left: fact.left,
    })
  })
})

describe('definitions', () => {
  const path = 'spec.validation.openAPIV3Schema'
  const definitions = definitionFacts as Readonly<Record<string, readonly string[]>>

  test.each(definitionCases)('%s', (name, schema) => {
    // What the schema itself is told of is said elsewhere; here it only keeps its rules from being looked at.
    const all = definitions[name]!
    const isOther = (text: string): boolean => !text.includes('x-kubernetes-validations')
    const schemaErrors = all
      .filter(isOther)
      .map((text): FieldError => ({ type: 'FieldValueInvalid', field: text.split(': ')[0]!, body: text }))
    const isOfSchema = schemaErrors.every((e) => e.field !== path)
    const found = definitionRuleErrors(compileSchema(schema), path, isOfSchema ? { schemaErrors } : {})
    const expected = isOfSchema ? all.filter((text) => !isOther(text)) : all
    expect(found.map((e) => named(`${e.field}: ${e.body}`)).sort()).toEqual(expected.map(named).sort())
  })

  test('a stored expression may use what a new one may not yet', () => {
    const schema = compileSchema(definitionCases.find(([name]) => name === 'what the next release knows')![1])
    expect(definitionRuleErrors(schema, path)).toHaveLength(1)
    expect(definitionRuleErrors(schema, path, { stored: storedExpressions([schema]) })).toEqual([])
  })

  test('a schema that is stored may cost more than a new one', () => {
    const schema = compileSchema(definitionCases.find(([name]) => name === 'costs some too high')![1])
    expect(definitionRuleErrors(schema, path)).toHaveLength(1)
    expect(definitionRuleErrors(schema, path, { unchanged: true })).toEqual([])
  })
})
