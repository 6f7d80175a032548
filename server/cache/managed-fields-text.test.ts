import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RawJson } from '../machinery/raw-json.ts'
import type { KubeObject } from '../machinery/types.ts'
import { metadataIn, withoutManagedFields, withRawFieldSets } from './managed-fields-text.ts'

// What stands in sets and what must not be taken for their end, or for the beginning of one.
const KEYS = ['.', 'f:spec', 'k:{"name":"web"}', 'v:"]}"', 'f:a\\', 'f:"managedFields":[', 'f:ключ', 'f:"fieldsV1":{'] as const
const { set } = fc.letrec<{ set: Record<string, unknown> }>((tie) => ({
  set: fc.oneof({ depthSize: 'small' }, fc.constant({}), fc.dictionary(fc.constantFrom(...KEYS), tie('set'), { maxKeys: 3 })),
}))
const entry = fc.record(
  {
    manager: fc.string(),
    operation: fc.constantFrom('Apply', 'Update'),
    fieldsV1: fc.oneof(set, fc.constant(null)),
    subresource: fc.string(),
  },
  { requiredKeys: ['manager'] },
)
const text = fc.oneof(fc.string(), fc.constantFrom('"managedFields":[{}]', '}', ']', '\\', '"fieldsV1":{', 'metadata'))
const object = fc.record({
  metadata: fc
    .record({
      name: text,
      labels: fc.dictionary(text, text),
      managedFields: fc.array(entry),
      ownerReferences: fc.array(fc.record({ uid: text })),
    })
    .chain((metadata) =>
      fc
        .shuffledSubarray(Object.keys(metadata))
        .map((keys) => Object.fromEntries(Object.entries(metadata).filter(([key]) => keys.includes(key)))),
    ),
  spec: fc.record({ template: fc.record({ metadata: fc.record({ managedFields: fc.array(entry) }) }), note: text }),
})
const jsonOf = (value: object): string => JSON.stringify(value).slice(1)
const parse = (json: string): KubeObject => JSON.parse(`{${json}`) as KubeObject

/** As the encoders see it. */
const opened = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, v: unknown) => (v instanceof RawJson ? (JSON.parse(v.bytes.toString()) as unknown) : v)))

describe('managedFields in the JSON of an object', () => {
  test('are left out, and nothing else is', () => {
    fc.assert(
      fc.property(object, (value) => {
        const { managedFields: _, ...metadata } = value.metadata
        expect(parse(withoutManagedFields(jsonOf(value)))).toEqual({ ...value, metadata })
      }),
    )
  })

  test('stay as the text that they are', () => {
    fc.assert(
      fc.property(object, (value) => {
        const read = withRawFieldSets(jsonOf(value), parse)
        if (read !== undefined) expect(opened(read)).toEqual(value)
        const sets = ((value.metadata['managedFields'] ?? []) as { fieldsV1?: object | null }[]).map((e) => e.fieldsV1)
        const usable = sets.some(Boolean) && !sets.includes(null)
        expect(read !== undefined).toBe(usable)
      }),
    )
  })

  test('belong to metadata that are had as text', () => {
    fc.assert(
      fc.property(object, (value) => {
        expect(JSON.parse(metadataIn(jsonOf(value))!)).toEqual(value.metadata)
      }),
    )
    expect(metadataIn(jsonOf({ spec: { a: {} }, metadata: {} }))).toBeUndefined()
  })

  test('are found behind the head of a kind and without one', () => {
    const metadata = { name: 'a', managedFields: [{ fieldsV1: { 'f:spec': {} } }] }
    for (const value of [{ metadata }, { kind: 'Pod', apiVersion: 'v1', metadata }, { apiVersion: 'a/v1', kind: 'B', metadata, spec: {} }])
      expect(parse(withoutManagedFields(jsonOf(value)))).toEqual({ ...value, metadata: { name: 'a' } })
  })

  test('equal sets are the same bytes, and escapes for people are undone', () => {
    const json = (key: string): string => `"metadata":{"managedFields":[{"fieldsV1":{"${key}":{}}},{"fieldsV1":{"${key}":{}}}]}}`
    const sets = (key: string): unknown[] =>
      withRawFieldSets(json(key), parse)!.metadata.managedFields!.map((e) => (e as { fieldsV1: unknown }).fieldsV1)
    const [a, b] = sets('f:a')
    expect(a).toBeInstanceOf(RawJson)
    expect(a).toBe(b)
    expect(sets('v:\\u003c')).toEqual([{ 'v:<': {} }, { 'v:<': {} }])
  })
})
