import { expect, test } from 'vitest'
import { parseJson } from '../machinery/json.ts'
import { normalize } from './check.ts'
import { decodeTyped } from './decode-typed.ts'
import { forgetEmptyLists } from './empty-lists.ts'
import { scheme } from './index.ts'

const LISTS: [type: string, sent: object][] = [
  ['io.k8s.api.rbac.v1.ClusterRole', { rules: [] }],
  ['io.k8s.api.rbac.v1.ClusterRole', { rules: [{ verbs: [] }] }],
  ['io.k8s.api.discovery.v1.EndpointSlice', { addressType: 'IPv4', endpoints: [{ addresses: [] }], ports: [] }],
  ['io.k8s.api.core.v1.PodTemplate', { template: { spec: { containers: [], volumes: [{ name: 'v', projected: { sources: [] } }] } } }],
]

test.each(LISTS)('an empty list that Go writes is kept as sent, and then forgotten: %s %o', (name, sent) => {
  const type = scheme.type(name)!
  const text = JSON.stringify(sent)
  const { object } = decodeTyped(type, parseJson(text), 'Strict', text)
  expect(object).toMatchObject(sent)
  const stored = normalize(type, object)
  expect(stored).not.toEqual(object)
  forgetEmptyLists(type, object)
  expect(object).toEqual(stored)
})

test('an empty list with omitempty is none, and null stays null', () => {
  const type = scheme.type('io.k8s.api.rbac.v1.ClusterRole')!
  const text = '{"rules":[{"verbs":null,"apiGroups":[]}],"aggregationRule":{"clusterRoleSelectors":[]}}'
  const { object } = decodeTyped(type, parseJson(text), 'Strict', text)
  expect(object.rules).toEqual([{ verbs: null }])
  expect(object.aggregationRule).toEqual({})
})

test('a type that refers to itself is walked', () => {
  const name = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition'
  const schema = { openAPIV3Schema: { properties: { a: { properties: { b: { type: 'string' } } } } } }
  const crd = { spec: { versions: [{ name: 'v1', schema }], conversion: { webhook: { conversionReviewVersions: [] as string[] | null } } } }
  const expected = structuredClone(crd)
  expected.spec.conversion.webhook.conversionReviewVersions = null
  forgetEmptyLists(scheme.type(name)!, crd)
  expect(crd).toEqual(expected)
})
