import { administrator } from '../../authn/components.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../client/client.ts'
import { FakeClock } from '../../machinery/clock.ts'
import { UsageCollector } from '../../node/index.ts'
import { startTestServer, type TestServer } from '../../testing/api-server.ts'
import type { UsageReadings } from './usage.ts'

const usage = (cpuNanoCores: number, memoryBytes: number) => ({ time: Date.UTC(2026, 0, 1), windowMs: 10_000, cpuNanoCores, memoryBytes })
const readings: UsageReadings = {
  nodes: new Map([['n1', usage(1_234_567, 5 * 1024 * 1024)]]),
  pods: new Map([
    [
      'default/a',
      [
        { ...usage(100_000_000, 1024), name: 'one' },
        { ...usage(0, 2048), name: 'two' },
      ],
    ],
    ['default/gone', [{ ...usage(1, 1), name: 'one' }]],
    ['kube-system/b', [{ ...usage(5, 1_000_000), name: 'one' }]],
  ]),
}
const GROUP = '/apis/metrics.k8s.io/v1beta1'

describe('the metrics API', () => {
  let server: TestServer
  const get = (path: string, accept = 'application/json') => server.send('GET', path, undefined, { accept })
  beforeAll(async () => {
    server = await startTestServer()
    await server.send('POST', '/api/v1/nodes', { metadata: { name: 'n1', labels: { zone: 'z' } } })
    await server.send('POST', '/api/v1/nodes', { metadata: { name: 'silent' } })
    for (const [namespace, name] of [
      ['default', 'a'],
      ['default', 'quiet'],
      ['kube-system', 'b'],
    ]) {
      await server.send('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } })
      const body = {
        metadata: { name, labels: { app: name } },
        spec: {
          containers: [
            { name: 'one', image: 'i' },
            { name: 'two', image: 'i' },
          ],
        },
      }
      expect((await server.send('POST', `/api/v1/namespaces/${namespace}/pods`, body)).code).toBe(201)
    }
  })
  afterAll(() => server.close())

  test('is not there without a source', async () => {
    expect((await server.send('GET', '/apis', undefined)).body.groups).not.toContainEqual(
      expect.objectContaining({ name: 'metrics.k8s.io' }),
    )
    const transport = server.api.transport(administrator)
    expect((await transport.request({ method: 'GET', path: `${GROUP}/nodes` })).status).toBe(404)
    server.api.serveMetrics({ read: () => Promise.resolve(readings) })
  })

  test('is told of', async () => {
    expect((await get('/apis')).body.groups).toContainEqual(expect.objectContaining({ name: 'metrics.k8s.io' }))
    expect(
      ((await get(GROUP)).body.resources as { name: string; kind: string; verbs: string[] }[]).map((r) => [r.name, r.kind, r.verbs]),
    ).toEqual([
      ['nodes', 'NodeMetrics', ['get', 'list']],
      ['pods', 'PodMetrics', ['get', 'list']],
    ])
  })

  test('nodes: those that are measured', async () => {
    const node = {
      metadata: { name: 'n1', creationTimestamp: '2026-01-01T00:00:00Z', labels: expect.objectContaining({ zone: 'z' }) as unknown },
      timestamp: '2026-01-01T00:00:00Z',
      window: '10s',
      usage: { cpu: '1234567n', memory: '5Mi' },
    }
    const { metadata, ...rest } = node
    expect((await get(`${GROUP}/nodes/n1`)).body).toEqual({
      kind: 'NodeMetrics',
      apiVersion: 'metrics.k8s.io/v1beta1',
      metadata: { name: 'n1', creationTimestamp: metadata.creationTimestamp, labels: { zone: 'z' } },
      ...rest,
    })
    expect((await get(`${GROUP}/nodes`)).body).toMatchObject({ kind: 'NodeMetricsList', items: [{ ...rest }] })
    expect((await get(`${GROUP}/nodes/silent`)).body).toMatchObject({ code: 404, message: 'nodemetrics.metrics.k8s.io "silent" not found' })
  })

  test('pods: of a namespace or of all, by labels, as a table', async () => {
    const names = async (path: string) => ((await get(path)).body.items as { metadata: { name: string } }[]).map((i) => i.metadata.name)
    expect(await names(`${GROUP}/pods`)).toEqual(['a', 'b'])
    expect(await names(`${GROUP}/namespaces/default/pods`)).toEqual(['a'])
    expect(await names(`${GROUP}/pods?labelSelector=app%3Db`)).toEqual(['b'])
    expect((await get(`${GROUP}/namespaces/default/pods/a`)).body).toMatchObject({
      metadata: { namespace: 'default', name: 'a' },
      containers: [
        { name: 'one', usage: { cpu: '100000000n', memory: '1Ki' } },
        { name: 'two', usage: { cpu: '0', memory: '2Ki' } },
      ],
    })
    expect((await get(`${GROUP}/namespaces/default/pods/gone`)).body).toMatchObject({
      code: 404,
      message: 'podmetrics.metrics.k8s.io "default/gone" not found',
    })
    const table = await get(`${GROUP}/namespaces/default/pods`, 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json')
    expect((table.body.rows as { cells: unknown[] }[]).map((r) => r.cells)).toEqual([['a', '100000000n', '3Ki', '10s']])
  })

  test.each([
    ['GET', `${GROUP}/namespaces/default/nodes`, 404],
    ['GET', `${GROUP}/others`, 404],
    ['GET', `${GROUP}/pods?labelSelector=%3D%3D`, 400],
    ['POST', `${GROUP}/nodes`, 405],
    ['DELETE', `${GROUP}/namespaces/default/pods/a`, 405],
  ])('%s %s: %i', async (method, path, code) =>
    expect((await server.send(method, path, method === 'POST' ? {} : undefined)).code).toBe(code),
  )
})

test('kubelets are asked once in fifteen seconds, together; one that does not answer is left out', async () => {
  const clock = new FakeClock()
  const asked: string[] = []
  const figures = (nano: number) => ({ cpu: { time: '2026-01-01T00:00:00Z', usageNanoCores: nano }, memory: { workingSetBytes: 7 } })
  const request = ({ path }: { path: string }) => {
    asked.push(path)
    const body =
      path.startsWith('/api/v1/nodes?') || path === '/api/v1/nodes'
        ? { items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }] }
        : {
            node: figures(1),
            pods: [
              { podRef: { name: 'p', namespace: 'ns' }, containers: [{ name: 'c', ...figures(2) }] },
              { podRef: { name: 'half', namespace: 'ns' }, containers: [{ name: 'c' }] },
            ],
          }
    if (path.includes('/b/')) return Promise.reject(new Error('no route'))
    return Promise.resolve({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(body)) })
  }
  const client = createClient({ request } as never, { userAgent: 'test', clock })
  const collector = new UsageCollector({ client, clock, signal: new AbortController().signal })
  const [first, second] = await Promise.all([collector.read(), collector.read()])
  expect(first).toBe(second)
  expect([...first.nodes]).toEqual([['a', { time: Date.UTC(2026, 0, 1), windowMs: 10_000, cpuNanoCores: 1, memoryBytes: 7 }]])
  expect([...first.pods.keys()]).toEqual(['ns/p'])
  expect(asked.length).toBe(3)
  clock.advance(14_000)
  await collector.read()
  expect(asked.length).toBe(3)
  clock.advance(2000)
  await collector.read()
  expect(asked.length).toBe(6)
})
