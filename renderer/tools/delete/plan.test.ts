import { describe, expect, test } from 'vitest'
import type { Resource } from '../../kube/resource.ts'
import type { KubeObject } from '../../kube/types.ts'
import { byKind, type DeletePlan, isFinal, needsTyping, ownedBy } from './plan.ts'

const resource = (plural: string, group = ''): Resource => ({
  group,
  version: 'v1',
  plural,
  singular: '',
  kind: plural,
  namespaced: true,
  verbs: [],
  subresources: [],
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

const dependent = (plural: string, name: string, depth: number): DeletePlan['dependents'][number] => ({
  resource: resource(plural),
  name,
  namespace: 'n',
  uid: name,
  depth,
})
const plan = (dependents: number, broken = false): DeletePlan => ({
  dependents: Array.from({ length: dependents }, (_, n) => dependent('pods', `p${n}`, 1)),
  contents: [],
  makers: [],
  budgets: [{ namespace: 'n', name: 'b', covers: 3, going: 1, wants: 2, broken }],
  unknown: [],
  partial: [],
})

describe('what is told of it', () => {
  test('dependents by kind: the nearest first, then the most', () => {
    const groups = byKind([
      dependent('pods', 'p1', 2),
      dependent('replicasets', 'r', 1),
      dependent('pods', 'p2', 2),
      dependent('endpoints', 'e', 1),
      dependent('endpoints', 'f', 1),
    ])
    expect(groups.map(({ resource: r, all }) => [r.plural, all.map((d) => d.name)])).toEqual([
      ['endpoints', ['e', 'f']],
      ['replicasets', ['r']],
      ['pods', ['p1', 'p2']],
    ])
  })

  test('a word is typed where much goes, counted with what goes along, or a budget is broken', () => {
    const pods = resource('pods')
    expect(needsTyping(pods, 19, plan(0), false)).toBe(false)
    expect(needsTyping(pods, 20, plan(0), false)).toBe(true)
    expect(needsTyping(pods, 1, plan(19), false)).toBe(true)
    expect(needsTyping(pods, 1, plan(19), true)).toBe(false)
    expect(needsTyping(pods, 1, plan(0, true), false)).toBe(true)
    expect(needsTyping(pods, 1, undefined, false)).toBe(false)
    expect(needsTyping(resource('namespaces'), 1, undefined, false)).toBe(true)
  })
})
