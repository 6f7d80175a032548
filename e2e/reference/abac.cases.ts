type Json = Record<string, unknown>

const policy = (spec: Json): string => JSON.stringify({ apiVersion: 'abac.authorization.kubernetes.io/v1beta1', kind: 'Policy', spec })

/** The file of the mode ABAC, of both forms. */
export const policies: string = [
  '# who may what',
  policy({ user: 'alice', namespace: '*', resource: '*', apiGroup: '*' }),
  '   ',
  policy({ user: 'bob', namespace: 'blue', resource: 'pods', readonly: true }),
  policy({ user: 'bob', namespace: 'blue', resource: 'deployments', apiGroup: 'apps' }),
  policy({ group: 'readers', namespace: '*', resource: '*', apiGroup: '*', readonly: true, nonResourcePath: '/apis/*' }),
  policy({ user: 'eve', group: 'readers', namespace: 'red', resource: 'secrets' }),
  policy({ user: '*', nonResourcePath: '/version', readonly: true }),
  policy({ group: '*', namespace: 'open', resource: 'configmaps' }),
  policy({ namespace: '*', resource: 'nodes', apiGroup: '*' }),
  policy({ user: 'paths', nonResourcePath: '*' }),
  policy({ user: 'stars', nonResourcePath: '/a**' }),
  policy({ user: 'nothing' }),
  '{"user":"old"}',
  '{"user":"old-pods","resource":"pods","namespace":"blue","readonly":true}',
  '{"group":"old-group","namespace":"red"}',
  '{"resource":"events"}',
  '{"user":"*","resource":"leases","readonly":true}',
  'user: in-yaml',
  '',
].join('\n')

export const subjects: readonly (readonly [user: string, ...groups: readonly string[]])[] = [
  ['alice'],
  ['bob', 'system:authenticated'],
  ['bob', 'readers'],
  ['carl', 'readers'],
  ['eve'],
  ['eve', 'readers'],
  ['somebody', 'system:authenticated'],
  ['system:anonymous', 'system:unauthenticated'],
  ['paths'],
  ['stars'],
  ['nothing'],
  ['old'],
  ['in-yaml'],
  ['old-pods'],
  ['dora', 'old-group'],
  ['root', 'system:masters'],
]

const resource = (verb: string, name: string, namespace = '', group = ''): Json => ({
  resourceAttributes: { verb, resource: name, namespace, group },
})
const path = (verb: string, at: string): Json => ({ nonResourceAttributes: { verb, path: at } })

export const questions: readonly Json[] = [
  ...['get', 'watch', 'create', 'delete', 'deletecollection', 'proxy', '*'].map((verb) => resource(verb, 'pods', 'blue')),
  resource('get', 'pods', 'red'),
  resource('list', 'pods'),
  resource('create', 'deployments', 'blue', 'apps'),
  resource('create', 'deployments', 'blue', 'extensions'),
  resource('get', 'secrets', 'red'),
  resource('create', 'secrets', 'red'),
  resource('create', 'configmaps', 'open'),
  resource('get', 'nodes'),
  resource('create', 'events', 'x', 'events.k8s.io'),
  resource('get', 'leases', 'x'),
  resource('update', 'leases', 'x'),
  resource('get', '*', '*', '*'),
  ...['/version', '/apis/', '/apis/apps', '/apis', '/a', '/ab', '/metrics', '*'].map((at) => path('get', at)),
  path('post', '/version'),
]

export const namespaces: readonly string[] = ['blue', 'red', 'open']
