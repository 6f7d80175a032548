import { beforeEach, describe, expect, test } from 'vitest'
import type { AdmissionAttributes } from './contract.ts'
import { testAttributes } from './testing/attributes.ts'
import type { KubeObject } from '../machinery/types.ts'
import { TestPolicy } from '../authz/testing/policy.ts'
import { escalationCheck } from './rbac-escalation.ts'

/** The texts are the reference's. */
const GROUP = 'rbac.authorization.k8s.io'
const subjects = [{ kind: 'User', apiGroup: GROUP, name: 'w' }]
const all = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings']
const write = { verbs: ['create', 'update'], apiGroups: [GROUP], resources: all }
const pods = (...verbs: string[]): object => ({ verbs, apiGroups: [''], resources: ['pods'] })
const role = (name: string, ...rules: object[]): KubeObject => ({ metadata: { name }, rules })
const binding = (name: string, kind: string, to: string): KubeObject => ({
  metadata: { name },
  roleRef: { apiGroup: GROUP, kind, name: to },
  subjects,
})

let t: TestPolicy
beforeEach(() => {
  t = new TestPolicy()
  t.clusterroles.put(role('writer', write, pods('get')), role('everything', { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }))
  t.clusterrolebindings.put(binding('w', 'ClusterRole', 'writer'))
})

async function refusal(resource: string, object: KubeObject, more: Partial<AdmissionAttributes> = {}): Promise<string> {
  const check = escalationCheck({ policy: t.policy, authorizer: t.authorizer, fresh: () => Promise.resolve() })
  const namespaced = !resource.startsWith('cluster')
  const { name = '' } = object.metadata
  const attributes = testAttributes({
    ...{ namespace: namespaced ? 'n' : '', name, object },
    ...{ user: { name: 'w', groups: ['g'] } },
    kind: { group: GROUP, version: 'v1', kind: '' },
    resource: { group: GROUP, version: 'v1', resource, namespaced },
    ...more,
  })
  try {
    await check.mutate!(attributes)
    return ''
  } catch (e) {
    return (e as Error).message
  }
}

const GRANT = 'user "w" (groups=["g"]) is attempting to grant RBAC permissions not currently held:\n'

describe('nobody grants what he does not have', () => {
  test('roles', async () => {
    expect(await refusal('roles', role('r', pods('get')))).toBe('')
    expect(await refusal('roles', role('r', pods('get', 'list'), { verbs: ['get'], nonResourceURLs: ['/x'] }))).toBe(
      `roles.${GROUP} "r" is forbidden: ${GRANT}{APIGroups:[""], Resources:["pods"], Verbs:["list"]}\n{NonResourceURLs:["/x"], Verbs:["get"]}`,
    )
    const user = { name: 'root', groups: ['system:masters'] }
    expect(await refusal('roles', role('r', pods('list')), { user })).toBe('')
    expect(await refusal('roles', role('r', pods('list')), { internal: true })).toBe('')
  })

  test('missing roles of his own are told of', async () => {
    t.clusterrolebindings.put(binding('x', 'ClusterRole', 'nope'))
    expect(await refusal('clusterroles', role('r', pods('list')))).toBe(
      `clusterroles.${GROUP} "r" is forbidden: ${GRANT}{APIGroups:[""], Resources:["pods"], Verbs:["list"]}; resolution errors: [clusterroles.${GROUP} "nope" not found]`,
    )
  })

  test('aggregation takes every right there is', async () => {
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] }
    const why = `clusterroles.${GROUP} "r" is forbidden: must have cluster-admin privileges to use the aggregationRule`
    expect(await refusal('clusterroles', { ...role('r'), aggregationRule })).toBe(why)
    expect(await refusal('clusterroles', role('r'), { operation: 'UPDATE', oldObject: { ...role('r'), aggregationRule } })).toBe(why)
    // Who may do everything may escalate.
    t.clusterrolebindings.put(binding('all', 'ClusterRole', 'everything'))
    expect(await refusal('clusterroles', { ...role('r'), aggregationRule })).toBe('')
  })

  test('bindings', async () => {
    t.roles.put({ ...role('own', pods('get')), metadata: { name: 'own', namespace: 'n' } })
    expect(await refusal('rolebindings', binding('b', 'Role', 'own'))).toBe('')
    expect(await refusal('clusterrolebindings', binding('b', 'ClusterRole', 'writer'))).toBe('')
    expect(await refusal('clusterrolebindings', binding('b', 'ClusterRole', 'everything'))).toBe(
      `clusterrolebindings.${GROUP} "b" is forbidden: ${GRANT}{APIGroups:["*"], Resources:["*"], Verbs:["*"]}`,
    )
    expect(await refusal('rolebindings', binding('b', 'Role', 'gone'))).toBe(`rolebindings.${GROUP} "gone" not found`)
    expect(await refusal('rolebindings', binding('b', 'Foo', 'x'))).toBe('unsupported role reference kind: "Foo"')
    expect(await refusal('clusterrolebindings', binding('b', 'Role', 'x'))).toBe('Namespace parameter required.')
  })

  test('escalate and bind are rights of their own', async () => {
    const verbs = ['escalate', 'bind']
    t.clusterroles.put(
      role('writer', write, { verbs, apiGroups: [GROUP], resources: ['roles', 'clusterroles'], resourceNames: ['r', 'gone'] }),
    )
    const old = role('r')
    expect(await refusal('roles', role('r', pods('list')), { operation: 'UPDATE', oldObject: old })).toBe('')
    // A create has no name in its path.
    expect(await refusal('roles', role('r', pods('list')))).toContain(GRANT)
    expect(await refusal('clusterrolebindings', binding('b', 'ClusterRole', 'gone'))).toBe('')
    expect(await refusal('clusterrolebindings', binding('b', 'ClusterRole', 'everything'))).toContain(GRANT)
  })

  test('finalizers and owners may be changed by whoever may write', async () => {
    const old = role('r', pods('list'))
    const kept = (metadata: object): KubeObject => ({ ...old, metadata: { name: 'r', ...metadata } })
    const update = { operation: 'UPDATE', oldObject: old } as const
    expect(await refusal('roles', kept({ finalizers: ['a/b'], managedFields: [] }), update)).toBe('')
    expect(await refusal('roles', kept({ labels: { a: 'b' } }), update)).toContain(GRANT)
  })
})
