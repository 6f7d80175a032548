import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UserInfo } from '../../authn/contract.ts'
import { startTestServer, type Json, type TestServer } from '../../testing/api-server.ts'

const claims = '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims'
const NEEDS_LABEL =
  'Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace'
const devices = (adminAccess: boolean): Json => ({
  requests: [
    { name: 'first', exactly: { deviceClassName: 'c' } },
    { name: 'all', exactly: { deviceClassName: 'c', adminAccess } },
  ],
})
const claim = (name: string, adminAccess = false): Json => ({ metadata: { name }, spec: { devices: devices(adminAccess) } })
const template = (adminAccess: boolean): Json => ({ metadata: { name: 't' }, spec: { spec: { devices: devices(adminAccess) } } })
const result = { request: 'first', driver: 'd.e.com', pool: 'p', device: 'x' }
const onNode = (node: string): Json => ({
  nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
})
const allocation: Json = { devices: { results: [result] }, nodeSelector: onNode('n1') }
const state = { driver: 'd.e.com', pool: 'p', device: 'x', data: { ready: true } }

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await role('status', [{ verbs: ['update', 'patch', 'get'], resources: ['resourceclaims/status'] }], ['ann', 'binder', DRIVER, ELSEWHERE])
  await role('binding', [{ verbs: ['update', 'patch'], resources: ['resourceclaims/binding'] }], ['binder'])
  await role(
    'driver',
    [{ verbs: ['associated-node:patch'], resources: ['resourceclaims/driver'], resourceNames: ['d.e.com'] }],
    [DRIVER, ELSEWHERE],
  )
})
afterAll(() => server.close())

const DRIVER = 'system:serviceaccount:default:driver'
const ELSEWHERE = 'system:serviceaccount:default:elsewhere'
const nodes: Readonly<Record<string, string>> = { [DRIVER]: 'n1', [ELSEWHERE]: 'n2' }
const extra = (name: string): Pick<UserInfo, 'extra'> =>
  nodes[name] === undefined ? {} : { extra: { 'authentication.kubernetes.io/node-name': [nodes[name]] } }

async function role(name: string, rules: Json[], users: string[]): Promise<void> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1'
  const groups = rules.map((rule) => ({ apiGroups: ['resource.k8s.io'], ...rule }))
  await server.send('POST', `${rbac}/clusterroles`, { metadata: { name }, rules: groups })
  const subjects = users.map((user) => ({ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user }))
  const roleRef = { kind: 'ClusterRole', apiGroup: 'rbac.authorization.k8s.io', name }
  await server.send('POST', `${rbac}/clusterrolebindings`, { metadata: { name }, subjects, roleRef })
}

/** A merge patch of a claim's status. */
async function patch(user: string, name: string, status: Json): Promise<{ code: number; message: string }> {
  const headers = { 'content-type': 'application/merge-patch+json' }
  const transport = server.api.transport({ name: user, groups: ['system:authenticated'], ...extra(user) })
  const answer = await transport.request({
    method: 'PATCH',
    path: `${claims}/${name}/status`,
    headers,
    body: Buffer.from(JSON.stringify({ status })),
  })
  return { code: answer.status, message: (JSON.parse(answer.body.toString()) as { message?: string }).message ?? '' }
}

describe('devices beside those who use them', () => {
  test('are for namespaces with the label', async () => {
    const refused = await server.send('POST', claims, claim('a', true))
    expect([refused.code, refused.body.message]).toEqual([
      422,
      `ResourceClaim.resource.k8s.io "a" is invalid: spec.devices.requests[1].adminAccess: ${NEEDS_LABEL}`,
    ])
    const templates = claims.replace('resourceclaims', 'resourceclaimtemplates')
    const { body } = await server.send('POST', templates, template(true))
    expect(body.message).toBe(`ResourceClaimTemplate.resource.k8s.io "t" is invalid: spec.devices.requests[1].adminAccess: ${NEEDS_LABEL}`)
    expect((await server.send('POST', claims, claim('a', false))).code).toBe(201)
    expect((await server.send('POST', templates, template(false))).code).toBe(201)
  })

  test('a namespace with the label may have them, as soon as it has it', async () => {
    const labels = { 'resource.kubernetes.io/admin-access': 'true' }
    await server.send('POST', '/api/v1/namespaces', { metadata: { name: 'admins', labels } })
    expect((await server.send('POST', claims.replace('default', 'admins'), claim('a', true))).code).toBe(201)
  })
})

describe('the status of a claim', () => {
  test('who may write it may not allocate; who may bind may', async () => {
    await server.send('POST', claims, claim('allocated'))
    expect(await patch('ann', 'allocated', { allocation })).toEqual({
      code: 422,
      message:
        'ResourceClaim.resource.k8s.io "allocated" is invalid: status.allocation: Forbidden: changing status.allocation or status.reservedFor' +
        ' requires resource="resourceclaims/binding", verb="patch" permission: resourceclaims.resource.k8s.io is forbidden: User "ann"' +
        ' cannot patch resource "resourceclaims/binding" in API group "resource.k8s.io" at the cluster scope',
    })
    expect((await patch('binder', 'allocated', { allocation })).code).toBe(200)
    expect((await patch('ann', 'allocated', { reservedFor: [{ resource: 'pods', name: 'p', uid: 'u' }] })).message).toContain(
      'resourceclaims/binding',
    )
    // What stays as it is needs no right.
    expect((await patch('ann', 'allocated', {})).code).toBe(200)
  })

  test('a driver says how its own devices are, of the node that it runs on', async () => {
    const elsewhere = await patch(ELSEWHERE, 'allocated', { devices: [state] })
    expect(elsewhere.message).toBe(
      'ResourceClaim.resource.k8s.io "allocated" is invalid: status.devices: Forbidden: changing status.devices requires' +
        ' resource="resourceclaims/driver", verb="[arbitrary-node:patch]" permission: resourceclaims.resource.k8s.io "d.e.com" is forbidden:' +
        ` User "${ELSEWHERE}" cannot arbitrary-node:patch resource "resourceclaims/driver" in API group "resource.k8s.io" in the namespace "default"`,
    )
    expect((await patch('ann', 'allocated', { devices: [state] })).code).toBe(422)
    expect((await patch(DRIVER, 'allocated', { devices: [state] })).code).toBe(200)
    expect((await patch('binder', 'allocated', { devices: [] })).message).toContain('arbitrary-node:patch')
  })

  test('what was said of devices goes with them', async () => {
    expect((await server.send('GET', `${claims}/allocated`)).body.status).toMatchObject({ devices: [state] })
    expect((await patch('ann', 'allocated', { allocation: null })).message.match(/Forbidden|Invalid/g)).toEqual(['Forbidden'])
    expect((await patch('binder', 'allocated', { allocation: null })).code).toBe(200)
    expect((await server.send('GET', `${claims}/allocated`)).body.status ?? {}).toEqual({})
  })
})
