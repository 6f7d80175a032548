import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { administrator } from '../authn/components.ts'
import type { TransportResponse } from '../client/transport.ts'
import { startTestServer, type TestServer } from '../testing/api-server.ts'

/** What is left out when a gate is closed, as kube-apiserver 1.37 leaves it out. */
let server: TestServer
let usual: TestServer
beforeAll(async () => {
  usual = await startTestServer()
  server = await startTestServer({
    closedGates: new Set([
      ...(['APIServerIdentity', 'ComponentFlagz', 'ComponentStatusz', 'DeploymentReplicaSetTerminatingReplicas'] as const),
      ...(['PodDeletionCost', 'TokenRequestServiceAccountUIDValidation', 'StorageVersionHash', 'OpenAPIEnums', 'WatchList'] as const),
      ...(['APIResponseCompression', 'ConstrainedImpersonation', 'RemoteRequestHeaderUID', 'WatchListCompression'] as const),
    ]),
  })
})
afterAll(async () => {
  await server.close()
  await usual.close()
})

const status = async ({ api }: TestServer, path: string): Promise<number> =>
  (await api.transport(administrator).request({ method: 'GET', path, headers: {} })).status

test.each(['/flagz', '/statusz'])('%s is not there', async (path) => {
  expect([await status(usual, path), await status(server, path)]).toEqual([200, 404])
  const { paths } = (await server.send('GET', '/')).body as { paths: string[] }
  expect(paths).toContain('/metrics')
  expect(paths).not.toContain(path)
})

test('no Lease says that the server runs', async () => {
  const leases = async ({ send }: TestServer): Promise<number> =>
    ((await send('GET', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases')).body.items as unknown[]).length
  expect([await leases(usual), await leases(server)]).toEqual([1, 0])
})

test('a token request may have the UID of another account', async () => {
  const asked = async ({ send }: TestServer): Promise<[code: number, uid: unknown]> => {
    const account = '/api/v1/namespaces/default/serviceaccounts/default'
    const { code, body } = await send('POST', `${account}/token`, { metadata: { uid: 'other' }, spec: {} })
    return [code, (body.metadata as { uid?: string }).uid]
  }
  expect([await asked(usual), await asked(server)]).toEqual([
    [409, undefined],
    [201, 'other'],
  ])
})

test('extension servers are not told in which header a UID is', async () => {
  const headers = async ({ send }: TestServer): Promise<string[]> =>
    Object.keys((await send('GET', '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication')).body.data as object)
  const uids = 'requestheader-uid-headers'
  for (const [of, told] of [[usual, true] as const, [server, false] as const])
    await vi.waitFor(async () => {
      expect(await headers(of)).toContain('requestheader-username-headers')
      expect((await headers(of)).includes(uids)).toBe(told)
    })
})

const ask = async ({ api }: TestServer, path: string, headers: Record<string, string> = {}): Promise<TransportResponse> =>
  api.transport(administrator).request({ method: 'GET', path, headers })

test('discovery tells no hash of what is stored, but of custom resources', async () => {
  const hashes = async ({ send }: TestServer, path: string): Promise<unknown[]> =>
    ((await send('GET', path)).body.resources as { storageVersionHash?: string }[]).map(({ storageVersionHash: hash }) => typeof hash)
  for (const of of [usual, server]) {
    await of.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', DEFINITION)
    await vi.waitFor(async () => expect(await hashes(of, '/apis/gates.example.com/v1')).toEqual(['string']), {
      timeout: 20_000,
      interval: 5,
    })
  }
  expect(new Set(await hashes(usual, '/apis/scheduling.k8s.io/v1'))).toEqual(new Set(['string']))
  expect(new Set(await hashes(server, '/apis/scheduling.k8s.io/v1'))).toEqual(new Set(['undefined']))
  expect((await server.send('GET', '/apis/scheduling.k8s.io/v1')).code).toBe(200)
})

const DEFINITION = {
  metadata: { name: 'things.gates.example.com' },
  spec: {
    group: 'gates.example.com',
    names: { plural: 'things', kind: 'Thing' },
    scope: 'Cluster',
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true },
        schema: { openAPIV3Schema: { type: 'object', properties: { size: { type: 'string', enum: ['S', 'L'] } } } },
      },
    ],
  },
}

test('documents list the values of fields of custom resources alone', async () => {
  const enums = async (of: TestServer, path: string): Promise<number> =>
    (await ask(of, `/openapi/v3/${path}`)).body.toString().split('"enum":').length - 1
  expect([await enums(usual, 'api/v1'), await enums(server, 'api/v1')]).toEqual([expect.closeTo(50, -2), 0])
  expect(await enums(server, 'apis/gates.example.com/v1')).toBe(1)
})

const MAPS = '/api/v1/namespaces/default/configmaps'

test('a watch may not ask for a list', async () => {
  const why = async (of: TestServer, query: string): Promise<unknown> => {
    const { code, body } = await of.send('GET', `${MAPS}?timeoutSeconds=1&watch=1&${query}`)
    return code === 200 ? code : body.message
  }
  const prefix = 'ListOptions.meta.k8s.io "" is invalid:'
  expect(await why(server, 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan')).toBe(
    `${prefix} sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled`,
  )
  expect(await why(server, 'sendInitialEvents=true')).toBe(
    `${prefix} [resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled]`,
  )
  expect(await why(server, 'resourceVersionMatch=NotOlderThan')).toBe(
    await why(usual, 'resourceVersion=1&resourceVersionMatch=NotOlderThan'),
  )
})

test('large lists are not compressed', async () => {
  for (const of of [usual, server]) {
    await of.send('POST', MAPS, { metadata: { name: 'large' }, data: { a: 'x'.repeat(200_000) } })
    const { headers } = await ask(of, MAPS, { 'accept-encoding': 'gzip' })
    expect(headers['content-encoding']).toBe(of === usual ? 'gzip' : undefined)
  }
})

const APPS = '/apis/apps/v1/namespaces/default'
const podSpec = { containers: [{ name: 'a', image: 'i' }] }
const template = { metadata: { labels: { app: 'a' } }, spec: podSpec }
const running = { selector: { matchLabels: { app: 'a' } }, template }

test.each(['deployments', 'replicasets'])('the status of %s says nothing of pods that are ending', async (resource) => {
  const written = async ({ send }: TestServer): Promise<unknown> => {
    const { body } = await send('POST', `${APPS}/${resource}`, { metadata: { name: 'ending' }, spec: running })
    const status = { replicas: 2, readyReplicas: 1, terminatingReplicas: 1 }
    return (await send('PUT', `${APPS}/${resource}/ending/status`, { ...body, status })).body.status
  }
  expect([await written(usual), await written(server)]).toEqual([
    { replicas: 2, readyReplicas: 1, terminatingReplicas: 1 },
    { replicas: 2, readyReplicas: 1 },
  ])
})

const costly = { annotations: { 'controller.kubernetes.io/pod-deletion-cost': 'much' } }
const COST = 'annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "much": must be a 32bit integer'
const costlyTemplate = { ...template, metadata: { ...template.metadata, ...costly } }
const jobTemplate = { ...costlyTemplate, spec: { ...podSpec, restartPolicy: 'Never' } }

test.each<[path: string, where: string, object: object]>([
  ['/api/v1/namespaces/default/pods', 'metadata.', { metadata: costly, spec: podSpec }],
  ['/api/v1/namespaces/default/podtemplates', 'template.', { template: costlyTemplate }],
  ['/api/v1/namespaces/default/replicationcontrollers', 'spec.template.', { spec: { template: costlyTemplate } }],
  [`${APPS}/deployments`, 'spec.template.', { spec: { ...running, template: costlyTemplate } }],
  [`${APPS}/replicasets`, 'spec.template.', { spec: { ...running, template: costlyTemplate } }],
  [`${APPS}/daemonsets`, 'spec.template.', { spec: { ...running, template: costlyTemplate } }],
  [`${APPS}/statefulsets`, 'spec.template.', { spec: { ...running, template: costlyTemplate } }],
  ['/apis/batch/v1/namespaces/default/jobs', 'spec.template.', { spec: { template: jobTemplate } }],
  [
    '/apis/batch/v1/namespaces/default/cronjobs',
    'spec.jobTemplate.spec.template.',
    { spec: { schedule: '0 0 * * *', jobTemplate: { spec: { template: jobTemplate } } } },
  ],
])('what a pod costs may be any text: %s', async (path, where, object: { metadata?: object }) => {
  const created = ({ send }: TestServer): ReturnType<TestServer['send']> =>
    send('POST', path, { ...object, metadata: { ...object.metadata, name: 'costly' } })
  const refused = await created(usual)
  expect([refused.code, refused.body.message]).toEqual([422, expect.stringContaining(`"costly" is invalid: ${where}${COST}`)])
  expect((await created(server)).code).toBe(201)
})

test('updates of a pod and of its status may say what they like of its cost', async () => {
  const changed = async ({ send }: TestServer): Promise<number[]> => {
    const pod = '/api/v1/namespaces/default/pods/changed'
    await send('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'changed' }, spec: podSpec })
    const merged = { 'content-type': 'application/merge-patch+json' }
    const codes: number[] = []
    for (const path of [`${pod}/status`, pod]) {
      codes.push((await send('PATCH', path, { metadata: costly }, merged)).code)
      await send('PATCH', pod, { metadata: { annotations: null } }, merged)
    }
    return codes
  }
  expect([await changed(usual), await changed(server)]).toEqual([
    [422, 422],
    [200, 200],
  ])
})

test('what is wrong beside is told, and an object with nothing else wrong is warned of', async () => {
  const wrong = { metadata: { ...costly, name: 'wrong' }, spec: { containers: [{ name: 'a' }] } }
  const { code, body } = await server.send('POST', '/api/v1/namespaces/default/pods', wrong)
  expect([code, body.message]).toEqual([422, 'Pod "wrong" is invalid: spec.containers[0].image: Required value'])
  const doubled = { ...podSpec, containers: [{ name: 'a', image: 'i', env: [{ name: 'A' }, { name: 'A' }] }] }
  const warned = await server.api.transport(administrator).request({
    ...{ method: 'POST', path: '/api/v1/namespaces/default/pods', headers: { 'content-type': 'application/json' } },
    body: Buffer.from(JSON.stringify({ metadata: { ...costly, name: 'warned' }, spec: doubled })),
  })
  expect([warned.status, String(warned.headers.warning)]).toEqual([201, expect.stringContaining('hides previous definition of')])
})
