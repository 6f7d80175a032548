import { afterEach, expect, test } from 'vitest'
import type { Deployment, Pod, ReplicaSet } from '../../client/objects.ts'
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../../client/resource.ts'
import { deploymentController } from '../deployment/deployment.ts'
import { isAlive, ready, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { replicaSetController } from './replicaset.ts'

let cluster: TestCluster
afterEach(() => cluster.close())

const COST = 'controller.kubernetes.io/pod-deletion-cost'
const labels = { app: 'web' }
const alive = async (): Promise<Pod[]> => (await cluster.list<Pod>(PODS)).filter(isAlive)

test('feature gates are asked in each round: whether pods that are ending count, and what pods cost', async () => {
  const open = { DeploymentReplicaSetTerminatingReplicas: false, PodDeletionCost: false }
  const isGateOpen = (gate: string): boolean | undefined => open[gate as keyof typeof open]
  cluster = await startTestCluster(deploymentController, replicaSetController, { isGateOpen })
  await cluster.create<Deployment>(DEPLOYMENTS, {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
    spec: {
      replicas: 4,
      selector: { matchLabels: labels },
      // It stays, being on a node, until a kubelet has ended it.
      template: { metadata: { labels }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] } },
    },
  })
  const pods = await cluster.until('four pods', async () => (await alive()).length === 4 && alive())
  for (const [i, pod] of pods.entries()) {
    const { name = '', namespace } = pod.metadata
    // The younger it is ready, the sooner it goes, where costs do not count.
    await cluster.client
      .resource(PODS)
      .patch(name, { type: 'merge', body: { metadata: { annotations: { [COST]: String(i) } } } }, { namespace })
    await cluster.report(pod, ready(cluster.clock))
    await cluster.pass(10)
  }
  const counts = (): Promise<[unknown, unknown]> =>
    Promise.all([
      cluster.get<Deployment>(DEPLOYMENTS, 'web').then(({ status }) => status?.terminatingReplicas),
      cluster.list<ReplicaSet>(REPLICA_SETS).then(([rs]) => rs?.status?.terminatingReplicas),
    ])
  const costsAfter = async (replicas: number): Promise<(string | undefined)[]> => {
    await cluster.client.resource(DEPLOYMENTS).patch('web', { type: 'merge', body: { spec: { replicas } } }, { namespace: 'default' })
    await cluster.until(`${replicas} pods`, async () => (await alive()).length === replicas)
    await cluster.pass(1)
    return (await alive()).map((pod) => pod.metadata.annotations?.[COST]).sort()
  }
  expect(await costsAfter(3)).toEqual(['0', '1', '2'])
  expect(await counts()).toEqual([undefined, undefined])
  open.PodDeletionCost = true
  expect(await costsAfter(2)).toEqual(['1', '2'])
  expect(await counts()).toEqual([undefined, undefined])
  open.DeploymentReplicaSetTerminatingReplicas = true
  expect(await costsAfter(1)).toEqual(['2'])
  expect(await counts()).toEqual([3, 3])
  expect(cluster.errors).toEqual([])
})
