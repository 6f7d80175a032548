import { describe, expect, test } from 'vitest'
import { atOnce } from '../../machinery/slice.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { Attributes } from '../contract.ts'
import { TestPolicy } from '../testing/policy.ts'
import { defaultPolicy } from './bootstrap-policy.ts'
import { reconcileBinding, reconcileRole } from './reconcile.ts'
import { compactRules, describeRule, missingRules, ruleAllows, ruleOf, type PolicyRule } from './rules.ts'

const API = 'rbac.authorization.k8s.io'
const about = (verb: string, a: Partial<Attributes>): Attributes => ({
  ...{ isResourceRequest: true, verb, path: '', apiGroup: '', apiVersion: 'v1', namespace: '', resource: '', subresource: '', name: '' },
  ...{ fieldSelector: '', labelSelector: '' },
  ...a,
})
const get = (path: string): Attributes => about('get', { isResourceRequest: false, path })
const role = (name: string, namespace: string | undefined, ...rules: object[]): KubeObject => ({
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  rules,
})
const binding = (name: string, namespace: string | undefined, to: string, ...subjects: object[]): KubeObject => {
  const [kind = '', roleName = ''] = to.split('/')
  return { ...role(name, namespace), roleRef: { apiGroup: API, kind, name: roleName }, subjects }
}
const user = (name: string): object => ({ kind: 'User', apiGroup: API, name })
const group = (name: string): object => ({ kind: 'Group', apiGroup: API, name })
const account = (name: string, namespace?: string): object => ({ kind: 'ServiceAccount', name, ...(namespace ? { namespace } : {}) })
const rule = (verbs: string, apiGroups: string, resources: string, resourceNames = ''): PolicyRule =>
  ruleOf({
    verbs: verbs.split(','),
    apiGroups: apiGroups.split(','),
    resources: resources.split(','),
    resourceNames: resourceNames ? resourceNames.split(',') : [],
  })
const urls = (verbs: string, ...nonResourceURLs: string[]): PolicyRule => ruleOf({ verbs: verbs.split(','), nonResourceURLs })
const bob = { name: 'bob', groups: ['dev', 'system:authenticated'] }

describe('a rule', () => {
  test.each([
    [rule('get', '', 'pods'), about('get', { resource: 'pods' }), true],
    [rule('get', '', 'pods'), about('list', { resource: 'pods' }), false],
    [rule('get', '', 'pods'), about('get', { resource: 'pods', apiGroup: 'metrics.k8s.io' }), false],
    [rule('get', '', 'pods'), about('get', { resource: 'pods', subresource: 'log' }), false],
    [rule('get', '', 'pods/log'), about('get', { resource: 'pods', subresource: 'log' }), true],
    [rule('get', '', 'pods/log'), about('get', { resource: 'pods' }), false],
    [rule('get', '', '*'), about('get', { resource: 'pods', subresource: 'log' }), true],
    [rule('get', '', '*/log'), about('get', { resource: 'pods', subresource: 'log' }), true],
    [rule('get', '', '*/log'), about('get', { resource: 'pods' }), false],
    [rule('get', '', '*/'), about('get', { resource: 'pods' }), false],
    [rule('*', '*', '*'), about('frobnicate', { resource: 'x', apiGroup: 'y' }), true],
    [rule('*', '*', '*'), get('/metrics'), false],
    [rule('get', '', 'pods', 'a,b'), about('get', { resource: 'pods', name: 'b' }), true],
    [rule('get', '', 'pods', 'a,b'), about('get', { resource: 'pods', name: 'c' }), false],
    [rule('list', '', 'pods', 'a'), about('list', { resource: 'pods' }), false],
    [urls('get', '/api/*'), get('/api/v1'), true],
    [urls('get', '/api/*'), get('/api'), false],
    [urls('get', '/api**'), get('/api'), true],
    [urls('get', '*'), get('/anything'), true],
    [urls('get', '/a'), get('/a/b'), false],
    [urls('get', '/a*'), about('get', { resource: 'a' }), false],
  ])('%o, %o: %s', (r, attributes, allowed) => {
    expect(ruleAllows(r, attributes)).toBe(allowed)
  })

  test('what one has not of what one grants', () => {
    const missing = (held: PolicyRule[], wanted: PolicyRule[]): string[] =>
      compactRules(atOnce(missingRules(held, wanted))).map(describeRule)
    expect(missing([rule('get,list', '', 'pods,secrets')], [rule('get', '', 'pods'), rule('list', '', 'secrets', 'x')])).toEqual([])
    expect(missing([rule('get', '', 'pods')], [rule('get,list,watch', '', 'pods,nodes')])).toEqual([
      '{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}',
      '{APIGroups:[""], Resources:["nodes"], Verbs:["get" "list" "watch"]}',
    ])
    expect(missing([rule('get', '', '*/scale')], [rule('get', '', 'pods/scale'), rule('get', '', 'pods')])).toEqual([
      '{APIGroups:[""], Resources:["pods"], Verbs:["get"]}',
    ])
    expect(missing([rule('get', '', 'pods', 'a')], [rule('get', '', 'pods', 'a,b')])).toEqual([
      '{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}',
    ])
    expect(missing([rule('get', '', 'pods', 'a')], [rule('get', '', 'pods')])).toHaveLength(1)
    expect(missing([urls('get', '/api/*')], [urls('get,post', '/api/v1'), urls('get', '/metrics')])).toEqual([
      '{NonResourceURLs:["/api/v1"], Verbs:["post"]}',
      '{NonResourceURLs:["/metrics"], Verbs:["get"]}',
    ])
    // One rule has to cover it: verbs of one and resources of the other do not add up.
    expect(missing([rule('get', '', 'pods'), rule('list', '', 'nodes')], [rule('list', '', 'pods')])).toHaveLength(1)
  })

  test('of a rule too long to be taken apart, all is missing that no held rule covers whole', () => {
    const many = Array.from({ length: 500 }, (_, i) => `v${i}`)
    const long = ruleOf({ verbs: many, apiGroups: [''], resources: many })
    const count = (...held: PolicyRule[]): number => atOnce(missingRules(held, [long, rule('get', '', 'pods')])).length
    expect(count(rule('get', '', 'pods'))).toBe(1)
    expect(count(rule('*', '', '*'))).toBe(0)
    expect(count(ruleOf({ ...long, verbs: ['*'], resources: ['*'], resourceNames: ['a'] }))).toBe(2)
    expect(count(ruleOf({ ...long, verbs: ['*'], resources: many }))).toBe(1)
  })
})

describe('decisions', () => {
  const of = (): TestPolicy => {
    const t = new TestPolicy()
    t.clusterroles.put(role('reader', undefined, rule('get,list', '', 'pods')), role('paths', undefined, urls('get', '/metrics')))
    t.roles.put(role('own', 'a', rule('delete', '', 'pods')))
    return t
  }
  const pods = (verb: string, namespace: string): Attributes => about(verb, { resource: 'pods', namespace })

  test('by user, group and service account, in the cluster and in a namespace, with the binding named', () => {
    const t = of()
    t.clusterrolebindings.put(binding('all', undefined, 'ClusterRole/reader', user('root'), group('dev')))
    t.clusterrolebindings.put(binding('sa', undefined, 'ClusterRole/paths', account('x', 'n'), account('nowhere')))
    t.rolebindings.put(binding('r', 'a', 'Role/own', account('here')), binding('c', 'b', 'ClusterRole/reader', account('x', 'n')))
    const sa = (namespace: string, name: string) => ({ name: `system:serviceaccount:${namespace}:${name}`, groups: [] })
    expect(t.authorizer.authorize(bob, pods('get', 'z'))).toEqual({
      decision: 'allow',
      reason: 'RBAC: allowed by ClusterRoleBinding "all" of ClusterRole "reader" to Group "dev"',
    })
    expect(t.authorizer.authorize({ name: 'root', groups: ['dev'] }, pods('list', ''))).toEqual({
      decision: 'allow',
      reason: 'RBAC: allowed by ClusterRoleBinding "all" of ClusterRole "reader" to User "root"',
    })
    expect(t.authorizer.authorize(sa('n', 'x'), get('/metrics'))).toEqual({
      decision: 'allow',
      reason: 'RBAC: allowed by ClusterRoleBinding "sa" of ClusterRole "paths" to ServiceAccount "x/n"',
    })
    expect(t.authorizer.authorize(sa('a', 'here'), pods('delete', 'a'))).toEqual({
      decision: 'allow',
      reason: 'RBAC: allowed by RoleBinding "r/a" of Role "own" to ServiceAccount "here/a"',
    })
    const none = { decision: 'no-opinion', reason: '' }
    expect(t.authorizer.authorize(sa('a', 'here'), pods('delete', 'b'))).toEqual(none)
    expect(t.authorizer.authorize(sa('a', 'here'), pods('delete', ''))).toEqual(none)
    expect(t.authorizer.authorize(sa('n', 'x'), pods('get', 'b'))).toMatchObject({ decision: 'allow' })
    expect(t.authorizer.authorize(sa('n', 'x'), pods('get', 'c'))).toEqual(none)
    expect(t.authorizer.authorize(bob, pods('delete', 'a'))).toEqual(none)
  })

  test('a role that is gone is told of when nothing else allows', () => {
    const t = of()
    t.clusterrolebindings.put(binding('1', undefined, 'ClusterRole/gone', user('bob'), group('dev')))
    expect(t.authorizer.authorize(bob, pods('get', 'a'))).toEqual({
      decision: 'no-opinion',
      reason: 'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
    })
    t.rolebindings.put(binding('2', 'a', 'Role/reader', user('bob')))
    const both = ['clusterrole.rbac.authorization.k8s.io "gone" not found', 'role.rbac.authorization.k8s.io "reader" not found']
    expect(t.authorizer.authorize(bob, pods('get', 'a'))).toEqual({ decision: 'no-opinion', reason: `RBAC: [${both.join(', ')}]` })
    expect(t.authorizer.rulesFor!(bob, 'a')).toEqual({ resourceRules: [], nonResourceRules: [], errors: both })
    t.rolebindings.put(binding('3', 'a', 'ClusterRole/reader', user('bob')))
    expect(t.authorizer.authorize(bob, pods('get', 'a'))).toMatchObject({ decision: 'allow' })
  })

  test('follow changes of roles and bindings', () => {
    const t = of()
    const may = (verb: string, namespace = 'a'): boolean => {
      const decision = t.authorizer.authorize(bob, pods(verb, namespace))
      return 'decision' in decision && decision.decision === 'allow'
    }
    const bound = binding('r', 'a', 'Role/own', user('bob'))
    t.rolebindings.put(bound)
    expect([may('delete'), may('get')]).toEqual([true, false])
    t.roles.put(role('own', 'a', rule('get', '', 'pods')))
    expect([may('delete'), may('get')]).toEqual([false, true])
    t.rolebindings.put({ ...bound, subjects: [user('eve')] })
    expect(may('get')).toBe(false)
    t.rolebindings.put(bound)
    t.roles.delete(role('own', 'a'))
    expect(may('get')).toBe(false)
    t.roles.put(role('own', 'a', rule('get', '', 'pods')))
    t.rolebindings.delete(bound)
    expect(may('get')).toBe(false)
    t.rolebindings.load(bound, binding('r', 'b', 'ClusterRole/reader', group('dev')))
    t.roles.load(role('own', 'a', rule('delete', '', 'pods')))
    expect([may('delete'), may('get'), may('get', 'b'), may('delete', 'b')]).toEqual([true, false, true, false])
    t.clusterroles.load()
    expect([may('delete'), may('get', 'b')]).toEqual([true, false])
  })

  test('the rules of a user are those of his bindings, each binding once', () => {
    const t = of()
    t.clusterrolebindings.put(binding('twice', undefined, 'ClusterRole/reader', user('bob'), group('dev')))
    t.clusterrolebindings.put(binding('paths', undefined, 'ClusterRole/paths', group('system:authenticated')))
    t.rolebindings.put(binding('own', 'a', 'Role/own', user('bob')), binding('own', 'b', 'ClusterRole/reader', user('bob')))
    expect(t.authorizer.rulesFor!(bob, 'a')).toEqual({
      resourceRules: [
        { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] },
        { verbs: ['delete'], apiGroups: [''], resources: ['pods'] },
      ],
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/metrics'] }],
      errors: [],
    })
  })

  test('ten thousand bindings of others are not looked at', () => {
    const t = of()
    const roles = Array.from({ length: 5000 }, (_, i) => role(`role-${i}`, undefined, rule('get', '', `things${i}`), rule('list', '', 'x')))
    t.clusterroles.load(...roles)
    t.clusterrolebindings.load(
      ...Array.from({ length: 5000 }, (_, i) =>
        binding(`b-${i}`, undefined, `ClusterRole/role-${i}`, user(`user-${i}`), group(`group-${i % 100}`)),
      ),
    )
    t.rolebindings.load(
      ...Array.from({ length: 5000 }, (_, i) => binding(`b-${i}`, `n-${i % 500}`, `ClusterRole/role-${i}`, user(`user-${i}`))),
    )
    const looked = (name: string, groups: string[], namespace: string): number => {
      let rules = 0
      const rule = (): boolean => ++rules > 0
      t.policy.visit({ name, groups }, about('get', { resource: 'pods', namespace }), { rule, missing: () => expect.unreachable() })
      return rules
    }
    expect(looked('user-1', [], '')).toBe(2)
    expect(looked('user-1', [], 'n-1')).toBe(4)
    expect(looked('user-1', [], 'n-2')).toBe(2)
    expect(looked('nobody', ['group-7'], 'n-2')).toBe(100)
    expect(looked('nobody', ['system:authenticated'], 'n-2')).toBe(0)
  })
})

describe('default roles', () => {
  const policy = [...defaultPolicy()]
  const named = (resource: string, name: string): KubeObject =>
    policy.find((p) => p.resource === resource && p.object.metadata.name === name)!.object

  test('are those of the reference', () => {
    const count = (resource: string): number => policy.filter((p) => p.resource === resource).length
    expect(['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'].map(count)).toEqual([73, 54, 7, 7])
    expect(named('clusterrolebindings', 'cluster-admin')).toEqual({
      apiVersion: `${API}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: {
        name: 'cluster-admin',
        labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
        annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
      },
      roleRef: { apiGroup: API, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [group('system:masters')],
    })
  })

  test('a role gets what it lacks and keeps what it has', () => {
    const expected = named('clusterroles', 'system:discovery')
    const [only] = expected.rules as object[]
    expect(reconcileRole(expected, expected)).toEqual({ action: 'keep' })
    const extra = { verbs: ['get'], nonResourceURLs: ['/mine'] }
    const mine = { ...expected, metadata: { ...expected.metadata, labels: { a: 'b' } }, rules: [extra] }
    const result = reconcileRole(mine, expected)
    expect(result).toMatchObject({
      action: 'update',
      object: { metadata: { labels: { a: 'b', 'kubernetes.io/bootstrapping': 'rbac-defaults' } } },
    })
    const { rules } = (result as { object: KubeObject }).object
    expect((rules as object[])[0]).toEqual(extra)
    expect(atOnce(missingRules((rules as object[]).map(ruleOf), [ruleOf(only!)]))).toEqual([])
    expect(rules).toContainEqual({ verbs: ['get'], nonResourceURLs: ['/api/*'] })
  })

  test('one that is protected stays as it is', () => {
    const expected = named('clusterroles', 'system:discovery')
    const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' }
    const own = { ...expected, metadata: { ...expected.metadata, annotations }, rules: [] }
    expect(reconcileRole(own, expected)).toEqual({ action: 'keep' })
    const bound = named('clusterrolebindings', 'system:discovery')
    expect(reconcileBinding({ ...bound, metadata: { ...bound.metadata, annotations }, subjects: [] }, bound)).toEqual({ action: 'keep' })
  })

  test('an aggregation rule is completed, or taken away where none is meant', () => {
    const view = named('clusterroles', 'view')
    const other = { matchLabels: { x: 'y' } }
    const result = reconcileRole({ ...view, aggregationRule: { clusterRoleSelectors: [other] } }, view)
    const wanted = (view.aggregationRule as { clusterRoleSelectors: object[] }).clusterRoleSelectors
    expect(result).toMatchObject({ object: { aggregationRule: { clusterRoleSelectors: [other, ...wanted] } } })
    const admin = named('clusterroles', 'cluster-admin')
    const stripped = reconcileRole({ ...admin, aggregationRule: { clusterRoleSelectors: [other] } }, admin)
    expect(stripped).toMatchObject({ action: 'update' })
    expect((stripped as { object: KubeObject }).object).not.toHaveProperty('aggregationRule')
  })

  test('a binding gets its subjects, and is made anew when it refers to another role', () => {
    const bound = named('clusterrolebindings', 'system:public-info-viewer')
    const [first, second] = bound.subjects as object[]
    expect(reconcileBinding({ ...bound, subjects: [second, user('eve')] }, bound)).toMatchObject({
      action: 'update',
      object: { subjects: [second, user('eve'), first] },
    })
    expect(reconcileBinding({ ...bound, roleRef: { apiGroup: API, kind: 'ClusterRole', name: 'view' } }, bound)).toEqual({
      action: 'recreate',
      object: bound,
    })
  })
})
