import { expect, test } from 'vitest'
import { type Json, startTestServer } from '../testing/api-server.ts'

/** --endpoint-reconciler-type=none, as kube-apiserver does it: the service is there, and who is behind it is not this server's to say. */
const ENDPOINTS = '/api/v1/namespaces/default/endpoints'
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices'

test('with nobody to keep them, the endpoints of default/kubernetes stay as others made them', async () => {
  const server = await startTestServer({ endpointReconciler: { type: 'none' }, advertiseAddress: '192.0.2.1' })
  try {
    expect((await server.send('GET', '/api/v1/namespaces/default/services/kubernetes')).code).toBe(200)
    expect((await server.send('GET', `${ENDPOINTS}/kubernetes`)).code).toBe(404)
    expect((await server.send('GET', `${SLICES}/kubernetes`)).code).toBe(404)
    const subsets = [{ addresses: [{ ip: '192.0.2.7' }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }]
    const own = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'kubernetes' }, subsets }
    expect((await server.send('POST', ENDPOINTS, own)).code).toBe(201)
    const again = await startTestServer({ storage: server.storage, endpointReconciler: { type: 'none' }, advertiseAddress: '192.0.2.1' })
    expect((await again.send('GET', `${ENDPOINTS}/kubernetes`)).body).toMatchObject({ subsets })
    await again.close()
    // A server that keeps them puts its own address there.
    const keeper = await startTestServer({ storage: server.storage, advertiseAddress: '192.0.2.1' })
    const { subsets: kept } = (await keeper.send('GET', `${ENDPOINTS}/kubernetes`)).body as { subsets: Json[] }
    expect(kept.map((s) => s['addresses'])).toEqual([[{ ip: '192.0.2.1' }]])
    await keeper.close()
  } finally {
    await server.close()
  }
})
