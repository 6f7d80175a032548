import { afterEach, describe, expect, test } from 'vitest'
import type { Job } from '../client/objects-batch.ts'
import type { PodDisruptionBudget } from '../client/objects-policy.ts'
import type { Deployment, Node, Pod, ReplicaSet } from '../client/objects.ts'
import type { Client } from '../client/client.ts'
import {
  CONFIG_MAPS,
  CRON_JOBS,
  DAEMON_SETS,
  DEPLOYMENTS,
  JOBS,
  NODES,
  POD_DISRUPTION_BUDGETS,
  PODS,
  REPLICA_SETS,
  STATEFUL_SETS,
  type ResourceId,
} from '../client/resource.ts'
import { formatTime } from '../machinery/clock.ts'
import type { KubeObject } from '../machinery/types.ts'
import { cronJobController } from './cronjob/cronjob.ts'
import { daemonSetController } from './daemonset/daemonset.ts'
import { deploymentController } from './deployment/deployment.ts'
import { disruptionController } from './disruption/disruption.ts'
import { garbageCollectorController } from './garbage-collector/garbage-collector.ts'
import { jobController } from './job/job.ts'
import { nodeLifecycleController } from './node-lifecycle/node-lifecycle.ts'
import { replicaSetController } from './replicaset/replicaset.ts'
import { statefulSetController } from './statefulset/statefulset.ts'
import { taintEvictionController } from './taint-eviction/taint-eviction.ts'
import { isAlive, ready, startTestCluster, type TestCluster } from './testing/cluster.ts'

/** What nobody means and somebody does: no loop may spin, make a pod twice, or act on what it has not seen. */
let c: TestCluster
afterEach(() => c.close())

const containers = [{ name: 'c', image: 'i' }]
const labels = { app: 'web' }
const replicaSet = (name: string, replicas: number): Promise<ReplicaSet> =>
  c.create<ReplicaSet>(REPLICA_SETS, {
    ...{ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name } },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  } as KubeObject as ReplicaSet)
const addPod = (name: string): Promise<Pod> =>
  c.create<Pod>(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec: { containers } } as Pod)
const pods = (): Promise<Pod[]> => c.list<Pod>(PODS)
const alive = async (): Promise<Pod[]> => (await pods()).filter(isAlive)
const ownersOf = async (): Promise<Record<string, number>> => {
  const names = (await alive()).map((p) => p.metadata.ownerReferences?.map((o) => o.name).join('+') ?? 'nobody')
  return Object.fromEntries([...new Set(names)].sort().map((name) => [name, names.filter((n) => n === name).length]))
}
/** Nothing is written while nothing happens. */
async function rests(seconds = 20): Promise<void> {
  await c.pass(3)
  const writes = c.writes()
  await c.pass(seconds)
  expect(c.writes() - writes).toBe(0)
}

describe('selectors', () => {
  test('two sets that select the same pods share none: each has its own, an orphan gets one owner', async () => {
    c = await startTestCluster(replicaSetController)
    await addPod('orphan')
    await replicaSet('a', 3)
    await replicaSet('b', 2)
    await c.until('five pods', async () => (await alive()).length === 5)
    await c.pass(5)
    expect(await ownersOf()).toEqual({ a: 3, b: 2 })
    await rests()
    expect(c.errors).toEqual([])
  })

  test('two deployments that select the same pods keep their own, through a rollout of each', async () => {
    c = await startTestCluster(deploymentController, replicaSetController, garbageCollectorController)
    const template = (image: string) => ({ metadata: { labels }, spec: { containers: [{ name: 'c', image }] } })
    for (const name of ['a', 'b']) {
      await c.create(DEPLOYMENTS, {
        ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } },
        spec: { replicas: 3, selector: { matchLabels: labels }, template: template('one') },
      } as KubeObject)
    }
    const run = async (): Promise<void> => {
      for (const pod of await alive()) if (pod.status?.phase !== 'Running') await c.report(pod, ready(c.clock))
    }
    const images = async (): Promise<string> =>
      Object.entries(await ownersOf())
        .map(([set, n]) => `${set.split('-')[0]} ${n}`)
        .join()
    await c.until('six pods', async () => (await images()) === 'a 3,b 3')
    for (const name of ['a', 'b']) {
      await c.client
        .resource(DEPLOYMENTS)
        .patch(name, { type: 'merge', body: { spec: { template: template('two') } } }, { namespace: 'default' })
      await c.until(`${name} is new`, async () => {
        await run()
        const status = (await c.get<Deployment>(DEPLOYMENTS, name)).status
        return status?.updatedReplicas === 3 && status.replicas === 3 && status.availableReplicas === 3
      })
    }
    expect(await images()).toBe('a 3,b 3')
    await rests(60)
    expect(c.errors).toEqual([])
  })

  test('a budget for everything counts everything, one for nothing counts nothing', async () => {
    c = await startTestCluster(disruptionController)
    const budget = (name: string, selector: object | undefined): Promise<KubeObject> =>
      c.create(POD_DISRUPTION_BUDGETS, {
        ...{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name } },
        spec: { minAvailable: 1, ...(selector === undefined ? {} : { selector }) },
      } as KubeObject)
    await budget('everything', {})
    await budget('nothing', undefined)
    await budget('nobody', { matchLabels: { app: 'other' } })
    for (const name of ['p', 'q']) await c.report(await addPod(name), ready(c.clock))
    const healthy = async (name: string) => (await c.get<PodDisruptionBudget>(POD_DISRUPTION_BUDGETS, name)).status?.currentHealthy
    await c.until('both count', async () => (await healthy('everything')) === 2)
    expect(await Promise.all(['nothing', 'nobody'].map(healthy))).toEqual([0, 0])
    await rests()
  })
})

describe('owners', () => {
  const owned = (name: string, ...owners: KubeObject[]): Promise<KubeObject> => {
    const ownerReferences = owners.map(({ metadata }) => ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', name: metadata.name ?? '', uid: metadata.uid ?? '', blockOwnerDeletion: true },
    }))
    return c.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ownerReferences } })
  }
  const names = async (): Promise<string[]> =>
    (await c.list(CONFIG_MAPS)).map((m) => m.metadata.name!).filter((n) => n !== 'kube-root-ca.crt')

  /** a owns b owns c owns a. */
  async function cycle(): Promise<void> {
    const a = await owned('a')
    const b = await owned('b', a)
    const last = await owned('c', b)
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'c', uid: last.metadata.uid, blockOwnerDeletion: true }]
    await c.client.resource(CONFIG_MAPS).patch('a', { type: 'merge', body: { metadata: { ownerReferences } } }, { namespace: 'default' })
    await c.pass(3)
    expect(await names()).toEqual(['a', 'b', 'c'])
  }

  test.each(['Background', 'Foreground'] as const)('a cycle stays, and goes as a whole with one of it: %s', async (propagationPolicy) => {
    c = await startTestCluster(garbageCollectorController)
    await cycle()
    await rests(10)
    await c.client.resource(CONFIG_MAPS).delete('a', { namespace: 'default', propagationPolicy })
    await c.until('all are gone', async () => (await names()).length === 0)
    await rests(10)
    expect(c.errors).toEqual([])
  })

  test.each([300, 10_000])('%i orphans go with one request each', { timeout: 240_000 }, async (orphans) => {
    c = await startTestCluster(garbageCollectorController)
    const gone = { metadata: { name: 'gone', uid: '00000000-0000-4000-8000-000000000000' } }
    await Promise.all(Array.from({ length: orphans }, (_, i) => owned(`o${i}`, gone)))
    await c.until('all are gone', async () => (await names()).length === 0)
    expect(c.writes()).toBe(orphans)
    await rests(10)
  })
})

test('two that will not agree: a loop answers each change once, and slows down for nobody else', async () => {
  c = await startTestCluster(replicaSetController)
  await replicaSet('a', 2)
  await c.until('two pods', async () => (await alive()).length === 2)
  await c.pass(5)
  const before = c.writes()
  const rounds = 20
  // Somebody who wants no pods of this set takes the newest away, whenever it comes.
  for (let i = 0; i < rounds; i++) {
    const [pod] = await alive()
    await c.client.resource(PODS).delete(pod!.metadata.name!, { namespace: 'default', gracePeriodSeconds: 0 })
    await c.pass(2)
    expect(await alive()).toHaveLength(2)
  }
  // One pod a round, and a status or two.
  expect(c.writes() - before).toBeLessThanOrEqual(rounds * 4)
  await rests()
})

describe('answers that are lost', () => {
  const everyOther = () => {
    let n = 0
    return ({ method, path }: { method: string; path: string }): boolean => method === 'POST' && path.includes('/pods') && n++ % 2 === 0
  }

  test('a replica set ends with as many pods as it should have', async () => {
    c = await startTestCluster(replicaSetController)
    c.loseAnswers(everyOther())
    await replicaSet('a', 12)
    await c.until('there are some', async () => (await alive()).length > 0)
    await c.pass(60)
    expect(await ownersOf()).toEqual({ a: 12 })
    c.loseAnswers(() => false)
    await rests()
  })

  test('pods are available in time, though the try again took the place of a longer wait', async () => {
    c = await startTestCluster(replicaSetController)
    const rs = await replicaSet('a', 1)
    await c.client.resource(REPLICA_SETS).patch('a', { type: 'merge', body: { spec: { minReadySeconds: 10 } } }, { namespace: 'default' })
    await c.until('a pod', async () => (await alive()).length === 1)
    c.loseAnswers(({ method, path }) => method === 'PUT' && path.endsWith('/status'))
    await c.report((await alive())[0]!, ready(c.clock))
    await c.pass(1)
    c.loseAnswers(() => false)
    await c.pass(11)
    expect((await c.get<ReplicaSet>(REPLICA_SETS, rs.metadata.name!)).status?.availableReplicas).toBe(1)
  })

  test('a stateful set and an indexed job make no pod twice', async () => {
    c = await startTestCluster(statefulSetController, jobController)
    c.loseAnswers(everyOther())
    await c.create(STATEFUL_SETS, {
      ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' } },
      spec: {
        ...{ replicas: 4, serviceName: 'db', podManagementPolicy: 'Parallel', selector: { matchLabels: labels } },
        template: { metadata: { labels }, spec: { containers } },
      },
    } as KubeObject)
    await c.create<Job>(JOBS, {
      ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' } },
      spec: { completions: 4, parallelism: 4, completionMode: 'Indexed', template: { spec: { restartPolicy: 'Never', containers } } },
    } as KubeObject as Job)
    await c.pass(60)
    const indexOf = (p: Pod): string =>
      p.metadata.annotations?.['batch.kubernetes.io/job-completion-index'] ?? p.metadata.labels?.['apps.kubernetes.io/pod-index'] ?? ''
    const found = (await alive()).map((p) => `${p.metadata.ownerReferences![0]!.name} ${indexOf(p)}`).sort()
    expect(found).toEqual([...[0, 1, 2, 3].map((i) => `db ${i}`), ...[0, 1, 2, 3].map((i) => `j ${i}`)])
  })
})

test('pods whose answer was lost are not made again while the cache does not show them', async () => {
  const nodes = async (client: Client): Promise<void> => {
    for (const name of ['a', 'b', 'c']) await client.resource(NODES).create({ apiVersion: 'v1', kind: 'Node', metadata: { name } })
  }
  c = await startTestCluster(nodes, replicaSetController, jobController, daemonSetController)
  const posts = ({ method, path }: { method: string; path: string }): boolean => method === 'POST' && path.endsWith('/pods')
  const unheard = c.holdUp(({ path }) => /^[/]api[/]v1[/]pods[?]/.test(path))
  c.loseAnswers(posts)
  await replicaSet('set', 3)
  const template = { spec: { restartPolicy: 'Never', containers } }
  const job = (name: string, completionMode: string): Promise<Job> =>
    c.create<Job>(JOBS, {
      ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name } },
      spec: { completions: 3, parallelism: 3, completionMode, template },
    } as KubeObject as Job)
  await job('indexed', 'Indexed')
  await job('any', 'NonIndexed')
  await c.create(DAEMON_SETS, {
    ...{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'daemon' } },
    spec: {
      selector: { matchLabels: { d: 'y' } },
      template: { metadata: { labels: { d: 'y' } }, spec: { containers, tolerations: [{ operator: 'Exists' }] } },
    },
  } as KubeObject)
  await c.pass(120)
  // One try of each, which the server carried out.
  expect(await ownersOf()).toEqual({ any: 1, daemon: 1, indexed: 1, set: 1 })
  c.loseAnswers(() => false)
  unheard.letGo()
  await c.pass(60)
  expect(await ownersOf()).toEqual({ any: 3, daemon: 3, indexed: 3, set: 3 })
  expect(await pods()).toHaveLength(12)
  await rests()
})

describe('a store that goes away in the middle of it', () => {
  const workloads = async (client: Client): Promise<void> => {
    const inDefault = { namespace: 'default' }
    const own = (key: string) => ({
      selector: { matchLabels: { [key]: 'y' } },
      template: { metadata: { labels: { [key]: 'y' } }, spec: { containers } },
    })
    const make = (id: ResourceId, kind: string, name: string, apiVersion: string, spec: object): Promise<KubeObject> =>
      client.resource(id).create({ apiVersion, kind, metadata: { name }, spec } as KubeObject, inDefault)
    await make(REPLICA_SETS, 'ReplicaSet', 'a', 'apps/v1', { replicas: 12, ...own('a') })
    await make(STATEFUL_SETS, 'StatefulSet', 'db', 'apps/v1', {
      replicas: 6,
      serviceName: 'db',
      podManagementPolicy: 'Parallel',
      ...own('db'),
    })
    const template = { spec: { restartPolicy: 'Never', containers } }
    await make(JOBS, 'Job', 'j', 'batch/v1', { completions: 6, parallelism: 6, completionMode: 'Indexed', template })
  }
  const LOOPS = 3
  const OUTAGE_SECONDS = 60

  test.each([0, 1, 2, 5, 11, 17, 23])('after %i writes: it is not asked without end, and nothing is made twice', async (after) => {
    c = await startTestCluster(workloads, replicaSetController, statefulSetController, jobController)
    let left = after
    c.loseAnswers(({ method }) => {
      if (method !== 'GET' && left-- === 0) c.storeIs('away')
      return false
    })
    await c.pass(3)
    c.storeIs('away')
    const before = c.writes()
    await c.pass(OUTAGE_SECONDS)
    // 5 ms and twice as long each time: some fourteen tries a minute of each, of a pod and of a status. Without end it would be thousands.
    expect(c.writes() - before).toBeLessThanOrEqual(LOOPS * 2 * 20)
    expect(c.errors).not.toEqual([])
    c.storeIs('back')
    c.loseAnswers(() => false)
    await c.pass(OUTAGE_SECONDS * 2)
    expect(await ownersOf()).toEqual({ a: 12, db: 6, j: 6 })
    expect(await pods()).toHaveLength(24)
    await rests()
  })
})

const everyTenMinutes = (): Promise<KubeObject> =>
  c.create(CRON_JOBS, {
    ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'tick' } },
    spec: {
      ...{ schedule: '*/10 * * * *', concurrencyPolicy: 'Allow' },
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers } } } },
    },
  } as KubeObject)

test('a clock that is set back: nothing is done again, and what was due comes when it is due', async () => {
  c = await startTestCluster(cronJobController, jobController, replicaSetController)
  await everyTenMinutes()
  await replicaSet('a', 2)
  await c.pass(601)
  const made = async (): Promise<number> => (await c.list(JOBS)).length
  expect(await made()).toBe(1)
  const writes = c.writes()
  c.clock.setBack(3 * 86_400_000)
  await c.pass(601)
  expect([await made(), c.writes() - writes]).toEqual([1, 0])
  expect(await ownersOf()).toMatchObject({ a: 2 })
  // The jump back is made up for: the next start is the one after the last.
  c.clock.advance(3 * 86_400_000)
  await c.pass(30)
  expect(await made()).toBe(2)
})

test('a clock that jumps three days: one job for all that was missed, and no pod more', async () => {
  c = await startTestCluster(cronJobController, jobController)
  await everyTenMinutes()
  await c.pass(5)
  c.clock.advance(3 * 86_400_000)
  await c.pass(5)
  expect([(await c.list(JOBS)).length, (await pods()).length]).toEqual([1, 1])
})

test('a node that flaps loses no pod that may wait, and is not written about without end', async () => {
  c = await startTestCluster(nodeLifecycleController, taintEvictionController)
  await c.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } })
  const flap = (status: string): Promise<KubeObject> => {
    const at = formatTime(c.clock.now())
    const conditions = [{ type: 'Ready', status, lastHeartbeatTime: at, lastTransitionTime: at }]
    return c.client.resource(NODES).patch('n', { type: 'strategic', body: { status: { conditions } } }, { subresource: 'status' })
  }
  await flap('True')
  const tolerations = ['not-ready', 'unreachable'].map((key) => ({
    ...{ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 20 },
  }))
  await c.create<Pod>(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { nodeName: 'n', tolerations, containers },
  } as Pod)
  await c.pass(10)
  const before = c.writes()
  const rounds = 5
  for (let i = 0; i < rounds; i++) {
    await flap('False')
    await c.pass(8)
    await flap('True')
    await c.pass(8)
  }
  expect((await c.get<Pod>(PODS, 'p')).metadata.deletionTimestamp).toBeUndefined()
  expect((await c.get<Node>(NODES, 'n')).spec?.taints ?? []).toEqual([])
  // Taints go on and off, and the pod's condition with them.
  expect(c.writes() - before).toBeLessThanOrEqual(rounds * 10)
})
