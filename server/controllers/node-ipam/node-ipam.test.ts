import { afterEach, describe, expect, test } from 'vitest'
import type { Node } from '../../client/objects.ts'
import { NODES } from '../../client/resource.ts'
import { startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { CidrSet } from './cidr-set.ts'
import { nodeIpamController } from './node-ipam.ts'

describe('CidrSet', () => {
  test('gives out each block once, and again when it has come back', () => {
    const set = new CidrSet('10.1.2.3/22', 24)
    expect([1, 2, 3, 4, 5].map(() => set.allocate())).toEqual(['10.1.0.0/24', '10.1.1.0/24', '10.1.2.0/24', '10.1.3.0/24', undefined])
    set.release('10.1.1.0/24')
    expect([set.allocate(), set.allocate()]).toEqual(['10.1.1.0/24', undefined])
  })

  test('leaves out what is taken, also by a larger range', () => {
    const set = new CidrSet('10.0.0.0/21', 24)
    set.occupy('10.0.0.0/22')
    set.occupy('10.0.4.128/25')
    expect(set.allocate()).toBe('10.0.5.0/24')
    set.occupy('10.0.0.0/8')
    expect(set.allocate()).toBeUndefined()
  })

  test('IPv6', () => {
    const set = new CidrSet('fd00:1::/56', 64)
    expect([set.allocate(), set.allocate()]).toEqual(['fd00:1::/64', 'fd00:1:0:1::/64'])
  })

  test('what is no part of the range', () => {
    const set = new CidrSet('10.0.0.0/16', 24)
    expect(() => set.occupy('10.1.0.0/24')).toThrow('cidr 10.1.0.0/24 is out the range of cluster cidr 10.0.0.0/16')
    expect(() => set.occupy('fd00::/64')).toThrow('cidr fd00::/64 is out the range of cluster cidr 10.0.0.0/16')
    expect(() => new CidrSet('fd00::/47', 64)).toThrow('new CIDR set failed; the node CIDR size is too big')
  })

  test('of IPv4 may be of any number of blocks', () => {
    const set = new CidrSet('10.0.0.0/6', 24)
    set.occupy('8.0.0.0/7')
    set.occupy('11.255.255.0/24')
    expect([set.allocate(), set.allocate()]).toEqual(['10.0.0.0/24', '10.0.1.0/24'])
  })
})

describe('nodes', () => {
  let cluster: TestCluster
  afterEach(() => cluster.close())
  const node = (name: string, spec = {}): Promise<Node> =>
    cluster.create<Node>(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec })
  const ranges = async (name: string): Promise<unknown> => ((await cluster.get<Node>(NODES, name)).spec as { podCIDRs?: string[] }).podCIDRs

  test('get a part of each range, none of the services’; who finds none says so', async () => {
    const clusterCIDRs = [
      { cidr: '10.0.0.0/23', nodeMask: 24 },
      { cidr: 'fd00::/56', nodeMask: 64 },
    ]
    cluster = await startTestCluster({ nodeIpam: { clusterCIDRs, serviceCIDRs: ['10.0.0.0/24'] } }, nodeIpamController)
    await node('a')
    expect(await cluster.until('a range', () => ranges('a').then((r) => r ?? false))).toEqual(['10.0.1.0/24', 'fd00::/64'])
    await node('b')
    await cluster.until('an event', async () =>
      (await cluster.client.resource({ group: '', version: 'v1', resource: 'events', namespaced: true }).list()).items.some(
        (e) => e.message === 'Node b status is now: CIDRNotAvailable',
      ),
    )
    await cluster.client.resource(NODES).delete('a')
    expect(await cluster.until('a range', () => ranges('b').then((r) => r ?? false))).toEqual([
      '10.0.1.0/24',
      expect.stringMatching(/^fd00:/),
    ])
  })

  test('keep what they have', async () => {
    const clusterCIDRs = [{ cidr: '10.0.0.0/23', nodeMask: 24 }]
    cluster = await startTestCluster({ nodeIpam: { clusterCIDRs, serviceCIDRs: [] } }, nodeIpamController)
    await node('a', { podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24'] })
    await cluster.pass(1)
    await node('b')
    expect(await cluster.until('a range', () => ranges('b').then((r) => r ?? false))).toEqual(['10.0.1.0/24'])
    expect(cluster.errors).toEqual([])
  })
})
