import { afterEach, describe, expect, test } from 'vitest'
import type { Pod, ReplicaSet } from '../../client/objects.ts'
import { PODS, REPLICATION_CONTROLLERS } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { isAlive, ready, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { replicationControllerController } from './replicationcontroller.ts'

let cluster: TestCluster
afterEach(() => cluster.close())

const rc = (replicas: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: 'rc' },
  spec: {
    replicas,
    selector: { app: 'a' },
    template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  },
})

const alive = async (): Promise<Pod[]> => (await cluster.list<Pod>(PODS)).filter(isAlive)
const count = (n: number) => cluster.until(`${n} pods`, async () => (await alive()).length === n && alive())

describe('a ReplicationController', () => {
  test('makes pods of its own, counts them and shrinks', async () => {
    cluster = await startTestCluster(replicationControllerController)
    await cluster.create(REPLICATION_CONTROLLERS, rc(3))
    const pods = await count(3)
    for (const pod of pods) {
      expect(pod.metadata.ownerReferences).toMatchObject([
        { apiVersion: 'v1', kind: 'ReplicationController', name: 'rc', controller: true },
      ])
      await cluster.report(pod, ready(cluster.clock))
    }
    await cluster.until('counted', async () => {
      const { status } = await cluster.get<ReplicaSet>(REPLICATION_CONTROLLERS, 'rc')
      return status?.availableReplicas === 3 && status
    })
    expect((await cluster.get<ReplicaSet>(REPLICATION_CONTROLLERS, 'rc')).status).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    })
    await cluster.client
      .resource(REPLICATION_CONTROLLERS)
      .patch('rc', { type: 'merge', body: { spec: { replicas: 1 } } }, { namespace: 'default' })
    await count(1)
    expect((await cluster.events()).map((e) => e.replace(/rc-\w+$/, 'rc-x')).sort()).toEqual([
      ...Array<string>(3).fill('SuccessfulCreate: Created pod: rc-x'),
      ...Array<string>(2).fill('SuccessfulDelete: Deleted pod: rc-x'),
    ])
    expect(cluster.errors).toEqual([])
  })

  test('adopts what it selects and lets go of what it selects no more', async () => {
    cluster = await startTestCluster(replicationControllerController)
    const orphan = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'orphan', labels: { app: 'a' } },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    }
    await cluster.create(PODS, orphan)
    await cluster.create(REPLICATION_CONTROLLERS, rc(2))
    await count(2)
    expect((await cluster.get<Pod>(PODS, 'orphan')).metadata.ownerReferences?.[0]?.kind).toBe('ReplicationController')
    await cluster.client
      .resource(PODS)
      .patch('orphan', { type: 'merge', body: { metadata: { labels: { app: 'b' } } } }, { namespace: 'default' })
    await count(3)
    expect((await cluster.get<Pod>(PODS, 'orphan')).metadata.ownerReferences ?? []).toEqual([])
    expect(cluster.errors).toEqual([])
  })
})
