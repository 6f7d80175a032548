import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeClock } from '../../../machinery/clock.ts'
import { admitEverything } from '../../../admission/contract.ts'
import { serverContext } from '../../generic/strategy.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { startTestServer, type TestServer } from '../../../testing/api-server.ts'
import { scheme } from '../../../scheme/index.ts'
import { FAMILY_LABEL, MANAGED_BY_LABEL, MANAGER } from './cluster-ips.ts'
import { serviceNetwork } from './network.ts'
import { ServiceRepair } from './repair.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.close())

const HOUR = 3_600_000

function repairAt(now: number): { repair: ServiceRepair; network: ReturnType<typeof serviceNetwork> } {
  const { registry } = server.api
  const network = serviceNetwork(
    { storage: server.storage, types: scheme, clock: new FakeClock(now), keyPrefix: '/registry', serviceAddress: '10.0.0.1' },
    (r) => registry.store(r),
  )
  const stores = { services: registry.store('services'), addresses: registry.store('ipaddresses.networking.k8s.io') }
  return {
    repair: new ServiceRepair(network.allocators, stores, serverContext({ clock: new FakeClock(now), admission: admitEverything })),
    network,
  }
}

const names = async (): Promise<string[]> =>
  ((await server.send('GET', '/apis/networking.k8s.io/v1/ipaddresses')).body.items as KubeObject[]).map((i) => i.metadata.name!)

function address(name: string): KubeObject {
  const labels = { [FAMILY_LABEL]: 'IPv4', [MANAGED_BY_LABEL]: MANAGER }
  return { metadata: { name, labels }, spec: { parentRef: { resource: 'services', namespace: 'default', name: 'lost' } } }
}

test('an address that a dead server left behind is freed, but not while its service may still be on the way', async () => {
  await server.send('POST', '/apis/networking.k8s.io/v1/ipaddresses', address('10.0.0.66'))
  await repairAt(server.clock.now()).repair.run()
  expect(await names()).toEqual(['10.0.0.1', '10.0.0.66'])
  await repairAt(server.clock.now() + HOUR).repair.run()
  expect(await names()).toEqual(['10.0.0.1'])
})

test('an address of somebody else is left alone', async () => {
  const own = address('10.0.0.67')
  delete own.metadata.labels
  await server.send('POST', '/apis/networking.k8s.io/v1/ipaddresses', own)
  await repairAt(server.clock.now() + HOUR).repair.run()
  expect(await names()).toEqual(['10.0.0.1', '10.0.0.67'])
})

test('a service without its address object gets it', async () => {
  await server.send('DELETE', '/apis/networking.k8s.io/v1/ipaddresses/10.0.0.1')
  await names()
  await repairAt(server.clock.now()).repair.run()
  expect(await names()).toEqual(['10.0.0.1'])
})

test('a service that is written by somebody else gets it at once', async () => {
  const made = await server.send('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: 's' },
    spec: { ports: [{ port: 80 }] },
  })
  const ip = (made.body.spec as { clusterIP: string }).clusterIP
  await server.send('DELETE', `/apis/networking.k8s.io/v1/ipaddresses/${ip}`)
  expect(await names()).toEqual(['10.0.0.1'])
  await server.send('PUT', '/api/v1/namespaces/default/services/s', { ...made.body, metadata: { name: 's', labels: { a: 'b' } } })
  await vi.waitFor(async () => {
    server.clock.advance(1000)
    expect(await names()).toEqual(['10.0.0.1', ip])
  })
})

test('a port that no service has is given back after three looks, and ports of services are taken', async () => {
  const { repair, network } = repairAt(server.clock.now())
  const { nodePorts } = network.allocators
  await nodePorts.take(30_500, false)
  const spec = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_501 }] }
  await server.send('POST', '/api/v1/namespaces/default/services', { metadata: { name: 'np' }, spec })
  await nodePorts.release([30_501])
  await repair.run()
  await repair.run()
  expect((await nodePorts.taken()).sort()).toEqual([30_500, 30_501])
  await repair.run()
  expect(await nodePorts.taken()).toEqual([30_501])
})
