import { describe, expect, test } from 'vitest'
import {
  type Binding,
  impliedGroups,
  type PolicyRule,
  qualified,
  type Question,
  Rbac,
  type Role,
  ruleAllows,
  ruleCells,
  unqualified,
} from './rbac.ts'

const pods: Question = { verb: 'get', group: '', resource: 'pods', name: 'web', namespace: 'shop' }
const rule = (change: Partial<PolicyRule>): PolicyRule => ({ verbs: ['get'], apiGroups: [''], resources: ['pods'], ...change })

describe('one rule, as the server matches it', () => {
  test.each<[PolicyRule, Question, boolean]>([
    [rule({}), pods, true],
    [rule({ verbs: ['list'] }), pods, false],
    [rule({ verbs: ['*'] }), pods, true],
    [rule({ apiGroups: ['apps'] }), pods, false],
    [rule({ apiGroups: ['*'] }), pods, true],
    [rule({ apiGroups: undefined }), pods, false],
    [rule({ resources: ['*'] }), { ...pods, resource: 'pods/log' }, true],
    [rule({}), { ...pods, resource: 'pods/log' }, false],
    [rule({ resources: ['pods/*'] }), { ...pods, resource: 'pods/log' }, false],
    [rule({ resources: ['*/log'] }), { ...pods, resource: 'pods/log' }, true],
    [rule({ resources: ['*/log'] }), pods, false],
    [rule({ resourceNames: ['web'] }), pods, true],
    [rule({ resourceNames: ['api'] }), pods, false],
    [rule({ resourceNames: ['web'] }), { ...pods, name: '' }, false],
    [rule({ resourceNames: [] }), pods, true],
    [rule({}), { verb: 'get', path: '/healthz' }, false],
    [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }, { verb: 'get', path: '/healthz' }, true],
    [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }, { verb: 'get', path: '/healthz/etcd' }, false],
    [{ verbs: ['get'], nonResourceURLs: ['/healthz/*'] }, { verb: 'get', path: '/healthz/etcd' }, true],
    [{ verbs: ['get'], nonResourceURLs: ['*'] }, { verb: 'get', path: '/healthz' }, true],
    [{ verbs: ['get'], nonResourceURLs: ['*'] }, pods, false],
  ])('%j · %j · %s', (given, question, allowed) => expect(ruleAllows(given, question)).toBe(allowed))
})

const reader: Role = { kind: 'ClusterRole', namespace: '', name: 'reader', rules: [rule({ verbs: ['list'] }), rule({})] }
const local: Role = { kind: 'Role', namespace: 'shop', name: 'reader', rules: [rule({ resources: ['secrets'] })] }
const bind = (namespace: string, kind: Role['kind'], ...subjects: Binding['subjects']): Binding => ({
  name: `${kind}-${namespace}`,
  namespace,
  roleRef: { kind, name: 'reader' },
  subjects,
})
const jane = { kind: 'User', name: 'jane' } as const
const account = { kind: 'ServiceAccount', name: 'web' } as const
const everywhere = bind('', 'ClusterRole', { kind: 'Group', name: 'dev' })
const inShop = bind('shop', 'ClusterRole', jane, account)
const ownRole = bind('shop', 'Role', jane)
const elsewhere = bind('other', 'Role', jane)
const rbac = new Rbac([reader, local], [everywhere, inShop, ownRole, elsewhere])

describe('roles and bindings together', () => {
  test('who can: with the binding and the very rule, in the namespace asked about', () => {
    expect(rbac.whoCan(pods).map(({ subject, binding, rule: found }) => [subject, binding.name, found.verbs])).toEqual([
      [{ kind: 'Group', name: 'dev' }, everywhere.name, ['get']],
      [jane, inShop.name, ['get']],
      [{ ...account, namespace: 'shop' }, inShop.name, ['get']],
    ])
    for (const namespace of ['', 'other']) {
      expect(rbac.whoCan({ ...pods, namespace }).map(({ binding }) => binding)).toEqual([everywhere])
    }
    expect(rbac.whoCan({ ...pods, resource: 'secrets' }).map(({ role }) => role)).toEqual([local])
  })

  test('what can they: users by name, groups by membership, accounts by their whole name', () => {
    const names = (user: string, groups: string[] = []): string[] => rbac.whatCan(user, groups).map(({ binding }) => binding.name)
    expect(names('jane')).toEqual([inShop.name, inShop.name, ownRole.name])
    expect(names('joe', ['dev'])).toEqual([everywhere.name, everywhere.name])
    expect(names('system:serviceaccount:shop:web')).toEqual([inShop.name, inShop.name])
    expect(names('system:serviceaccount:other:web')).toEqual([])
    expect(names('web')).toEqual([])
  })

  test('a binding finds its role in its own namespace only, and a role its bindings', () => {
    expect(rbac.roleOf(elsewhere)).toBeUndefined()
    expect(rbac.bindingsOf(local)).toEqual([ownRole])
    expect(rbac.bindingsOf(reader)).toEqual([everywhere, inShop])
  })

  test('the groups that everybody is in', () => {
    expect(impliedGroups('jane')).toEqual(['system:authenticated'])
    expect(impliedGroups('system:anonymous')).toEqual(['system:unauthenticated'])
    expect(impliedGroups('system:serviceaccount:shop:web')).toEqual([
      'system:serviceaccounts',
      'system:serviceaccounts:shop',
      'system:authenticated',
    ])
  })
})

test.each([
  [{ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] }, ['pods, pods/log', '', 'get, list']],
  [{ apiGroups: ['apps'], resources: ['deployments/scale'], resourceNames: ['web'], verbs: ['*'] }, ['deployments.apps/scale', 'web', '*']],
  [{ apiGroups: ['', 'batch'], resources: ['jobs'], verbs: [] }, ['jobs, jobs.batch', '', '']],
  [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }, ['*.*', '', '*']],
  [{ nonResourceURLs: ['/healthz', '/metrics'], verbs: ['get'] }, ['/healthz, /metrics', '', 'get']],
])('%j', (given, cells) => expect(ruleCells(given)).toEqual(cells))

test.each(['pods', 'pods/log', 'deployments.apps', 'deployments.apps/scale', 'roles.rbac.authorization.k8s.io', '*.*'])(
  '%s and back',
  (text) => {
    const { group, resource } = unqualified(text)
    expect(qualified(resource, group)).toBe(text)
  },
)
