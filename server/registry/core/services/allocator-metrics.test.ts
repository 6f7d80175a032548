import { afterAll, beforeAll, expect, test } from 'vitest'
import { administrator } from '../../../authn/components.ts'
import { startTestServer, type Json, type TestServer } from '../../../testing/api-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const SERVICES = '/api/v1/namespaces/default/services'

/** Samples of the allocators without their durations, as `name{labels}` and value. */
async function samples(): Promise<Record<string, number>> {
  const { body } = await server.api.transport(administrator).request({ method: 'GET', path: '/metrics' })
  const lines = body
    .toString()
    .split('\n')
    .filter((line) => /^kube_apiserver_(?:clusterip|nodeport)_allocator_/.test(line) && !/_bucket|_sum/.test(line))
  return Object.fromEntries(
    lines.map((line) => [line.slice('kube_apiserver_'.length, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  )
}

const create = async (name: string, spec: Json, dryRun = false): Promise<number> =>
  (
    await server.send('POST', `${SERVICES}${dryRun ? '?dryRun=All' : ''}`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { ports: [{ port: 80 }], ...spec },
    })
  ).code

test('what is given out is counted by range, and a dry run gives nothing', async () => {
  const cidr = 'cidr="10.0.0.0/24"'
  const before = await samples()
  // The server's own address.
  expect(before[`clusterip_allocator_allocated_ips{${cidr}}`]).toBe(1)
  const nodePort = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_100 }] }
  expect([
    await create('any', {}),
    await create('chosen', { clusterIP: '10.0.0.9' }),
    await create('taken', { clusterIP: '10.0.0.9' }),
    await create('outside', { clusterIP: '10.9.0.9' }),
    await create('port', nodePort),
    await create('taken-port', nodePort),
    await create('any-port', { type: 'NodePort' }),
    await create('dry', { ...nodePort, clusterIP: '10.0.0.9' }, true),
  ]).toEqual([201, 201, 422, 422, 201, 422, 201, 422])
  const ports = 32_767 - 30_000 + 1
  expect(await samples()).toEqual({
    ...{ [`clusterip_allocator_allocated_ips{${cidr}}`]: 5, [`clusterip_allocator_available_ips{${cidr}}`]: 249 },
    // The refused service with a port that is taken had an address first.
    ...{ [`clusterip_allocator_allocation_total{${cidr},scope="dynamic"}`]: 4 },
    ...{ [`clusterip_allocator_allocation_total{${cidr},scope="static"}`]: 2 },
    ...{ [`clusterip_allocator_allocation_errors_total{${cidr},scope="static"}`]: 1 },
    ...{ [`clusterip_allocator_allocation_duration_seconds_count{${cidr}}`]: 6 },
    ...{ nodeport_allocator_allocated_ports: 2, nodeport_allocator_available_ports: ports - 2 },
    ...{ 'nodeport_allocator_allocation_total{scope="static"}': 1, 'nodeport_allocator_allocation_total{scope="dynamic"}': 1 },
    ...{ 'nodeport_allocator_allocation_errors_total{scope="static"}': 1 },
  })
})
