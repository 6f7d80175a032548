import { afterEach, describe, expect, test } from 'vitest'
import type { Node, Pod, Toleration } from '../../client/objects.ts'
import { CORE_EVENTS, NODES, PODS } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { gone, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { taintEvictionController } from './taint-eviction.ts'

let cluster: TestCluster
afterEach(() => cluster.close())

const taints = (...keys: string[]) => keys.map((key) => ({ key, effect: 'NoExecute' }))
const tolerates = (key: string, seconds?: number): Toleration => ({
  ...{ key, operator: 'Exists', effect: 'NoExecute' },
  ...(seconds === undefined ? {} : { tolerationSeconds: seconds }),
})

async function start(tolerations: Toleration[], ...keys: string[]): Promise<void> {
  cluster = await startTestCluster(taintEvictionController)
  await cluster.create<Node>(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: { taints: taints(...keys) } } as Node)
  const spec = { nodeName: 'n', containers: [{ name: 'c', image: 'i' }], tolerations }
  await cluster.create<Pod>(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', finalizers: ['example.org/stay'] }, spec } as Pod)
}

const taint = (...keys: string[]): Promise<unknown> =>
  cluster.client.resource(NODES).patch('n', { type: 'merge', body: { spec: { taints: taints(...keys) } } as never }, {})
const target = async (): Promise<unknown> =>
  (await cluster.get<Pod>(PODS, 'p')).status?.conditions?.find((c) => c.type === 'DisruptionTarget')
const isGoing = async (): Promise<boolean> => (await cluster.get<Pod>(PODS, 'p')).metadata.deletionTimestamp != null
const MARKED = 'TaintManagerEviction: Marking for deletion Pod default/p'
const times = async () => (await cluster.list<KubeObject & { count?: number }>(CORE_EVENTS)).map((e) => e.count)
const CANCELLED = 'TaintManagerEviction: Cancelling deletion of Pod default/p'

describe('taint eviction', () => {
  test('what is not tolerated goes at once, and says why', async () => {
    await start([tolerates('a')], 'a', 'b')
    await cluster.until('eviction', isGoing)
    expect(await target()).toMatchObject({
      ...{ status: 'True', reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' },
    })
    expect(await cluster.events()).toEqual([MARKED])
  })

  test('a pod that is being deleted already is told why as well', async () => {
    await start([])
    await cluster.client.resource(PODS).delete('p', { namespace: 'default' })
    expect(await target()).toBeUndefined()
    await taint('a')
    await cluster.until('condition', async () => (await target()) !== undefined)
    expect(await cluster.events()).toEqual([MARKED])
  })

  test('another pod of that name, which came while the first was about to be deleted, stays', async () => {
    await start([tolerates('other')], 'other')
    const held = cluster.holdUp(({ method, path }) => method === 'DELETE' && /[/]pods[/]p/.test(path))
    await taint('a')
    await cluster.until('deletion', async () => held.waiting() > 0)
    const inDefault = { namespace: 'default' }
    await cluster.client.resource(PODS).patch('p', { type: 'merge', body: { metadata: { finalizers: null } } }, inDefault)
    await cluster.client.resource(PODS).delete('p', { ...inDefault, gracePeriodSeconds: 0 })
    const containers = [{ name: 'c', image: 'i' }]
    const { metadata } = await cluster.create<Pod>(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers } })
    held.letGo()
    await cluster.pass(10)
    expect((await cluster.get<Pod>(PODS, 'p')).metadata.uid).toBe(metadata.uid)
    expect(cluster.errors).toEqual([])
  })

  test('a pod that stays is marked again for another taint, its condition left as it was', async () => {
    await start([], 'a')
    await cluster.until('eviction', isGoing)
    const before = await target()
    await taint('a', 'b')
    await cluster.pass(1)
    expect(await target()).toEqual(before)
  })

  test('a wait that runs is not shortened by a taint that is tolerated for less, but ended by one that is not', async () => {
    await start([tolerates('a', 100), tolerates('b', 5)], 'a')
    await cluster.pass(10)
    await taint('a', 'b')
    await cluster.pass(20)
    expect(await isGoing()).toBe(false)
    await taint('a', 'b', 'c')
    await cluster.until('eviction', isGoing)
    expect(await cluster.events()).toEqual([CANCELLED, MARKED])
  })

  test('the time that a pod tolerates is cut short by none that lets it stay for ever', async () => {
    await start([tolerates('a', 30), tolerates('b')], 'a', 'b')
    await cluster.pass(28)
    expect(await isGoing()).toBe(false)
    await cluster.until('eviction', isGoing)
    expect(await cluster.events()).toEqual([MARKED])
  })

  test('a pod that has had its time has no second one, until it may stay again', async () => {
    await start([tolerates('a', 5), tolerates('b', 5)], 'a')
    await cluster.pass(10)
    expect(await isGoing()).toBe(true)
    await taint('b')
    await cluster.pass(10)
    expect(await times()).toEqual([1])
    await taint()
    await cluster.pass(1)
    await taint('a')
    await cluster.pass(10)
    expect(await times()).toEqual([2])
  })

  test('tolerated for no time is tolerated, and goes at once', async () => {
    await start([tolerates('a', 0)], 'a')
    await cluster.until('eviction', isGoing)
    expect(await cluster.events()).toEqual([MARKED])
  })

  test('when the taint goes, and when the pod does, nothing is to happen any more', async () => {
    await start([tolerates('a', 30)], 'a')
    await cluster.pass(5)
    await taint()
    await cluster.pass(60)
    expect([await isGoing(), await cluster.events()]).toEqual([false, [CANCELLED]])
    await taint('a')
    await cluster.pass(5)
    await cluster.client
      .resource(PODS)
      .patch('p', { type: 'merge', body: { metadata: { finalizers: null } } as never }, { namespace: 'default' })
    await cluster.client.resource(PODS).delete('p', { namespace: 'default', gracePeriodSeconds: 0 })
    await gone(cluster, PODS, 'p', 'default')
    await cluster.pass(60)
    expect(cluster.errors).toEqual([])
  })
})
