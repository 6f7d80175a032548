import { afterEach, describe, expect, test } from 'vitest'
import { findCondition, type Pod, type PodSpec } from '../client/objects.ts'
import type { PersistentVolumeClaim } from '../client/objects-storage.ts'
import {
  EVENTS,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  POD_DISRUPTION_BUDGETS,
  PODS,
  STORAGE_CLASSES,
} from '../client/resource.ts'
import type { Controller } from '../controllers/controller.ts'
import { startTestCluster, type TestCluster } from '../controllers/testing/cluster.ts'
import type { KubeObject } from '../machinery/types.ts'
import { defaultConfiguration, loadConfiguration } from './config/load.ts'
import { SchedulerMetrics } from './metrics.ts'
import { startScheduler } from './scheduler.ts'
import { makeNode, makePod } from './testing/objects.ts'

const schedulerWith = (configuration = defaultConfiguration()): Controller => ({
  name: 'kube-scheduler',
  start: ({ client, informers, clock, signal, onError }) =>
    startScheduler({ client, informers, clock, signal, onError, configuration, random: () => 0.5 }),
})
const scheduler = schedulerWith()

let c: TestCluster
afterEach(() => c.close())

async function addNode(name: string, cpu = '4'): Promise<void> {
  const node = makeNode(name, { allocatable: { cpu } })
  await c.create(NODES, node)
  await c.client.resource(NODES).patch(name, { type: 'merge', body: { spec: { taints: null } } })
  await c.client.resource(NODES).patch(name, { type: 'merge', body: { status: node.status } as never }, { subresource: 'status' })
}

async function addPod(name: string, cpu: string, priority: number, more: PodSpec = {}, labels = { app: name }): Promise<void> {
  const { spec } = makePod(name, { cpu }, more)
  const { priority: _, preemptionPolicy, ...rest } = spec!
  const className = `p${priority}${(preemptionPolicy ?? '').toLowerCase()}`
  const classes = { group: 'scheduling.k8s.io', version: 'v1', resource: 'priorityclasses', namespaced: false }
  await c.client
    .resource(classes)
    .create({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: className },
      value: priority,
      preemptionPolicy,
    } as KubeObject)
    .catch(() => undefined)
  await c.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { ...rest, priorityClassName: className },
  } as KubeObject)
}

const pod = (name: string): Promise<Pod> => c.get<Pod>(PODS, name)
const nodeOf = async (name: string): Promise<string | undefined> => (await pod(name)).spec?.nodeName
const isPlaced = (name: string) => c.until(`${name} has a node`, () => nodeOf(name))
const isGoing = (name: string) => c.until(`${name} goes`, async () => (await pod(name)).metadata.deletionTimestamp != null)
const finish = (name: string) => c.client.resource(PODS).delete(name, { namespace: 'default', gracePeriodSeconds: 0 })
const events = async (): Promise<string[]> =>
  (await c.list<KubeObject & { reason?: string; note?: string }>(EVENTS)).map((e) => `${e.reason}: ${e.note}`)

/** A claim `data` that gets its volume when its pod has a node. */
async function addLateClaim() {
  await c.client.resource(STORAGE_CLASSES).create({
    ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'late' }, provisioner: 'example.com/x' },
    volumeBindingMode: 'WaitForFirstConsumer',
  } as KubeObject)
  const spec = { storageClassName: 'late', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  await c.create(PERSISTENT_VOLUME_CLAIMS, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec,
  } as KubeObject)
  return spec
}

test('a volume that was made for another place than the pod’s node: the pod is looked at again', async () => {
  c = await startTestCluster(scheduler)
  await addNode('n')
  const { client } = c
  const spec = await addLateClaim()
  await addPod('p', '1', 1, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] })
  const claim = () => c.get<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, 'data')
  await c.until('it is to be made', async () => (await claim()).metadata.annotations?.['volume.kubernetes.io/selected-node'] === 'n')
  const elsewhere = [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['far'] }] }]
  await client.resource(PERSISTENT_VOLUMES).create({
    ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'made' } },
    spec: {
      ...{ ...spec, resources: undefined, capacity: { storage: '1Gi' }, csi: { driver: 'x.example.com', volumeHandle: 'h' } },
      ...{ claimRef: { namespace: 'default', name: 'data' }, nodeAffinity: { required: { nodeSelectorTerms: elsewhere } } },
    },
  } as KubeObject)
  await client
    .resource(PERSISTENT_VOLUME_CLAIMS)
    .patch('data', { type: 'merge', body: { spec: { volumeName: 'made' } } }, { namespace: 'default' })
  const why = 'binding volumes: pv "made" node affinity doesn\'t match node "n": no matching NodeSelectorTerms'
  await c.until('why', async () => (await events()).some((e) => e.startsWith('FailedScheduling') && e.endsWith(why)))
  expect(await nodeOf('p')).toBeUndefined()
})

describe('preemption', () => {
  test('the least important pod goes with its grace; the pod waits for the room and gets it', async () => {
    c = await startTestCluster(scheduler)
    await addNode('n')
    await addPod('low', '2', 1, { terminationGracePeriodSeconds: 30 })
    await addPod('middle', '2', 5)
    for (const name of ['low', 'middle']) await isPlaced(name)
    await addPod('high', '2', 10)
    await isGoing('low')
    const victim = await pod('low')
    expect(victim.metadata.deletionGracePeriodSeconds).toBe(30)
    expect(findCondition(victim.status?.conditions, 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
    })
    const waiting = await c.until('nominated', async () => (await pod('high')).status?.nominatedNodeName === 'n' && pod('high'))
    expect(findCondition(waiting.status?.conditions, 'PodScheduled')).toMatchObject({ status: 'False', reason: 'Unschedulable' })
    await c.pass(20)
    expect(await nodeOf('high')).toBeUndefined()
    // The room is promised: nobody less important gets in before.
    await addPod('sly', '1', 4)
    await finish('low')
    await isPlaced('high')
    expect((await pod('high')).status?.nominatedNodeName).toBeUndefined()
    expect(await nodeOf('sly')).toBeUndefined()
    expect((await pod('middle')).metadata.deletionTimestamp).toBeUndefined()
    expect(await events()).toContain(`Preempted: Preempted by pod ${waiting.metadata.uid} on node n`)
    expect(c.errors).toEqual([])
  })

  test('a pod is not tried again before all that make room for it have been told to go', async () => {
    c = await startTestCluster(scheduler)
    await addNode('n')
    const low = ['a', 'b', 'c', 'd']
    for (const name of low) await addPod(name, '1', 1, { terminationGracePeriodSeconds: 0 })
    for (const name of low) await isPlaced(name)
    await addPod('high', '4', 10)
    await isPlaced('high')
    const why = (await events()).filter((e) => e.startsWith('FailedScheduling'))
    expect(why).toHaveLength(1)
    expect(why[0]).toContain('preempting 4 victims')
  })

  test('a pod whose volume is still being made gives its place up and stays', async () => {
    c = await startTestCluster(scheduler)
    await addNode('n')
    await addLateClaim()
    await addPod('low', '4', 1, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] })
    await c.until('on its way', async () => (await pod('low')).status?.nominatedNodeName === 'n')
    await addPod('high', '4', 10)
    await isPlaced('high')
    expect((await pod('low')).metadata.deletionTimestamp).toBeUndefined()
    expect(await nodeOf('low')).toBeUndefined()
    expect((await events()).some((e) => /^Preempted: .* on node n \(in kube-scheduler memory\)\.$/.test(e))).toBe(true)
  })

  test.each(['deleted', 'told otherwise'])('room that was promised to a pod which is %s is for others', async (how) => {
    c = await startTestCluster(scheduler)
    await addNode('n')
    await addPod('promised', '4', 10, { schedulingGates: [{ name: 'later' }] })
    const promise = (nominatedNodeName: string | null) =>
      c.client
        .resource(PODS)
        .patch('promised', { type: 'merge', body: { status: { nominatedNodeName } } }, { namespace: 'default', subresource: 'status' })
    await promise('n')
    await addPod('other', '4', 10)
    await c.until('it waits', async () => findCondition((await pod('other')).status?.conditions, 'PodScheduled')?.status === 'False')
    await (how === 'deleted' ? finish('promised') : promise(null))
    expect(await isPlaced('other')).toBe('n')
  })

  test('policy Never waits, a budget is spared where there is a choice', async () => {
    c = await startTestCluster(scheduler)
    await addNode('a')
    await addNode('b')
    for (const [name, node] of [
      ['guarded', 'a'],
      ['free', 'b'],
    ]) {
      await addPod(name!, '4', 1, { nodeSelector: {}, affinity: pinned(node!) })
      await isPlaced(name!)
    }
    const spec = { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } }
    await c.create(POD_DISRUPTION_BUDGETS, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'b' },
      spec,
    } as KubeObject)
    await addPod('patient', '4', 10, { preemptionPolicy: 'Never' })
    await c.until('told', async () =>
      findCondition((await pod('patient')).status?.conditions, 'PodScheduled')?.message?.endsWith(
        'preemption: not eligible due to preemptionPolicy=Never.',
      ),
    )
    await addPod('high', '4', 10)
    await isGoing('free')
    expect((await pod('guarded')).metadata.deletionTimestamp).toBeUndefined()
    const before = c.writes()
    await c.pass(30)
    expect(c.writes() - before).toBeLessThan(5)
    expect(c.errors).toEqual([])
  })

  test('nobody goes where that would not help, or where nobody is less important', async () => {
    c = await startTestCluster(scheduler)
    await addNode('n')
    await addPod('peer', '4', 10)
    await isPlaced('peer')
    await addPod('equal', '1', 10)
    await addPod('huge', '8', 20)
    await c.pass(5)
    expect((await pod('peer')).metadata.deletionTimestamp).toBeUndefined()
    const message = async (name: string) => findCondition((await pod(name)).status?.conditions, 'PodScheduled')?.message
    expect(await message('equal')).toBe(
      '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    )
    expect(await message('huge')).toBe(
      '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    )
  })
})

test('a pod that waits is placed when a pod comes that it wants to be near, or a node', async () => {
  c = await startTestCluster(scheduler)
  await addNode('n')
  await c.client.resource(NODES).patch('n', { type: 'merge', body: { metadata: { labels: { zone: 'z' } } } })
  const near = {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: { matchLabels: { app: 'db' } } }],
    },
  }
  await addPod('web', '1', 0, { affinity: near })
  await addPod('large', '8', 0)
  await c.pass(3)
  expect(await nodeOf('web')).toBeUndefined()
  await addPod('db', '1', 0)
  await isPlaced('web')
  await addNode('big', '16')
  await isPlaced('large')
  expect(c.errors).toEqual([])
})

function pinned(node: string): NonNullable<PodSpec['affinity']> {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }]
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } } }
}

/** One that is bound when a pod has a node for it. */
async function delayedClaim(name: string): Promise<void> {
  const classes = { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses', namespaced: false }
  const late = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'late' },
    provisioner: 'example.com/x',
    volumeBindingMode: 'WaitForFirstConsumer',
  }
  await c.create(classes, late as KubeObject)
  const spec = { storageClassName: 'late', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  await c.create(PERSISTENT_VOLUME_CLAIMS, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec } as KubeObject)
}

test('a delayed claim is told its node, and the pod is bound when the claim is; another pod does not wait for that', async () => {
  c = await startTestCluster(scheduler)
  await addNode('n')
  await delayedClaim('c')
  await addPod('p', '1', 0, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] })
  const claim = () => c.get<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, 'c')
  await c.until('told', async () => (await claim()).metadata.annotations?.['volume.kubernetes.io/selected-node'] === 'n')
  await addPod('q', '1', 0)
  await isPlaced('q')
  expect(await nodeOf('p')).toBeUndefined()
  // Whoever adds nodes sees that this one is spoken for.
  expect((await pod('p')).status?.nominatedNodeName).toBe('n')
  const metadata = { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }
  await c.client
    .resource(PERSISTENT_VOLUME_CLAIMS)
    .patch('c', { type: 'merge', body: { metadata, spec: { volumeName: 'v' } } }, { namespace: 'default' })
  await isPlaced('p')
  expect((await pod('p')).status?.nominatedNodeName).toBeUndefined()
  expect(c.errors).toEqual([])
})

test('a pod whose volumes do not come is spoken of at no node any more', async () => {
  c = await startTestCluster(scheduler)
  await addNode('n')
  await delayedClaim('c')
  await addPod('p', '1', 0, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] })
  await c.until('spoken for', async () => (await pod('p')).status?.nominatedNodeName === 'n')
  await c.client
    .resource(PERSISTENT_VOLUME_CLAIMS)
    .patch(
      'c',
      { type: 'merge', body: { metadata: { annotations: { 'volume.kubernetes.io/selected-node': null } } } },
      { namespace: 'default' },
    )
  const came = await c.until('back', async () => {
    const p = await pod('p')
    return findCondition(p.status?.conditions, 'PodScheduled')?.reason === 'SchedulerError' && p
  })
  expect(came.status?.nominatedNodeName).toBeUndefined()
})

describe('profiles', () => {
  test('each takes the pods that name it; nobody takes the others', async () => {
    const profiles = ['spread', 'pack'].map((schedulerName) => ({ schedulerName, pluginConfig: [fit(schedulerName === 'pack')] }))
    const type = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' }
    c = await startTestCluster(schedulerWith(loadConfiguration(JSON.stringify({ ...type, profiles }))))
    for (const name of ['a', 'b']) await addNode(name)
    await addPod('first', '1', 1, { schedulerName: 'spread', nodeSelector: { 'kubernetes.io/hostname': 'nowhere' } })
    await c.until('why it waits', async () => (await events()).some((e) => e.startsWith('FailedScheduling: 0/2 nodes are available')))
    await addPod('one', '1', 1, { schedulerName: 'pack' })
    await isPlaced('one')
    await addPod('two', '1', 1, { schedulerName: 'pack' })
    await addPod('three', '1', 1, { schedulerName: 'spread' })
    await addPod('four', '1', 1)
    for (const name of ['two', 'three']) await isPlaced(name)
    expect(await nodeOf('two')).toBe(await nodeOf('one'))
    expect(await nodeOf('three')).not.toBe(await nodeOf('one'))
    await c.pass(5)
    expect(await nodeOf('four')).toBeUndefined()
  })
})

const fit = (packs: boolean) => ({
  name: 'NodeResourcesFit',
  args: { scoringStrategy: { type: packs ? 'MostAllocated' : 'LeastAllocated', resources: [{ name: 'cpu', weight: 100 }] } },
})

test('what becomes of tries is counted by its result; where pods wait is told', async () => {
  const metrics = new SchedulerMetrics(() => 0)
  const counted: Controller = {
    name: 'kube-scheduler',
    start: ({ client, informers, clock, signal, onError }) => startScheduler({ client, informers, clock, signal, onError, metrics }),
  }
  const read = async (name: string) => {
    const { values } = await metrics
      .sources()
      .find((s) => s.name === `scheduler_${name}`)!
      .get()
    return values
      .filter((v) => v.metricName === undefined || v.metricName.endsWith('_count'))
      .map((v) => [Object.values(v.labels).join(' '), v.value])
  }
  c = await startTestCluster(counted)
  await addNode('n')
  await addPod('fits', '1', 0)
  await isPlaced('fits')
  await addPod('large', '100', 0)
  await addPod('gated', '1', 0, { schedulingGates: [{ name: 'example.com/g' }] })
  await c.until(
    'the large one was refused',
    async () => findCondition((await pod('large')).status?.conditions, 'PodScheduled')?.reason === 'Unschedulable',
  )
  expect(await read('schedule_attempts_total')).toEqual([
    ['scheduled default-scheduler', 1],
    ['unschedulable default-scheduler', 1],
  ])
  expect(await read('pending_pods')).toEqual([
    ['active', 0],
    ['backoff', 0],
    ['unschedulable', 1],
    ['gated', 1],
  ])
  expect(await read('pod_scheduling_sli_duration_seconds')).toEqual([['1', 1]])
  expect(await read('preemption_attempts_total')).toEqual([['', 1]])
})
