import { describe, expect, test } from 'vitest'
import { noOpinion, type Attributes, type Authorizer } from './contract.ts'
import { forbiddenError } from './forbidden.ts'
import { authorizerOf } from './modes.ts'
import { defaultAuthorizer, TestPolicy } from './testing/policy.ts'
import { unionAuthorizer } from './union.ts'

const sources = { rbac: new TestPolicy().policy, nodes: { reaches: () => false } }
const about = (a: Partial<Attributes>): Attributes => ({
  isResourceRequest: false,
  verb: 'get',
  path: '',
  apiGroup: '',
  apiVersion: '',
  namespace: '',
  resource: '',
  subresource: '',
  name: '',
  fieldSelector: '',
  labelSelector: '',
  ...a,
})
const pods = about({ isResourceRequest: true, verb: 'list', resource: 'pods', apiVersion: 'v1', namespace: 'default' })
const root = { name: 'root', groups: ['system:masters', 'system:authenticated'] }
const bob = { name: 'bob', groups: ['system:authenticated'] }
const anonymous = { name: 'system:anonymous', groups: ['system:unauthenticated'] }
const authorizer = defaultAuthorizer()

describe('who may do what', () => {
  test.each([
    [root, pods, 'allow'],
    [bob, pods, 'no-opinion'],
    [anonymous, about({ path: '/healthz' }), 'allow'],
    [anonymous, about({ path: '/readyz/ping' }), 'no-opinion'],
    [anonymous, about({ path: '/version/' }), 'allow'],
    [anonymous, about({ path: '/version' }), 'allow'],
    [anonymous, about({ path: '/healthz', verb: 'post' }), 'no-opinion'],
    [anonymous, about({ path: '/healthzz' }), 'no-opinion'],
    [anonymous, about({ path: '/api' }), 'no-opinion'],
    [anonymous, about({ path: '/' }), 'no-opinion'],
    [anonymous, about({ path: '/healthz', isResourceRequest: true }), 'no-opinion'],
    [bob, about({ path: '/apis/apps/v1' }), 'allow'],
    [bob, about({ path: '/openapi/v3' }), 'allow'],
    [bob, about({ path: '/metrics' }), 'no-opinion'],
    [
      bob,
      about({ isResourceRequest: true, verb: 'create', apiGroup: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' }),
      'allow',
    ],
    [bob, about({ isResourceRequest: true, verb: 'create', apiGroup: 'authentication.k8s.io', resource: 'selfsubjectreviews' }), 'allow'],
    [
      bob,
      about({ isResourceRequest: true, verb: 'create', apiGroup: 'authorization.k8s.io', resource: 'subjectaccessreviews' }),
      'no-opinion',
    ],
    [
      anonymous,
      about({ isResourceRequest: true, verb: 'create', apiGroup: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' }),
      'no-opinion',
    ],
  ] as const)('%o %o: %s', async (user, attributes, expected) => {
    expect((await authorizer.authorize(user, attributes)).decision).toBe(expected)
  })

  test.each([
    [['AlwaysAllow'], anonymous, 'allow', ''],
    [['AlwaysDeny'], bob, 'no-opinion', 'alwaysdeny: Everything is forbidden.'],
    [['AlwaysDeny'], root, 'allow', ''],
    [['Node', 'RBAC'], bob, 'no-opinion', ''],
    [['Node', 'AlwaysAllow'], bob, 'allow', ''],
  ])('modes %o, %o: %s', async (modes, user, decision, reason) => {
    expect(
      await authorizerOf(
        modes.map((type) => ({ type })),
        sources,
      ).authorize(user, pods),
    ).toEqual({ decision, reason })
  })

  test('the server as kubelets know it may ask them, and nothing else', async () => {
    const authorizer = authorizerOf([{ type: 'RBAC' }], sources)
    const client = { name: 'kube-apiserver-kubelet-client', groups: ['system:kubelet-api-admin', 'system:authenticated'] }
    const node = (subresource: string, verb = 'create', resource = 'nodes') =>
      about({ isResourceRequest: true, resource, subresource, verb, apiVersion: 'v1', name: 'n1' })
    for (const [user, attributes, expected] of [
      ...['proxy', 'stats', 'metrics', 'log', 'pods', 'configz'].map((s) => [client, node(s), 'allow'] as const),
      [client, node('', 'get'), 'allow'],
      [client, node('', 'update'), 'no-opinion'],
      [client, node('status', 'patch'), 'no-opinion'],
      [client, node('proxy', 'create', 'pods'), 'no-opinion'],
      [client, about({ path: '/metrics' }), 'no-opinion'],
      [client, pods, 'no-opinion'],
      [{ ...client, name: 'bob' }, node('proxy'), 'no-opinion'],
      [{ ...client, groups: [] }, node('proxy'), 'no-opinion'],
    ] as const) {
      expect((await authorizer.authorize(user, attributes)).decision, `${user.name} ${JSON.stringify(attributes)}`).toBe(expected)
    }
  })

  test('unknown modes', () => {
    expect(() => authorizerOf([{ type: 'toString' }], sources)).toThrow('authorization-mode "toString" is not a valid mode')
  })
})

describe('errors of authorizers', () => {
  const failing = (name: string, decision: 'deny' | 'no-opinion', error: string): Authorizer => ({
    name,
    authorize: () => Promise.resolve({ decision, reason: '', error }),
  })

  test('are told when nobody allows, and forgotten when somebody does', async () => {
    const [a, b] = [failing('a', 'no-opinion', 'EOF'), failing('b', 'no-opinion', 'late')]
    expect(await unionAuthorizer([a, b]).authorize(bob, pods)).toEqual({ decision: 'no-opinion', reason: '', error: '[EOF, late]' })
    expect(await unionAuthorizer([a, { authorize: () => ({ decision: 'allow', reason: '' }) }]).authorize(bob, pods)).toEqual({
      ...{ decision: 'allow', reason: '' },
    })
    expect(await unionAuthorizer([a, failing('c', 'deny', 'closed'), b]).authorize(bob, pods)).toMatchObject({
      decision: 'deny',
      error: 'closed',
    })
  })
})

describe('union', () => {
  const says = (decision: 'allow' | 'deny' | 'no-opinion', reason = '', later = false): Authorizer => ({
    authorize: () => (later ? Promise.resolve({ decision, reason }) : { decision, reason }),
  })

  test('the first opinion counts, at once or later; reasons without an opinion are kept', async () => {
    expect(unionAuthorizer([says('no-opinion', 'a'), says('deny', 'b'), says('allow')]).authorize(bob, pods)).toEqual({
      decision: 'deny',
      reason: 'b',
    })
    expect(await unionAuthorizer([says('no-opinion', '', true), says('allow', 'c', true), says('deny')]).authorize(bob, pods)).toEqual({
      decision: 'allow',
      reason: 'c',
    })
    expect(await unionAuthorizer([says('no-opinion', 'a', true), says('no-opinion', 'b')]).authorize(bob, pods)).toEqual({
      decision: 'no-opinion',
      reason: 'a\nb',
    })
    expect(unionAuthorizer([]).authorize(bob, pods)).toBe(noOpinion)
  })
})

describe('forbiddenError: the texts of the reference', () => {
  test.each([
    [pods, '', 'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"', { kind: 'pods' }],
    [
      about({ ...pods, verb: 'get', name: 'x', subresource: 'log' }),
      '',
      'pods "x" is forbidden: User "bob" cannot get resource "pods/log" in API group "" in the namespace "default"',
      { name: 'x', kind: 'pods' },
    ],
    [
      about({ isResourceRequest: true, verb: 'list', resource: 'deployments', apiGroup: 'apps' }),
      'because',
      'deployments.apps is forbidden: User "bob" cannot list resource "deployments" in API group "apps" at the cluster scope: because',
      { group: 'apps', kind: 'deployments' },
    ],
    [about({ path: '/' }), '', 'forbidden: User "bob" cannot get path "/"', {}],
    [about({ path: '/<a>&' }), '', 'forbidden: User "bob" cannot get path "/&lt;a&gt;&amp;"', {}],
  ])('%o', (attributes, reason, message, details) => {
    expect(forbiddenError(bob, attributes, reason).status).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason: 'Forbidden',
      details,
      code: 403,
    })
  })
})
