import type { Request } from './play.ts'

const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}'
const named = (name: string, namespace = '{ns}'): object => ({ name, namespace })

/** Whoever has this token may read the pods of one namespace, and one secret. */
export const READER = 'reader'

export const preparations: readonly Request[] = [
  { name: 'a namespace', method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: '{ns}' } } },
  {
    ...{ name: 'a role', method: 'POST', path: `${RBAC}/roles` },
    body: {
      metadata: named('reader'),
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
        { apiGroups: [''], resources: ['secrets'], resourceNames: ['mine'], verbs: ['get'] },
      ],
    },
  },
  {
    ...{ name: 'a binding', method: 'POST', path: `${RBAC}/rolebindings` },
    body: {
      metadata: named('reader'),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: READER }],
    },
  },
  ...['mine', 'other'].map((name) => ({
    ...{ name: `the secret ${name}`, method: 'POST', path: '/api/v1/namespaces/{ns}/secrets' },
    body: { metadata: named(name) },
  })),
]

const NS = '/api/v1/namespaces/{ns}'

/** Paths that look like what one may see and are not, and the other way round. */
const tricks: readonly string[] = [
  `${NS}/pods`,
  `${NS}/pods/`,
  `${NS}//pods`,
  `//api/v1/namespaces/{ns}/pods`,
  `${NS}/pods//`,
  `${NS}/./pods`,
  `${NS}/pods/../secrets`,
  `${NS}/pods/../secrets/other`,
  `${NS}/secrets/mine/../other`,
  `${NS}/secrets/mine/%2e%2e/other`,
  `${NS}/secrets/mine%2f..%2fother`,
  `${NS}/secrets/mine%2fother`,
  `${NS}/secrets%2fother`,
  `${NS}%2fsecrets/other`,
  `${NS}/secrets/%6dine`,
  `${NS}/%73ecrets/mine`,
  `/%61pi/v1/namespaces/{ns}/secrets/mine`,
  `${NS}/secrets/mine`,
  `${NS}/secrets/mine/`,
  `${NS}/secrets/mine//`,
  `${NS}/secrets/other`,
  `${NS}/secrets/`,
  `${NS}/secrets/.`,
  `${NS}/secrets/..`,
  `${NS}/secrets/mine;other`,
  `${NS}/secrets/mine%00`,
  `${NS}/secrets/mine%`,
  `${NS}/secrets/mine%zz`,
  `${NS}/secrets/mine%20`,
  `${NS}/secrets/MINE`,
  `${NS}/secrets/mine?name=other`,
  `${NS}/secrets?fieldSelector=metadata.name%3Dmine`,
  `${NS}/secrets?fieldSelector=metadata.name%3Dmine,metadata.name%3Dother`,
  `${NS}/secrets?fieldSelector=metadata.name%3Dother`,
  `${NS}/secrets?fieldSelector=metadata.name!%3Dmine`,
  `${NS}/secrets/mine/status`,
  `${NS}/secrets/mine/x`,
  '/api/v1/namespaces/kube-system/../{ns}/pods',
  '/api/v1/namespaces/%2e%2e/secrets',
  '/api/v1/namespaces//pods',
  '/api/v1//namespaces/{ns}/pods',
  '/api//v1/namespaces/{ns}/pods',
  '/api/v1/pods?namespace={ns}',
  '/apis//v1/namespaces/{ns}/pods',
  '/apis/v1/namespaces/{ns}/pods',
  '/API/v1/namespaces/{ns}/pods',
  '/api/V1/namespaces/{ns}/pods',
  '/api/v1/watch/namespaces/{ns}/secrets/other?timeoutSeconds=1',
  '/api/v1/proxy/namespaces/{ns}/pods/x',
  '/healthz/..',
  '/healthz/../api/v1/secrets',
  '/livez/../metrics',
  '/version/../metrics',
  '/version%2f..%2fmetrics',
  '/openapi/v2/../../metrics',
  '/metrics',
  '/metrics/',
  '//metrics',
  '/%6detrics',
  '/logs/../metrics',
  '/apis/x/../../metrics',
  '/',
  '//',
  '/.',
  '/..',
]

export const pathRequests: readonly Request[] = [READER, ''].flatMap((token) =>
  tricks.map((path) => ({ name: `${token === '' ? 'nobody' : token}: ${path}`, method: 'GET', path, token })),
)

const header = (name: string, headers: Record<string, string>, token = READER): Request => ({
  ...{ name, method: 'GET', path: '/api/v1/secrets?limit=1', token, headers },
})
const proxied = { 'x-remote-user': 'admin', 'x-remote-group': 'system:masters' }

/** Who says in headers that he is somebody else. */
export const headerRequests: readonly Request[] = [
  header('a proxied user', proxied),
  header('a proxied user, from nobody', proxied, ''),
  header('a proxied user with a wrong token', proxied, 'wrong'),
  header('a proxied uid', { ...proxied, 'x-remote-uid': '1', 'x-remote-extra-a': 'b' }),
  header('headers in other letters', { 'X-REMOTE-USER': 'admin', 'X-Remote_Group': 'system:masters' }),
  header('acting as an administrator', { 'impersonate-user': 'admin', 'impersonate-group': 'system:masters' }),
  header('acting as one in a group alone', { 'impersonate-group': 'system:masters' }),
  header('acting as himself', { 'impersonate-user': READER }),
  header('acting as nobody in particular', { 'impersonate-user': '' }),
  header('acting as an account', { 'impersonate-user': 'system:serviceaccount:kube-system:x' }),
  header('acting as a node', { 'impersonate-user': 'system:node:x' }),
  header('acting, from nobody', { 'impersonate-user': 'admin' }, ''),
  header('a scheme without a token', { authorization: 'Bearer' }, ''),
  header('a scheme with blanks', { authorization: 'Bearer   administrator' }, ''),
  header('a scheme in other letters', { authorization: 'bEARER reader' }, ''),
  header('a token with something behind it', { authorization: 'Bearer reader x' }, ''),
  header('another scheme', { authorization: 'Basic YWRtaW46eA==' }, ''),
  header('a method in a header', { 'x-http-method-override': 'DELETE' }),
  header('an address in a header', { 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1', 'x-real-ip': '127.0.0.1' }, ''),
  header('a path in a header', { 'x-original-url': '/version', 'x-rewrite-url': '/version' }),
]
