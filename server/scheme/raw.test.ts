import { expect, test } from 'vitest'
import { normalize } from './check.ts'
import { scheme } from './index.ts'
import { hasRawFields, sortedRaw } from './raw.ts'

const GIVEN = '{"b":1,"a":{"d":1,"c":[{"f":1,"e":2}]}}'
const SORTED = '{"a":{"c":[{"e":2,"f":1}],"d":1},"b":1}'

test('raw fields of what is applied come in order, wherever they stand; the rest is shared', () => {
  const type = scheme.typeOf('resource.k8s.io', 'v1', 'ResourceClaim')!
  const claim = (parameters: string): string =>
    `{"metadata":{"name":"x"},"spec":{"devices":{"config":[{"opaque":{"driver":"d","parameters":${parameters}}}]}}}`
  const object = JSON.parse(claim(GIVEN)) as Record<string, unknown>
  const sorted = sortedRaw(object, type) as Record<string, unknown>
  expect(JSON.stringify(sorted)).toBe(claim(SORTED))
  expect(sorted['metadata']).toBe(object['metadata'])
  expect(JSON.stringify(object)).toBe(claim(GIVEN))
  expect(hasRawFields(scheme.typeOf('', 'v1', 'Pod')!)).toBe(false)
})

test('JSON of apiextensions is in order however it is sent', () => {
  const type = scheme.typeOf('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition')!
  const schema = { openAPIV3Schema: { type: 'object', default: JSON.parse(GIVEN) as unknown } }
  const version = { name: 'v1', served: true, storage: true, schema }
  const names = { plural: 'a', kind: 'A' }
  const definition = { metadata: { name: 'a.b' }, spec: { group: 'b', scope: 'Cluster', names, versions: [version] } }
  const shown = normalize(type, definition)
  expect(JSON.stringify(shown.spec.versions[0]!.schema.openAPIV3Schema.default)).toBe(SORTED)
})
