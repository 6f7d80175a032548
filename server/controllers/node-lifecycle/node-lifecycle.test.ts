import { afterEach, describe, expect, test } from 'vitest'
import { findCondition, type Node, type Pod } from '../../client/objects.ts'
import { LEASES, NODES, PODS } from '../../client/resource.ts'
import { formatMicroTime, formatTime, FakeClock } from '../../machinery/clock.ts'
import { podGarbageCollectorController } from '../pod-garbage-collector/pod-garbage-collector.ts'
import { taintEvictionController } from '../taint-eviction/taint-eviction.ts'
import { ready, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { EvictionQueue } from './eviction-queue.ts'
import { nodeLifecycleController } from './node-lifecycle.ts'
import { stateOf } from './zones.ts'

let cluster: TestCluster | undefined
afterEach(async () => {
  await cluster?.close()
  cluster = undefined
})

const LEASE_NAMESPACE = { namespace: 'kube-node-lease' }

async function addNode(c: TestCluster, name: string): Promise<void> {
  await c.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/os': 'linux' } } })
  const at = formatTime(c.clock.now())
  const condition = (type: string, status: string) => ({ type, status, lastHeartbeatTime: at, lastTransitionTime: at })
  const conditions = [condition('MemoryPressure', 'False'), condition('Ready', 'True')]
  await c.client.resource(NODES).patch(name, { type: 'strategic', body: { status: { conditions } } }, { subresource: 'status' })
  await c.client
    .resource(LEASES)
    .create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec: {} } as never, LEASE_NAMESPACE)
  await renew(c, name)
}

async function renew(c: TestCluster, ...names: string[]): Promise<void> {
  for (const name of names) {
    const body = { spec: { renewTime: formatMicroTime(c.clock.now()) } }
    await c.client.resource(LEASES).patch(name, { type: 'merge', body }, LEASE_NAMESPACE)
  }
}

async function addPod(c: TestCluster, name: string, nodeName: string, tolerations: object[]): Promise<Pod> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { nodeName, tolerations, containers: [{ name: 'c', image: 'i' }] },
  }
  const created = await c.create<Pod>(PODS, pod as never)
  await c.report(created, ready(c.clock))
  return created
}

const taintsOf = async (c: TestCluster, name: string): Promise<string[]> =>
  ((await c.get<Node>(NODES, name)).spec?.taints ?? []).map((t) => `${t.key}:${t.effect}`).sort()
const UNREACHABLE = ['node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/unreachable:NoSchedule']
const tolerate = (tolerationSeconds: number) =>
  ['not-ready', 'unreachable'].map((key) => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds,
  }))

describe('a node that goes away', () => {
  test('one that somebody says Unknown of keeps its other conditions', async () => {
    const c = (cluster = await startTestCluster(nodeLifecycleController))
    await addNode(c, 'n')
    await addNode(c, 'silent')
    const body = { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }
    await c.client.resource(NODES).patch('n', { type: 'strategic', body }, { subresource: 'status' })
    await c.until(
      'silent',
      async () => findCondition((await c.get<Node>(NODES, 'silent')).status?.conditions, 'Ready')?.status === 'Unknown',
    )
    await c.pass(10)
    const { conditions } = (await c.get<Node>(NODES, 'n')).status!
    expect(conditions?.map(({ type, status }) => [type, status])).toEqual([
      ['MemoryPressure', 'False'],
      ['Ready', 'Unknown'],
    ])
  })

  test('becomes Unknown, is tainted, loses its pods after their time; a node that lives keeps its own', async () => {
    const c = (cluster = await startTestCluster(nodeLifecycleController, taintEvictionController))
    await addNode(c, 'alive')
    await addNode(c, 'silent')
    await c.until('the taint that admission put on is off', async () => (await taintsOf(c, 'silent')).length === 0)
    await addPod(c, 'at-once', 'silent', tolerate(1))
    await addPod(c, 'later', 'silent', tolerate(30))
    await addPod(c, 'for-ever', 'silent', [{ operator: 'Exists' }])
    await addPod(c, 'elsewhere', 'alive', tolerate(1))
    const start = c.clock.now()
    await c.until('unreachable', async () => {
      await renew(c, 'alive')
      return (await taintsOf(c, 'silent')).length === 2
    })
    expect(await taintsOf(c, 'silent')).toEqual(UNREACHABLE)
    const waited = (c.clock.now() - start) / 1000
    expect(waited).toBeGreaterThanOrEqual(50)
    expect(waited).toBeLessThan(66)
    const node = await c.get<Node>(NODES, 'silent')
    expect(node.status?.conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['MemoryPressure', 'Unknown', 'NodeStatusUnknown'],
      ['Ready', 'Unknown', 'NodeStatusUnknown'],
      ['DiskPressure', 'Unknown', 'NodeStatusNeverUpdated'],
      ['PIDPressure', 'Unknown', 'NodeStatusNeverUpdated'],
    ])
    const pod = async (name: string): Promise<Pod> => c.get<Pod>(PODS, name)
    expect(findCondition((await pod('for-ever')).status?.conditions, 'Ready')?.status).toBe('False')
    expect(findCondition((await pod('elsewhere')).status?.conditions, 'Ready')?.status).toBe('True')
    await c.until('the impatient goes', async () => {
      await renew(c, 'alive')
      return (await pod('at-once')).metadata.deletionTimestamp != null
    })
    expect(findCondition((await pod('at-once')).status?.conditions, 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    })
    expect((await pod('later')).metadata.deletionTimestamp).toBeUndefined()
    await c.until('the patient goes', async () => {
      await renew(c, 'alive')
      return (await pod('later')).metadata.deletionTimestamp != null
    })
    expect((await pod('for-ever')).metadata.deletionTimestamp).toBeUndefined()
    expect((await pod('elsewhere')).metadata.deletionTimestamp).toBeUndefined()
    const events = await c.events()
    expect(events).toContain('NodeNotReady: Node silent status is now: NodeNotReady')
    expect(events).toContain('RegisteredNode: Node alive event: Registered Node alive in Controller')
    expect(events).toContain('TaintManagerEviction: Marking for deletion Pod default/later')
    expect((await c.get<Node>(NODES, 'alive')).metadata.labels).toMatchObject({ 'beta.kubernetes.io/os': 'linux' })
    expect(c.errors).toEqual([])
  })

  test('that comes back in time keeps its pods', async () => {
    const c = (cluster = await startTestCluster(nodeLifecycleController, taintEvictionController))
    await addNode(c, 'alive')
    await addNode(c, 'flaps')
    await addPod(c, 'p', 'flaps', tolerate(60))
    await c.until('tainted', async () => {
      await renew(c, 'alive')
      return (await taintsOf(c, 'flaps')).includes(UNREACHABLE[0]!)
    })
    const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime: formatTime(c.clock.now()) }]
    await c.client.resource(NODES).patch('flaps', { type: 'strategic', body: { status: { conditions } } }, { subresource: 'status' })
    await c.until('clean', async () => {
      await renew(c, 'alive', 'flaps')
      return (await taintsOf(c, 'flaps')).length === 0
    })
    for (let i = 0; i < 7; i++) {
      await renew(c, 'alive', 'flaps')
      await c.pass(10)
    }
    expect((await c.get<Pod>(PODS, 'p')).metadata.deletionTimestamp).toBeUndefined()
    expect(await c.events()).toContain('TaintManagerEviction: Cancelling deletion of Pod default/p')
    expect(c.errors).toEqual([])
  })

  test('with every other one evicts nobody: it is we who are cut off', async () => {
    const c = (cluster = await startTestCluster(nodeLifecycleController, taintEvictionController))
    await addNode(c, 'a')
    await addNode(c, 'b')
    await addPod(c, 'p', 'a', tolerate(1))
    await c.pass(90)
    expect(await taintsOf(c, 'a')).toEqual(['node.kubernetes.io/unreachable:NoSchedule'])
    expect((await c.get<Pod>(PODS, 'p')).metadata.deletionTimestamp).toBeUndefined()
    const before = c.writes()
    await c.pass(30)
    expect(c.writes()).toBe(before)
  })

  test('as far as the watch tells, while its Lease is renewed, is not judged; it is when the Lease says no more than the watch', async () => {
    const c = (cluster = await startTestCluster(nodeLifecycleController))
    await addNode(c, 'a')
    await c.pass(5)
    const lease = await c.client.resource(LEASES).get('a', LEASE_NAMESPACE)
    const readiness = async (): Promise<string | undefined> =>
      findCondition((await c.get<Node>(NODES, 'a')).status?.conditions, 'Ready')?.status
    let asked = 0
    let live: typeof lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: '999999' } }
    c.serve('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/a', async () => {
      asked++
      return live
    })
    await c.pass(120)
    expect([await readiness(), asked > 1]).toEqual(['True', true])
    live = lease
    await c.until('Unknown', async () => (await readiness()) === 'Unknown')
    expect(c.errors).toEqual([])
  })

  test('is tainted where no node of its zone counts for disruption', async () => {
    const c = (cluster = await startTestCluster(nodeLifecycleController))
    await addNode(c, 'alive')
    await addNode(c, 'apart')
    const labels = { 'node.kubernetes.io/exclude-disruption': '', 'topology.kubernetes.io/zone': 'z' }
    await c.client.resource(NODES).patch('apart', { type: 'merge', body: { metadata: { labels } } })
    await c.until('unreachable', async () => {
      await renew(c, 'alive')
      return (await taintsOf(c, 'apart')).length === 2
    })
    expect(await taintsOf(c, 'apart')).toEqual(UNREACHABLE)
    expect(c.errors).toEqual([])
  })

  test('is judged in the same pass though somebody else writes its node meanwhile', async () => {
    const c = (cluster = await startTestCluster(nodeLifecycleController))
    await addNode(c, 'a')
    const lease = await c.client.resource(LEASES).get('a', LEASE_NAMESPACE)
    let asked = 0
    c.serve('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/a', async () => {
      const annotations = { 'example.com/asked': String(++asked) }
      if (asked === 1) await c.client.resource(NODES).patch('a', { type: 'merge', body: { metadata: { annotations } } })
      return lease
    })
    await c.until('Unknown', async () => {
      return findCondition((await c.get<Node>(NODES, 'a')).status?.conditions, 'Ready')?.status === 'Unknown'
    })
    expect(asked).toBe(2)
    expect(await c.events()).toContain('NodeNotReady: Node a status is now: NodeNotReady')
    expect(c.errors).toEqual([])
  })

  test('while the whole machine slept is not judged by that', async () => {
    const c = (cluster = await startTestCluster(nodeLifecycleController))
    await addNode(c, 'a')
    await c.pass(10)
    await renew(c, 'a')
    await c.pass(5)
    c.clock.jump(3_600_000)
    await c.pass(20)
    expect(findCondition((await c.get<Node>(NODES, 'a')).status?.conditions, 'Ready')?.status).toBe('True')
  })
})

test('conditions and cordons are taints, and go with them', async () => {
  const c = (cluster = await startTestCluster(nodeLifecycleController))
  await addNode(c, 'n')
  const patch = (body: Record<string, unknown>, subresource?: string) =>
    c.client.resource(NODES).patch('n', { type: 'strategic', body }, subresource === undefined ? {} : { subresource })
  await patch({ spec: { unschedulable: true } })
  await patch({ status: { conditions: [{ type: 'DiskPressure', status: 'True' }] } }, 'status')
  await c.until('both', async () => (await taintsOf(c, 'n')).length === 2)
  expect(await taintsOf(c, 'n')).toEqual(['node.kubernetes.io/disk-pressure:NoSchedule', 'node.kubernetes.io/unschedulable:NoSchedule'])
  await patch({ spec: { unschedulable: null } })
  await patch({ status: { conditions: [{ type: 'DiskPressure', status: 'False' }] } }, 'status')
  await c.until('none', async () => (await taintsOf(c, 'n')).length === 0)
})

test('a new node that brings a taint of these loops loses it: it has its grace first', async () => {
  const c = (cluster = await startTestCluster(nodeLifecycleController))
  await addNode(c, 'alive')
  const taints = ['not-ready', 'unreachable'].map((key) => ({ key: `node.kubernetes.io/${key}`, effect: 'NoExecute' }))
  await c.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: { taints } } as never)
  await c.until('off', async () => {
    await renew(c, 'alive')
    return (await taintsOf(c, 'n')).every((t) => !t.endsWith(':NoExecute'))
  })
  expect((await c.get<Node>(NODES, 'n')).status?.conditions).toBeUndefined()
  expect(c.errors).toEqual([])
})

test('pods of a node that is gone fail and go, after a quarantine; one deleted before it had a node goes too', async () => {
  const c = (cluster = await startTestCluster(podGarbageCollectorController))
  await addPod(c, 'orphan', 'gone', [])
  const waiting = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'w', finalizers: ['example.com/x'] },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  }
  await c.create(PODS, waiting)
  await c.client.resource(PODS).delete('w', { namespace: 'default', gracePeriodSeconds: 30 })
  const start = c.clock.now()
  await c.until('gone', async () => (await c.list<Pod>(PODS)).every((p) => p.metadata.name !== 'orphan'))
  expect((c.clock.now() - start) / 1000).toBeGreaterThanOrEqual(40)
  expect((await c.get<Pod>(PODS, 'w')).status?.phase).toBe('Failed')
  expect(c.errors).toEqual([])
})

describe('zones', () => {
  const of = (good: number, bad: number) =>
    stateOf(
      [...Array<'True'>(good).fill('True'), ...Array<'False'>(bad).fill('False')].map((status) => ({ type: 'Ready', status })),
      0.55,
    )
  test.each([
    [3, 0, 'Normal'],
    [0, 0, 'Normal'],
    [0, 1, 'FullDisruption'],
    [1, 2, 'Normal'],
    [2, 3, 'PartialDisruption'],
    [3, 3, 'Normal'],
  ])('%i ready, %i not: %s', (good, bad, state) => expect(of(good, bad)).toBe(state))

  test('a queue gives one node each ten seconds, once, and none at rate 0', async () => {
    const clock = new FakeClock()
    const queue = new EvictionQueue(clock, 0.1)
    const done: string[] = []
    const run = () =>
      queue.run(
        () => true,
        (n) => Promise.resolve(done.push(n) > 0),
      )
    for (const n of ['a', 'b', 'c']) queue.add(n)
    await run()
    await run()
    expect(done).toEqual(['a'])
    clock.advance(10_000)
    await run()
    expect([done, queue.add('a')]).toEqual([['a', 'b'], false])
    queue.setRate(0)
    clock.advance(100_000)
    await run()
    expect(done).toEqual(['a', 'b'])
    queue.remove('a')
    queue.add('a')
    queue.setRate(0.1)
    clock.advance(10_000)
    await run()
    clock.advance(10_000)
    await run()
    expect(done).toEqual(['a', 'b', 'c', 'a'])
  })

  test.each([3 * 86_400_000, -3 * 86_400_000])('a clock that is set back by %i ms gives no node its turn earlier or later', async (by) => {
    const clock = new FakeClock()
    const queue = new EvictionQueue(clock, 0.1)
    const done: string[] = []
    const always = (): boolean => true
    const taint = (n: string) => Promise.resolve(done.push(n) > 0)
    for (const n of ['a', 'b']) queue.add(n)
    await queue.run(always, taint)
    clock.setBack(by)
    await queue.run(always, taint)
    expect(done).toEqual(['a'])
    clock.advance(10_000)
    await queue.run(always, taint)
    expect(done).toEqual(['a', 'b'])
  })
})
