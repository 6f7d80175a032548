import type { Json, Send } from './case.ts'

/** Requests to resources of which nothing is stored, each answered by itself. */
export interface ReviewCase {
  name: string
  method: 'GET' | 'POST'
  path: string
  body?: Json
  headers?: Readonly<Record<string, string>>
}

/** Reviews pass admission: NodeRestriction refuses whatever a node without a name posts. */
const asNobodysNode = (name: string, at: string, body: Json): ReviewCase => ({
  ...post(`node without a name: ${name}`, at, body),
  headers: { 'impersonate-user': 'system:node:', 'impersonate-group': 'system:nodes' },
})

export interface ReviewOutcome {
  case: string
  code: number
  body: unknown
}

const AUTHZ = '/apis/authorization.k8s.io/v1'
const AUTHN = '/apis/authentication.k8s.io/v1'
const ACCOUNTS = '/api/v1/namespaces/facts-b/serviceaccounts'
const pods = { namespace: 'default', verb: 'get', resource: 'pods' }
const path = { path: '/x', verb: 'get' }

const post = (name: string, at: string, body: Json): ReviewCase => ({ name, method: 'POST', path: at, body })
const self = (name: string, spec: Json): ReviewCase => post(`self: ${name}`, `${AUTHZ}/selfsubjectaccessreviews`, { spec })
const subject = (name: string, spec: Json): ReviewCase => post(`subject: ${name}`, `${AUTHZ}/subjectaccessreviews`, { spec })
const local = (name: string, body: Json): ReviewCase =>
  post(`local: ${name}`, `${AUTHZ}/namespaces/default/localsubjectaccessreviews`, body)
const token = (name: string, body: Json, account = 'reviewed'): ReviewCase => post(`token: ${name}`, `${ACCOUNTS}/${account}/token`, body)
const ref = (kind: string, more: Json = {}): Json => ({ spec: { boundObjectRef: { kind, apiVersion: 'v1', name: 'missing', ...more } } })

/** Tokens that are bound to configurations of webhooks, for which a gate is closed, and what they attest. */
function attestations(): ReviewCase[] {
  const webhooks = { kind: 'ValidatingWebhookConfiguration', apiVersion: 'admissionregistration.k8s.io/v1' }
  const attesting = (name: string, attests: Json | undefined, more: Json = {}, audiences = ['a']): ReviewCase =>
    token(`attesting ${name}`, { spec: { ...(ref('', { ...webhooks, ...more }).spec as Json), audiences, attestations: attests } })
  return [
    attesting('a group', { admissionReviewAPIGroups: ['apps'] }),
    attesting('all groups', { admissionReviewAPIGroups: ['*'] }, { kind: 'MutatingWebhookConfiguration' }),
    attesting('of an old version', undefined, { apiVersion: 'admissionregistration.k8s.io/v1beta1' }),
    attesting('nothing', {}),
    attesting('for several audiences', { admissionReviewAPIGroups: ['apps'] }, {}, ['a', 'b']),
    attesting('for the server itself', { admissionReviewAPIGroups: ['apps'] }, {}, []),
    attesting('no name', { admissionReviewAPIGroups: [''] }),
    attesting('a bad name', { admissionReviewAPIGroups: ['a_b<'] }),
    attesting('several groups', { admissionReviewAPIGroups: ['a', 'b'] }),
    attesting('no groups', { admissionReviewAPIGroups: [] }),
    attesting('what is not known', { '<other>': ['a'] }),
    attesting('several things', { admissionReviewAPIGroups: ['a'], b: ['c'] }),
    attesting('with a pod', { admissionReviewAPIGroups: ['apps'] }, { kind: 'Pod', apiVersion: 'v1' }),
    token('attesting alone, and short', { spec: { expirationSeconds: 5, attestations: { a: ['<b>'] } } }),
  ]
}

export const reviewCases: readonly ReviewCase[] = [
  self('resource', { resourceAttributes: pods }),
  self('path', { nonResourceAttributes: path }),
  self('neither', {}),
  self('both', { resourceAttributes: pods, nonResourceAttributes: path }),
  subject('nobody special', { user: 'joe', groups: ['g'], resourceAttributes: pods }),
  subject('master', { user: 'joe', groups: ['system:masters'], resourceAttributes: pods }),
  subject('group alone', { groups: ['system:masters'], nonResourceAttributes: path }),
  subject('nobody', { resourceAttributes: pods }),
  ...selectorCases(),
  local('right', { metadata: { namespace: 'default' }, spec: { user: 'joe', resourceAttributes: pods } }),
  local('without namespace', { spec: { user: 'joe', resourceAttributes: pods } }),
  local('of another namespace', { spec: { user: 'joe', resourceAttributes: { ...pods, namespace: 'other' } } }),
  local('elsewhere', { metadata: { namespace: 'other' }, spec: { user: 'joe', resourceAttributes: pods } }),
  post('local: in no namespace', `${AUTHZ}/namespaces/missing/localsubjectaccessreviews`, {
    spec: { user: 'joe', resourceAttributes: { ...pods, namespace: 'missing' } },
  }),
  asNobodysNode('self', `${AUTHZ}/selfsubjectaccessreviews`, { spec: { resourceAttributes: pods } }),
  asNobodysNode('rules', `${AUTHZ}/selfsubjectrulesreviews`, { spec: { namespace: 'default' } }),
  asNobodysNode('who', `${AUTHN}/selfsubjectreviews`, {}),
  local('path', { spec: { user: 'joe', nonResourceAttributes: path } }),
  post('rules without a namespace', `${AUTHZ}/selfsubjectrulesreviews`, { spec: {} }),
  post('token unknown', `${AUTHN}/tokenreviews`, { spec: { token: 'nope' } }),
  post('token unknown for others', `${AUTHN}/tokenreviews`, { spec: { token: 'nope', audiences: ['x'] } }),
  post('token missing', `${AUTHN}/tokenreviews`, { spec: {} }),
  token('plain', {}),
  token('audiences', { spec: { audiences: ['a', 'b'], expirationSeconds: 700 } }),
  token('short', { spec: { expirationSeconds: 5 } }),
  token('long', { spec: { expirationSeconds: 5000000000 } }),
  token('no account', {}, 'missing'),
  token('no pod', ref('Pod')),
  token('no secret', ref('Secret')),
  token('no node', ref('Node')),
  token('other kind', ref('ConfigMap')),
  ...attestations(),
  token('other namespace', { metadata: { namespace: 'x' }, spec: {} }),
  post('binding of no pod', '/api/v1/namespaces/facts-b/bindings', { metadata: { name: 'nopod' }, target: { name: 'n' } }),
  post('binding without a name', '/api/v1/namespaces/facts-b/bindings', { target: { name: 'n' } }),
  { name: 'reviews are not listed', method: 'GET', path: `${AUTHZ}/selfsubjectaccessreviews` },
  { name: 'reviews are not read', method: 'GET', path: `${AUTHZ}/subjectaccessreviews/x` },
  { name: 'the store as a component', method: 'GET', path: '/api/v1/componentstatuses/etcd-0' },
  { name: 'no such component', method: 'GET', path: '/api/v1/componentstatuses/x' },
]

/** As a node, whose lists of pods its selector decides. */
function* selectorCases(): IterableIterator<ReviewCase> {
  const node = { user: 'system:node:n', groups: ['system:nodes'] }
  const list = { verb: 'list', resource: 'pods' }
  const own = 'spec.nodeName=n'
  const one = (operator: string, ...values: string[]): Json => ({ requirements: [{ key: 'spec.nodeName', operator, values }] })
  for (const [i, fieldSelector] of [
    { rawSelector: own },
    { rawSelector: 'spec.nodeName==n,status.phase!=Failed' },
    { rawSelector: 'spec.nodeName!=n' },
    { rawSelector: 'nothing' },
    {},
    { rawSelector: '', requirements: [] },
    one('In', 'n'),
    one('In', 'm'),
    one('In', 'n', 'm'),
    one('In'),
    one('NotIn', 'n'),
    one('Exists'),
    one('Exists', 'n'),
    one('Near', 'n'),
    { requirements: [{ operator: 'In', values: ['n'] }] },
    {
      requirements: [
        { key: 'spec.nodeName', operator: 'In', values: ['n'] },
        { key: 'x', operator: 'Exists' },
      ],
    },
    { ...one('In', 'n'), rawSelector: own },
  ].entries())
    yield subject(`fields ${i}`, { ...node, resourceAttributes: { ...list, fieldSelector } })
  const key = 'example.com/a'
  for (const [i, labelSelector] of [
    { rawSelector: 'a=b,c in (d,e),!f' },
    { rawSelector: 'a b' },
    {},
    { requirements: [{ key, operator: 'In', values: ['b', 'c'] }] },
    { requirements: [{ key, operator: 'In' }] },
    {
      requirements: [
        { key, operator: 'Exists' },
        { key, operator: 'DoesNotExist', values: ['b'] },
      ],
    },
    { requirements: [{ key, operator: 'Near', values: ['b'] }] },
    {
      requirements: [
        { key, operator: 'Near', values: ['b'] },
        { key, operator: 'Exists' },
      ],
    },
    { requirements: [{ key: '-', operator: 'In', values: ['b', 'c d'] }] },
    { requirements: [{ key, operator: 'Exists' }], rawSelector: 'a=b' },
  ].entries())
    yield subject(`labels ${i}`, { ...node, resourceAttributes: { ...list, labelSelector, fieldSelector: { rawSelector: own } } })
  yield subject('both selectors wrong', {
    ...node,
    resourceAttributes: { ...list, fieldSelector: { rawSelector: 'x' }, labelSelector: { rawSelector: 'a b' } },
  })
}

const VOLATILE = new Set(['uid', 'creationTimestamp', 'time', 'expirationTimestamp'])

/** Without what differs from run to run; of a signed token its claims remain. */
function comparable(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((v) => comparable(v))
  if (key === 'token' && typeof value === 'string' && value.split('.').length === 3) {
    const claims = JSON.parse(Buffer.from(value.split('.')[1]!, 'base64url').toString()) as Json
    const { exp, iat, nbf, jti, ...rest } = claims as { exp: number; iat: number; nbf: number; jti: string }
    return comparable({ ...rest, lifetime: exp - iat, delay: nbf - iat, jti: jti.length })
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([k]) => !VOLATILE.has(k))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, comparable(v, k)]),
  )
}

export async function playReview(c: ReviewCase, send: Send): Promise<ReviewOutcome> {
  const { code, body } = await send(c.method, c.path, c.body, { 'user-agent': 'tester/1.0', ...c.headers })
  return { case: c.name, code, body: comparable(body) }
}
