import { expect, test } from 'vitest'
import { ApiError } from '../../kube/api-error.ts'
import { FakeClock } from '../../kube/testing/fake-clock.ts'
import { type GrantError, grant, plan, type Send } from './grant.ts'
import { kubeconfigText } from './kubeconfig-text.ts'
import { faultsOf, groupsOf, nobody, type Person, readDuration } from './person.ts'

test.each([
  ['24h', 86_400],
  ['1h30m', 5_400],
  ['7d', 604_800],
  ['1.5h', 5_400],
  [' 10m ', 600],
  ['0s', 0],
  ['', undefined],
  ['24', undefined],
  ['-1h', undefined],
  ['1w', undefined],
  ['h', undefined],
])('the duration %j', (text, seconds) => expect(readDuration(text)).toBe(seconds))

const anna: Person = { ...nobody, name: 'anna' }
test.each<[string, Partial<Person>, Partial<Record<keyof Person, string>>]>([
  ['nothing wrong', {}, {}],
  ['no name', { name: ' ' }, { name: 'name' }],
  ['a name that no account can have', { by: 'token', name: 'Anna B' }, { name: 'account' }],
  ['the same name in a certificate', { name: 'Anna B' }, {}],
  ['an account with a dot', { by: 'token', name: 'anna.b' }, {}],
  ['an account that begins with a dash', { by: 'token', name: '-anna' }, { name: 'account' }],
  ['an account of 254 letters', { by: 'token', name: 'a'.repeat(254) }, { name: 'account' }],
  ['no time', { expires: 'soon' }, { expires: 'expires' }],
  ['a second too short', { expires: '599s' }, { expires: 'short' }],
  ['just long enough', { expires: '600s' }, {}],
  ['the longest', { expires: '2147483647s' }, {}],
  ['a second more', { expires: '2147483648s' }, { expires: 'long' }],
  ['a Role for everywhere', { role: 'Role/cook' }, { role: 'roleNeedsNamespace' }],
  ['a Role of a namespace', { role: 'Role/cook', namespace: 'galley' }, {}],
  ['an address that is none', { server: 'example.com:6443' }, { server: 'server' }],
  ['an address of its own', { server: 'https://example.com:6443' }, {}],
])('what keeps a kubeconfig from being made: %s', (_, change, faults) => expect(faultsOf({ ...anna, ...change })).toEqual(faults))

test('groups are of certificates', () => {
  expect(groupsOf({ ...anna, groups: ' dev, ,web ' })).toEqual(['dev', 'web'])
  expect(groupsOf({ ...anna, groups: 'dev', by: 'token' })).toEqual([])
})

const missing = new ApiError({ code: 404, reason: 'NotFound', message: 'not found', request: '' })
const there = new ApiError({ code: 409, reason: 'AlreadyExists', message: 'already exists', request: '' })
const forbidden = new ApiError({ code: 403, reason: 'Forbidden', message: 'no', request: '' })

/** A server that answers by `METHOD path`, where a random name is `…`; whatever it has no answer for is made as it is sent. */
function server(answers: Record<string, unknown> = {}): { send: Send; asked: string[]; bodies: Record<string, object> } {
  const asked: string[] = []
  const bodies: Record<string, object> = {}
  const send: Send = (method, path, body) => {
    const key = `${method} ${path.replace(/kubeconfig-[0-9a-f]{12}/, '…')}`
    asked.push(key)
    if (body) bodies[key] = body
    const answer = answers[key]
    return answer instanceof Error ? Promise.reject(answer) : (Promise.resolve(answer ?? body ?? {}) as never)
  }
  return { send, asked, bodies }
}
const clock = (): FakeClock => new FakeClock()
const ROLE = 'GET /apis/rbac.authorization.k8s.io/v1/clusterroles/view'
const CSR = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
const BINDINGS = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings'
const ACCOUNTS = '/api/v1/namespaces/galley/serviceaccounts'
const signed = { status: { certificate: btoa('PEM') } }

test('a certificate: the role is looked for first and bound last, and the key is sent nowhere', async () => {
  const { send, asked, bodies } = server({ [`GET ${CSR}/…`]: signed })
  const { user } = await grant(send, { ...anna, groups: 'dev' }, clock())
  expect(asked).toEqual([ROLE, `POST ${CSR}`, `PUT ${CSR}/…/approval`, `GET ${CSR}/…`, `POST ${BINDINGS}`])
  expect(user['client-certificate-data']).toBe(btoa('PEM'))
  expect(atob(user['client-key-data'] ?? '')).toContain('BEGIN PRIVATE KEY')
  expect(JSON.stringify(bodies)).not.toContain(user['client-key-data'])
  expect(bodies[`POST ${CSR}`]).toMatchObject({ spec: { signerName: 'kubernetes.io/kube-apiserver-client', expirationSeconds: 86_400 } })
  expect(bodies[`POST ${BINDINGS}`]).toMatchObject({
    metadata: { name: 'kubeconfig:anna:view' },
    roleRef: { kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'User', name: 'anna' }],
  })
})

test('a token: of an account that may be there already, bound in its namespace', async () => {
  const person: Person = { ...anna, by: 'token', namespace: 'galley', role: 'Role/cook' }
  const token = { status: { token: 'secret', expirationTimestamp: '2030-01-01T00:00:00Z' } }
  const { send, asked, bodies } = server({ [`POST ${ACCOUNTS}`]: there, [`POST ${ACCOUNTS}/anna/token`]: token })
  const granted = await grant(send, person, clock())
  expect(granted).toEqual({ user: { token: 'secret' }, until: Date.parse('2030-01-01T00:00:00Z') })
  const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/galley'
  expect(asked).toEqual([`GET ${RBAC}/roles/cook`, `POST ${ACCOUNTS}`, `POST ${ACCOUNTS}/anna/token`, `POST ${RBAC}/rolebindings`])
  expect(bodies[`POST ${RBAC}/rolebindings`]).toMatchObject({
    metadata: { name: 'kubeconfig:galley:anna:Role:cook' },
    subjects: [{ kind: 'ServiceAccount', name: 'anna', namespace: 'galley' }],
  })
  expect(plan(person).map(({ method, path }) => `${method} ${path}`)).toEqual([
    `POST ${ACCOUNTS}/anna`,
    `POST ${ACCOUNTS}/anna/token`,
    `POST ${RBAC}/rolebindings/kubeconfig%3Agalley%3Aanna%3ARole%3Acook`,
  ])
})

test('a role that is not there lets nobody in; one that may not be read is bound all the same', async () => {
  const gone = server({ [ROLE]: missing })
  await expect(grant(gone.send, anna, clock())).rejects.toBe(missing)
  expect(gone.asked).toEqual([ROLE])
  const unread = server({ [ROLE]: forbidden, [`GET ${CSR}/…`]: signed })
  await grant(unread.send, anna, clock())
  expect(unread.asked).toContain(`POST ${BINDINGS}`)
})

test('a binding of the same name: the same is fine, another is told', async () => {
  const name = 'kubeconfig:anna:view'
  const at = `GET ${BINDINGS}/kubeconfig%3Aanna%3Aview`
  const subjects = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'anna' }]
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }
  const answers = { [`GET ${CSR}/…`]: signed, [`POST ${BINDINGS}`]: there }
  await grant(server({ ...answers, [at]: { metadata: { name }, roleRef, subjects } }).send, anna, clock())
  const other = { metadata: { name }, roleRef: { ...roleRef, name: 'admin' }, subjects }
  await expect(grant(server({ ...answers, [at]: other }).send, anna, clock())).rejects.toMatchObject({ kind: 'otherBinding', about: name })
})

test('a request that is turned down, and one that nobody signs', async () => {
  const denied = { status: { conditions: [{ type: 'Denied', message: 'not today' }] } }
  await expect(grant(server({ [`GET ${CSR}/…`]: denied }).send, anna, clock())).rejects.toMatchObject({
    kind: 'notSigned',
    message: 'not today',
  })
  const waiting = clock()
  const { send } = server()
  const patient: Send = (method, path, body) => {
    // Time passes while one looks.
    if (method === 'GET') queueMicrotask(() => setImmediate(() => waiting.advance(1_000)))
    return send(method, path, body)
  }
  await expect(grant(patient, anna, waiting).catch((e: GrantError) => e.kind)).resolves.toBe('nobodySigns')
})

test('the file: everything in it, the address that was asked for, and where it starts', () => {
  const entry = { name: 'prod', cluster: { server: 'https://10.0.0.1', 'certificate-authority-data': 'Q0E=' } }
  const person: Person = { ...anna, namespace: 'galley', server: 'https://example.com' }
  expect(JSON.parse(kubeconfigText(person, entry, { user: { token: 'secret' }, until: 0 }))).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'prod', cluster: { server: 'https://example.com', 'certificate-authority-data': 'Q0E=' } }],
    users: [{ name: 'anna', user: { token: 'secret' } }],
    contexts: [{ name: 'anna@prod', context: { cluster: 'prod', user: 'anna', namespace: 'galley' } }],
    'current-context': 'anna@prod',
  })
})
