import { expect, test } from 'vitest'
import type { KubeObject } from '../../machinery/types.ts'
import type { Attributes, Decision } from '../contract.ts'
import { TestPolicy } from '../testing/policy.ts'

const API = 'rbac.authorization.k8s.io'
const VERBS = ['get', 'list', 'create', '*']
const RESOURCES = ['pods', 'pods/log', 'secrets', 'things', '*', '*/log', 'nodes']
const URLS = ['/metrics', '/api/*', '*']

const role = (i: number, shift = 0): KubeObject => {
  const rule =
    i % 11 === 0
      ? { nonResourceURLs: [URLS[i % 3]], verbs: [VERBS[i % 3]] }
      : { apiGroups: [i % 5 === 0 ? '*' : ''], resources: [RESOURCES[(i + shift) % (i % 13 === 0 ? 7 : 4)]], verbs: [VERBS[i % 3]] }
  return {
    metadata: { name: `role-${i}` },
    rules: [rule, { apiGroups: ['x'], resources: ['y'], resourceNames: [`n${i}`], verbs: ['get'] }],
  }
}
const binding = (i: number, namespace?: string): KubeObject => ({
  metadata: { name: `b-${i}`, ...(namespace === undefined ? {} : { namespace }) },
  roleRef: { apiGroup: API, kind: 'ClusterRole', name: `role-${i}` },
  subjects: [
    i % 4 === 0 ? { kind: 'User', apiGroup: API, name: `user-${i % 3}` } : { kind: 'Group', apiGroup: API, name: `group-${i % 40}` },
  ],
})

const about = (a: Partial<Attributes>): Attributes => ({
  ...{ isResourceRequest: true, path: '', apiGroup: '', apiVersion: 'v1', namespace: '', resource: '', subresource: '', name: '' },
  ...{ verb: 'get', fieldSelector: '', labelSelector: '' },
  ...a,
})
const questions: readonly Attributes[] = [
  ...['pods', 'secrets', 'things', 'nodes', 'nothing'].flatMap((resource) =>
    ['', 'log'].flatMap((subresource) =>
      ['', 'a'].flatMap((namespace) => ['get', 'create', 'watch'].map((verb) => about({ resource, subresource, namespace, verb }))),
    ),
  ),
  ...['n4', 'n999'].map((name) => about({ apiGroup: 'x', resource: 'y', name })),
  ...['/metrics', '/api/v1', '/other'].map((path) => about({ isResourceRequest: false, path })),
]

function policyOf(count: number): TestPolicy {
  const test = new TestPolicy()
  // Some bindings are of roles that are missing.
  for (let i = 0; i < count; i++) if (i % 37 !== 5) test.clusterroles.put(role(i))
  for (let i = 0; i < count; i++) test.clusterrolebindings.put(binding(i))
  for (let i = 0; i < count; i++) test.rolebindings.put(binding(i, 'a'))
  return test
}

/** By someone of whom nothing was put in order: a policy decides the first question of anybody by all of his rules. */
const fresh = (policy: (t: TestPolicy) => void, user: { name: string; groups: string[] }, a: Attributes): Decision => {
  const t = policyOf(COUNT)
  policy(t)
  return t.authorizer.authorize(user, a) as Decision
}
const COUNT = 300
const ALL = { name: 'user-0', groups: Array.from({ length: 40 }, (_, i) => `group-${i}`) }
const shape = ({ decision, reason }: Decision): unknown => (decision === 'allow' ? decision : { decision, missing: reason })

test('whoever has many bindings is answered the same, however often', () => {
  const t = policyOf(COUNT)
  for (const a of questions) {
    const wanted = shape(fresh(() => undefined, ALL, a))
    for (let i = 0; i < 3; i++) expect(shape(t.authorizer.authorize(ALL, a) as Decision)).toEqual(wanted)
  }
})

test('and follows changes of roles and bindings', () => {
  const t = policyOf(COUNT)
  const changes: ((p: TestPolicy) => void)[] = [
    (p) => p.clusterroles.put(role(3, 1), role(26, 2)),
    (p) => p.clusterroles.delete(role(0)),
    (p) => p.clusterrolebindings.delete(binding(4)),
    (p) => p.rolebindings.put({ ...binding(9, 'a'), roleRef: { apiGroup: API, kind: 'ClusterRole', name: 'role-999' } }),
    (p) => p.clusterroles.put({ metadata: { name: 'role-999' }, rules: [{ apiGroups: [''], resources: ['nothing'], verbs: ['watch'] }] }),
    (p) => p.rolebindings.load(),
    (p) => p.clusterroles.load(role(1), role(2)),
  ]
  const sample = questions.filter((_, i) => i % 6 === 1)
  for (const [i, change] of changes.entries()) {
    for (const a of questions) for (let n = 0; n < 2; n++) void t.authorizer.authorize(ALL, a)
    change(t)
    for (const a of sample) {
      const wanted = shape(fresh((p) => changes.slice(0, i + 1).forEach((one) => one(p)), ALL, a))
      for (let n = 0; n < 3; n++) expect([i, a, shape(t.authorizer.authorize(ALL, a) as Decision)]).toEqual([i, a, wanted])
    }
  }
})

test('of thousands of rules, those about the resource are looked at', () => {
  const t = new TestPolicy()
  t.clusterroles.load(
    ...Array.from({ length: 2000 }, (_, i) => ({
      metadata: { name: `role-${i}` },
      rules: [{ apiGroups: [''], resources: [`things${i}`], verbs: ['get'] }],
    })),
  )
  t.clusterrolebindings.load(...Array.from({ length: 2000 }, (_, i) => binding(i)))
  const looked = (resource: string): number => {
    let rules = 0
    const visitor = { rule: () => ++rules > 0, missing: () => expect.unreachable() }
    t.policy.visit(ALL, about({ resource }), visitor)
    return rules
  }
  const mine = looked('things9')
  expect(mine).toBeGreaterThan(1500)
  expect([looked('things9'), looked('nothing')]).toEqual([1, 0])
})
