import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ControllerRevision, StatefulSet } from '../../client/objects-apps.ts'
import type { PersistentVolumeClaim } from '../../client/objects-storage.ts'
import type { Pod } from '../../client/objects.ts'
import { CONTROLLER_REVISIONS, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../client/resource.ts'
import { ended, isAlive, ready, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { countsRevisionsExactly } from '../testing/revisions.ts'
import { statefulSetController } from './statefulset.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await startTestCluster(statefulSetController)
})
afterEach(() => cluster.close())

type Spec = NonNullable<StatefulSet['spec']>

const labels = { app: 'db' }
const template = (image = 'one') => ({ metadata: { labels }, spec: { containers: [{ name: 'c', image }] } })
const create = (spec: Partial<Spec> = {}): Promise<StatefulSet> =>
  cluster.create<StatefulSet>(STATEFUL_SETS, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: { serviceName: 'db', replicas: 3, selector: { matchLabels: labels }, template: template(), ...spec },
  })
const patch = (spec: Partial<Spec>): Promise<unknown> =>
  cluster.client.resource(STATEFUL_SETS).patch('db', { type: 'merge', body: { spec } }, { namespace: 'default' })
const set = (): Promise<StatefulSet> => cluster.get<StatefulSet>(STATEFUL_SETS, 'db')
const pods = async (): Promise<Pod[]> => (await cluster.list<Pod>(PODS)).filter(isAlive)
const names = (list: readonly Pod[]): string => list.map((p) => p.metadata.name).join()
const image = (p: Pod): string => p.spec?.containers?.[0]?.image ?? ''
const serve = async (): Promise<void> => {
  for (const p of await pods()) if (p.status?.phase !== 'Running') await cluster.report(p, ready(cluster.clock))
}
const expectPods = (expected: string): Promise<Pod[]> =>
  cluster.until(`pods ${expected}`, async () => {
    const list = await pods()
    return names(list) === expected && list
  })
/** All pods run, are of the image, and the set has taken note. */
const settled = (n: number, of = 'one'): Promise<StatefulSet> =>
  cluster.until(`${n} of ${of}`, async () => {
    await serve()
    const [list, s] = [await pods(), await set()]
    const done = list.length === n && list.every((p) => image(p) === of && p.status?.phase === 'Running')
    return done && (s.status?.availableReplicas ?? 0) === n && s.status?.currentRevision === s.status?.updateRevision && s
  })

describe('a stateful set', () => {
  test('creates its pods in order, each when the one before is ready', async () => {
    await create()
    const [pod] = await expectPods('db-0')
    await cluster.pass(3)
    expect(names(await pods())).toBe('db-0')
    const [revision] = await cluster.list<ControllerRevision>(CONTROLLER_REVISIONS)
    expect(pod!.metadata.labels).toEqual({
      app: 'db',
      'apps.kubernetes.io/pod-index': '0',
      'controller-revision-hash': revision!.metadata.name,
      'statefulset.kubernetes.io/pod-name': 'db-0',
    })
    expect(revision!.metadata.name).toBe(`db-${revision!.metadata.labels?.['controller.kubernetes.io/hash']}`)
    expect(pod!.metadata.generateName).toBe('db-')
    expect(pod!.spec).toMatchObject({ hostname: 'db-0', subdomain: 'db' })
    expect(pod!.metadata.ownerReferences).toMatchObject([{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', controller: true }])
    await serve()
    await expectPods('db-0,db-1')
    await serve()
    await expectPods('db-0,db-1,db-2')
    const { status } = await settled(3)
    const { name } = revision!.metadata
    expect(status).toEqual({
      observedGeneration: 1,
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      currentRevision: name,
      updateRevision: name,
      collisionCount: 0,
    })
    expect(await cluster.events()).toEqual([0, 1, 2].map((i) => `SuccessfulCreate: Create Pod db-${i} in StatefulSet db successful`))
    expect(cluster.errors).toEqual([])
    const writes = cluster.writes()
    await cluster.pass(5)
    expect(cluster.writes()).toBe(writes)
  })

  test('counts revisions beyond 2^53 exactly', async () => {
    await create({ replicas: 1 })
    await settled(1)
    await countsRevisionsExactly(cluster, (name) => patch({ template: template(name) }))
  })

  test('shrinks from the highest ordinal on, and starts where it is told', async () => {
    await create({ ordinals: { start: 5 } })
    await settled(3)
    await patch({ replicas: 1 })
    const seen = new Set<string>()
    await cluster.until('one', async () => {
      const list = await pods()
      seen.add(names(list))
      return list.length === 1
    })
    expect([...seen].filter((s) => !['db-5,db-6,db-7', 'db-5,db-6', 'db-5'].includes(s))).toEqual([])
    expect(await cluster.events()).toContain('SuccessfulDelete: Delete Pod db-7 in StatefulSet db successful')
  })

  test('in parallel, all come at once', async () => {
    await create({ podManagementPolicy: 'Parallel' })
    const from = cluster.clock.now()
    await expectPods('db-0,db-1,db-2')
    expect(cluster.clock.now()).toBe(from)
  })

  test('rolls out from the highest ordinal down to the partition, one at a time', async () => {
    await create()
    await settled(3)
    await patch({ template: template('two'), updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } })
    let fewest = 3
    await cluster.until('two new ones', async () => {
      fewest = Math.min(fewest, (await pods()).filter((p) => p.status?.phase === 'Running').length)
      await serve()
      return (await pods()).map(image).join() === 'one,two,two'
    })
    expect(fewest).toBe(2)
    await cluster.until('noted', async () => {
      await serve()
      const { status } = await set()
      return status?.updatedReplicas === 2 && status.currentReplicas === 1 && status.currentRevision !== status.updateRevision
    })
    // A pod below the partition comes back as it was.
    await cluster.client.resource(PODS).delete('db-0', { namespace: 'default' })
    await cluster.until('back', async () => {
      await serve()
      return (await pods()).map(image).join() === 'one,two,two'
    })
    await patch({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } })
    await settled(3, 'two')
    await patch({ template: template('one') })
    await settled(3, 'one')
    const revisions = await cluster.list<ControllerRevision>(CONTROLLER_REVISIONS)
    expect(revisions.map((r) => r.revision).sort()).toEqual([2, 3])
  })

  test('maxUnavailable pods are replaced at a time', async () => {
    await create({ replicas: 4, podManagementPolicy: 'Parallel' })
    await settled(4)
    await patch({
      template: template('two'),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable: 2 } },
    })
    let fewest = 4
    await cluster.until('all two', async () => {
      const list = await pods()
      fewest = Math.min(fewest, list.filter((p) => p.status?.phase === 'Running').length)
      await serve()
      return list.length === 4 && list.every((p) => image(p) === 'two')
    })
    expect(fewest).toBe(2)
  })

  test('a pod that is missing already counts against maxUnavailable', async () => {
    await create({ replicas: 5, podManagementPolicy: 'Parallel' })
    await settled(5)
    const [first] = await pods()
    await cluster.report(first!, { conditions: [{ type: 'Ready', status: 'False' }] })
    await cluster.until('noted', async () => (await set()).status?.readyReplicas === 4)
    await patch({
      template: template('two'),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable: 2 } },
    })
    await cluster.until('begun', async () => (await pods()).some((p) => image(p) === 'two'))
    expect((await pods()).map(image)).toEqual(['two', 'one', 'one', 'one', 'two'])
  })

  test('waits minReadySeconds before the next pod', async () => {
    await create({ replicas: 2, minReadySeconds: 10 })
    await expectPods('db-0')
    const from = cluster.clock.now()
    await serve()
    await expectPods('db-0,db-1')
    expect(cluster.clock.now() - from).toBe(10_000)
  })

  test('replaces a pod that has ended', async () => {
    await create({ replicas: 1 })
    const [pod] = await expectPods('db-0')
    await cluster.report(pod!, ended(cluster.clock, 1))
    const another = (p: Pod): boolean => p.metadata.uid !== pod!.metadata.uid
    expect(names(await cluster.until('another', async () => (await pods()).some(another) && pods()))).toBe('db-0')
  })

  test('adopts an orphan of its name and releases a pod that it selects no more', async () => {
    const orphan = { metadata: { name: 'db-0', labels }, spec: template().spec }
    await cluster.create<Pod>(PODS, { apiVersion: 'v1', kind: 'Pod', ...orphan })
    await create({ replicas: 1 })
    const pod = (): Promise<Pod> => cluster.get<Pod>(PODS, 'db-0')
    await cluster.until('adopted', async () => (await pod()).metadata.ownerReferences?.[0]?.name === 'db')
    await serve()
    await cluster.until('given its identity', async () => {
      await serve()
      return (await pod()).metadata.labels?.['statefulset.kubernetes.io/pod-name'] === 'db-0'
    })
    const body = { metadata: { labels: { app: 'other' } } }
    await cluster.client.resource(PODS).patch('db-0', { type: 'merge', body }, { namespace: 'default' })
    await cluster.until('released', async () => (await pod()).metadata.ownerReferences === undefined)
    expect(await cluster.events()).toContain('SuccessfulUpdate: Update Pod db-0 in StatefulSet db successful')
  })
})

describe('claims', () => {
  const claimTemplate = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  }
  const claims = (): Promise<PersistentVolumeClaim[]> => cluster.list<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS)
  const owners = async (): Promise<string[]> =>
    (await claims()).map((c) => `${c.metadata.name} ${(c.metadata.ownerReferences ?? []).map((r) => r.kind).join()}`)

  test('are made for each pod and stay', async () => {
    await create({ replicas: 2, volumeClaimTemplates: [claimTemplate] })
    await settled(2)
    expect(await owners()).toEqual(['data-db-0 ', 'data-db-1 '])
    const [claim] = await claims()
    expect(claim!.metadata.labels).toEqual(labels)
    const [pod] = await pods()
    expect(pod!.spec?.volumes).toContainEqual({ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } })
    expect(await cluster.events()).toContain('SuccessfulCreate: Create Claim data-db-0 Pod db-0 in StatefulSet db success')
    await patch({ replicas: 1 })
    await expectPods('db-0')
    expect(await owners()).toEqual(['data-db-0 ', 'data-db-1 '])
  })

  test('are made as far as they can be; what is wrong with the others is said at once', async () => {
    const named = (name: string) => ({ ...claimTemplate, metadata: { name } })
    const going = cluster.client.resource<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS)
    for (const name of ['data-db-0', 'log-db-0']) {
      const metadata = { name, finalizers: ['example.com/held'] }
      await cluster.create(PERSISTENT_VOLUME_CLAIMS, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...claimTemplate, metadata })
      await going.delete(name, { namespace: 'default' })
    }
    await create({ replicas: 1, volumeClaimTemplates: [named('data'), named('log'), named('spare')] })
    const wrong = '[pvc data-db-0 is being deleted, pvc log-db-0 is being deleted]'
    const text = `FailedCreate: Create Pod db-0 in StatefulSet db failed error: ${wrong}`
    await cluster.until('told', async () => (await cluster.events()).includes(text))
    expect((await claims()).map((c) => c.metadata.name)).toEqual(['data-db-0', 'log-db-0', 'spare-db-0'])
    expect(await pods()).toEqual([])
  })

  test('go with the set, or with a pod that is scaled away', async () => {
    const persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Delete', whenScaled: 'Delete' }
    await create({ replicas: 2, volumeClaimTemplates: [claimTemplate], persistentVolumeClaimRetentionPolicy })
    await settled(2)
    await cluster.until('owned', async () => (await owners()).join() === 'data-db-0 StatefulSet,data-db-1 StatefulSet')
    await patch({ replicas: 1 })
    await cluster.until('the pod is its owner', async () => (await owners()).join() === 'data-db-0 StatefulSet,data-db-1 Pod')
    await expectPods('db-0')
    await patch({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' } })
    await cluster.until('nobody owns it', async () => (await owners())[0] === 'data-db-0 ')
    expect(cluster.errors).toEqual([])
  })
})
