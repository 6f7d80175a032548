import { afterEach, describe, expect, test } from 'vitest'
import type { DaemonSet } from '../client/objects-apps.ts'
import type { Deployment, Node, Pod } from '../client/objects.ts'
import {
  CONFIG_MAPS,
  CRON_JOBS,
  DAEMON_SETS,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  ENDPOINTS,
  JOBS,
  NAMESPACES,
  NODES,
  PODS,
  REPLICA_SETS,
  SERVICES,
} from '../client/resource.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { cronJobController } from './cronjob/cronjob.ts'
import { daemonSetController } from './daemonset/daemonset.ts'
import { deploymentController } from './deployment/deployment.ts'
import { endpointsController } from './endpoints/endpoints.ts'
import { endpointSliceController } from './endpointslice/endpointslice.ts'
import type { EndpointSlice } from './endpointslice/slices.ts'
import { garbageCollectorController } from './garbage-collector/garbage-collector.ts'
import { jobController } from './job/job.ts'
import { namespaceController } from './namespace/namespace.ts'
import { replicaSetController } from './replicaset/replicaset.ts'
import { isAlive, ready, startTestCluster, type TestCluster } from './testing/cluster.ts'

/** A store that goes away while loops are at work: they ask it ever less often, and end where they would have ended. */
let c: TestCluster
afterEach(() => c.close())

const containers = [{ name: 'c', image: 'i' }]
const labels = { app: 'web' }
const OUTAGE_SECONDS = 60
/** 5 ms and twice as long each time makes some fourteen tries a minute of one thing. */
const TRIES = 20

/** After so many writes of the loops the store is gone for a minute. Resolves when it is back. */
async function outage(after: number, things: number): Promise<void> {
  let left = after
  c.loseAnswers(({ method }) => {
    if (method !== 'GET' && left-- === 0) c.storeIs('away')
    return false
  })
  await c.pass(3)
  c.storeIs('away')
  const before = c.writes()
  await c.pass(OUTAGE_SECONDS)
  expect(c.writes() - before).toBeLessThanOrEqual(things * TRIES)
  c.storeIs('back')
  c.loseAnswers(() => false)
}

async function rests(): Promise<void> {
  await c.pass(3)
  const writes = c.writes()
  await c.pass(20)
  expect(c.writes() - writes).toBe(0)
}

const alive = async (): Promise<Pod[]> => (await c.list<Pod>(PODS)).filter(isAlive)
const run = async (): Promise<void> => {
  for (const pod of await alive()) if (pod.status?.phase !== 'Running') await c.report(pod, { ...ready(c.clock), podIP: '10.1.0.1' })
}

describe('a rollout', () => {
  test.each([0, 2, 5])('of a deployment, gone after %i writes, ends with one set of pods', async (after) => {
    c = await startTestCluster(deploymentController, replicaSetController, garbageCollectorController)
    const template = (image: string) => ({ metadata: { labels }, spec: { containers: [{ name: 'c', image }] } })
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } }
    await c.create(DEPLOYMENTS, {
      ...deployment,
      spec: { replicas: 4, selector: { matchLabels: labels }, template: template('one') },
    } as KubeObject)
    const isDone = async (image: string): Promise<boolean> => {
      await run()
      const { status } = await c.get<Deployment>(DEPLOYMENTS, 'd')
      const images = new Set((await alive()).map((p) => p.spec?.containers?.[0]?.image))
      return status?.availableReplicas === 4 && status.updatedReplicas === 4 && status.replicas === 4 && [...images].join() === image
    }
    await c.until('it runs', () => isDone('one'))
    const body = { spec: { template: template('two') } }
    await c.client.resource(DEPLOYMENTS).patch('d', { type: 'merge', body }, { namespace: 'default' })
    await outage(after, 8)
    await c.until('it is new', () => isDone('two'))
    expect(await alive()).toHaveLength(4)
    expect(await c.list(REPLICA_SETS)).toHaveLength(2)
    await rests()
  })
})

describe('a daemon set', () => {
  test.each([0, 3])('gone after %i writes, has one pod on each node', async (after) => {
    c = await startTestCluster(daemonSetController)
    for (const name of ['a', 'b', 'c', 'd']) {
      await c.create<Node>(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name } })
      await c.client.resource(NODES).patch(name, { type: 'merge', body: { spec: { taints: null } } })
    }
    await c.create<DaemonSet>(DAEMON_SETS, {
      ...{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'ds' } },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    } as KubeObject as DaemonSet)
    await outage(after, 8)
    await c.pass(OUTAGE_SECONDS * 2)
    const nodeOf = (p: Pod): unknown =>
      p.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms?.[0]?.matchFields?.[0]?.values?.[0]
    expect((await alive()).map(nodeOf).sort()).toEqual(['a', 'b', 'c', 'd'])
    await rests()
  })
})

describe('endpoints', () => {
  test.each([0, 1])('gone after %i writes, are those of the pods, once', async (after) => {
    c = await startTestCluster(endpointsController, endpointSliceController)
    await c.create<Node>(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } })
    for (const [i, name] of ['p', 'q', 'r'].entries()) {
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec: { nodeName: 'n', containers } } as Pod
      await c.report(await c.create<Pod>(PODS, pod), { ...ready(c.clock), podIP: `10.1.0.${i}`, podIPs: [{ ip: `10.1.0.${i}` }] })
    }
    await c.create(SERVICES, {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
      spec: { selector: labels, ports: [{ port: 80 }], clusterIP: 'None' },
    } as KubeObject)
    await outage(after, 2)
    // The slices of a service are tried again after 1, 2, 4… s.
    await c.pass(OUTAGE_SECONDS * 3)
    const slices = (await c.list<EndpointSlice>(ENDPOINT_SLICES)).filter((s) => s.metadata.labels?.['kubernetes.io/service-name'] === 'web')
    expect(slices.map((s) => s.endpoints?.flatMap((e) => e.addresses).sort())).toEqual([['10.1.0.0', '10.1.0.1', '10.1.0.2']])
    const { subsets } = await c.get<KubeObject & { subsets?: { addresses?: unknown[] }[] }>(ENDPOINTS, 'web')
    expect(subsets?.map((s) => s.addresses?.length)).toEqual([3])
    await rests()
  })
})

describe('a schedule', () => {
  test.each([0, 1])('gone after %i writes, starts one job for each time', async (after) => {
    c = await startTestCluster(cronJobController, jobController)
    await c.create(CRON_JOBS, {
      ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'tick' } },
      spec: { schedule: '*/10 * * * *', jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers } } } } },
    } as KubeObject)
    await c.pass(598)
    await outage(after, 4)
    await c.pass(OUTAGE_SECONDS * 2)
    expect((await c.list(JOBS)).length).toBe(1)
    expect(await alive()).toHaveLength(1)
    await c.pass(600)
    expect((await c.list(JOBS)).length).toBe(2)
  })
})

describe('what goes', () => {
  test.each([0, 4])('an owner’s 12 objects, gone after %i writes, all go', async (after) => {
    c = await startTestCluster(garbageCollectorController)
    const owner = await c.create<KubeObject>(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner' } })
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid!, blockOwnerDeletion: true }]
    for (let i = 0; i < 12; i++)
      await c.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `o${i}`, ownerReferences } })
    await c.pass(3)
    await c.client.resource(CONFIG_MAPS).delete('owner', { namespace: 'default', propagationPolicy: 'Foreground' })
    await outage(after, 13)
    await c.until('all are gone', async () => (await c.list(CONFIG_MAPS)).every((m) => m.metadata.name === 'kube-root-ca.crt'))
    await rests()
  })

  test.each([1, 2])('a namespace, gone after %i writes, goes with all that is in it', async (after) => {
    c = await startTestCluster(namespaceController)
    await c.client.resource(NAMESPACES).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'going' } })
    for (const name of ['a', 'b'])
      await c.client.resource(CONFIG_MAPS).create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }, { namespace: 'going' })
    await c.client.resource(NAMESPACES).delete('going')
    // At most every two seconds.
    await outage(after, 3)
    await c.until('it is gone', () =>
      c.client
        .resource(NAMESPACES)
        .get('going')
        .then(
          () => false,
          (e: unknown) => isStatusError(e, 'NotFound'),
        ),
    )
    await rests()
  })
})
