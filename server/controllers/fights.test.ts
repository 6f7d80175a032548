import { afterEach, describe, expect, test } from 'vitest'
import type { DaemonSet } from '../client/objects-apps.ts'
import type { Deployment, Lease, Node, Pod, ReplicaSet } from '../client/objects.ts'
import {
  CONFIG_MAPS,
  DAEMON_SETS,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  ENDPOINTS,
  JOBS,
  LEASES,
  NODES,
  PODS,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  SERVICES,
} from '../client/resource.ts'
import { formatMicroTime, formatTime } from '../machinery/clock.ts'
import type { KubeObject } from '../machinery/types.ts'
import { daemonSetController } from './daemonset/daemonset.ts'
import { deploymentController } from './deployment/deployment.ts'
import { endpointsController } from './endpoints/endpoints.ts'
import { endpointSliceController } from './endpointslice/endpointslice.ts'
import type { EndpointSlice } from './endpointslice/slices.ts'
import { garbageCollectorController } from './garbage-collector/garbage-collector.ts'
import { jobController } from './job/job.ts'
import { nodeLifecycleController } from './node-lifecycle/node-lifecycle.ts'
import { replicaSetController } from './replicaset/replicaset.ts'
import { replicationControllerController } from './replicationcontroller/replicationcontroller.ts'
import { isAlive, ready, startTestCluster, type TestCluster } from './testing/cluster.ts'
import { ttlAfterFinishedController } from './ttl-after-finished/ttl-after-finished.ts'

/** Somebody who wants something else than a loop does, selectors that are too wide, and clocks that are set. */
let c: TestCluster
afterEach(() => c.close())

const containers = [{ name: 'c', image: 'i' }]
const labels = { app: 'web' }
const inDefault = { namespace: 'default' }
const alive = async (): Promise<Pod[]> => (await c.list<Pod>(PODS)).filter(isAlive)
const ROUNDS = 10
/** Every edit is answered, and costs so many writes at most. */
async function answers(perRound: number, edit: (i: number) => Promise<unknown>, isRight: () => Promise<void>): Promise<void> {
  const before = c.writes()
  for (let i = 0; i < ROUNDS; i++) {
    await edit(i)
    await c.pass(3)
    await isRight()
  }
  expect(c.writes() - before).toBeLessThanOrEqual(ROUNDS * perRound)
  const after = c.writes()
  await c.pass(20)
  expect(c.writes()).toBe(after)
}

describe('somebody who will not agree', () => {
  test('with how many pods a deployment’s set has', async () => {
    c = await startTestCluster(deploymentController, replicaSetController)
    await c.create<Deployment>(DEPLOYMENTS, {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } },
      spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    } as KubeObject as Deployment)
    await c.until('two pods', async () => (await alive()).length === 2)
    for (const pod of await alive()) await c.report(pod, ready(c.clock))
    await c.pass(3)
    const set = (await c.list<ReplicaSet>(REPLICA_SETS))[0]!.metadata.name!
    const edit = (i: number): Promise<unknown> =>
      c.client.resource(REPLICA_SETS).patch(set, { type: 'merge', body: { spec: { replicas: i % 2 === 0 ? 3 : 1 } } }, inDefault)
    await answers(14, edit, async () => {
      expect((await c.get<ReplicaSet>(REPLICA_SETS, set)).spec?.replicas).toBe(2)
      expect(await alive()).toHaveLength(2)
    })
    expect(c.errors).toEqual([])
  })

  test('with what is behind a service', async () => {
    c = await startTestCluster(endpointsController, endpointSliceController)
    await c.create<Node>(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } })
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels }, spec: { nodeName: 'n', containers } } as Pod
    await c.report(await c.create<Pod>(PODS, pod), { ...ready(c.clock), podIP: '10.1.0.1', podIPs: [{ ip: '10.1.0.1' }] })
    const spec = { selector: labels, ports: [{ port: 80 }], clusterIP: 'None' }
    await c.create(SERVICES, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec } as KubeObject)
    const slices = async (): Promise<EndpointSlice[]> =>
      (await c.list<EndpointSlice>(ENDPOINT_SLICES)).filter((s) => s.metadata.labels?.['kubernetes.io/service-name'] === 'web')
    await c.until('a slice', async () => (await slices())[0]?.endpoints?.[0]?.addresses[0] === '10.1.0.1')
    await c.pass(3)
    const edit = async (i: number): Promise<unknown> => {
      const [slice] = await slices()
      if (i % 3 === 0) return c.client.resource(ENDPOINT_SLICES).delete(slice!.metadata.name!, inDefault)
      if (i % 3 === 1) return c.client.resource(ENDPOINTS).delete('web', inDefault)
      const endpoints = [{ addresses: ['10.9.9.9'], conditions: { ready: true } }]
      return c.client.resource<EndpointSlice>(ENDPOINT_SLICES).update({ ...slice!, endpoints }, inDefault)
    }
    await answers(3, edit, async () => {
      expect((await slices()).map((s) => s.endpoints?.map((e) => e.addresses[0]))).toEqual([['10.1.0.1']])
      expect((await c.list(ENDPOINTS)).map((e) => e.metadata.name)).toContain('web')
    })
    expect(c.errors).toEqual([])
  })
})

describe('selectors that are too wide', () => {
  test('kinds that select the same pods share none, and an orphan has one owner', async () => {
    c = await startTestCluster(replicaSetController, replicationControllerController, daemonSetController, jobController)
    await c.create<Pod>(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'orphan', labels }, spec: { containers } } as Pod)
    await c.create<Node>(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } })
    await c.client.resource(NODES).patch('n', { type: 'merge', body: { spec: { taints: null } } })
    const template = { metadata: { labels }, spec: { containers } }
    const spec = { replicas: 2, selector: { matchLabels: labels }, template }
    await c.create(REPLICA_SETS, { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'rs' }, spec } as KubeObject)
    const rc = { replicas: 2, selector: labels, template }
    await c.create(REPLICATION_CONTROLLERS, {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: { name: 'rc' },
      spec: rc,
    } as KubeObject)
    for (const name of ['x', 'y']) {
      const ds = { selector: { matchLabels: labels }, template }
      await c.create<DaemonSet>(DAEMON_SETS, {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: { name },
        spec: ds,
      } as KubeObject as DaemonSet)
    }
    const work = { manualSelector: true, parallelism: 2, completions: 2, selector: { matchLabels: labels } }
    const job = { ...work, template: { metadata: { labels }, spec: { restartPolicy: 'Never', containers } } }
    await c.create(JOBS, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec: job } as KubeObject)
    await c.pass(20)
    const owners = (await alive()).map((p) => (p.metadata.ownerReferences ?? []).map((o) => o.name).join('+')).sort()
    // The orphan is one of the two of whoever saw it first, or, for a daemon set, on no node of its own.
    expect(owners.filter((o) => o.includes('+') || o === '')).toEqual([])
    const of = (name: string): number => owners.filter((o) => o === name).length
    expect([of('rs'), of('rc'), of('j')]).toEqual([2, 2, 2])
    expect(of('x') + of('y')).toBeGreaterThanOrEqual(2)
    const writes = c.writes()
    await c.pass(30)
    expect(c.writes()).toBe(writes)
    expect(c.errors).toEqual([])
  })
})

test('a cycle of owners: one of it that goes alone leaves the others', async () => {
  c = await startTestCluster(garbageCollectorController)
  const owned = (name: string, ...owners: KubeObject[]): Promise<KubeObject> => {
    const ownerReferences = owners.map(({ metadata }) => ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', name: metadata.name ?? '', uid: metadata.uid ?? '', blockOwnerDeletion: true },
    }))
    return c.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ownerReferences } })
  }
  const a = await owned('a')
  const b = await owned('b', a)
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'b', uid: b.metadata.uid, blockOwnerDeletion: true }]
  await c.client.resource(CONFIG_MAPS).patch('a', { type: 'merge', body: { metadata: { ownerReferences } } }, inDefault)
  await c.pass(3)
  await c.client.resource(CONFIG_MAPS).delete('a', { ...inDefault, propagationPolicy: 'Orphan' })
  const names = async (): Promise<string[]> => (await c.list(CONFIG_MAPS)).map((m) => m.metadata.name!)
  await c.until('a is gone', async () => !(await names()).includes('a'))
  await c.pass(10)
  expect(await names()).toContain('b')
  expect((await c.get(CONFIG_MAPS, 'b')).metadata.ownerReferences ?? []).toEqual([])
  expect(c.errors).toEqual([])
})

describe('a clock that is set', () => {
  const DAYS = 3 * 86_400_000

  test.each([DAYS, -DAYS])('by %i ms back: no node is lost whose kubelet goes on', async (by) => {
    c = await startTestCluster(nodeLifecycleController)
    await c.create<Node>(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } })
    const at = formatTime(c.clock.now())
    const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime: at, lastTransitionTime: at }]
    await c.client.resource(NODES).patch('n', { type: 'strategic', body: { status: { conditions } } }, { subresource: 'status' })
    const renewed = () => ({ holderIdentity: 'n', leaseDurationSeconds: 40, renewTime: formatMicroTime(c.clock.now()) })
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'n', namespace: 'kube-node-lease' } }
    await c.client.resource<Lease>(LEASES).create({ ...lease, spec: renewed() } as Lease, { namespace: 'kube-node-lease' })
    const beat = async (seconds: number): Promise<void> => {
      for (let i = 0; i < seconds; i += 10) {
        await c.client.resource(LEASES).patch('n', { type: 'merge', body: { spec: renewed() } }, { namespace: 'kube-node-lease' })
        await c.pass(10)
      }
    }
    await beat(30)
    const before = c.writes()
    c.clock.setBack(by)
    await beat(120)
    const { status, spec } = await c.get<Node>(NODES, 'n')
    expect(status?.conditions?.find((x) => x.type === 'Ready')?.status).toBe('True')
    expect([spec?.taints?.filter((t) => t.effect === 'NoExecute') ?? [], c.writes() - before]).toEqual([[], 0])
  })

  test('back: a job that takes too long is ended when the clock is right again', async () => {
    c = await startTestCluster(jobController)
    const spec = { activeDeadlineSeconds: 60, template: { spec: { restartPolicy: 'Never', containers } } }
    c.clock.setBack(DAYS)
    await c.create(JOBS, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec } as KubeObject)
    await c.until('a pod', async () => (await alive()).length === 1)
    c.clock.setBack(DAYS)
    await c.pass(120)
    expect(await alive()).toHaveLength(1)
    c.clock.setBack(-DAYS)
    await c.pass(120)
    expect(await alive()).toHaveLength(0)
  })

  test('back: what has ended goes when its time is over, and not before', async () => {
    c = await startTestCluster(ttlAfterFinishedController, jobController, garbageCollectorController)
    const spec = { ttlSecondsAfterFinished: 60, template: { spec: { restartPolicy: 'Never', containers } } }
    await c.create(JOBS, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec } as KubeObject)
    const [pod] = await c.until('a pod', async () => ((await alive()).length === 1 ? alive() : undefined))
    await c.report(pod!, { phase: 'Succeeded' })
    await c.pass(10)
    const there = async (): Promise<boolean> => (await c.list(JOBS)).length > 0
    expect(await there()).toBe(true)
    const writes = c.writes()
    c.clock.setBack(DAYS)
    await c.pass(120)
    expect([await there(), c.writes()]).toEqual([true, writes])
    c.clock.setBack(-DAYS)
    await c.pass(120)
    expect(await there()).toBe(false)
  })
})
