import { describe, expect, test } from 'vitest'
import type { CustomResourceDefinition } from '../../../server/extensions/definition.ts'
import { definitionWarnings } from '../../../server/extensions/definition-faults.ts'
import { validatingDefinition, validatingDefinitionUpdate } from '../../../server/extensions/definition-validation.ts'
import { atOnce } from '../../../server/machinery/slice.ts'
import { validateStructural } from '../../../server/extensions/structural-validation.ts'
import { compileSchema } from '../../../server/extensions/structural.ts'
import { definitionCases, definitionOf, type DefinitionCase } from './definition-cases.ts'
import facts from './definitions.answers.json' with { type: 'json' }

interface Fact {
  readonly code: number
  readonly causes?: readonly string[]
  readonly warnings?: readonly string[]
}
const recorded = facts as unknown as Readonly<Record<string, Fact>>

/** As the strategy prepares it: the storage version is a stored one. */
function prepared(c: DefinitionCase, stored: readonly string[] = []): CustomResourceDefinition {
  const crd = JSON.parse(JSON.stringify(definitionOf(c)), (_key, value: unknown) =>
    value === null ? undefined : value,
  ) as CustomResourceDefinition
  const storage = crd.spec.versions?.find((v) => v.storage)?.name
  const storedVersions = storage === undefined || stored.includes(storage) ? stored : [...stored, storage]
  return {
    ...crd,
    spec: { conversion: { strategy: 'None' }, ...crd.spec },
    status: { ...(storedVersions.length === 0 ? {} : { storedVersions }) },
  }
}

function right(): CustomResourceDefinition {
  const crd = prepared({ name: 'right' })
  const metadata = { ...crd.metadata, uid: 'u', resourceVersion: '1', generation: 1 }
  return { ...crd, metadata, status: { ...crd.status, conditions: [{ type: 'Established', status: 'True' }] } }
}

const old = right()
const errorsOf = (c: DefinitionCase) => {
  if (c.update !== true) return atOnce(validatingDefinition(prepared(c)))
  return atOnce(validatingDefinitionUpdate({ ...prepared(c, ['v1']), metadata: old.metadata }, old))
}

describe('as kube-apiserver answered', () => {
  test.each(definitionCases.map((c) => [c.name, c] as const))('%s', (name, c) => {
    const fact = recorded[name]!
    const causes = errorsOf(c)
      .map((e) => `${e.type} ${e.field}: ${e.body}`)
      .sort()
    expect(causes).toEqual(fact.causes ?? [])
    if (fact.causes === undefined) {
      expect(definitionWarnings(prepared(c).spec)).toEqual(fact.warnings ?? [])
    }
  })
})

describe('what was wrong may stay', () => {
  const established = (schema: unknown): CustomResourceDefinition => {
    const crd = prepared({ name: '', schema })
    return { ...crd, metadata: old.metadata, status: { storedVersions: ['v1'], conditions: [{ type: 'Established', status: 'True' }] } }
  }
  const update = (schema: unknown): string[] =>
    atOnce(validatingDefinitionUpdate(established(schema), established(schema))).map((e) => e.field)

  test('types, defaults, sets and keys', () => {
    expect(
      update({ type: 'object', properties: { a: { type: 'object', properties: { b: { type: 'string' } }, default: { c: 1 } } } }),
    ).toEqual([])
    expect(
      update({ type: 'object', properties: { a: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'object' } } } }),
    ).toEqual([])
    expect(update({ type: 'object', properties: { a: { type: 'text' } } })).toEqual([])
  })

  test('a warning is given once', () => {
    const { spec } = established({ type: 'object', properties: { a: { type: 'string', format: 'foo' } } })
    expect(definitionWarnings(spec)).toEqual(['unrecognized format "foo"'])
    expect(definitionWarnings(spec, spec)).toEqual([])
  })
})

test('errors of a structural schema come in the order of their texts', () => {
  const errors = validateStructural(compileSchema({ properties: { b: {}, a: { type: 'array' } } }), 'p').map((e) => e.field)
  expect(errors).toEqual(['p.properties[a].items', 'p.properties[b].type', 'p.type'])
})
