import { expect, test } from 'vitest'
import type { Resource } from '../../kube/resource.ts'
import { coveredKinds, resourceMatches, ruleText } from './matches.ts'

const kind = (group: string, version: string, plural: string, namespaced: boolean, subresources: string[] = []): Resource => ({
  group,
  version,
  plural,
  singular: '',
  kind: plural,
  namespaced,
  verbs: [],
  subresources,
  shortNames: [],
  categories: [],
})
const all = [
  kind('', 'v1', 'pods', true, ['status', 'log']),
  kind('', 'v1', 'nodes', false),
  kind('apps', 'v1', 'deployments', true, ['scale']),
]

test.each<[string, string, string, boolean]>([
  ['pods', 'pods', '', true],
  ['pods', 'pods', 'status', false],
  ['pods/*', 'pods', 'status', true],
  ['pods/*', 'pods', '', true],
  ['*', 'pods', '', true],
  ['*', 'pods', 'status', false],
  ['*/*', 'pods', 'status', true],
  ['*/scale', 'deployments', 'scale', true],
  ['*/scale', 'deployments', '', false],
])('%s and %s/%s: %s', (pattern, plural, sub, matches) => expect(resourceMatches(pattern, plural, sub)).toBe(matches))

test('which of the served kinds a rule covers', () => {
  const covered = (rule: object): string[] => coveredKinds([{ apiVersions: ['*'], ...rule }], all).flatMap(({ parts }) => parts)
  expect(covered({ apiGroups: [''], resources: ['*'] })).toEqual(['pods', 'nodes'])
  expect(covered({ apiGroups: ['*'], resources: ['*/*'], scope: 'Cluster' })).toEqual(['nodes'])
  expect(covered({ apiGroups: ['apps'], resources: ['deployments', 'deployments/scale'] })).toEqual([
    'deployments.apps',
    'deployments.apps/scale',
  ])
  expect(covered({ apiGroups: ['apps'], apiVersions: ['v1beta1'], resources: ['deployments'] })).toEqual([])
  expect(coveredKinds([], all)).toEqual([])
})

test('a rule in words', () => {
  expect(
    ruleText({ operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], scope: 'Namespaced' }),
  ).toBe('CREATE UPDATE · core/v1 · pods · Namespaced')
})
