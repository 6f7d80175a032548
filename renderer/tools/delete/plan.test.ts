import { describe, expect, test } from 'vitest'
import type { Resource } from '../../kube/resource.ts'
import type { KubeObject } from '../../kube/types.ts'
import { isFinal, ownedBy } from './plan.ts'

const resource = (plural: string, group = ''): Resource => ({
  group,
  version: 'v1',
  plural,
  singular: '',
  kind: plural,
  namespaced: true,
  verbs: [],
  shortNames: [],
  categories: [],
})
const owned = (uid: string, ...owners: string[]): { resource: Resource; object: KubeObject } => ({
  resource: resource('pods'),
  object: {
    metadata: { name: uid, uid, ownerReferences: owners.map((owner) => ({ apiVersion: 'v1', kind: 'X', name: owner, uid: owner })) },
  },
})

describe('what goes with an object', () => {
  test('owned objects, what they own, each once and with its depth', () => {
    const found = ownedBy(
      ['deploy'],
      [owned('pod1', 'rs'), owned('rs', 'deploy'), owned('pod2', 'rs'), owned('other', 'else'), owned('both', 'rs', 'deploy')],
    )
    expect(found.map((d) => [d.name, d.depth])).toEqual([
      ['rs', 1],
      ['both', 1],
      ['pod1', 2],
      ['pod2', 2],
    ])
  })
  test('a cycle of owners ends, and the chosen objects are not their own dependents', () => {
    expect(ownedBy(['a'], [owned('b', 'a'), owned('a', 'b')]).map((d) => d.name)).toEqual(['b'])
  })
  test('names are asked for only where the loss is final', () => {
    expect([resource('namespaces'), resource('persistentvolumes'), resource('nodes')].every(isFinal)).toBe(true)
    expect([resource('pods'), resource('deployments', 'apps'), resource('nodes', 'metrics.k8s.io')].some(isFinal)).toBe(false)
  })
})
