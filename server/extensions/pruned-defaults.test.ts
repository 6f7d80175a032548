import { expect, test } from 'vitest'
import type { JsonObject } from '../machinery/json-values.ts'
import { applyDefaults } from './defaults.ts'
import { compileSchema } from './structural.ts'
import { prunedDefaults } from './validate-defaults.ts'

const embedded = (more: JsonObject): JsonObject => ({ type: 'object', 'x-kubernetes-embedded-resource': true, ...more })
const text = (value: string): JsonObject => ({ type: 'string', default: value })
const whole = { apiVersion: 'foos/v1', kind: 'Foo', metadata: { name: 'Bar', unknown: 'unknown' } }
const typed = { apiVersion: text('foos/v1'), kind: text('Foo') }

// k8s.io/apiextensions-apiserver/test/integration, TestCustomResourceDefaultingOfMetaFields
test.each<[string, JsonObject, unknown]>([
  [
    'fields',
    embedded({ properties: { ...typed, metadata: { type: 'object', properties: { name: text('Bar'), unknown: text('unknown') } } } }),
    { metadata: {} },
  ],
  ['metadata', embedded({ properties: { ...typed, metadata: { type: 'object', default: { name: 'Bar', unknown: 'unknown' } } } }), {}],
  ['object', embedded({ properties: { foo: { type: 'string' } }, default: whole }), undefined],
  ['object that keeps fields', embedded({ 'x-kubernetes-preserve-unknown-fields': true, default: whole }), undefined],
])('a default of an embedded %s has no field that a metadata does not have', (_, schema, given) => {
  const compiled = prunedDefaults(compileSchema({ type: 'object', properties: { it: schema } }))
  const value: JsonObject = given === undefined ? {} : { it: given }
  applyDefaults(value, compiled)
  expect(value).toEqual({ it: { apiVersion: 'foos/v1', kind: 'Foo', metadata: { name: 'Bar' } } })
})

test('nor has one that stands around it, in lists and maps', () => {
  const schema = { type: 'object', properties: { one: embedded({ properties: { foo: { type: 'string' } } }) } }
  const more = { ...schema, default: { one: { ...whole, foo: 'a', bar: 'b' }, two: 2 } }
  const compiled = prunedDefaults(
    compileSchema({
      type: 'object',
      properties: { list: { type: 'array', items: more }, map: { type: 'object', additionalProperties: more } },
    }),
  )
  const value = { list: [null], map: { a: null } }
  applyDefaults(value, compiled)
  const left = { one: { apiVersion: 'foos/v1', kind: 'Foo', metadata: { name: 'Bar' }, foo: 'a' } }
  expect(value).toEqual({ list: [left], map: { a: left } })
})
