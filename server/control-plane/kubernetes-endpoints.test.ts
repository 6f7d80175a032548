import { afterEach, expect, test, vi } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { type Json, startTestServer, type TestServer, type TestServerOptions } from '../testing/api-server.ts'
import { eventually } from '../testing/eventually.ts'
import { RECONCILE_MS } from './kubernetes-endpoints.ts'

const ENDPOINTS = '/api/v1/namespaces/default/endpoints/kubernetes'
const SLICE = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes'
const [FIRST, SECOND, THIRD] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'] as const
const MERGE = { 'content-type': 'application/merge-patch+json' }

const servers: TestServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0).reverse()) await server.close()
})

async function start(advertiseAddress: string, o: TestServerOptions = {}): Promise<TestServer> {
  const [first] = servers
  const shared = first === undefined ? {} : { storage: first.storage, clock: first.clock }
  const server = await startTestServer({ ...shared, endpointReconciler: { type: 'lease' }, advertiseAddress, ...o })
  servers.push(server)
  return server
}

/** Whom Endpoints and EndpointSlice name. */
async function named(server: TestServer): Promise<[string[], string[]]> {
  await server.api.feed.fresh()
  const { subsets = [] } = (await server.send('GET', ENDPOINTS)).body as { subsets?: { addresses: { ip: string }[] }[] }
  const { endpoints } = (await server.send('GET', SLICE)).body as { endpoints: { addresses: string[] }[] | null }
  return [subsets.flatMap(({ addresses }) => addresses.map(({ ip }) => ip)), (endpoints ?? []).flatMap(({ addresses }) => addresses)]
}

/** Both must name the same. */
async function behind(server: TestServer): Promise<string[]> {
  const [ips, sliced] = await named(server)
  expect(sliced).toEqual(ips)
  return ips
}

const shows = (server: TestServer, ips: readonly string[]): Promise<void> =>
  eventually(async () => expect(await named(server)).toEqual([ips, ips]))

/** At one of the looks from now on. The next may be missed: who looks waits anew only when everything is written. */
async function soonShows(server: TestServer, ips: readonly string[]): Promise<void> {
  await eventually(async () => {
    server.clock.advance(RECONCILE_MS)
    await vi.waitFor(async () => expect(await named(server)).toEqual([ips, ips]), { timeout: 1000, interval: 1 })
  })
}

// k8s.io/kubernetes/pkg/controlplane/reconcilers/lease_test.go
test('servers that keep leases are behind the service together; one that stops or is lost is not', async () => {
  const first = await start(FIRST)
  expect(await behind(first)).toEqual([FIRST])
  const second = await start(SECOND)
  expect(await behind(second)).toEqual([FIRST, SECOND])
  expect((await first.send('GET', ENDPOINTS)).body).toMatchObject({
    metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ ports: [{ name: 'https', protocol: 'TCP' }] }],
  })
  // A server of another kind that has gone without a word: its lease ends.
  await first.storage.create(`/registry/masterleases/${THIRD}`, Buffer.from('k8s\0'), { ttlSeconds: 15 })
  first.clock.advance(RECONCILE_MS)
  await shows(first, [FIRST, SECOND, THIRD])
  await soonShows(first, [FIRST, SECOND])
  await second.close()
  servers.pop()
  expect(await behind(first)).toEqual([FIRST])
})

test('what somebody makes of the addresses is put right, the rest stays', async () => {
  const server = await start(FIRST)
  const labels = { mine: 'x' }
  const subsets = [{ addresses: [{ ip: THIRD }], ports: [{ port: 1 }] }]
  expect((await server.send('PATCH', ENDPOINTS, { metadata: { labels }, subsets }, MERGE)).code).toBe(200)
  await soonShows(server, [FIRST])
  // Ports are set at the start only: servers that share a cluster may have other ones.
  expect((await server.send('GET', ENDPOINTS)).body).toMatchObject({ metadata: { labels }, subsets: [{ ports: [{ port: 1 }] }] })
  for (const path of [ENDPOINTS, SLICE]) expect((await server.send('DELETE', path)).code).toBe(200)
  await soonShows(server, [FIRST])
})

test('a slice of another family makes room', async () => {
  await start('2001:db8::1')
  const second = await start(FIRST, { endpointReconciler: { type: 'alone' } })
  expect((await second.send('GET', SLICE)).body).toMatchObject({ addressType: 'IPv4', endpoints: [{ addresses: [FIRST] }] })
})

// k8s.io/kubernetes/pkg/controlplane/reconcilers/instancecount.go
test.each<[count: number, there: string[], after: string[]]>([
  [1, [FIRST], [SECOND]],
  [2, [FIRST], [FIRST, SECOND]],
  [2, [FIRST, THIRD], [FIRST, SECOND]],
  [2, [FIRST, SECOND], [FIRST, SECOND]],
  [1, [THIRD, FIRST], [SECOND]],
])('of %i servers there are %j; the second brings %j', async (count, there, after) => {
  const clock = new FakeClock()
  const first = await start(FIRST, { clock, endpointReconciler: { type: 'none' } })
  const ports = [{ name: 'https', port: 1, protocol: 'TCP' }]
  const own: Json = { metadata: { name: 'kubernetes' }, subsets: [{ addresses: there.map((ip) => ({ ip })), ports }] }
  expect((await first.send('POST', ENDPOINTS.replace('/kubernetes', ''), own)).code).toBe(201)
  const second = await start(SECOND, { endpointReconciler: { type: 'master-count', count } })
  expect(await behind(second)).toEqual(after)
  await second.close()
  servers.pop()
  expect(await behind(first)).toEqual(after.filter((ip) => ip !== SECOND))
})
