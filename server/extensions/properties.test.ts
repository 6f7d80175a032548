import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { copyJson } from '../machinery/copy-json.ts'
import { coerceObject } from './coerce.ts'
import { Correlated } from './correlate.ts'
import { applyDefaults, dropNulls } from './defaults.ts'
import { compareText } from '../machinery/text-order.ts'
import { deepEqual, goJson, type JsonObject } from '../machinery/json-values.ts'
import { prune } from './prune.ts'
import { compileSchema, Pattern, SchemaError } from './structural.ts'
import { formatOf, isRequestUri } from './formats.ts'
import { validateChange, validateValue } from './validate.ts'

const names = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor')

/** Structural schemas of a few levels. */
const { schema } = fc.letrec<{ schema: JsonObject }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.record({ type: fc.constant('string'), default: fc.constantFrom('d', undefined), maxLength: fc.constantFrom(1, undefined) }),
    fc.record({ type: fc.constant('integer'), minimum: fc.constantFrom(3, undefined), nullable: fc.boolean() }),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.record({
      type: fc.constant('object'),
      properties: fc.dictionary(names, tie('schema'), { noNullPrototype: true }),
      'x-kubernetes-preserve-unknown-fields': fc.constantFrom(true, undefined),
    }),
    fc.record({ type: fc.constant('object'), additionalProperties: fc.oneof(tie('schema'), fc.boolean()) }),
  ),
})) as unknown as { schema: fc.Arbitrary<JsonObject> }

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 'x', 'long', 1, 5, 1.5),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { noNullPrototype: true }),
  ),
}))

describe('schemas and values of any shape', () => {
  test('what was pruned once has nothing to prune', () => {
    fc.assert(
      fc.property(schema, value, (s, v) => {
        const compiled = compileSchema(s)
        const pruned = copyJson(v)
        prune(pruned, compiled, false)
        const again = copyJson(pruned)
        expect(prune(again, compiled, false)).toEqual([])
        expect(deepEqual(again, pruned)).toBe(true)
      }),
    )
  })

  test('every removed field is told of, and no other', () => {
    const count = (v: unknown): number =>
      typeof v === 'object' && v !== null
        ? Object.values(v).reduce((n: number, x) => n + count(x), Array.isArray(v) ? 0 : Object.keys(v).length)
        : 0
    fc.assert(
      fc.property(schema, value, (s, v) => {
        const pruned = copyJson(v)
        const removed = prune(pruned, compileSchema(s), false)
        expect(removed.length === 0).toBe(count(pruned) === count(v))
        expect(removed).toEqual([...removed].sort(compareText))
      }),
    )
  })

  test('defaults and nulls: once is enough, and only what is missing or null changes', () => {
    fc.assert(
      fc.property(schema, value, (s, v) => {
        const compiled = compileSchema(s)
        const once = copyJson(v)
        dropNulls(once, compiled)
        applyDefaults(once, compiled)
        const twice = copyJson(once)
        dropNulls(twice, compiled)
        applyDefaults(twice, compiled)
        expect(deepEqual(twice, once)).toBe(true)
      }),
    )
  })

  test('no change is never refused, and a change to a value is refused as the value is', () => {
    fc.assert(
      fc.property(schema, value, value, (s, v, other) => {
        const compiled = compileSchema(s)
        // What the schema does not know cannot be correlated, so it goes first, as on the way into a server.
        for (const x of [v, other]) prune(x, compiled, false)
        const unchanged = validateChange(compiled, v, new Correlated(v, copyJson(v), compiled))
        if (!compiled.preserveUnknownFields && isClosed(s)) expect(unchanged).toEqual([])
        const changed = validateChange(compiled, v, new Correlated(v, other, compiled)).map((e) => e.body)
        const all = validateValue(compiled, v).map((e) => e.body)
        expect(all).toEqual(expect.arrayContaining(changed))
      }),
    )
  })

  test('coercion needs no more than an object', () => {
    fc.assert(
      fc.property(schema, fc.dictionary(names, value, { noNullPrototype: true }), (s, v) => {
        const { unknown } = coerceObject(v, compileSchema({ type: 'object', properties: { a: s } }))
        expect(Array.isArray(unknown)).toBe(true)
        expect(Object.keys(v).every((key) => key === 'a')).toBe(true)
      }),
    )
  })

  test('formats never throw', () => {
    const all = ['uri', 'email', 'hostname', 'ipv6', 'cidr', 'mac', 'duration', 'date-time', 'byte', 'creditcard', 'isbn', 'rgbcolor']
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.string({ unit: 'binary' }), (name, text) => {
        expect(typeof formatOf(name)!(text)).toBe('boolean')
      }),
    )
  })
})

/** Whether every field that a value may have is one that the schema describes. */
function isClosed(s: unknown): boolean {
  if (typeof s !== 'object' || s === null) return true
  const { 'x-kubernetes-preserve-unknown-fields': keeps, additionalProperties, properties, items } = s as JsonObject
  if (keeps === true || typeof additionalProperties === 'boolean') return false
  return isClosed(additionalProperties) && isClosed(items) && Object.values((properties as JsonObject | undefined) ?? {}).every(isClosed)
}

describe('bounds', () => {
  test('a pattern that makes others go back for ever', () => {
    expect(new Pattern('^(a+)+$').test(`${'a'.repeat(20_000)}!`)).toBe(false)
    expect(new Pattern('(x+x+)+y').test('x'.repeat(20_000))).toBe(false)
    expect(new Pattern('((a{100}){100}){100}').error).toBe('error parsing regexp: invalid repeat count: `{100}`')
    expect(new Pattern('(?=a)').test('a')).toBe(false)
  })

  test.each([
    'hostname',
    'email',
    'uri',
    'byte',
    'duration',
    'creditcard',
    'k8s-long-name',
    'rgbcolor',
    'date-time',
    'mac',
    'isbn',
    'ipv6',
  ])('the format %s of a long text', (name) => {
    const check = formatOf(name)!
    for (const piece of ['a', '-', '1', '(', '"', 'a.', ':', ' ', '\\"', '%25', 't', '1 a', '0'])
      expect(typeof check(piece.repeat(20_000))).toBe('boolean')
  })

  test('a schema that is too deep', () => {
    let deep: JsonObject = { type: 'object' }
    for (let i = 0; i < 3000; i++) deep = { type: 'array', items: deep }
    expect(() => compileSchema(deep)).toThrow(SchemaError)
  })

  test('fields by the names of Object', () => {
    const s = compileSchema({ type: 'object', properties: { a: { type: 'string' } }, required: ['constructor'] })
    expect(validateValue(s, {}, 'spec').map((e) => e.field)).toEqual(['spec.constructor'])
    const v = JSON.parse('{"__proto__":{"x":1},"constructor":1,"a":"x"}') as JsonObject
    expect(prune(v, s, false)).toEqual(['__proto__', 'constructor'])
    expect(goJson(v)).toBe('{"a":"x"}')
    expect(isRequestUri('http://a')).toBe(true)
  })
})
