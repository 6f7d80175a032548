import type { Request } from './play.ts'

type Json = Record<string, unknown>

/** Who may grant what: escalation and binding with rights by name, with sums of roles, and what somebody's rules are before and after. */
const API = 'rbac.authorization.k8s.io'
const RBAC = `/apis/${API}/v1`
const HERE = `${RBAC}/namespaces/{ns}`
const REVIEWS = '/apis/authorization.k8s.io/v1'
const MERGE = 'application/merge-patch+json'

const rule = (verbs: string, group: string, resources: string, ...names: string[]): Json => ({
  verbs: verbs.split(','),
  apiGroups: group.split(','),
  resources: resources.split(','),
  ...(names.length === 0 ? {} : { resourceNames: names }),
})
const paths = (verbs: string, ...nonResourceURLs: string[]): Json => ({ verbs: verbs.split(','), nonResourceURLs })
const post = (name: string, path: string, body: Json, token?: string): Request => ({
  ...{ name, method: 'POST', path, body },
  ...(token === undefined ? {} : { token }),
})
const patch = (name: string, path: string, body: Json, token?: string): Request => ({
  ...{ name, method: 'PATCH', path, body, type: MERGE },
  ...(token === undefined ? {} : { token }),
})
const remove = (name: string, path: string): Request => ({ name, method: 'DELETE', path })
const subject = (name: string): Json => ({ apiGroup: API, kind: 'User', name: `grants-${name}` })
const bind = (name: string, kind: string, role: string, ...subjects: Json[]): Json => ({
  metadata: { name },
  roleRef: { apiGroup: API, kind, name: role },
  subjects,
})

/** Every user may write roles and bindings; besides, in the cluster or in the namespace only: */
const RULES: Readonly<Record<string, { readonly cluster?: readonly Json[]; readonly here?: readonly Json[] }>> = {
  plain: {},
  reader: { cluster: [rule('get,list', '', 'pods'), paths('get', '/logs/*', '/metrics')] },
  'reader-of-one': { cluster: [rule('get', '', 'secrets', 'a', 'b')] },
  'reader-here': { here: [rule('*', '', 'pods,pods/*')] },
  'reader-of-subresources': { cluster: [rule('get', '', '*/status')] },
  'of-all-verbs': { cluster: [rule('*', 'apps', '*')] },
  'of-all-groups': { cluster: [rule('get', '*', 'widgets')] },
  'of-all-paths': { cluster: [paths('*', '*')] },
  'of-everything': { cluster: [rule('*', '*', '*')] },
  'of-everything-and-paths': { cluster: [rule('*', '*', '*'), paths('*', '*')] },
  escalates: { cluster: [rule('escalate', API, 'roles,clusterroles')] },
  'escalates-one': { cluster: [rule('escalate', API, 'clusterroles', 'grants-one'), rule('escalate', API, 'roles', 'grants-one')] },
  'escalates-here': { here: [rule('escalate', API, 'roles')] },
  binds: { cluster: [rule('bind', API, 'roles,clusterroles')] },
  'binds-one': { cluster: [rule('bind', API, 'clusterroles', 'view', 'grants-one')] },
  'binds-here': { here: [rule('bind', API, 'roles,clusterroles')] },
}
const USERS = Object.keys(RULES)
/** Lines of the token file. */
export const users: readonly string[] = [...USERS, 'changing'].map((name) => `${name},grants-${name},${name},`)

const writes = rule('create,update,patch,get,delete', API, 'roles,rolebindings,clusterroles,clusterrolebindings')
export const preparations: readonly Request[] = [
  post('a namespace', '/api/v1/namespaces', { metadata: { name: '{ns}' } }),
  post('another', '/api/v1/namespaces', { metadata: { name: '{ns}-other' } }),
  post('a role of writers', `${RBAC}/clusterroles`, { metadata: { name: 'grants-writer' }, rules: [writes] }),
  post('its binding', `${RBAC}/clusterrolebindings`, bind('grants-writer', 'ClusterRole', 'grants-writer', ...USERS.map(subject))),
  ...Object.entries(RULES).flatMap(([user, { cluster, here }]) => [
    ...(cluster === undefined
      ? []
      : [
          post(`a role of ${user}`, `${RBAC}/clusterroles`, { metadata: { name: `grants-${user}` }, rules: cluster }),
          post(
            `a binding of ${user}`,
            `${RBAC}/clusterrolebindings`,
            bind(`grants-${user}`, 'ClusterRole', `grants-${user}`, subject(user)),
          ),
        ]),
    ...(here === undefined
      ? []
      : [
          post(`a role of ${user} here`, `${HERE}/roles`, { metadata: { name: `grants-${user}` }, rules: here }),
          post(`a binding of ${user} here`, `${HERE}/rolebindings`, bind(`grants-${user}`, 'Role', `grants-${user}`, subject(user))),
        ]),
  ]),
  // One that sums up others, which a controller would fill.
  post('a sum', `${RBAC}/clusterroles`, {
    metadata: { name: 'grants-sum' },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'grants-to': 'sum' } }] },
    rules: [rule('get,list', '', 'pods')],
  }),
  post('a part', `${RBAC}/clusterroles`, {
    metadata: { name: 'grants-part', labels: { 'grants-to': 'sum' } },
    rules: [rule('get', '', 'pods')],
  }),
]

/** Roles that somebody would write. */
const ROLES: Readonly<Record<string, readonly Json[]>> = {
  nothing: [],
  'to read pods': [rule('get', '', 'pods')],
  'to read pods and logs': [rule('get', '', 'pods,pods/log')],
  'to read a pod of two': [rule('get', '', 'pods', 'x')],
  'to read two secrets': [rule('get', '', 'secrets', 'b', 'a')],
  'to read three secrets': [rule('get', '', 'secrets', 'a', 'b', 'c')],
  'to read every secret': [rule('get', '', 'secrets')],
  'to read statuses of pods': [rule('get', '', 'pods/status')],
  'to read all statuses': [rule('get', '', '*/status')],
  'to change deployments': [rule('update,nothing', 'apps', 'deployments,deployments/scale')],
  'to do all to deployments': [rule('*', 'apps', 'deployments')],
  'to do all in two groups': [rule('*', 'apps,batch', '*')],
  'to read widgets of a group': [rule('get', 'example.com', 'widgets')],
  'to read widgets of all groups': [rule('get', '*', 'widgets')],
  'to do everything': [rule('*', '*', '*')],
  'to do much in several rules': [rule('get,list', '', 'pods,secrets'), rule('get', '', 'pods'), rule('list', '', 'nodes', 'n')],
  'to escalate': [rule('escalate', API, 'roles')],
}
/** Of the cluster only. */
const PATHS: Readonly<Record<string, readonly Json[]>> = {
  'to read metrics': [paths('get', '/metrics')],
  'to read logs': [paths('get', '/logs/', '/logs/a/b')],
  'to read all logs': [paths('get', '/logs/*')],
  'to read all beginning so': [paths('get', '/logs*')],
  'to read every path': [paths('get', '*')],
}

const granting: readonly Request[] = USERS.flatMap((user) => [
  ...Object.entries(ROLES).flatMap(([name, rules]) => [
    post(`${user} makes a role ${name}`, `${HERE}/roles?dryRun=All`, { metadata: { name: 'r' }, rules }, user),
    post(
      `${user} makes a role ${name} for the cluster`,
      `${RBAC}/clusterroles?dryRun=All`,
      { metadata: { name: 'grants-one' }, rules },
      user,
    ),
  ]),
  ...Object.entries(PATHS).map(([name, rules]) =>
    post(`${user} makes a role ${name}`, `${RBAC}/clusterroles?dryRun=All`, { metadata: { name: 'grants-r' }, rules }, user),
  ),
  ...[[{ matchLabels: { a: 'b' } }], [{}], []].map((clusterRoleSelectors) =>
    post(
      `${user} makes a sum of ${JSON.stringify(clusterRoleSelectors)}`,
      `${RBAC}/clusterroles?dryRun=All`,
      {
        ...{ metadata: { name: 'grants-s' }, aggregationRule: { clusterRoleSelectors }, rules: [rule('get', '', 'pods')] },
      },
      user,
    ),
  ),
  patch(
    `${user} lets a sum sum up more`,
    `${RBAC}/clusterroles/grants-sum?dryRun=All`,
    {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'grants-to': 'other' } }] },
    },
    user,
  ),
  patch(`${user} ends a sum`, `${RBAC}/clusterroles/grants-sum?dryRun=All`, { aggregationRule: null }, user),
  patch(`${user} puts rules into a sum`, `${RBAC}/clusterroles/grants-sum?dryRun=All`, { rules: [rule('*', '', 'secrets')] }, user),
  patch(
    `${user} makes a part of a sum`,
    `${RBAC}/clusterroles/grants-reader?dryRun=All`,
    { metadata: { labels: { 'grants-to': 'sum' } } },
    user,
  ),
  patch(
    `${user} says more of a role`,
    `${RBAC}/clusterroles/grants-of-everything?dryRun=All`,
    { metadata: { annotations: { a: 'b' } } },
    user,
  ),
  patch(`${user} takes a rule from a role`, `${RBAC}/clusterroles/grants-reader?dryRun=All`, { rules: [rule('get', '', 'pods')] }, user),
  ...(['view', 'cluster-admin', 'grants-reader', 'grants-one', 'grants-sum', 'grants-none'] as const).flatMap((role) => [
    post(`${user} binds ${role}`, `${RBAC}/clusterrolebindings?dryRun=All`, bind('grants-b', 'ClusterRole', role, subject('x')), user),
    post(`${user} binds ${role} here`, `${HERE}/rolebindings?dryRun=All`, bind('b', 'ClusterRole', role, subject('x')), user),
    post(
      `${user} binds ${role} elsewhere`,
      `${RBAC}/namespaces/{ns}-other/rolebindings?dryRun=All`,
      bind('b', 'ClusterRole', role, subject('x')),
      user,
    ),
  ]),
  ...['grants-reader-here', 'none'].map((role) =>
    post(`${user} binds the role ${role} here`, `${HERE}/rolebindings?dryRun=All`, bind('b', 'Role', role, subject('x')), user),
  ),
])

const rules = (name: string, token: string, namespace = '{ns}'): Request =>
  post(name, `${REVIEWS}/selfsubjectrulesreviews`, { spec: { namespace } }, token)
const can = (name: string, token: string, resourceAttributes: Json): Request =>
  post(name, `${REVIEWS}/selfsubjectaccessreviews`, { spec: { resourceAttributes } }, token)

/** One user's rights, as they change. */
const STEPS: readonly Request[] = [
  post('a role for the namespace', `${HERE}/roles`, {
    metadata: { name: 'changing' },
    rules: [rule('get', '', 'pods', 'a', 'a'), rule('get', '', 'pods', 'b')],
  }),
  post('it is bound', `${HERE}/rolebindings`, bind('changing', 'Role', 'changing', subject('changing'))),
  patch('it has more', `${HERE}/roles/changing`, { rules: [rule('get,list', ',apps', 'pods,deployments'), rule('*', 'apps', '*')] }),
  post(
    'a role of the cluster is bound here',
    `${HERE}/rolebindings`,
    bind('changing-too', 'ClusterRole', 'grants-reader', subject('changing')),
  ),
  post('and in the cluster', `${RBAC}/clusterrolebindings`, bind('grants-changing', 'ClusterRole', 'grants-reader', subject('changing'))),
  post('a sum is bound, too', `${RBAC}/clusterrolebindings`, bind('grants-changing-sum', 'ClusterRole', 'grants-sum', subject('changing'))),
  post('and what is not there', `${HERE}/rolebindings`, bind('changing-none', 'Role', 'none', subject('changing'))),
  patch('the role has no rules', `${HERE}/roles/changing`, { rules: [] }),
  remove('the role is gone', `${HERE}/roles/changing`),
  remove('the binding of the cluster is gone', `${RBAC}/clusterrolebindings/grants-changing`),
  patch('another is bound in its place', `${HERE}/rolebindings/changing-too`, { subjects: [subject('x')] }),
]
/** What is to be asked after each step. */
export const steps: readonly { readonly step: Request; readonly questions: readonly Request[] }[] = STEPS.map((step) => ({
  step,
  questions: [
    rules(`after ${step.name}: rules`, 'changing'),
    rules(`after ${step.name}: rules elsewhere`, 'changing', '{ns}-other'),
    rules(`after ${step.name}: rules nowhere`, 'changing', 'none'),
    ...(['{ns}', '{ns}-other', ''] as const).map((namespace) =>
      can(`after ${step.name}: pods in ${namespace}`, 'changing', { verb: 'list', resource: 'pods', namespace }),
    ),
    { name: `after ${step.name}: a pod`, method: 'GET', path: '/api/v1/namespaces/{ns}/pods/a', token: 'changing' },
  ],
}))

export const requests: readonly Request[] = granting
