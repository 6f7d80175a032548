import { expect, test } from 'vitest'
import { fieldOf, UNTYPED, UNTYPED_ATOMIC, type Structure } from '../fieldmanager/structure.ts'
import { compileSchema } from './structural.ts'
import { structureOfSchema } from './structure-of-schema.ts'

const META: Structure = { scalar: 'untyped' }
const at = (s: Structure | undefined, ...path: string[]): Structure | undefined =>
  path.reduce<Structure | undefined>((of, name) => (name === '[]' ? of?.list?.items : of?.map && fieldOf(of.map, name)), s)

const root = structureOfSchema(
  compileSchema({
    type: 'object',
    properties: {
      metadata: { type: 'object' },
      spec: {
        type: 'object',
        properties: {
          ports: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['port', 'protocol'],
            items: { type: 'object', properties: { port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' } } },
          },
          set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
          list: { type: 'array', items: { type: 'string' } },
          atomic: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: { type: 'string' } } },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
          free: { type: 'object' },
          either: { 'x-kubernetes-int-or-string': true },
          when: { type: 'string', format: 'date-time' },
          bytes: { type: 'string', format: 'byte' },
          keep: {
            type: 'object',
            'x-kubernetes-preserve-unknown-fields': true,
            properties: { in: { type: 'object', properties: { a: { type: 'boolean' } } } },
          },
          pod: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object' } } },
        },
      },
    },
  }),
  META,
)

test('lists by their type, with the defaults of keys', () => {
  const { type, keys, keyDefaults } = at(root, 'spec', 'ports')!.list!
  expect({ type, keys, keyDefaults }).toEqual({ type: 'map', keys: ['port', 'protocol'], keyDefaults: { protocol: 'TCP' } })
  expect(at(root, 'spec', 'ports', '[]', 'port')).toEqual({ scalar: 'numeric' })
  expect(at(root, 'spec', 'set')!.list!.type).toBe('set')
  expect(at(root, 'spec', 'list')!.list!.type).toBe('atomic')
})

test('maps: fields, values, atomic ones, and what is free', () => {
  expect(at(root, 'spec', 'atomic')!.map!.atomic).toBe(true)
  expect(at(root, 'spec', 'labels', 'any')).toEqual({ scalar: 'string' })
  expect(at(root, 'spec', 'free', 'any')).toBe(UNTYPED)
  expect(at(root, 'spec', 'unknown')).toBeUndefined()
  expect(at(root, 'unknown')).toBeUndefined()
  // Below a schema that keeps unknown fields every object does.
  expect(at(root, 'spec', 'keep', 'in', 'any')).toBe(UNTYPED)
  expect(at(root, 'spec', 'keep', 'in', 'a')).toEqual({ scalar: 'boolean' })
})

test('scalars', () => {
  expect(at(root, 'spec', 'when')).toEqual({ scalar: 'untyped' })
  expect(at(root, 'spec', 'bytes')).toEqual({ scalar: 'string' })
  const either = at(root, 'spec', 'either')!
  expect([either.scalar, either.list!.items, either.map!.values]).toEqual(['untyped', UNTYPED_ATOMIC, UNTYPED])
})

test('metadata of the object and of embedded ones', () => {
  expect(at(root, 'metadata')).toBe(META)
  expect(at(root, 'kind')).toEqual({ scalar: 'string' })
  expect(at(root, 'spec', 'pod', 'metadata')).toBe(META)
  expect(at(root, 'spec', 'pod', 'other')).toBeUndefined()
})

test('no schema, and an old definition that keeps unknown fields', () => {
  expect(at(structureOfSchema(undefined, META), 'any')).toBe(UNTYPED)
  const old = structureOfSchema(
    compileSchema({ type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } } }),
    META,
    true,
  )
  expect(at(old, 'spec', 'any')).toBe(UNTYPED)
})
