import { expect, test } from 'vitest'
import { startTestServer } from '../testing/api-server.ts'
import { eventually } from '../testing/eventually.ts'

const SERVICE = '/api/v1/namespaces/default/services/kubernetes'
const ENDPOINTS = '/api/v1/namespaces/default/endpoints/kubernetes'
const RANGE = '/apis/networking.k8s.io/v1/servicecidrs/kubernetes'
const LEASES = '/api/v1/namespaces/kube-node-lease'

// k8s.io/kubernetes/test/integration/servicecidr, TestServiceCIDRMigrationScenarios (change family)
test('a service kubernetes of another family than that of the flags keeps no server from starting, and stays', async () => {
  const first = await startTestServer({ serviceRanges: ['10.0.0.0/24'] })
  const second = await startTestServer({ storage: first.storage, serviceRanges: ['fd00::/112'], advertiseAddress: '2001:db8::1' })
  try {
    expect((await second.send('GET', SERVICE)).body).toMatchObject({ spec: { clusterIP: '10.0.0.1', ipFamilies: ['IPv4'] } })
    expect((await second.send('GET', RANGE)).body).toMatchObject({ spec: { cidrs: ['10.0.0.0/24'] } })
  } finally {
    await second.close()
    await first.close()
  }
})

test('what every cluster has is made anew when it is deleted, and stays as it is when it is changed', async () => {
  const server = await startTestServer()
  const code = async (path: string): Promise<number> => (await server.send('GET', path)).code
  const gone = async (path: string): Promise<void> => {
    await server.send('DELETE', path)
    await server.send('PUT', `${path}/finalize`, { metadata: { name: path.slice(path.lastIndexOf('/') + 1) }, spec: { finalizers: [] } })
    await server.api.feed.fresh()
    expect(await code(path)).toBe(404)
  }
  const again = async (path: string, ms: number): Promise<void> => {
    server.clock.advance(ms - 1)
    await new Promise(setImmediate)
    expect(await code(path)).toBe(404)
    server.clock.advance(1)
    await eventually(async () => expect(await code(path)).toBe(200))
    await server.api.feed.fresh()
  }
  try {
    const before = (await server.send('GET', SERVICE)).body
    await gone(SERVICE)
    await again(SERVICE, 10_000)
    expect((await server.send('GET', SERVICE)).body).toMatchObject({
      spec: { clusterIP: (before.spec as { clusterIP: string }).clusterIP },
    })
    const labels = { a: 'b' }
    await server.send('PATCH', ENDPOINTS, { metadata: { labels } }, { 'content-type': 'application/merge-patch+json' })
    server.clock.advance(10_000)
    await new Promise(setImmediate)
    expect((await server.send('GET', ENDPOINTS)).body).toMatchObject({ metadata: { labels } })
    await gone(RANGE)
    await again(RANGE, 10_000)
    await gone(LEASES)
    await again(LEASES, 60_000 - 30_000)
  } finally {
    await server.close()
  }
})
