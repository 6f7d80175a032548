import { expect, test } from 'vitest'
import { fieldsOf, findFields, inSchemaOrder } from './fields.ts'
import type { KindSchema, Schema } from './schema.ts'

const spec: Schema = {
  type: 'object',
  required: ['secretName'],
  properties: {
    dnsNames: { type: 'array', items: { type: 'string' }, description: 'Names.' },
    size: { type: 'integer', default: 3, minimum: 0, maximum: 9 } as Schema,
    algorithm: { type: 'string', enum: ['RSA', 'ECDSA'] },
    secretName: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self != ""', message: 'must be named' }] } as Schema,
    parts: { type: 'array', items: { $ref: '#/components/schemas/Part' } },
    byName: { type: 'object', additionalProperties: { type: 'object', properties: { weight: { type: 'number' } } } },
  },
}
const kind: KindSchema = {
  root: { properties: { spec } },
  // It holds itself.
  schemas: { Part: { description: 'A part.', properties: { part: { $ref: '#/components/schemas/Part' }, weight: { type: 'number' } } } },
}

test('fields: what must be there first, with types, words and bounds; through lists, maps and references to what is below', () => {
  const fields = fieldsOf(spec, kind, 'spec')
  expect(fields.map(({ name, type, required }) => `${name} ${type}${required ? '!' : ''}`)).toEqual([
    'secretName string!',
    'dnsNames []string',
    'size integer',
    'algorithm string',
    'parts []any',
    'byName map[string]object',
  ])
  expect(fields.map(({ limits }) => limits)).toEqual([
    ['rule: must be named'],
    [],
    ['default: 3', 'minimum: 0', 'maximum: 9'],
    ['enum: "RSA", "ECDSA"'],
    [],
    [],
  ])
  expect(fields[1]).toMatchObject({ path: 'spec.dnsNames', description: 'Names.', below: undefined })
  expect(fieldsOf(fields[4]!.below!, kind, fields[4]!.path).map(({ path }) => path)).toEqual(['spec.parts.part', 'spec.parts.weight'])
  expect(fieldsOf(fields[5]!.below!, kind).map(({ name }) => name)).toEqual(['weight'])
})

test('a search finds paths at any depth, near ones first, and ends in a schema that holds itself', () => {
  expect(findFields(kind.root, kind, 'WEIGHT', 3).map(({ path }) => path)).toEqual([
    'spec.parts.weight',
    'spec.byName.weight',
    'spec.parts.part.weight',
  ])
  expect(findFields(kind.root, kind, 'nothing', 3)).toEqual([])
})

test('an object’s fields stand as its schema has them, unknown ones at the end', () => {
  expect(inSchemaOrder(['zeta', 'algorithm', 'dnsNames', 'secretName'], spec, kind)).toEqual([
    'secretName',
    'dnsNames',
    'algorithm',
    'zeta',
  ])
  expect(inSchemaOrder(['b', 'a'], undefined, undefined)).toEqual(['b', 'a'])
})
