/** A request that a server must refuse, or take with a warning. `answers.json` holds what kube-apiserver 1.37.2 said to each. */
export interface BadRequest {
  name: string
  method: string
  path: string
  body?: unknown
  type?: string
  accept?: string
}

const maps = '/api/v1/namespaces/default/configmaps'
const pods = '/api/v1/namespaces/default/pods'
const deployments = '/apis/apps/v1/namespaces/default/deployments'
const map = (fields: object = {}, name = 'bad-input'): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...fields })
const post = (name: string, path: string, body: unknown, type?: string): BadRequest => ({
  name,
  method: 'POST',
  path,
  body,
  ...(type === undefined ? {} : { type }),
})
const get = (name: string, path: string, accept?: string): BadRequest => ({
  name,
  method: 'GET',
  path,
  ...(accept === undefined ? {} : { accept }),
})
const patch = (name: string, type: string, body: unknown, path = `${maps}/bad-input-target`): BadRequest => ({
  name,
  method: 'PATCH',
  path,
  body,
  type: `application/${type}`,
})

const protobuf = 'application/vnd.kubernetes.protobuf'
const bodies: BadRequest[] = [
  post('JSON that ends early', maps, '{"apiVersion":"v1","kind":"ConfigMap"'),
  post('JSON with a stray comma', maps, '{"apiVersion":"v1",}'),
  post('JSON that is an array', maps, '[]'),
  post('JSON that is null', maps, 'null'),
  post('JSON with something after it', maps, `${JSON.stringify(map())} x`),
  post('no kind', maps, '{}'),
  post('no apiVersion', `${maps}?dryRun=All`, '{"kind":"ConfigMap","metadata":{"name":"x"}}'),
  post('another kind', maps, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } }),
  post('another group', maps, { apiVersion: 'apps/v1', kind: 'ConfigMap', metadata: { name: 'x' } }),
  post('a kind that nobody knows', maps, { apiVersion: 'v1', kind: 'Compass', metadata: { name: 'x' } }),
  post('no body', maps, ''),
  post('malformed YAML', maps, 'apiVersion: v1\nkind: a: b\n', 'application/yaml'),
  post('YAML with a tab', maps, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: x\n', 'application/yaml'),
  post('protobuf without its magic', maps, Buffer.from('0a0b0c', 'hex'), protobuf),
  post('protobuf that ends early', maps, Buffer.from('6b3873000a0f0a0276', 'hex'), protobuf),
  post('protobuf of nothing', maps, Buffer.from('6b387300', 'hex'), protobuf),
  post('a media type that nobody knows', maps, 'a=b', 'text/plain'),
  post('a form', maps, 'a=b', 'application/x-www-form-urlencoded'),
  post('a body of more than 3 MiB', maps, JSON.stringify(map({ data: { a: 'x'.repeat(3 * 1024 * 1024) } }))),
]

const types: BadRequest[] = [
  post('a list for a map', maps, map({ data: [] })),
  post('a number for a string', maps, map({ data: { a: 1 } })),
  post('a string for a list', pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { containers: 'x' } }),
  post('a string for a number', deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: { replicas: 'three' },
  }),
  post('a fraction for an integer', deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: { replicas: 1.5 },
  }),
  post('not base64', '/api/v1/namespaces/default/secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, data: { a: '!' } }),
  post('a quantity that is none', pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x' },
    spec: { containers: [{ name: 'a', image: 'a', resources: { limits: { cpu: 'much' } } }] },
  }),
  post('a time that is none', maps, map({ metadata: { name: 'x', creationTimestamp: 'noon' } })),
  post('an unknown field, strictly', `${maps}?fieldValidation=Strict`, map({ wind: 'west' })),
  post(
    'a field twice, strictly',
    `${maps}?fieldValidation=Strict`,
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"1","a":"2"}}',
  ),
  post('a fieldValidation that nobody knows', `${maps}?fieldValidation=Loose`, map()),
  post('a dryRun that nobody knows', `${maps}?dryRun=Some`, map()),
]

const objects: BadRequest[] = [
  post('a name with capitals', maps, map({}, 'Bad_Name')),
  post('no name', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
  post('a name that is taken', maps, map({}, 'bad-input-target')),
  post('a namespace that is not there', '/api/v1/namespaces/nowhere/configmaps', map()),
  post('another namespace than in the path', maps, map({ metadata: { name: 'x', namespace: 'kube-system' } })),
  post('a resourceVersion on create', maps, map({ metadata: { name: 'x', resourceVersion: '1' } })),
  post('a label that is none', maps, map({ metadata: { name: 'x', labels: { 'a b': 'c d' } } })),
  post('a pod without containers', pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: {} }),
  post('a pod with the same container twice', pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x' },
    spec: {
      containers: [
        { name: 'a', image: 'a' },
        { name: 'a', image: 'a' },
      ],
    },
  }),
  post('a service without ports', '/api/v1/namespaces/default/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'x' },
    spec: {},
  }),
  { name: 'PUT of another name', method: 'PUT', path: `${maps}/bad-input-target`, body: map({}, 'other') },
  {
    name: 'PUT of an old version',
    method: 'PUT',
    path: `${maps}/bad-input-target`,
    body: map({ metadata: { name: 'bad-input-target', resourceVersion: '1' } }),
  },
  {
    name: 'PUT of a uid that is another',
    method: 'PUT',
    path: `${maps}/bad-input-target`,
    body: map({ metadata: { name: 'bad-input-target', uid: 'x' } }),
  },
  {
    name: 'PUT of a version that is no number',
    method: 'PUT',
    path: `${maps}/bad-input-target`,
    body: map({ metadata: { name: 'bad-input-target', resourceVersion: 'x' } }),
  },
  { name: 'DELETE with a body that is none', method: 'DELETE', path: `${maps}/bad-input-target`, body: '{' },
  {
    name: 'DELETE with options of a wrong type',
    method: 'DELETE',
    path: `${maps}/bad-input-target`,
    body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: 'x' },
  },
  {
    name: 'DELETE with another kind in the body',
    method: 'DELETE',
    path: `${maps}/bad-input-target`,
    body: { apiVersion: 'v1', kind: 'Compass' },
  },
  {
    name: 'DELETE with another version',
    method: 'DELETE',
    path: `${maps}/bad-input-target`,
    body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { resourceVersion: '1' } },
  },
  {
    name: 'DELETE with another uid',
    method: 'DELETE',
    path: `${maps}/bad-input-target`,
    body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'x' } },
  },
  { name: 'DELETE with a policy that nobody knows', method: 'DELETE', path: `${maps}/bad-input-target?propagationPolicy=Sink` },
  { name: 'DELETE with a grace that is no number', method: 'DELETE', path: `${maps}/bad-input-target?gracePeriodSeconds=soon` },
  { name: 'DELETE of what is not there', method: 'DELETE', path: `${maps}/nope` },
  { name: 'DELETE of a namespace that may not go', method: 'DELETE', path: '/api/v1/namespaces/default' },
]

const patches: BadRequest[] = [
  patch('a patch type that nobody knows', 'x-patch', {}),
  patch('a JSON patch that is no list', 'json-patch+json', {}),
  patch('a JSON patch of an unknown operation', 'json-patch+json', [{ op: 'turn', path: '/data' }]),
  patch('a JSON patch at a path that is not there', 'json-patch+json', [{ op: 'remove', path: '/data/none' }]),
  patch('a JSON patch whose test fails', 'json-patch+json', [{ op: 'test', path: '/metadata/name', value: 'x' }]),
  patch('a merge patch that is no JSON', 'merge-patch+json', '{'),
  patch('a merge patch of a wrong type', 'merge-patch+json', { data: 'x' }),
  patch('a merge patch of the name', 'merge-patch+json', { metadata: { name: 'other' } }),
  patch('a strategic patch that is no JSON', 'strategic-merge-patch+json', '{'),
  patch('a JSON patch of numbers', 'json-patch+json', [1]),
  patch('a merge patch that is a list', 'merge-patch+json', []),
  patch('a merge patch of nothing', 'merge-patch+json', ''),
  patch('a strategic patch that is a list', 'strategic-merge-patch+json', []),
  patch(
    'an unknown field in a strategic patch, strictly',
    'strategic-merge-patch+json',
    { wind: 1 },
    `${maps}/bad-input-target?fieldValidation=Strict`,
  ),
  patch('an unknown field in a merge patch, strictly', 'merge-patch+json', { wind: 1 }, `${maps}/bad-input-target?fieldValidation=Strict`),
  patch('a patch of what is not there', 'merge-patch+json', {}, `${maps}/nope`),
]

const lists: BadRequest[] = [
  ...['a in (', '=,', 'a=b=c', '!', 'a,,b', 'a notin b', 'x y=z', 'a>b'].map((s) =>
    get(`label selector ${s}`, `${maps}?labelSelector=${encodeURIComponent(s)}`),
  ),
  ...['data.a=b', 'spec.nodeName=x', 'metadata.name', 'metadata.name>x'].map((s) =>
    get(`field selector ${s}`, `${maps}?fieldSelector=${encodeURIComponent(s)}`),
  ),
  get('field selector of pods', `${pods}?fieldSelector=spec.colour%3Dred`),
  get('continue that is no base64', `${maps}?limit=1&continue=%25`),
  get('continue that is no token', `${maps}?limit=1&continue=YWJj`),
  get(
    'continue of another version',
    `${maps}?limit=1&continue=${Buffer.from('{"v":"meta.k8s.io/v9","rv":1,"start":"a"}').toString('base64url')}`,
  ),
  get('continue without a start', `${maps}?limit=1&continue=${Buffer.from('{"v":"meta.k8s.io/v1","rv":1}').toString('base64url')}`),
  get(
    'continue that leaves the folder',
    `${maps}?limit=1&continue=${Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":"../x"}').toString('base64url')}`,
  ),
  get('limit that is no number', `${maps}?limit=few`),
  get('resourceVersion that is no number', `${maps}?resourceVersion=new`),
  get('resourceVersion below zero', `${maps}?resourceVersion=-1`),
  get('resourceVersionMatch without a version', `${maps}?resourceVersionMatch=Exact`),
  get('resourceVersionMatch that nobody knows', `${maps}?resourceVersionMatch=About&resourceVersion=1`),
  get('Exact at 0', `${maps}?resourceVersionMatch=Exact&resourceVersion=0`),
  get('sendInitialEvents without a match', `${maps}?watch=true&sendInitialEvents=true`),
  get('sendInitialEvents on a list', `${maps}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan`),
  get('sendInitialEvents with Exact', `${maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=Exact&resourceVersion=1`),
  get('resourceVersionMatch on a watch', `${maps}?watch=true&resourceVersionMatch=NotOlderThan&resourceVersion=1`),
  get('watch from no number', `${maps}?watch=true&resourceVersion=new`),
  get('watch that is no boolean', `${maps}?watch=maybe&timeoutSeconds=1&fieldSelector=metadata.name%3Dnone`),
  get('timeoutSeconds that is no number', `${maps}?watch=true&timeoutSeconds=long`),
  get('get at no number', `${maps}/bad-input-target?resourceVersion=new`),
  get('a form that is not served', maps, 'text/html'),
  get('a table of another version', maps, 'application/json;as=Table;g=meta.k8s.io;v=v9'),
  get('a view that nobody knows', maps, 'application/json;as=Chart;g=meta.k8s.io;v=v1'),
]

const paths: BadRequest[] = [
  ...[
    '/wind',
    '/api/v2',
    '/api/v1/winds',
    '/api/v1/namespaces/default/winds',
    '/api/v1/namespaces/default/winds/x',
    '/apis/wind',
    '/apis/wind/v1',
    '/api/v2/pods',
    '/apis/apps/v9/deployments',
    '/apis/wind/v1/winds',
  ].map((p) => get(p, p)),
  ...[
    '/apis/apps/v9',
    '/apis/apps/v1/winds',
    '/apis/apps/v1/namespaces/default/winds/x',
    `${pods}/x/winds`,
    `${maps}/bad-input-target/status`,
  ].map((p) => get(p, p)),
  get('what is not there', `${maps}/nope`),
  get('a node that is not there', '/api/v1/nodes/nope'),
  get('log of a pod that is not there', `${pods}/nope/log`),
  ...[
    ['PUT', maps],
    ['PATCH', maps],
    ['POST', `${maps}/bad-input-target`],
    ['DELETE', '/api/v1'],
    ['POST', '/version'],
    ['PUT', '/api/v1/namespaces/default/pods/x/log'],
    ['POST', '/api/v1/configmaps'],
    ['DELETE', '/api/v1/configmaps'],
    ['POST', '/api/v1/namespaces/default'],
    ['POST', '/api'],
    ['PATCH', '/api/v1/namespaces/default/pods/x/binding'],
    ['DELETE', '/api/v1/namespaces'],
    ['GET', '/api/v1/namespaces/default/pods/x/binding'],
    ['PUT', '/apis/apps/v1'],
  ].map(([method = '', path = '']) => ({
    name: `${method} ${path}`,
    method,
    path,
    ...(method === 'GET' || method === 'DELETE' ? {} : { body: map() }),
  })),
]

export const badRequests: readonly BadRequest[] = [...bodies, ...types, ...objects, ...patches, ...lists, ...paths]
