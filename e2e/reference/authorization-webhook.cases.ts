import type { HookReply } from '../../server/webhook/testing/hook-server.ts'
import type { Request } from './play.ts'

type Json = Record<string, unknown>

const review = (status: Json, more: Json = {}): Json => ({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  status,
  ...more,
})
const status = (code: number, body = '', headers: Record<string, string> = {}): HookReply => ({ status: code, body, headers })

/** What the webhook says to each user. */
export const replies: Readonly<Record<string, HookReply>> = {
  allowed: review({ allowed: true, reason: 'why not' }),
  'allowed without a word': review({ allowed: true }),
  'no opinion': review({ allowed: false, reason: 'not mine' }),
  denied: review({ allowed: false, denied: true, reason: 'never' }),
  'denied without a word': review({ allowed: false, denied: true }),
  both: review({ allowed: true, denied: true, reason: 'perhaps' }),
  'an error of its own': review({ allowed: false, evaluationError: 'I am lost', reason: 'so no' }),
  markup: review({ allowed: false, reason: '<b>no</b> & never' }),
  'no status': { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview' },
  'the old version': review({ allowed: true }, { apiVersion: 'authorization.k8s.io/v1beta1' }),
  'another kind': review({ allowed: true }, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' }),
  'a text for a truth value': review({ allowed: 'yes' }),
  'a number for a reason': review({ allowed: true, reason: 1 }),
  'no JSON': 'hello',
  'JSON that ends': '{"kind":',
  nothing: '',
  400: status(400),
  401: status(401),
  403: status(403, '<b>no</b>'),
  404: status(404),
  503: status(503),
  end: 'end',
}

/** Users have names without blanks. */
export const userOf = (name: string): string => name.replaceAll(' ', '-')

/** Lines of a token file. */
export const tokenLines: readonly string[] = Object.keys(replies).map((name) => `${userOf(name)},${userOf(name)},,dev`)

const reviews = '/apis/authorization.k8s.io/v1'
const sar = (name: string, spec: Json): Request => ({
  ...{ name, method: 'POST', path: `${reviews}/subjectaccessreviews` },
  body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec },
})
const users = Object.keys(replies)

export const requests: readonly Request[] = [
  ...users.map((name) => ({
    name: `${name}: a list of pods`,
    method: 'GET',
    path: '/api/v1/namespaces/default/pods',
    token: userOf(name),
  })),
  ...users.map((name) => ({ name: `${name}: life`, method: 'GET', path: '/livez', token: userOf(name) })),
  ...users.map((name) => ({ name: `${name}: another path`, method: 'GET', path: '/nowhere?a=<b>', token: userOf(name) })),
  ...users.map((name) =>
    sar(`${name}: a review`, {
      user: userOf(name),
      groups: ['dev'],
      resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'x', name: 'y' },
    }),
  ),
  ...['allowed', 'denied', 'no opinion', '404'].map((name) => ({
    ...{ name: `${name}: rules`, method: 'POST', path: `${reviews}/selfsubjectrulesreviews`, token: userOf(name) },
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: 'default' } },
  })),
  ...['denied', 'allowed', 'no opinion', '404'].map((name) => ({
    ...{ name: `acting as ${name}`, method: 'GET', path: '/api/v1/namespaces/default/pods' },
    headers: { 'impersonate-user': userOf(name) },
  })),
  ...['denied', 'no opinion', '404'].map((name) => ({
    ...{ name: `${name} acting as somebody`, method: 'GET', path: '/api/v1/namespaces/default/pods', token: userOf(name) },
    headers: { 'impersonate-user': 'x', 'impersonate-group': 'y' },
  })),
]

const PODS = '/api/v1/namespaces/default/pods'
const asked = (name: string, path: string, method = 'GET', more: Partial<Request> = {}): Request => ({
  name,
  method,
  path,
  token: 'allowed',
  ...more,
})

/** Of these it is compared what the webhook is asked. */
export const shown: readonly Request[] = [
  asked('by field', `${PODS}?fieldSelector=spec.nodeName=a,status.phase!=Running,metadata.namespace==x`),
  asked('by label', `${PODS}?labelSelector=a=b,c!=d,e in (z,f),g notin (h),i,!j,k>1,l<2`),
  asked('by label, with spaces', `${PODS}?labelSelector=${encodeURIComponent('e in (z, f),i')}`),
  asked('a watch by field', `${PODS}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dx`),
  asked('a collection by label', `${PODS}?labelSelector=a=b`, 'DELETE'),
  asked('a field selector that is none', `${PODS}?fieldSelector=a`),
  asked('a label selector that is none', `${PODS}?labelSelector=a in (`),
  asked('a get with a selector', `${PODS}/x?fieldSelector=metadata.name=x`),
  asked('a subresource', `${PODS}/x/log`),
  asked('a create', PODS, 'POST', { body: { metadata: { name: 'x' } } }),
  asked('a patch', `${PODS}/x`, 'PATCH', { body: {}, type: 'application/merge-patch+json' }),
  asked('a path', '/nowhere/else?x=y'),
  asked('a post to a path', '/nowhere', 'POST', { body: {} }),
  asked('a cluster-wide list', '/apis/apps/v1/deployments?limit=1'),
  asked('an empty selector', `${PODS}?fieldSelector=&labelSelector=`),
]

const node = { user: 'system:node:n', groups: ['system:nodes'] }
const about = (selectors: Json): Json => ({ ...node, resourceAttributes: { verb: 'list', resource: 'pods', ...selectors } })
const by = (key: string, operator: string, ...values: string[]): Json => ({ key, operator, ...(values.length === 0 ? {} : { values }) })

/** Reviews with selectors: what is wrong with them, what is understood, and what follows from it. */
export const selectors: readonly Request[] = (
  [
    { fieldSelector: { rawSelector: 'spec.nodeName=n' } },
    { fieldSelector: { rawSelector: 'spec.nodeName=m' } },
    { fieldSelector: { rawSelector: 'spec.nodeName!=n' } },
    { fieldSelector: { rawSelector: 'a=b=c,,' } },
    { fieldSelector: { rawSelector: 'spec.nodeName=n', requirements: [by('a', 'In', 'b')] } },
    { fieldSelector: {} },
    { fieldSelector: { requirements: [] } },
    { fieldSelector: { requirements: [by('spec.nodeName', 'In', 'n')] } },
    { fieldSelector: { requirements: [by('spec.nodeName', 'NotIn', 'n')] } },
    { fieldSelector: { requirements: [by('spec.nodeName', 'In', 'n', 'm')] } },
    { fieldSelector: { requirements: [by('a', 'Exists'), by('spec.nodeName', 'In', 'n')] } },
    { fieldSelector: { requirements: [by('a', 'Near', 'b'), by('spec.nodeName', 'In', 'n')] } },
    { fieldSelector: { requirements: [by('', 'In'), by('a', 'Exists', 'b'), by('b', 'DoesNotExist', 'c'), by('', '', 'x')] } },
    { labelSelector: { rawSelector: 'a=b' } },
    { labelSelector: { rawSelector: 'a in (' } },
    { labelSelector: {} },
    { labelSelector: { rawSelector: 'a', requirements: [by('a', 'Exists')] } },
    { labelSelector: { requirements: [by('a', 'Near', 'b')] } },
    { labelSelector: { requirements: [by('', 'In'), by('a b', 'Exists', 'c d'), by('b', 'DoesNotExist', 'c'), by('x', '', 'y z')] } },
    { fieldSelector: { rawSelector: 'a' }, labelSelector: { rawSelector: '(' } },
  ] as Json[]
).map((s) => sar(`review with ${JSON.stringify(s)}`, about(s)))
