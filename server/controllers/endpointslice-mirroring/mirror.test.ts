import { afterEach, describe, expect, test } from 'vitest'
import type { Service } from '../../client/objects.ts'
import { ENDPOINT_SLICES, ENDPOINTS, SERVICES } from '../../client/resource.ts'
import type { Endpoints } from '../endpoints/endpoints.ts'
import type { EndpointSubset } from '../endpoints/subsets.ts'
import type { EndpointSlice } from '../endpointslice/slices.ts'
import { startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { endpointSliceMirroringController } from './endpointslice-mirroring.ts'
import { mirror } from './mirror.ts'
import { repackSubsets } from './repack.ts'

const http = { name: 'http', port: 80, protocol: 'TCP' }
const dns = { name: 'dns', port: 53, protocol: 'UDP' }
const ips = (...last: number[]) => last.map((n) => ({ ip: `10.0.${n >> 8}.${n & 255}` }))
const source = (subsets: EndpointSubset[], metadata: object = {}): Endpoints => ({
  ...{ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'web', namespace: 'default', uid: 'u', ...metadata } },
  subsets,
})
const many = (n: number, from = 0) => ips(...Array.from({ length: n }, (_, i) => from + i))

describe('subsets', () => {
  test('of the same addresses become one with all of the ports, of the same ports one with all of the addresses', () => {
    expect(
      repackSubsets([
        { addresses: ips(1, 2), ports: [http] },
        { addresses: ips(2, 1), ports: [dns] },
      ]),
    ).toEqual([{ addresses: ips(1, 2), notReadyAddresses: [], ports: [http, dns] }])
    expect(
      repackSubsets([{ addresses: ips(1), ports: [http] }, { notReadyAddresses: ips(2), ports: [http] }, { addresses: ips(3) }]),
    ).toEqual([
      { addresses: ips(1), notReadyAddresses: ips(2), ports: [http] },
      { addresses: ips(3), notReadyAddresses: [] },
    ])
  })

  test('what one says is not ready is not, whatever another says', () => {
    const both = [
      { addresses: ips(1), ports: [http] },
      { notReadyAddresses: ips(1), ports: [http] },
    ]
    const expected = [{ addresses: [], notReadyAddresses: ips(1), ports: [http] }]
    expect([repackSubsets(both), repackSubsets(both.toReversed())]).toEqual([expected, expected])
  })
})

describe('a mirror', () => {
  test('has one slice of each family for each subset, of a thousand addresses at most, the ready ones first', () => {
    const subset = { addresses: many(999), notReadyAddresses: [...many(2, 2000), { ip: 'fd00::1' }], ports: [http] }
    const { plan, invalid, skipped } = mirror(source([subset]), [])
    expect([plan.create.map((s) => s.addressType), plan.create[0]!.endpoints!.length, invalid, skipped]).toEqual([['IPv4'], 1000, 0, 2])
    const two = mirror(source([{ addresses: [...ips(1), { ip: 'fd00::1' }], ports: [http] }]), []).plan.create
    expect(two.map((s) => [s.addressType, s.endpoints!.length])).toEqual([
      ['IPv4', 1],
      ['IPv6', 1],
    ])
  })

  test('leaves what is no address out, and writes the others as one writes them today', () => {
    const { plan, invalid, skipped } = mirror(source([{ addresses: [{ ip: '010.0.0.1' }, { ip: 'web' }], ports: [http] }]), [])
    expect([plan.create[0]!.endpoints!.map((e) => e.addresses[0]), invalid, skipped]).toEqual([['10.0.0.1'], 1, 1])
  })

  test('stays as it is while nothing changes, loses what is taken away, and is written over where its ports change', () => {
    const from = source([{ addresses: ips(1, 2), ports: [http] }], { annotations: { a: 'b' }, labels: { l: 'm' } })
    const made = (slice: EndpointSlice): EndpointSlice => ({
      ...slice,
      metadata: { ...slice.metadata, name: 'web-x', resourceVersion: '1' },
    })
    const existing = mirror(from, []).plan.create.map(made)
    expect(mirror(from, existing).plan).toEqual({ create: [], update: [], delete: [] })
    const bare = mirror(source([{ addresses: ips(2), ports: [http] }]), existing).plan
    expect(bare.update.map(({ metadata, endpoints }) => [metadata.name, metadata.annotations, metadata.labels, endpoints!.length])).toEqual(
      [
        [
          'web-x',
          {},
          { 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io' },
          1,
        ],
      ],
    )
    const moved = mirror(source([{ addresses: ips(1, 2), ports: [dns] }]), existing).plan
    expect([moved.create, moved.delete, moved.update.map((s) => [s.metadata.name, s.ports![0]!.port])]).toEqual([[], [], [['web-x', 53]]])
  })
})

describe('the controller', () => {
  let c: TestCluster
  afterEach(() => c.close())

  test('tells what it leaves out', async () => {
    c = await startTestCluster(endpointSliceMirroringController)
    await c.create<Service>(SERVICES, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { ports: [{ port: 80 }] },
    } as Service)
    await c.create<Endpoints>(ENDPOINTS, {
      ...{ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'web' } },
      subsets: [{ addresses: many(1002, 1), ports: [http] }],
    })
    const slices = async (): Promise<EndpointSlice[]> =>
      (await c.list<EndpointSlice>(ENDPOINT_SLICES)).filter((s) => s.metadata.labels?.['kubernetes.io/service-name'] === 'web')
    await c.until('a slice', async () => (await slices()).length > 0)
    await c.pass(3)
    expect((await slices()).map((s) => s.endpoints!.length)).toEqual([1000])
    expect(await c.events()).toEqual([
      'TooManyAddressesToMirror: A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 2 addresses were skipped',
    ])
    expect(c.errors).toEqual([])
  })
})
