import type { Request } from './play.ts'

type Json = Record<string, unknown>

/** Who may act as whom: every way of being allowed to (KEP-5284), every header, and what is refused in which words. */
const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const AUTHENTICATION = 'authentication.k8s.io'
const WHO = '/apis/authentication.k8s.io/v1/selfsubjectreviews'

/** Users by what they may: rules as `verbs group resources names`, in the cluster or in the suite's namespace. */
const RULES: Readonly<Record<string, { readonly cluster?: readonly string[]; readonly here?: readonly string[] }>> = {
  nobody: {},
  // The right without bounds.
  anyone: { cluster: ['impersonate  users,groups,serviceaccounts', `impersonate ${AUTHENTICATION} uids,userextras/*`] },
  'one-user': { cluster: ['impersonate  users jane'] },
  'user-and-groups': { cluster: ['impersonate  users jane', 'impersonate  groups dev,ops'] },
  'user-and-uid': { cluster: ['impersonate  users jane', `impersonate ${AUTHENTICATION} uids 5`] },
  'user-and-extra': {
    cluster: ['impersonate  users jane', `impersonate ${AUTHENTICATION} userextras/scopes,userextras/acme.com/Project some,other`],
  },
  'accounts-here': { here: ['impersonate  serviceaccounts robot'] },
  'accounts-everywhere': { cluster: ['impersonate  serviceaccounts'] },
  'new-group-for-users': { cluster: [`impersonate ${AUTHENTICATION} users`] },
  // The right that is tied to what is done.
  'bound-user': {
    cluster: [`impersonate:user-info ${AUTHENTICATION} users jane`, 'impersonate-on:user-info:list  pods,nodes'],
  },
  'bound-user-here': {
    cluster: [`impersonate:user-info ${AUTHENTICATION} users jane`],
    here: ['impersonate-on:user-info:list  pods'],
  },
  'bound-to-nothing': { cluster: [`impersonate:user-info ${AUTHENTICATION} users`] },
  'bound-without-a-user': { cluster: ['impersonate-on:user-info:list  pods'] },
  'bound-with-groups': {
    cluster: [
      `impersonate:user-info ${AUTHENTICATION} users jane`,
      `impersonate:user-info ${AUTHENTICATION} groups`,
      `impersonate:user-info ${AUTHENTICATION} uids,userextras/*`,
      'impersonate-on:user-info:*  *',
    ],
  },
  'bound-with-all-verbs': {
    cluster: [
      `impersonate:user-info ${AUTHENTICATION} users,groups,uids,userextras/*`,
      '*  pods',
      `impersonate-on:user-info:create ${AUTHENTICATION} selfsubjectreviews`,
    ],
  },
  'bound-with-four-groups': {
    cluster: [
      `impersonate:user-info ${AUTHENTICATION} users jane`,
      `impersonate:user-info ${AUTHENTICATION} groups a,b,c,d,e`,
      'impersonate-on:user-info:list  pods',
    ],
  },
  'bound-account': {
    cluster: ['impersonate-on:serviceaccount:list  pods'],
    here: [`impersonate:serviceaccount ${AUTHENTICATION} serviceaccounts robot`],
  },
  'bound-account-in-cluster': {
    cluster: [`impersonate:serviceaccount ${AUTHENTICATION} serviceaccounts`, 'impersonate-on:serviceaccount:list  pods'],
  },
  'bound-node': {
    cluster: [`impersonate:arbitrary-node ${AUTHENTICATION} nodes n1`, 'impersonate-on:arbitrary-node:list  pods,nodes'],
  },
  'bound-node-as-user': {
    cluster: [`impersonate:user-info ${AUTHENTICATION} users`, 'impersonate-on:user-info:list  pods'],
  },
  everything: { cluster: ['* * *'] },
}

function ruleOf(line: string): Json {
  const [verbs = '', group = '', resources = '', names] = line.split(' ')
  return {
    verbs: verbs.split(','),
    apiGroups: [group],
    resources: resources.split(','),
    ...(names === undefined ? {} : { resourceNames: names.split(',') }),
  }
}
const nameOf = (user: string): string => `acts-${user}`
const post = (name: string, path: string, body: Json): Request => ({ name, method: 'POST', path, body })
const binding = (kind: string, name: string, user: string): Json => ({
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
})

/** Lines of the token file. */
export const users: readonly string[] = Object.keys(RULES).map((name) => `${name},${nameOf(name)},${name},`)

export const preparations: readonly Request[] = [
  post('a namespace', '/api/v1/namespaces', { metadata: { name: '{ns}' } }),
  ...Object.entries(RULES).flatMap(([user, { cluster, here }]) => [
    ...(cluster === undefined
      ? []
      : [
          post(`a role of ${user}`, `${RBAC}/clusterroles`, { metadata: { name: nameOf(user) }, rules: cluster.map(ruleOf) }),
          post(`a binding of ${user}`, `${RBAC}/clusterrolebindings`, binding('ClusterRole', nameOf(user), nameOf(user))),
        ]),
    ...(here === undefined
      ? []
      : [
          post(`a role of ${user} here`, `${RBAC}/namespaces/{ns}/roles`, { metadata: { name: nameOf(user) }, rules: here.map(ruleOf) }),
          post(`a binding of ${user} here`, `${RBAC}/namespaces/{ns}/rolebindings`, binding('Role', nameOf(user), nameOf(user))),
        ]),
  ]),
  post('jane reads pods', `${RBAC}/clusterroles`, { metadata: { name: 'acts-jane' }, rules: [ruleOf('list  pods,nodes')] }),
  post('jane is bound', `${RBAC}/clusterrolebindings`, binding('ClusterRole', 'acts-jane', 'jane')),
]

type Headers = Record<string, string | string[]>
/** Whom somebody wants to act as. */
const WANTED: Readonly<Record<string, Headers>> = {
  jane: { 'impersonate-user': 'jane' },
  'jane of dev': { 'impersonate-user': 'jane', 'impersonate-group': 'dev' },
  'jane of dev and ops': { 'impersonate-user': 'jane', 'impersonate-group': ['dev', 'ops'] },
  'jane of a list': { 'impersonate-user': 'jane', 'impersonate-group': 'dev, ops' },
  'jane of no group': { 'impersonate-user': 'jane', 'impersonate-group': '' },
  'jane of masters': { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' },
  'jane who did not log in': { 'impersonate-user': 'jane', 'impersonate-group': 'system:unauthenticated' },
  'jane of five groups': { 'impersonate-user': 'jane', 'impersonate-group': ['a', 'b', 'c', 'd', 'e'] },
  'jane of six groups': { 'impersonate-user': 'jane', 'impersonate-group': ['a', 'b', 'c', 'd', 'e', 'f'] },
  'jane with a uid': { 'impersonate-user': 'jane', 'impersonate-uid': '5' },
  'jane with another uid': { 'impersonate-user': 'jane', 'impersonate-uid': '6' },
  'jane with scopes': { 'impersonate-user': 'jane', 'impersonate-extra-scopes': ['some', 'other'] },
  'jane with other scopes': { 'impersonate-user': 'jane', 'impersonate-extra-scopes': ['some', 'third'] },
  'jane with a project': { 'impersonate-user': 'jane', 'impersonate-extra-acme.com%2FProject': 'some' },
  'jane with a project in small letters': { 'impersonate-user': 'jane', 'impersonate-extra-acme.com%2fproject': 'some' },
  'jane with an empty value': { 'impersonate-user': 'jane', 'impersonate-extra-scopes': '' },
  'jane with an empty key': { 'impersonate-user': 'jane', 'impersonate-extra-': 'some' },
  'jane with an escape of bytes': { 'impersonate-user': 'jane', 'impersonate-extra-a%ff': 'some' },
  'jane with a broken escape': { 'impersonate-user': 'jane', 'impersonate-extra-a%2': 'some' },
  'jane with a plus': { 'impersonate-user': 'jane', 'impersonate-extra-a+b': 'some' },
  'jane with capitals behind an escape': { 'impersonate-user': 'jane', 'impersonate-extra-%41b': 'some' },
  'jane with five keys': {
    'impersonate-user': 'jane',
    ...Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((key) => [`impersonate-extra-${key}`, key])),
  },
  'the account': { 'impersonate-user': 'system:serviceaccount:{ns}:robot' },
  'the account with a group': { 'impersonate-user': 'system:serviceaccount:{ns}:robot', 'impersonate-group': 'dev' },
  'another account': { 'impersonate-user': 'system:serviceaccount:default:robot' },
  'what is no account': { 'impersonate-user': 'system:serviceaccount:{ns}' },
  'an account of a bad name': { 'impersonate-user': 'system:serviceaccount:{ns}:A_b' },
  'node n1': { 'impersonate-user': 'system:node:n1' },
  'node n2': { 'impersonate-user': 'system:node:n2' },
  'node n1 with its group': { 'impersonate-user': 'system:node:n1', 'impersonate-group': 'system:nodes' },
  'a node without a name': { 'impersonate-user': 'system:node:' },
  'a node of a bad name': { 'impersonate-user': 'system:node:A_b' },
  nobody: { 'impersonate-user': 'system:anonymous' },
  'nobody who logged in': { 'impersonate-user': 'system:anonymous', 'impersonate-group': 'system:authenticated' },
  'a name in other letters': { 'impersonate-user': Buffer.from('имя', 'utf8').toString('latin1') },
  'no user': { 'impersonate-user': '' },
  'a group without a user': { 'impersonate-group': 'dev' },
  'a uid without a user': { 'impersonate-uid': '5', 'impersonate-user': '' },
  'an extra without a user': { 'impersonate-extra-scopes': ['some', 'other'] },
  'an unknown header': { 'impersonate-user': 'jane', 'impersonate-thing': 'x' },
  'two users': { 'impersonate-user': ['jane', 'joe'] },
}
/** What is done as them: path and, for a create, a body. */
const DONE: Readonly<Record<string, readonly [path: string, body?: Json]>> = {
  'who am I': [WHO, { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }],
  pods: ['/api/v1/pods?limit=1&fieldSelector=metadata.name%3Dnone'],
  'pods here': ['/api/v1/namespaces/{ns}/pods'],
  nodes: ['/api/v1/nodes?fieldSelector=metadata.name%3Dnone'],
}

const asking = (user: string, wanted: string, done: string): Request => {
  const [path, body] = DONE[done]!
  return {
    ...{ name: `${user} as ${wanted}: ${done}`, method: body === undefined ? 'GET' : 'POST', path, token: user },
    ...(body === undefined ? {} : { body }),
    headers: WANTED[wanted]!,
  }
}
const ALL = Object.keys(WANTED)
const named = (...parts: readonly string[]): string[] => ALL.filter((name) => parts.some((part) => name.includes(part)))

/** Each user remembers the way that let him last, so that their order counts. */
const MATRIX: readonly (readonly [user: string, wanted: readonly string[], done: readonly string[]])[] = [
  ['administrator', ALL, ['who am I']],
  ['anyone', ALL, ['who am I']],
  ['nobody', ALL, ['who am I']],
  ['nobody', ['jane', 'the account', 'node n1'], ['pods', 'nodes']],
  ['one-user', named('jane'), ['who am I', 'pods']],
  ['user-and-groups', named('jane'), ['who am I']],
  ['user-and-uid', named('jane'), ['who am I']],
  ['user-and-extra', named('jane'), ['who am I']],
  ['accounts-here', named('account'), ['who am I']],
  ['accounts-everywhere', named('account'), ['who am I']],
  ['new-group-for-users', ['jane', 'node n1'], ['who am I']],
  ['bound-user', ALL, ['pods']],
  ['bound-user', ['jane'], ['who am I', 'pods here', 'nodes']],
  ['bound-user-here', ['jane'], ['pods', 'pods here', 'nodes', 'who am I']],
  ['bound-to-nothing', ['jane', 'node n1', 'a node of a bad name'], ['pods', 'who am I']],
  ['bound-without-a-user', ['jane'], ['pods', 'nodes']],
  ['bound-with-groups', ALL, ['pods']],
  ['bound-with-all-verbs', named('jane'), ['who am I', 'pods here']],
  ['bound-with-four-groups', named('groups', 'dev'), ['pods']],
  ['bound-account', named('account'), ['pods', 'pods here', 'nodes']],
  ['bound-account-in-cluster', named('account'), ['pods']],
  ['bound-node', named('node'), ['pods', 'nodes', 'who am I']],
  ['bound-node-as-user', named('node'), ['pods']],
  ['everything', ALL, ['who am I']],
]

/** Of several keys the reference asks for any one first, and bytes that are no UTF-8 are told in ways of Go's own: who is refused is left out. */
const UNTOLD = ['jane with five keys', 'jane with an escape of bytes']
const MAY = ['administrator', 'everything', 'bound-with-groups']

export const requests: readonly Request[] = MATRIX.flatMap(([user, wanted, done]) =>
  done.flatMap((what) => wanted.filter((whom) => MAY.includes(user) || !UNTOLD.includes(whom)).map((whom) => asking(user, whom, what))),
)
