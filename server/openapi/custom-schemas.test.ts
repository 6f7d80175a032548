import { describe, expect, test } from 'vitest'
import { customSchema, type CustomSource } from './custom-schemas.ts'
import { descriptionsOf } from './descriptions.ts'
import type { Dialect, Json } from './schemas.ts'

const descriptions = descriptionsOf({ types: { 'io.k8s.api.core.v1.Pod': { kind: 'What it is.' } }, parameters: {} })
const source = (schema: unknown, more: Partial<CustomSource> = {}): CustomSource => ({
  ...{ group: 'a.example.com', version: 'v1', resource: 'widgets', kind: 'Widget', listKind: 'WidgetList', namespaced: true },
  ...{ subresources: [], selectableFields: [], preserveUnknownFields: false, identity: '' },
  ...more,
  schema: () => schema,
})
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
const GVK = { 'x-kubernetes-group-version-kind': [{ group: 'a.example.com', kind: 'Widget', version: 'v1' }] }
const shown = (spec: Json, dialect: Dialect = 3): unknown =>
  (customSchema(source({ type: 'object', properties: { spec } }), dialect, descriptions).properties as Json).spec

// What kube-apiserver 1.37.2 publishes for the same schemas.
describe('a schema as it is published', () => {
  test('has what every object has, and says of which kind it is', () => {
    const { properties, ...rest } = customSchema(source({ type: 'object', description: 'A widget.' }), 3, descriptions)
    expect(rest).toEqual({ description: 'A widget.', type: 'object', ...GVK })
    expect(properties).toEqual({
      apiVersion: { type: 'string' },
      kind: { description: 'What it is.', type: 'string' },
      metadata: { allOf: [{ $ref: `#/components/schemas/${META}` }] },
    })
    expect((customSchema(source({ type: 'object' }), 2, descriptions).properties as Json).metadata).toEqual({
      $ref: `#/definitions/${META}`,
    })
  })

  test.each([
    ['there is none', source(undefined)],
    ['it is not structural', source({ type: 'object', properties: { a: {} } })],
    ['it is none', source({ type: 'object', $ref: '#/a' })],
  ])('is any object where %s', (_, of) => {
    expect(customSchema(of, 3, descriptions)).toEqual({ type: 'object', ...GVK })
  })

  test('an integer or a string is said in the words of OpenAPI too', () => {
    const either = [{ type: 'integer' }, { type: 'string' }]
    const mark = { 'x-kubernetes-int-or-string': true }
    expect(shown(mark)).toEqual({ anyOf: either, ...mark })
    expect(shown({ ...mark, anyOf: either })).toEqual({ anyOf: either, ...mark })
    expect(shown({ ...mark, anyOf: [{ minimum: 3 }] })).toEqual({ allOf: [{ anyOf: either }], anyOf: [{ minimum: 3 }], ...mark })
  })

  test('what v2 cannot say, or its clients cannot read, is left out there', () => {
    const spec = {
      type: 'object',
      required: ['n'],
      oneOf: [{ required: ['n'] }],
      properties: {
        n: { type: 'string', nullable: true, default: 'x' },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: { type: 'string' } } },
      },
    }
    expect(shown(spec, 2)).toEqual({ type: 'object', properties: { free: { 'x-kubernetes-preserve-unknown-fields': true }, n: {} } })
    expect(shown(spec, 3)).toEqual(spec)
    const whole = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { spec } }
    expect(customSchema(source(whole), 2, descriptions)).toEqual({ type: 'object', ...GVK })
  })

  test('an object inside of another is one', () => {
    expect(
      shown({ type: 'object', 'x-kubernetes-embedded-resource': true, required: ['spec'], properties: { spec: { type: 'object' } } }),
    ).toMatchObject({
      required: ['spec', 'kind', 'apiVersion'],
      properties: { apiVersion: { type: 'string' }, spec: { type: 'object' } },
    })
  })
})
