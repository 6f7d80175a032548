import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { administrator } from '../authn/components.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Transport } from '../client/transport.ts'
import { startTestServer, type TestServer } from '../testing/api-server.ts'
import { randomEndpoint, type Slice } from './service-target.ts'

/** What kube-apiserver 1.37.2 answers to the same requests on the same objects. */
let server: TestServer
let transport: Transport
beforeAll(async () => {
  server = await startTestServer()
  transport = server.api.transport(administrator)
  const made = [
    await server.send('POST', '/api/v1/nodes', { metadata: { name: 'bare' } }),
    await server.send('POST', '/api/v1/nodes', {
      metadata: { name: 'there' },
      status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }], daemonEndpoints: { kubeletEndpoint: { Port: 10250 } } },
    }),
    await server.send('POST', '/api/v1/namespaces/default/pods', {
      metadata: { name: 'pending' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    }),
    await server.send('POST', '/api/v1/namespaces/default/services', {
      metadata: { name: 'empty' },
      spec: { ports: [{ name: 'http', port: 80 }] },
    }),
  ]
  expect(made.map((m) => m.code)).toEqual([201, 201, 201, 201])
})
afterAll(() => server.close())

const node = '/api/v1/nodes'
const core = '/api/v1/namespaces/default'

interface Answer {
  status: number
  headers: Record<string, unknown>
  body: Buffer
}
const ask = (path: string, method = 'GET'): Promise<Answer> => transport.request({ method, path, headers: {} }) as Promise<Answer>

describe('whom a proxied request leads to is found before it is sent on, or back for its slash', () => {
  test.each([
    [`${node}/nope/proxy`, 404, 'nodes "nope" not found'],
    [`${node}/bare/proxy`, 500, 'no preferred addresses found; known addresses: []'],
    [`${node}/there:x:y:z/proxy`, 400, 'invalid node request "there:x:y:z"'],
    [`${node}/ftp:there:10250/proxy`, 400, 'invalid node request "ftp:there:10250"'],
    [`${node}/:10250/proxy/`, 400, 'invalid node request ":10250"'],
    [`${node}/there:99999/proxy/`, 503, 'error trying to reach service: dial tcp: address 99999: invalid port'],
    ['/api/v1/proxy/nodes/nope', 404, 'nodes "nope" not found'],
    [`${core}/pods/nope/proxy`, 404, 'pods "nope" not found'],
    [`${core}/pods/pending/proxy`, 400, 'address not allowed'],
    [`${core}/pods/pending:a:b:c/proxy/`, 400, 'invalid pod request "pending:a:b:c"'],
    [`${core}/services/nope/proxy`, 503, 'no endpoints available for service "nope"'],
    [`${core}/services/nope:80/proxy`, 404, 'services "nope" not found'],
    [`${core}/services/empty/proxy`, 503, 'no endpoints available for service "empty"'],
    [`${core}/services/empty:http/proxy`, 503, 'no endpoints available for service "empty"'],
    [`${core}/services/empty:99/proxy`, 503, 'no service port 99 found for service "empty"'],
    [`${core}/services/a:b:c:d/proxy`, 400, 'invalid service request "a:b:c:d"'],
  ])('%s', async (path, status, message) => {
    const answer = await ask(path)
    expect([answer.status, (JSON.parse(answer.body.toString()) as { message: string }).message]).toEqual([status, message])
  })

  test.each([
    [`${node}/there/proxy`, `${node}/there/proxy/`],
    [`${node}/there/proxy?a=b`, `${node}/there/proxy/?a=b`],
    [`${node}/https:there:10250/proxy`, `${node}/https:there:10250/proxy/`],
    ['/api/v1/proxy/nodes/there', '/api/v1/proxy/nodes/there/'],
  ])('%s needs its slash', async (path, location) => {
    const { status, headers } = await ask(path)
    expect([status, headers['location']]).toEqual([301, location])
  })
})

describe('streams into a pod, and its log', () => {
  const pods = `${core}/pods`
  const noContainer = (pod: string, names: string): string => `a container name must be specified for pod ${pod}, choose one of: [${names}]`
  const port = (text: string, why: string): string => `cannot convert to []int32: strconv.ParseUint: parsing "${text}": ${why}`

  beforeAll(async () => {
    const made = [
      await pod('there', { nodeName: 'there' }),
      await pod('astray', { nodeName: 'gone' }),
      await pod('homeless', { nodeName: 'bare' }),
      await pod('three', { nodeName: 'there', containers: [named('a'), named('b')], initContainers: [named('first')] }),
    ]
    expect(made.map((m) => m.code)).toEqual([201, 201, 201, 201])
  })
  const named = (name: string): object => ({ name, image: 'i' })
  const pod = (name: string, spec: object): Promise<{ code: number }> =>
    server.send('POST', pods, { metadata: { name }, spec: { containers: [named('c')], ...spec } })

  test.each([
    ['GET', 'nope/exec?command=ls', 404, 'pods "nope" not found'],
    ['POST', 'pending/exec?command=ls', 400, 'pod pending does not have a host assigned'],
    ['POST', 'pending/attach', 400, 'pod pending does not have a host assigned'],
    ['GET', 'pending/portforward', 400, 'pod pending does not have a host assigned'],
    ['GET', 'pending/exec?container=x', 400, 'container x is not valid for pod pending'],
    ['POST', 'there/exec?command=ls&stdout=true', 400, 'Upgrade request required'],
    ['POST', 'there/attach?stdin=1', 400, 'Upgrade request required'],
    ['POST', 'there/portforward?ports=80,65535&ports=0', 400, 'Upgrade request required'],
    ['POST', 'there/portforward?ports=x', 400, port('x', 'invalid syntax')],
    ['POST', 'there/portforward?ports=65536', 400, port('65536', 'value out of range')],
    ['POST', 'nope/portforward?ports=', 400, port('', 'invalid syntax')],
    ['POST', 'there/exec/below', 404, 'the server could not find the requested resource'],
    ['PUT', 'there/exec', 405, 'the server does not allow this method on the requested resource'],
    ['DELETE', 'there/portforward', 405, 'the server does not allow this method on the requested resource'],
    ['GET', 'three/exec', 400, noContainer('three', 'first a b')],
    ['GET', 'three/exec?container=first', 400, 'Upgrade request required'],
    ['GET', 'three/portforward', 400, 'Upgrade request required'],
    ['GET', 'three/log', 400, noContainer('three', 'first a b')],
    ['GET', 'astray/exec', 404, 'pods "gone" not found'],
    ['GET', 'astray/log', 404, 'pods "gone" not found'],
    ['GET', 'homeless/attach', 500, 'no preferred addresses found; known addresses: []'],
  ])('%s %s', async (method, path, status, message) => {
    const answer = await ask(`${pods}/${path}`, method)
    expect([answer.status, (JSON.parse(answer.body.toString()) as { message: string }).message]).toEqual([status, message])
  })

  const options = (errors: string): string => `PodLogOptions "nope" is invalid: ${errors}`
  const time = (text: string, rest: string, layout: string): string =>
    `parsing time "${text}" as "2006-01-02T15:04:05Z07:00": cannot parse "${rest}" as "${layout}"`
  test.each([
    ['tailLines=x&sinceTime=y', 400, time('y', 'y', '2006')],
    ['sinceTime=2020-01-01', 400, time('2020-01-01', '', 'T')],
    ['limitBytes=', 400, 'strconv.ParseInt: parsing "": invalid syntax'],
    ['tailLines=x&tailLines=1', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['tailLines=9223372036854775808', 400, 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
    [
      'limitBytes=0&tailLines=-1&sinceSeconds=0&stream=a',
      422,
      options(
        '[tailLines: Invalid value: -1: must be greater than or equal to 0, limitBytes: Invalid value: 0: must be greater than 0, ' +
          'sinceSeconds: Invalid value: 0: must be greater than 0, stream: Forbidden: may not be specified]',
      ),
    ],
    ['sinceSeconds=0&sinceTime=', 422, options('[]: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified')],
    ['limitBytes=-9223372036854775808', 422, options('limitBytes: Invalid value: -9223372036854775808: must be greater than 0')],
    ['tailLines=0&limitBytes=%2B1&sinceTime=null&follow=x', 404, 'pods "nope" not found'],
  ])('what is wanted of a log is looked at before the pod is: %s', async (query, code, message) => {
    const { status, body } = await ask(`${pods}/nope/log?${query}`)
    expect([status, (JSON.parse(body.toString()) as { message: string }).message]).toEqual([code, message])
  })

  test('a pod without a node has no log yet, which is no error', async () => {
    expect(await ask(`${pods}/pending/log`)).toMatchObject({ status: 204, body: Buffer.alloc(0) })
  })
})

test('a kubelet that nobody reaches has no log, in the words of who asked it', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  closed.close()
  await once(closed, 'close')
  const status = { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }], daemonEndpoints: { kubeletEndpoint: { Port: port } } }
  const made = [
    await server.send('POST', node, { metadata: { name: 'silent' }, status }),
    await server.send('POST', `${core}/pods`, {
      metadata: { name: 'mute' },
      spec: { nodeName: 'silent', containers: [{ name: 'c', image: 'i' }] },
    }),
  ]
  expect(made.map((m) => m.code)).toEqual([201, 201])
  const { status: code, body } = await ask(`${core}/pods/mute/log?tailLines=1`)
  const why = `dial tcp 127.0.0.1:${port}: connect: connection refused`
  expect([code, (JSON.parse(body.toString()) as { message: string }).message]).toEqual([
    500,
    `Get "https://127.0.0.1:${port}/containerLogs/default/mute/c?tailLines=1": ${why}`,
  ])
})

describe('rights', () => {
  const group = 'rbac.authorization.k8s.io'
  const rights = `/apis/${group}/v1/namespaces/default`

  async function grant(user: string, resources: string[], verbs: string[]): Promise<void> {
    const made = [
      await server.send('POST', `${rights}/roles`, { metadata: { name: user }, rules: [{ apiGroups: [''], resources, verbs }] }),
      await server.send('POST', `${rights}/rolebindings`, {
        metadata: { name: user },
        roleRef: { apiGroup: group, kind: 'Role', name: user },
        subjects: [{ apiGroup: group, kind: 'User', name: user }],
      }),
      // A consistent read: who decides has seen it then.
      await server.send('GET', `${rights}/rolebindings/${user}`),
    ]
    expect(made.map((m) => m.code)).toEqual([201, 201, 200])
  }

  async function asked(user: string, path: string): Promise<[status: number, message: string]> {
    const as = server.api.transport({ name: user, groups: ['system:authenticated'] })
    const { status, body } = await as.request({ method: 'GET', path, headers: {} })
    return [status, (JSON.parse(body.toString()) as { message: string }).message]
  }

  test('who gets a stream must be allowed to create one', async () => {
    const resources = ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy']
    await grant('getter', resources, ['get'])
    await grant('both', resources, ['get', 'create'])
    for (const path of ['exec?command=ls', 'attach', 'portforward']) {
      expect(await asked('getter', `${core}/pods/pending/${path}`)).toEqual([403, 'pods "pending" is forbidden: '])
      expect(await asked('both', `${core}/pods/pending/${path}`)).toEqual([400, 'pod pending does not have a host assigned'])
    }
    expect(await asked('getter', `${core}/pods/pending/proxy/`)).toEqual([400, 'address not allowed'])
  })

  test('a removed path of a proxy needs its own verb and what the path of today needs', async () => {
    const path = '/api/v1/proxy/namespaces/default/pods/pending/x'
    const forbidden = (user: string, what: string): string =>
      `pods "pending" is forbidden: User "${user}" cannot ${what} in API group "" in the namespace "default"`
    await grant('all-pods', ['pods'], ['*'])
    await grant('get-proxy', ['pods/proxy'], ['get'])
    await grant('proxy-both', ['pods', 'pods/proxy'], ['proxy', 'get'])
    expect(await asked('all-pods', path)).toEqual([403, forbidden('all-pods', 'get resource "pods/proxy"')])
    expect(await asked('get-proxy', path)).toEqual([403, forbidden('get-proxy', 'proxy resource "pods"')])
    expect(await asked('proxy-both', path)).toEqual([400, 'address not allowed'])
  })
})

describe('an endpoint of a service', () => {
  const slice = (addressType: string, ...addresses: [ip: string, ready?: boolean][]): Slice => ({
    addressType,
    ports: [
      { name: 'metrics', port: 9 },
      { name: '', port: 8080 },
    ],
    endpoints: addresses.map(([ip, ready]) => ({ addresses: [ip], conditions: { ...(ready === undefined ? {} : { ready }) } })),
  })
  const all = (): boolean => true

  test('is a ready one that is accepted, of the primary family while that has any', () => {
    const slices = [slice('IPv6', ['fd00::1']), slice('IPv4', ['10.0.0.1', false], ['10.0.0.2'], ['10.0.0.3'])]
    for (const r of [0, 0.3, 0.6, 0.99]) {
      const accepts = (e: { addresses?: string[] }): boolean => e.addresses?.[0] !== '10.0.0.3'
      expect(randomEndpoint(slices, '', accepts, () => r)).toEqual({ host: '10.0.0.2', port: 8080 })
      expect(
        randomEndpoint(
          slices,
          '',
          (e) => e.addresses?.[0] === 'fd00::1',
          () => r,
        ),
      ).toEqual({ host: 'fd00::1', port: 8080 })
    }
  })

  test('is each of them at some time, by the port of the name', () => {
    const slices = [slice('IPv4', ['10.0.0.1'], ['10.0.0.2'])]
    expect([0, 0.5].map((r) => randomEndpoint(slices, 'metrics', all, () => r))).toEqual([
      { host: '10.0.0.1', port: 9 },
      { host: '10.0.0.2', port: 9 },
    ])
    expect(randomEndpoint(slices, 'http', all)).toBeUndefined()
    expect(randomEndpoint([], '', all)).toBeUndefined()
  })
})
