import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import type { List, Obj } from '../fixtures/api.ts'
import { startServer } from '../fixtures/server.ts'
import { until } from '../fixtures/until.ts'

/** A cluster whose first family is IPv6: server, service, nodes and pods are reached by it, and by nothing else. */
const hasIPv6 = Object.values(networkInterfaces()).some((list) => list?.some((a) => a.address === '::1'))
const NAMESPACE = 'namespaces/default'

test.skipIf(!hasIPv6)('services, pods and endpoints of a cluster of IPv6', async () => {
  await using server = await startServer({
    loops: true,
    flags: ['--bind-address=::1', '--service-cluster-ip-range=fd00:10::/64,10.0.0.0/8'],
  })
  expect(server.url).toMatch(/^https:\/\/\[::1\]:\d+$/)
  expect(server.out.stderr).not.toContain('address family')
  const { serverAddressByClientCIDRs } = await server.api.get<Record<string, Obj[]>>('/api')
  expect(serverAddressByClientCIDRs).toEqual([{ clientCIDR: '0.0.0.0/0', serverAddress: new URL(server.url).host }])
  const labels = { app: 'web' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web' }] } }
  await server.api.create(`/apis/apps/v1/${NAMESPACE}/deployments`, {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
    spec: { selector: { matchLabels: labels }, replicas: 2, template },
  })
  const spec = { selector: labels, ports: [{ port: 80 }] }
  const service = await server.api.create(`/api/v1/${NAMESPACE}/services`, {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
    spec,
  })
  expect(service.spec).toMatchObject({ ipFamilies: ['IPv6'], clusterIP: expect.stringMatching(/^fd00:10::/) as string })
  const slices = `/apis/discovery.k8s.io/v1/${NAMESPACE}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dweb`
  const found = await until('two endpoints', async () => {
    const { items } = await server.api.get<List>(slices)
    const all = items.flatMap((slice) => (slice['endpoints'] as { addresses: string[] }[]).flatMap((e) => e.addresses))
    return all.length === 2 ? { all, types: items.map((slice) => slice['addressType']) } : undefined
  })
  expect(found.types).toEqual(['IPv6'])
  expect(found.all.toSorted()).toEqual(['fd00:10:244::2', 'fd00:10:244::3'])
  // Pods have addresses of both families, and a service that wants both gets slices of both.
  await server.api.create(`/api/v1/${NAMESPACE}/services`, {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'both' } },
    spec: { ...spec, ipFamilyPolicy: 'PreferDualStack' },
  })
  const both = await until('slices of both families', async () => {
    const { items } = await server.api.get<List>(slices.replace('%3Dweb', '%3Dboth'))
    const entries = items.map((slice) => {
      const endpoints = slice['endpoints'] as { addresses: string[] }[]
      return [String(slice['addressType']), endpoints.flatMap((e) => e.addresses).toSorted()] as const
    })
    return entries.length === 2 && entries.every(([, addresses]) => addresses.length === 2) ? Object.fromEntries(entries) : undefined
  })
  expect(both).toEqual({ IPv6: ['fd00:10:244::2', 'fd00:10:244::3'], IPv4: ['10.244.0.2', '10.244.0.3'] })
})

test('a server that no client of the cluster reaches by its service says so, and starts', async () => {
  await using server = await startServer({ flags: ['--service-cluster-ip-range=fd00:10::/112'] })
  expect(server.out.stderr).toContain(
    'service IP family "fd00:10::/112" must match public address family "127.0.0.1" (--advertise-address)',
  )
  const { items } = await server.api.get<List>('/api/v1/services')
  expect(items.map((s) => (s.spec as { clusterIP: string }).clusterIP)).toEqual(['fd00:10::1'])
})
