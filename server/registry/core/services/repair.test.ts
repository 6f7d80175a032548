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

interface Repair {
  repair: ServiceRepair
  network: ReturnType<typeof serviceNetwork>
  /** Reporter, object, reason and message of each event. */
  told: string[]
}

function repairAt(now: number): Repair {
  const { registry } = server.api
  const network = serviceNetwork(
    { storage: server.storage, types: scheme, clock: new FakeClock(now), keyPrefix: '/registry', serviceAddress: '10.0.0.1' },
    (r) => registry.store(r),
  )
  const stores = { services: registry.store('services'), addresses: registry.store('ipaddresses.networking.k8s.io') }
  const told: string[] = []
  const context = serverContext({ clock: new FakeClock(now), admission: admitEverything })
  const repair = new ServiceRepair(network.allocators, stores, context, (loop, { kind, object }, reason, action, message) => {
    told.push(`${loop} ${kind} ${object.metadata.name} ${reason} ${action} ${message}`)
  })
  return { repair, network, told }
}

const NODE_PORT = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_501 }] }

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
  const { repair, told } = repairAt(server.clock.now() + HOUR)
  await repair.run()
  expect(await names()).toEqual(['10.0.0.1'])
  expect(told).toEqual([
    'ipallocator-repair-controller IPAddress 10.0.0.66 IPAddressNotAllocated IPAddressAllocation IPAddress: 10.0.0.66 for Service default/lost appears to have leaked: cleaning up',
  ])
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
  const { repair, told } = repairAt(server.clock.now())
  await repair.run()
  expect(await names()).toEqual(['10.0.0.1'])
  expect(told).toEqual([
    'ipallocator-repair-controller Service kubernetes ClusterIPNotAllocated ClusterIPAllocation Cluster IP [IPv4]: 10.0.0.1 is not allocated; repairing',
  ])
})

interface Case {
  address: () => { metadata: object; spec: object }
  told: (ip: string) => string[]
}

const service = 'ipallocator-repair-controller Service s'
const wrongReference = (ip: string): string[] => [
  `${service} ClusterIPNotAllocated ClusterIPAllocation the ClusterIP [IPv4]: ${ip} for Service default/s has a wrong reference; repairing`,
]
const labels = { [FAMILY_LABEL]: 'IPv4', [MANAGED_BY_LABEL]: MANAGER }
const parentRef = (name: string, resource = 'services', group = ''): object => ({
  parentRef: { group, resource, namespace: 'default', name },
})

test.each<[string, Case]>([
  ['another kind', { address: () => ({ metadata: { labels }, spec: parentRef('s', 'gateways', 'x.io') }), told: wrongReference }],
  ['a service that is not there', { address: () => ({ metadata: { labels }, spec: parentRef('gone') }), told: wrongReference }],
  ['its own service, without labels', { address: () => ({ metadata: {}, spec: parentRef('s') }), told: () => [] }],
  [
    'its own service, as of another family',
    { address: () => ({ metadata: { labels: { ...labels, [FAMILY_LABEL]: 'IPv6' } }, spec: parentRef('s') }), told: () => [] },
  ],
])('an address that references %s is made anew for the service that has it', async (_, { address, told: expected }) => {
  const made = await server.send('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: 's' },
    spec: { ports: [{ port: 80 }] },
  })
  const ip = (made.body.spec as { clusterIP: string }).clusterIP
  const path = '/apis/networking.k8s.io/v1/ipaddresses'
  await server.send('DELETE', `${path}/${ip}`)
  const { metadata, spec } = address()
  expect((await server.send('POST', path, { metadata: { ...metadata, name: ip }, spec })).code).toBe(201)
  const { repair, told } = repairAt(server.clock.now())
  await repair.run()
  expect(told).toEqual(expected(ip))
  const { body } = await server.send('GET', `${path}/${ip}`)
  expect(body).toMatchObject({ metadata: { labels }, spec: { parentRef: { resource: 'services', namespace: 'default', name: 's' } } })
})

test('an address beside those of the service that it names is given back, once its service may not be on the way', async () => {
  await server.send('POST', '/apis/networking.k8s.io/v1/ipaddresses', {
    metadata: { name: '10.0.0.66', labels },
    spec: parentRef('kubernetes'),
  })
  server.clock.advance(60_000)
  const { repair, told } = repairAt(server.clock.now())
  await repair.run()
  expect(await names()).toEqual(['10.0.0.1'])
  expect(told).toEqual([
    'ipallocator-repair-controller IPAddress 10.0.0.66 IPAddressWrongReference IPAddressAllocation IPAddress: 10.0.0.66 for Service default/kubernetes has a wrong reference; cleaning up',
  ])
})

test('an address of no service is given back at once', async () => {
  await server.send('POST', '/apis/networking.k8s.io/v1/ipaddresses', {
    metadata: { name: '10.0.0.66', labels },
    spec: parentRef('g', 'gateways', 'x.io'),
  })
  const { repair, told } = repairAt(server.clock.now())
  await repair.run()
  expect(await names()).toEqual(['10.0.0.1'])
  expect(told).toEqual([
    'ipallocator-repair-controller IPAddress 10.0.0.66 IPAddressNotAllocated IPAddressAllocation IPAddress 10.0.0.66 appears to have been modified, not referencing a Service &ParentReference{Group:x.io,Resource:gateways,Namespace:default,Name:g,}: cleaning up',
  ])
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

test.each([
  ['references no service', parentRef('g', 'gateways', 'x.io'), 1, 1],
  ['is not one of its service', parentRef('kubernetes'), 6, 6],
  ['references no service that is there', parentRef('lost'), 62, 50],
])('an address that %s goes while the server runs', async (_, spec, seconds, stays) => {
  await server.send('POST', '/apis/networking.k8s.io/v1/ipaddresses', { metadata: { name: '10.0.0.66', labels }, spec })
  const pass = async (count: number): Promise<string[]> => {
    for (let i = 0; i < count; i++) {
      server.clock.advance(1000)
      await new Promise((r) => setImmediate(r))
    }
    return names()
  }
  expect(await pass(stays - 1)).toEqual(['10.0.0.1', '10.0.0.66'])
  await pass(seconds - stays + 1)
  await vi.waitFor(async () => expect(await names()).toEqual(['10.0.0.1']))
})

test('a port that no service has is given back after three looks, and ports of services are taken', async () => {
  const { repair, network, told } = repairAt(server.clock.now())
  const { nodePorts } = network.allocators
  await nodePorts.take(30_500, false)
  await server.send('POST', '/api/v1/namespaces/default/services', { metadata: { name: 'np' }, spec: NODE_PORT })
  await nodePorts.release([30_501])
  await repair.run()
  expect(told).toEqual([
    'portallocator-repair-controller Service np PortNotAllocated PortAllocation Port 30501 is not allocated; repairing',
  ])
  await repair.run()
  expect((await nodePorts.taken()).sort()).toEqual([30_500, 30_501])
  await repair.run()
  expect(await nodePorts.taken()).toEqual([30_501])
})
