import type { Request } from './play.ts'

/** Objects that say who may do what, and the questions about it: what is refused when they are written, in which words. */
type Json = Record<string, unknown>

const registration = '/apis/admissionregistration.k8s.io/v1'
const post = (name: string, path: string, body: unknown): Request => ({ name, method: 'POST', path, body })
const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }
const base: Json = {
  ...{ name: 'a.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'] },
  ...{ clientConfig: { url: 'https://example.com/hook' }, rules: [rule] },
}
const service = { name: 'hook', namespace: 'default' }
const selector = { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }
const many = (length: number, of: (i: number) => unknown): unknown[] => Array.from({ length }, (_, i) => of(i))

/** One webhook with something changed. */
const HOOKS: Readonly<Record<string, Json>> = {
  'as it should be': {},
  ...Object.fromEntries(
    [
      '',
      'a',
      'a.b',
      'A.example.com',
      'a.example.com.',
      '.example.com',
      'a..b.c',
      'a_b.example.com',
      `${'a'.repeat(64)}.example.com`,
      'a.b.c-',
    ].map((name) => [`name ${JSON.stringify(name)}`, { name }]),
  ),
  ...Object.fromEntries(
    [
      ...[
        'http://example.com',
        'example.com',
        'https://',
        '',
        'https://user:pass@example.com',
        'https://example.com/a?b=c',
        'https://:443',
      ],
      ...[
        'https://example.com/#x',
        'https://example.com:99999',
        'https://exa mple.com',
        'HTTPS://example.com',
        'https:example.com',
        '%zz',
        'https://example.com/%zz',
      ],
    ].map((url) => [`url ${JSON.stringify(url)}`, { clientConfig: { url } }]),
  ),
  'neither url nor service': { clientConfig: {} },
  'no clientConfig': { clientConfig: undefined },
  'url and service': { clientConfig: { url: 'https://example.com', service } },
  'a service': { clientConfig: { service } },
  'a service without a name': { clientConfig: { service: { namespace: 'default' } } },
  'a service without a namespace': { clientConfig: { service: { name: 'hook' } } },
  'a service with an odd name': { clientConfig: { service: { name: 'Hook_', namespace: 'De fault' } } },
  ...Object.fromEntries([0, -1, 65_536, 65_535].map((port) => [`port ${port}`, { clientConfig: { service: { ...service, port } } }])),
  ...Object.fromEntries(
    ['', '/', 'a', '//', '/a//b', '/a/', '/A_b/c', '/a/b?c', '/a/b#c', '/a b', '/é', `/${'a'.repeat(300)}`].map((path) => [
      `path ${JSON.stringify(path).slice(0, 30)}`,
      { clientConfig: { service: { ...service, path } } },
    ]),
  ),
  'a bundle that is no certificate': { clientConfig: { url: 'https://example.com', caBundle: 'AAAA' } },
  'a bundle that is no base64': { clientConfig: { url: 'https://example.com', caBundle: '!' } },
  'an empty bundle': { clientConfig: { url: 'https://example.com', caBundle: '' } },
  ...Object.fromEntries(
    ['None', 'NoneOnDryRun', 'Some', 'Unknown', '', 'none'].map((sideEffects) => [`sideEffects ${sideEffects}`, { sideEffects }]),
  ),
  'no sideEffects': { sideEffects: undefined },
  ...Object.fromEntries([0, -1, 1, 30, 31, 2 ** 31, 1.5].map((timeoutSeconds) => [`timeout ${timeoutSeconds}`, { timeoutSeconds }])),
  ...Object.fromEntries(['Ignore', 'Fail', 'Perhaps', ''].map((failurePolicy) => [`failurePolicy ${failurePolicy}`, { failurePolicy }])),
  ...Object.fromEntries(['Exact', 'Equivalent', 'exact', ''].map((matchPolicy) => [`matchPolicy ${matchPolicy}`, { matchPolicy }])),
  ...Object.fromEntries(
    ['Never', 'IfNeeded', 'Always', ''].map((reinvocationPolicy) => [`reinvocation ${reinvocationPolicy}`, { reinvocationPolicy }]),
  ),
  ...Object.fromEntries(
    [[], ['v1', 'v1beta1'], ['v1beta1'], ['v2'], ['v2', 'v1'], ['v1', 'v1'], [''], ['V1'], ['v1', 'a b']].map((admissionReviewVersions) => [
      `reviews ${JSON.stringify(admissionReviewVersions)}`,
      { admissionReviewVersions },
    ]),
  ),
  'no reviews': { admissionReviewVersions: undefined },
  'no rules': { rules: undefined },
  'empty rules': { rules: [] },
  ...Object.fromEntries(
    Object.entries({
      'no groups': { apiGroups: undefined },
      'empty groups': { apiGroups: [] },
      'a star and a group': { apiGroups: ['*', 'apps'] },
      'no versions': { apiVersions: [] },
      'an empty version': { apiVersions: [''] },
      'a star and a version': { apiVersions: ['*', 'v1'] },
      'no operations': { operations: [] },
      'an odd operation': { operations: ['create'] },
      'a star and an operation': { operations: ['*', 'CREATE'] },
      'CONNECT and all': { operations: ['CONNECT', 'CREATE', 'UPDATE', 'DELETE'] },
      'no resources': { resources: [] },
      'an empty resource': { resources: [''] },
      'two slashes': { resources: ['a/b/c'] },
      'a star and a resource': { resources: ['*', 'pods'] },
      'all and a subresource': { resources: ['*/*', 'pods/status'] },
      'a star and a subresource': { resources: ['*', 'pods/status'] },
      'a resource’s subresources and one': { resources: ['pods/*', 'pods/status'] },
      'one subresource of all and of one': { resources: ['*/scale', 'deployments/scale'] },
      'all but a star': { resources: ['*/*', '*'] },
      'an odd scope': { scope: 'Everywhere' },
      'an empty scope': { scope: '' },
      'the cluster’s scope': { scope: 'Cluster' },
    }).map(([name, change]) => [`rule: ${name}`, { rules: [{ ...rule, ...change }] }]),
  ),
  'an odd selector': { namespaceSelector: { matchExpressions: [{ key: 'a b', operator: 'In', values: [] }] } },
  'an odd operator': { objectSelector: { matchExpressions: [{ key: 'a', operator: 'Is', values: ['b'] }] } },
  'odd labels': { objectSelector: { matchLabels: { 'a/b/c': 'd e' } } },
  'both selectors': { namespaceSelector: selector, objectSelector: selector },
  'a condition': { matchConditions: [{ name: 'c', expression: 'true' }] },
  'a condition without a name': { matchConditions: [{ expression: 'true' }] },
  'a condition with an odd name': { matchConditions: [{ name: 'a b', expression: 'true' }] },
  'a condition with nothing': { matchConditions: [{ name: 'c', expression: '' }] },
  'a condition with spaces': { matchConditions: [{ name: 'c', expression: '  ' }] },
  'a condition that is no expression': { matchConditions: [{ name: 'c', expression: '1 +' }] },
  'a condition of another type': { matchConditions: [{ name: 'c', expression: '1' }] },
  'a condition of something unknown': { matchConditions: [{ name: 'c', expression: 'params.x == 1' }] },
  'a condition that asks': { matchConditions: [{ name: 'c', expression: "authorizer.group('').resource('pods').check('get').allowed()" }] },
  'a condition of a field that is not there': { matchConditions: [{ name: 'c', expression: 'request.nothing == 1' }] },
  'conditions of one name': { matchConditions: many(2, () => ({ name: 'c', expression: 'true' })) },
  'conditions without end': { matchConditions: many(65, (i) => ({ name: `c${i}`, expression: 'true' })) },
  'an unknown field': { unknown: 1 },
}
const CONFIGURATIONS = {
  validating: ['ValidatingWebhookConfiguration', `${registration}/validatingwebhookconfigurations?dryRun=All`],
  mutating: ['MutatingWebhookConfiguration', `${registration}/mutatingwebhookconfigurations?dryRun=All`],
} as const
const webhooks: Request[] = Object.entries(CONFIGURATIONS).flatMap(([type, [kind, path]]) => {
  const configuration = (hooks: unknown, name = '{ns}-hook'): Json => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name },
    webhooks: hooks,
  })
  return [
    ...Object.entries(HOOKS).map(([name, change]) => post(`${type}: ${name}`, path, configuration([{ ...base, ...change }]))),
    post(`${type}: no webhooks`, path, configuration(undefined)),
    post(`${type}: two of a name`, path, configuration([base, base])),
    post(
      `${type}: two with faults`,
      path,
      configuration([
        { ...base, name: 'a' },
        { ...base, clientConfig: {}, sideEffects: 'Some' },
      ]),
    ),
    post(`${type}: an odd name`, path, configuration([base], 'A_b')),
    post(`${type}: null`, path, configuration([null])),
  ]
})

const authentication = '/apis/authentication.k8s.io'
const authorization = '/apis/authorization.k8s.io/v1'
const older: Request[] = ['v1beta1', 'v1alpha1'].flatMap((version): Request[] => [
  { name: `authentication ${version}`, method: 'GET', path: `${authentication}/${version}` },
  ...['selfsubjectreviews', 'tokenreviews'].flatMap((resource): Request[] => [
    { name: `authentication ${version} ${resource}`, method: 'POST', path: `${authentication}/${version}/${resource}`, body: {} },
    { name: `authentication ${version} ${resource}: read`, method: 'GET', path: `${authentication}/${version}/${resource}` },
  ]),
  post(`authentication v1 in ${version}`, `${authentication}/v1/selfsubjectreviews`, {
    apiVersion: `authentication.k8s.io/${version}`,
    kind: 'SelfSubjectReview',
  }),
  post(`authorization ${version}`, `/apis/authorization.k8s.io/${version}/subjectaccessreviews`, { spec: { user: 'a' } }),
])

const token = '/api/v1/namespaces/{ns}/serviceaccounts/asked/token'
const pod = { kind: 'Pod', apiVersion: 'v1', name: 'none' }
const metadata = { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' }
/** A token itself is another each time. */
const tokens: Request[] = Object.entries({
  'too short': { expirationSeconds: 599 },
  nothing: { expirationSeconds: 0 },
  negative: { expirationSeconds: -1 },
  'too long': { expirationSeconds: 2 ** 32 + 1 },
  'just so long': { expirationSeconds: 2 ** 32 },
  'a fraction': { expirationSeconds: 600.5 },
  'in words': { expirationSeconds: 'long' },
  'an empty audience': { audiences: [''] },
  'audiences twice': { audiences: ['a', 'a'] },
  'for a pod that is not there': { boundObjectRef: pod },
  'for a pod of an odd name': { boundObjectRef: { ...pod, name: 'A_b' } },
  'for a pod without a name': { boundObjectRef: { ...pod, name: '' } },
  'for a pod of another version': { boundObjectRef: { ...pod, apiVersion: 'v2' } },
  'for a pod of no version': { boundObjectRef: { ...pod, apiVersion: '' } },
  'for a secret that is not there': { boundObjectRef: { ...pod, kind: 'Secret' } },
  'for a node that is not there': { boundObjectRef: { ...pod, kind: 'Node' } },
  'for a map': { boundObjectRef: { ...pod, kind: 'ConfigMap' } },
  'for nothing': { boundObjectRef: {} },
  'for a kind alone': { boundObjectRef: { kind: 'Pod' } },
  'for an account': { boundObjectRef: { ...pod, kind: 'ServiceAccount' } },
  'for a pod of another id': { boundObjectRef: { ...pod, uid: 'x' } },
  'an unknown field': { unknown: 1 },
}).map(([name, spec]) => ({ ...post(`token: ${name}`, token, { spec }), headers: metadata }))
tokens.push(
  post('token: another name', token, { metadata: { name: 'other' }, spec: { expirationSeconds: 1 } }),
  post('token: another namespace', token, { metadata: { namespace: 'other' }, spec: { expirationSeconds: 1 } }),
  post('token: of nobody', token.replace('asked', 'none'), { spec: {} }),
  post('token: of nobody for too short', token.replace('asked', 'none'), { spec: { expirationSeconds: 1 } }),
  post('token: another kind', token, { apiVersion: 'v1', kind: 'Pod' }),
  post('token: another version', token, { apiVersion: 'authentication.k8s.io/v1beta1', kind: 'TokenRequest' }),
  { name: 'token: read', method: 'GET', path: token },
  { name: 'token: put', method: 'PUT', path: token, body: {} },
)

const attributes = { namespace: '{ns}', verb: 'list', resource: 'pods' }
const requirement = { key: 'a', operator: 'In', values: ['b'] }
const SELECTORS: Readonly<Record<string, Json>> = {
  nothing: {},
  'raw and requirements': { rawSelector: 'a=b', requirements: [requirement] },
  raw: { rawSelector: 'a=b' },
  'raw nonsense': { rawSelector: 'a==b==c' },
  'an empty raw': { rawSelector: '' },
  'empty requirements': { requirements: [] },
  'a requirement': { requirements: [requirement] },
  'an odd operator': { requirements: [{ ...requirement, operator: 'Is' }] },
  'no operator': { requirements: [{ key: 'a', values: ['b'] }] },
  'no key': { requirements: [{ ...requirement, key: '' }] },
  'an odd key': { requirements: [{ ...requirement, key: 'a b/c/d' }] },
  'an odd value': { requirements: [{ ...requirement, values: ['a b'] }] },
  'In nothing': { requirements: [{ key: 'a', operator: 'In' }] },
  'NotIn nothing': { requirements: [{ key: 'a', operator: 'NotIn', values: [] }] },
  'Exists with values': { requirements: [{ ...requirement, operator: 'Exists' }] },
  'DoesNotExist with values': { requirements: [{ ...requirement, operator: 'DoesNotExist' }] },
  'some good': { requirements: [{ ...requirement, operator: 'Is' }, requirement] },
  'two values': { requirements: [{ ...requirement, values: ['b', 'c'] }] },
}
const selectors: Request[] = (['fieldSelector', 'labelSelector'] as const).flatMap((field) =>
  Object.entries(SELECTORS).flatMap(([name, of]) => [
    post(`${field}: ${name}`, `${authorization}/subjectaccessreviews`, {
      spec: { user: 'a', resourceAttributes: { ...attributes, [field]: of } },
    }),
    post(`self ${field}: ${name}`, `${authorization}/selfsubjectaccessreviews`, {
      spec: { resourceAttributes: { ...attributes, [field]: of } },
    }),
    post(`local ${field}: ${name}`, `${authorization}/namespaces/{ns}/localsubjectaccessreviews`, {
      metadata: { namespace: '{ns}' },
      spec: { user: 'a', resourceAttributes: { ...attributes, [field]: of } },
    }),
  ]),
)
const odd: Request[] = [
  ...['apps/v1beta1', 'apps/v1beta2', 'extensions/v1beta1', 'apps/v1beta3', 'batch/v1beta1', 'batch/v2alpha1'].flatMap((apiVersion) =>
    ['Deployment', 'CronJob', 'DeploymentList', 'Ingress'].map((kind) =>
      post(`${kind} of ${apiVersion}`, '/apis/apps/v1/namespaces/{ns}/deployments?dryRun=All', {
        apiVersion,
        kind,
        metadata: { name: 'x' },
      }),
    ),
  ),
]
const reviews: Request[] = Object.entries({
  nobody: { resourceAttributes: attributes },
  'groups alone': { groups: ['g'], resourceAttributes: attributes },
  nothing: { user: 'a' },
  both: { user: 'a', resourceAttributes: attributes, nonResourceAttributes: { path: '/', verb: 'get' } },
  'empty both': { user: 'a', resourceAttributes: {}, nonResourceAttributes: {} },
  'an odd resource': { user: 'a', resourceAttributes: { verb: '', resource: 'A b', namespace: 'C d' } },
  'an unknown field': { user: 'a', resourceAttributes: { ...attributes, unknown: 1 } },
}).map(([name, spec]) => post(`review: ${name}`, `${authorization}/subjectaccessreviews`, { spec }))
reviews.push(
  post('rules: no namespace', `${authorization}/selfsubjectrulesreviews`, { spec: {} }),
  post('rules: nothing', `${authorization}/selfsubjectrulesreviews`, {}),
  post('rules: metadata', `${authorization}/selfsubjectrulesreviews`, { metadata: { name: 'x' }, spec: { namespace: '' } }),
  post('tokens: nothing', `${authentication}/v1/tokenreviews`, {}),
  post('tokens: an odd audience', `${authentication}/v1/tokenreviews`, { spec: { token: 'a', audiences: [''] } }),
  {
    ...post('who: a status', `${authentication}/v1/selfsubjectreviews?dryRun=All`, {
      metadata: { name: 'x' },
      status: { userInfo: { username: 'y' } },
    }),
    headers: metadata,
  },
)

const csr = '/apis/certificates.k8s.io/v1/certificatesigningrequests?dryRun=All'
/** Of CN=a, made with `openssl req -newkey ec`; a request that nobody has signed would not be one. */
const REQUEST = 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KCi0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo='
const signing: Request[] = Object.entries({
  nothing: {},
  'no request': { signerName: 'example.com/a', usages: ['client auth'] },
  'a request that is none': { signerName: 'example.com/a', usages: ['client auth'], request: 'AAAA' },
  'an empty block': { signerName: 'example.com/a', usages: ['client auth'], request: REQUEST },
  'a certificate': {
    signerName: 'example.com/a',
    usages: ['client auth'],
    request: Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n').toString('base64'),
  },
  ...Object.fromEntries(
    [
      '',
      'a',
      'a/b',
      'a.b/',
      '/a',
      'a.b/c/d',
      'A.b/c',
      'a.b/C_d',
      'a.b/c.',
      'kubernetes.io/legacy-unknown',
      'kubernetes.io/nothing',
      `${'a.'.repeat(130)}b/c`,
    ].map((signerName) => [`signer ${signerName.slice(0, 30)}`, { signerName, usages: ['client auth'], request: REQUEST }]),
  ),
  'no usages': { signerName: 'example.com/a', request: REQUEST, usages: [] },
  'an odd usage': { signerName: 'example.com/a', request: REQUEST, usages: ['client auth', 'Client Auth', ''] },
  'usages twice': { signerName: 'example.com/a', request: REQUEST, usages: ['any', 'any'] },
  ...Object.fromEntries(
    [0, 599, 600, -1].map((expirationSeconds) => [
      `expiration ${expirationSeconds}`,
      { signerName: 'example.com/a', request: REQUEST, usages: ['any'], expirationSeconds },
    ]),
  ),
}).map(([name, spec]) => post(`signing: ${name}`, csr, { metadata: { name: '{ns}-csr' }, spec }))

export const accessKinds: Request[] = [
  post('namespace', '/api/v1/namespaces', { metadata: { name: '{ns}' } }),
  post('account', '/api/v1/namespaces/{ns}/serviceaccounts', { metadata: { name: 'asked' } }),
  ...[...webhooks, ...older, ...tokens, ...selectors, ...odd, ...reviews, ...signing],
]
