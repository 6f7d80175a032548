import { expect, test } from 'vitest'
import { fromV1beta1, toV1beta1 } from './custom-resource-definitions.ts'

type Json = Record<string, unknown>
const preserves = (crd: Json): unknown => (crd['spec'] as Json)['preserveUnknownFields']

test('what was stored before structural schemas keeps unknown fields; what is written now says that it does not', () => {
  const old = { spec: { group: 'a.b', version: 'v1', validation: { openAPIV3Schema: { properties: {} } } } }
  expect(preserves(fromV1beta1(old))).toBe(true)
  const written = toV1beta1({ spec: { group: 'a.b', versions: [{ name: 'v1', served: true, storage: true }] } })
  expect([preserves(written), preserves(fromV1beta1(written))]).toEqual([false, false])
})
