import { afterEach, describe, expect, test } from 'vitest'
import type { MetaCondition } from '../../client/objects-policy.ts'
import { IP_ADDRESSES, SERVICE_CIDRS } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { gone, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { covers, serviceCIDRController } from './service-cidr.ts'

let c: TestCluster | undefined
afterEach(async () => {
  await c?.close()
  c = undefined
})

describe('ranges of service addresses', () => {
  test.each([
    ['10.0.0.0/8', '10.1.0.0/16', true],
    ['10.1.0.0/16', '10.0.0.0/8', false],
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['fd00::/108', 'fd00::1', true],
    ['10.0.0.0/8', 'fd00::1', false],
  ])('%s covers %s: %s', (outer, inner, yes) => expect(covers(outer, inner)).toBe(yes))

  test.each([
    ['an allocator has given', { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' }, false],
    ['somebody else has made', {}, true],
  ])('one that goes with an address that %s', async (_who, labels, goes) => {
    const cluster = (c = await startTestCluster(serviceCIDRController))
    const get = () => cluster.get<KubeObject & { status?: { conditions?: MetaCondition[] } }>(SERVICE_CIDRS, 'more')
    const range = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'more' }, spec: { cidrs: ['10.9.0.0/24'] } }
    await cluster.create(SERVICE_CIDRS, range)
    await cluster.until('ready', async () => (await get()).status?.conditions?.[0]?.status === 'True')
    const parentRef = { resource: 'services', namespace: 'default', name: 's' }
    const metadata = { name: '10.9.0.7', labels }
    await cluster.create(IP_ADDRESSES, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      metadata,
      spec: { parentRef },
    } as KubeObject)
    await cluster.client.resource(SERVICE_CIDRS).delete('more')
    if (!goes) {
      await cluster.pass(15)
      expect((await get()).status?.conditions).toMatchObject([
        {
          status: 'False',
          reason: 'Terminating',
          message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
        },
      ])
      await cluster.client.resource(IP_ADDRESSES).delete('10.9.0.7')
    }
    await gone(cluster, SERVICE_CIDRS, 'more')
    expect(cluster.errors).toEqual([])
  })

  test('say that they are ready; one that goes waits for its addresses', async () => {
    const cluster = (c = await startTestCluster(serviceCIDRController))
    const get = () => cluster.get<KubeObject & { status?: { conditions?: MetaCondition[] } }>(SERVICE_CIDRS, 'more')
    await cluster.create(SERVICE_CIDRS, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name: 'more' },
      spec: { cidrs: ['10.9.0.0/24'] },
    } as KubeObject)
    const range = await cluster.until('ready', async () => ((await get()).status?.conditions?.[0]?.status === 'True' ? get() : undefined))
    expect(range.status?.conditions).toMatchObject([{ type: 'Ready', reason: '', message: 'Kubernetes Service CIDR is ready' }])
    expect(range.metadata.finalizers).toEqual(['networking.k8s.io/service-cidr-finalizer'])
    const from = cluster.clock.now()
    await cluster.client.resource(SERVICE_CIDRS).delete('more')
    await gone(cluster, SERVICE_CIDRS, 'more')
    expect(cluster.clock.now() - from).toBeGreaterThanOrEqual(10_000)
    expect(cluster.errors).toEqual([])
  })

  test('one whose state cannot be written says so, and is tried again', async () => {
    const cluster = (c = await startTestCluster(serviceCIDRController))
    cluster.loseAnswers((req) => req.method === 'PATCH' && req.path.includes('/status'))
    const range = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'more' }, spec: { cidrs: ['10.9.0.0/24'] } }
    await cluster.create(SERVICE_CIDRS, range as KubeObject)
    const told = 'KubernetesServiceCIDRError: The ServiceCIDR Status can not be set to Ready=True'
    await cluster.until('told', async () => (await cluster.events()).length > 0)
    expect(new Set(await cluster.events())).toEqual(new Set([told]))
  })
})
