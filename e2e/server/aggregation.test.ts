import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { readKubeconfig, type Obj } from '../fixtures/api.ts'
import { extensionServer, type ExtensionServer } from '../fixtures/extension-server.ts'
import { startServer, type Server } from '../fixtures/server.ts'
import { until } from '../fixtures/until.ts'

const SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices'
const NAME = 'v1.example.org'
const FLAVORS = '/apis/example.org/v1/namespaces/default/flavors'

interface Condition {
  type: string
  status: string
  reason: string
  message: string
}

const conditionOf = (o: Obj): Condition | undefined =>
  (o.status as { conditions?: Condition[] } | undefined)?.conditions?.find((c) => c.type === 'Available')

const available = (server: Server, reason: string): Promise<Condition> =>
  until(`Available for the reason ${reason}`, async () => {
    const found = conditionOf(await server.api.get(`${SERVICES}/${NAME}`))
    return found?.reason === reason && found
  })

async function authentication(server: Server): Promise<Record<string, string>> {
  return (await server.api.get('/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication')).data!
}

/** Says that the extension server, behind a service `flavors`, has the group. */
async function register(server: Server, { ca }: ExtensionServer): Promise<void> {
  await server.api.create(SERVICES, {
    ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: NAME } },
    spec: {
      ...{ group: 'example.org', version: 'v1', groupPriorityMinimum: 100, versionPriority: 10 },
      caBundle: Buffer.from(ca).toString('base64'),
      service: { namespace: 'default', name: 'flavors' },
    },
  })
}

/** A service `flavors` with one endpoint on this machine. */
async function expose(server: Server, port: number): Promise<void> {
  await server.api.create('/api/v1/namespaces/default/services', {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'flavors' } },
    spec: { ports: [{ name: 'https', port: 443, targetPort: port }] },
  })
}

async function endpoint(server: Server, { address, port }: ExtensionServer): Promise<void> {
  await server.api.create('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
    ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
    metadata: { name: 'flavors-1', labels: { 'kubernetes.io/service-name': 'flavors' } },
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  })
}

test('an extension API server behind an APIService: found step by step, asked as who asks, watched, listed in discovery, gone again', async () => {
  await using server = await startServer()
  const data = await authentication(server)
  expect(JSON.parse(data['requestheader-allowed-names']!)).toEqual(['front-proxy-client'])
  await using extension = await extensionServer('flavors.default.svc', data['requestheader-client-ca-file']!)

  await register(server, extension)
  expect((await available(server, 'ServiceNotFound')).message).toBe('service/flavors in "default" is not present')
  const refused = await server.api.send('GET', FLAVORS)
  expect([refused.status, refused.text]).toEqual([503, 'service unavailable\n'])
  const stale = await server.api.send('GET', '/apis', { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' })
  const versionsIn = (text: string): unknown =>
    (JSON.parse(text) as { items: { metadata: { name: string }; versions: unknown }[] }).items.find(
      (g) => g.metadata.name === 'example.org',
    )?.versions
  expect(versionsIn(stale.text)).toEqual([{ version: 'v1', freshness: 'Stale' }])

  await expose(server, extension.port)
  expect((await available(server, 'EndpointsNotFound')).message).toBe('cannot find endpointslices for service/flavors in "default"')
  await endpoint(server, extension)
  expect(await available(server, 'Passed')).toMatchObject({ status: 'True', message: 'all checks passed' })

  const list = await server.api.get<{ items: Obj[] }>(FLAVORS)
  expect(list.items.map((o) => o.metadata.name)).toEqual(['lemon', 'mint'])
  // Who asks is said by us, and by nobody else; credentials stay here.
  await server.api.send('GET', FLAVORS, { headers: { 'x-remote-user': 'system:admin', 'x-remote-group': 'system:masters' } })
  expect(extension.askers).toHaveLength(2)
  for (const asker of extension.askers) {
    expect(asker).toMatchObject({ user: 'kubernetes-admin', extra: undefined, path: FLAVORS })
    expect(asker.groups).toEqual(expect.arrayContaining(['system:masters', 'system:authenticated']))
  }
  expect((await server.api.send('GET', `${FLAVORS}/salt`)).json<{ message: string }>().message).toBe('no such flavor')

  {
    using watch = await server.api.watch(FLAVORS)
    await until('the watch at the extension server', () => extension.askers.some((a) => a.path.includes('watch')))
    extension.emit({
      type: 'ADDED',
      object: { kind: 'Flavor', apiVersion: 'example.org/v1', metadata: { name: 'salt', resourceVersion: '2' } },
    })
    await watch.until('the new flavor', (e) => e.object.metadata.name === 'salt')
  }

  expect((await server.kubectl.run(['get', 'flavors'])).stdout).toContain('lemon')
  expect((await server.kubectl.run(['api-resources', '--api-group=example.org'])).stdout).toMatch(
    /flavors\s+fl\s+example.org\/v1\s+true\s+Flavor/,
  )
  const index = (await server.api.send('GET', '/openapi/v3')).json<{ paths: Record<string, { serverRelativeURL: string }> }>()
  expect(index.paths['apis/example.org/v1']?.serverRelativeURL).toBe('/openapi/v3/apis/example.org/v1?hash=1')
  expect((await server.api.send('GET', '/openapi/v3/apis/example.org/v1?hash=1')).json<{ info: { title: string } }>().info.title).toBe(
    'flavors',
  )

  const v2 = (await server.api.send('GET', '/openapi/v2')).json<{ paths: Record<string, unknown> }>()
  expect([v2.paths['/apis/example.org/v1/flavors'], v2.paths['/metrics']]).toEqual([
    { get: { responses: { 200: { description: 'OK' } } } },
    undefined,
  ])

  await server.api.remove(`${SERVICES}/${NAME}`)
  await until('the group to go', async () => (await server.api.send('GET', '/apis/example.org')).status === 404)
  expect((await server.api.send('GET', FLAVORS)).status).toBe(404)
})

/** Asks for another protocol with a token or certificate of the server's own kubeconfig. Resolves with the answer, and the connection where it has switched. */
function upgraded(server: Server, path: string, protocol: string): Promise<{ answer: IncomingMessage; socket?: Duplex }> {
  const { host, port, ...credentials } = { ...readKubeconfig(server.kubeconfig), host: '127.0.0.1', port: server.port }
  return new Promise((resolve, reject) => {
    const req = request({ ...credentials, host, port, path, headers: { connection: 'Upgrade', upgrade: protocol } })
    req.once('upgrade', (answer, socket) => resolve({ answer, socket }))
    req.once('response', (answer) => resolve({ answer }))
    req.once('error', reject)
    req.end()
  })
}

test('upgrades go through to the server behind, as who asks; one that it refuses is refused in its words', async () => {
  await using server = await startServer()
  const data = await authentication(server)
  await using extension = await extensionServer('flavors.default.svc', data['requestheader-client-ca-file']!)
  await register(server, extension)
  await expose(server, extension.port)
  await endpoint(server, extension)
  await available(server, 'Passed')
  for (const protocol of ['websocket', 'SPDY/3.1']) {
    const { answer, socket } = await upgraded(server, `${FLAVORS}/lemon/talk?as=${protocol}`, protocol)
    expect([answer.statusCode, answer.headers['upgrade'], answer.headers['x-said']]).toEqual([101, protocol, 'hello'])
    let heard = ''
    socket!.on('data', (bytes: Buffer) => (heard += bytes.toString()))
    const long = 'sour '.repeat(100_000)
    socket!.write(long)
    await until('all to be said', () => Promise.resolve(heard.length === long.length))
    expect(heard === long.toUpperCase()).toBe(true)
    const closed = new Promise<void>((resolve) => socket!.once('close', resolve))
    socket!.end()
    await closed
  }
  expect(extension.askers.map((a) => [a.user, a.extra, a.path])).toEqual([
    ['kubernetes-admin', undefined, `${FLAVORS}/lemon/talk?as=websocket`],
    ['kubernetes-admin', undefined, `${FLAVORS}/lemon/talk?as=SPDY/3.1`],
  ])
  const { answer } = await upgraded(server, `${FLAVORS}/quiet`, 'websocket')
  expect([answer.statusCode, await text(answer)]).toEqual([403, 'not a word\r\n'])
})

test('a server that fails, or whose certificate nobody has vouched for, is not available, and the condition says why', async () => {
  await using server = await startServer()
  const data = await authentication(server)
  await using extension = await extensionServer('flavors.default.svc', data['requestheader-client-ca-file']!)
  extension.failing = true
  await expose(server, extension.port)
  await endpoint(server, extension)
  const create = (trust: object): Promise<Obj> =>
    server.api.create(SERVICES, {
      ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: NAME } },
      spec: {
        ...{ group: 'example.org', version: 'v1', groupPriorityMinimum: 100, versionPriority: 10, ...trust },
        service: { namespace: 'default', name: 'flavors' },
      },
    })
  await create({ insecureSkipTLSVerify: true })
  const url = `https://${extension.address}:${extension.port}/apis/example.org/v1`
  expect((await available(server, 'FailedDiscoveryCheck')).message).toBe(
    `failing or missing response from ${url}: bad status from ${url}: 500`,
  )
  extension.failing = false
  expect(await available(server, 'Passed')).toMatchObject({ status: 'True' })
  await server.api.remove(`${SERVICES}/${NAME}`)
  await create({ caBundle: Buffer.from(data['client-ca-file']!).toString('base64') })
  expect((await available(server, 'FailedDiscoveryCheck')).message).toMatch(/certificate/)
})

test('whether a server serves says nothing of whether it tells what it has', async () => {
  await using server = await startServer()
  await using extension = await extensionServer('flavors.default.svc', (await authentication(server))['requestheader-client-ca-file']!)
  await expose(server, extension.port)
  await endpoint(server, extension)
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
  type Version = { freshness: string; resources?: { resource: string; responseKind: object }[] }
  const shown = (freshness: string): Promise<Version> =>
    until(`a group that is ${freshness}`, async () => {
      const { items } = (await server.api.send('GET', '/apis', { headers: { accept } })).json<{
        items: (Obj & { versions: Version[] })[]
      }>()
      const [version] = items.find((g) => g.metadata.name === 'example.org')?.versions ?? []
      return version?.freshness === freshness && version
    })
  extension.tells = 'nothing'
  await register(server, extension)
  expect(await available(server, 'Passed')).toMatchObject({ status: 'True' })
  expect((await shown('Stale')).resources ?? []).toEqual([])
  expect((await server.api.send('GET', FLAVORS)).status).toBe(200)
  extension.tells = 'all at once'
  expect((await available(server, 'FailedDiscoveryCheck')).message).toContain('bad status')
  expect((await shown('Current')).resources).toMatchObject([{ resource: 'flavors', responseKind: { group: '', version: '', kind: '' } }])
})

test('the APIServices of our own groups and of custom resources are kept; a faulty one is refused in the words of the reference', async () => {
  await using server = await startServer()
  const names = async (): Promise<string[]> => (await server.api.get<{ items: Obj[] }>(SERVICES)).items.map((o) => o.metadata.name)
  expect(await names()).toEqual(expect.arrayContaining(['v1.', 'v1.apps', 'v2.autoscaling', 'v1.storagemigration.k8s.io']))
  await until('v1.apps to be available', async () => conditionOf(await server.api.get(`${SERVICES}/v1.apps`))?.reason === 'Local')
  await server.api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'crons.example.com' } },
    spec: {
      ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'crons', kind: 'Cron' } },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  })
  await until('its APIService', async () => (await names()).includes('v1.example.com'))
  await server.api.remove('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/crons.example.com')
  await until('its APIService to go', async () => !(await names()).includes('v1.example.com'))
  const refused = await server.api.send('POST', SERVICES, { body: { metadata: { name: 'v1.a.b' }, spec: {} } })
  expect(refused.json<{ message: string }>().message).toBe(
    'APIService.apiregistration.k8s.io "v1.a.b" is invalid: [metadata.name: Invalid value: "v1.a.b": must be `spec.version+"."+spec.group`: ".", spec.group: Required value: only v1 may have an empty group and it better be legacy kube, spec.version: Invalid value: "": a DNS-1035 label must consist of lower case alphanumeric characters or \'-\', start with an alphabetic character, and end with an alphanumeric character (e.g. \'my-name\',  or \'abc-123\', regex used for validation is \'[a-z]([-a-z0-9]*[a-z0-9])?\'), spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000, spec.versionPriority: Invalid value: 0: must be positive and less than 1000]',
  )
})
