import { afterEach, describe, expect, test } from 'vitest'
import type { Client } from '../client/client.ts'
import type { ResourceClaim } from '../client/objects-resource.ts'
import type { PersistentVolume } from '../client/objects-storage.ts'
import type { Pod } from '../client/objects.ts'
import {
  DEVICE_CLASSES,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  RESOURCE_CLAIM_TEMPLATES,
  RESOURCE_CLAIMS,
  RESOURCE_SLICES,
  STORAGE_CLASSES,
} from '../client/resource.ts'
import type { Controller } from '../controllers/controller.ts'
import { persistentVolumeBinderController } from '../controllers/persistentvolume-binder/persistentvolume-binder.ts'
import { resourceClaimController } from '../controllers/resourceclaim/resourceclaim.ts'
import { startTestCluster, type TestCluster } from '../controllers/testing/cluster.ts'
import type { KubeObject } from '../machinery/types.ts'
import { startScheduler } from './scheduler.ts'
import { makeNode } from './testing/objects.ts'

/** Writes that the server carries out and whose answers do not come, by a scheduler whose watches say nothing: no room and no device is given twice. */
let c: TestCluster
let turn = 0
const scheduler: Controller = {
  name: 'kube-scheduler',
  start: ({ client, informers, clock, signal, onError }) =>
    // Another one at each try.
    startScheduler({ client, informers, clock, signal, onError, random: () => (turn++ % 2) * 0.9 }),
}
afterEach(() => c.close())

type Request = Parameters<Parameters<TestCluster['loseAnswers']>[0]>[0]
const is =
  (verb: string, end: RegExp) =>
  ({ method, path }: Request): boolean =>
    method === verb && end.test(path)
const never = (): boolean => false
const watchOf = (resource: string): ReturnType<TestCluster['holdUp']> =>
  c.holdUp(({ path }) => new RegExp(`^/apis?(/[^/]+)?/v1/${resource}[?]`).test(path))
const CPUS = 4
const inDefault = { namespace: 'default' }
const TAINT = { key: 'example.com/closed', effect: 'NoSchedule' }

const nodes =
  (names: readonly string[], taints: object[] | null = null) =>
  async (client: Client): Promise<void> => {
    for (const name of names) {
      const node = makeNode(name, { allocatable: { cpu: String(CPUS) } })
      await client.resource(NODES).create(node)
      await client.resource(NODES).patch(name, { type: 'merge', body: { spec: { taints } } })
      await client.resource(NODES).patch(name, { type: 'merge', body: { status: node.status } as never }, { subresource: 'status' })
    }
  }
/** Those with a node of their choice get past the scheduler. */
const addPod = (name: string, requests: Record<string, string>, spec: object = {}): Promise<Pod> =>
  c.create<Pod>(PODS, {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests, limits: requests } }], ...spec },
  } as Pod)
const pods = (): Promise<Pod[]> => c.list<Pod>(PODS)
/** From now on pods may be put on nodes. */
async function open(...names: string[]): Promise<void> {
  for (const name of names) await c.client.resource(NODES).patch(name, { type: 'merge', body: { spec: { taints: null } } })
}
const nodeOf = async (name: string): Promise<string | undefined> => (await c.get<Pod>(PODS, name)).spec?.nodeName

test.each([
  ['binds without an answer', is('POST', /[/]binding/)],
  ['binds that are not seen', never],
])('room is given once: %s', async (_, lost) => {
  c = await startTestCluster(nodes(['a', 'b'], [TAINT]), scheduler)
  for (let i = 0; i < 3 * CPUS; i++) await addPod(`p${i}`, { cpu: '1' })
  await c.pass(5)
  const unheard = watchOf('pods')
  c.loseAnswers(lost)
  await open('a', 'b')
  await c.pass(60)
  const on = async (): Promise<number[]> => {
    const all = await pods()
    return ['a', 'b', undefined].map((name) => all.filter((p) => p.spec?.nodeName === name).length)
  }
  expect(await on()).toEqual([CPUS, CPUS, CPUS])
  c.loseAnswers(never)
  unheard.letGo()
  await c.pass(60)
  expect(await on()).toEqual([CPUS, CPUS, CPUS])
})

describe('devices', () => {
  async function world(more: object = {}): Promise<void> {
    c = await startTestCluster(nodes(['n'], [TAINT]), scheduler, resourceClaimController)
    const make = (kind: string, name: string, spec: object): KubeObject =>
      ({ apiVersion: 'resource.k8s.io/v1', kind, metadata: { name }, spec }) as KubeObject
    const pool = { name: 'pool', generation: 1, resourceSliceCount: 1 }
    await c.create(DEVICE_CLASSES, make('DeviceClass', 'gpu', more))
    await c.create(
      RESOURCE_SLICES,
      make('ResourceSlice', 's', { driver: 'd.example.com', nodeName: 'n', pool, devices: [{ name: 'one' }] }),
    )
    const requests = [{ name: 'r', exactly: { deviceClassName: 'gpu' } }]
    await c.create(RESOURCE_CLAIM_TEMPLATES, make('ResourceClaimTemplate', 't', { spec: { devices: { requests } } }))
  }
  const allocated = async (): Promise<number> =>
    (await c.list<ResourceClaim>(RESOURCE_CLAIMS)).filter((claim) => claim.status?.allocation !== undefined).length
  const placed = async (): Promise<number> => (await pods()).filter((p) => p.spec?.nodeName !== undefined).length

  test.each([
    ['without an answer', is('PUT', /[/]resourceclaims[/]/)],
    ['not seen', never],
  ])('are given once: allocations %s', async (_, lost) => {
    await world()
    for (const name of ['p', 'q']) await addPod(name, {}, { resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 't' }] })
    await c.pass(10)
    const unheard = watchOf('resourceclaims')
    c.loseAnswers(lost)
    await open('n')
    await c.pass(60)
    expect([await allocated(), await placed()]).toEqual([1, 1])
    c.loseAnswers(never)
    unheard.letGo()
    await c.pass(60)
    expect([await allocated(), await placed()]).toEqual([1, 1])
  })

  test('that stand for a resource get one claim', async () => {
    await world({ extendedResourceName: 'example.com/gpu' })
    for (const name of ['p', 'q']) await addPod(name, { 'example.com/gpu': '1' })
    await c.pass(10)
    const unheard = watchOf('resourceclaims')
    c.loseAnswers(is('POST', /[/]resourceclaims/))
    await open('n')
    await c.pass(60)
    expect([(await c.list(RESOURCE_CLAIMS)).length, await placed()]).toEqual([1, 1])
    c.loseAnswers(never)
    unheard.letGo()
    await c.pass(60)
    expect([(await c.list(RESOURCE_CLAIMS)).length, await placed()]).toEqual([1, 1])
  })
})

test.each([
  ['deletions without an answer', is('DELETE', /[/]pods[/]/)],
  ['deletions that are not seen', never],
])('a pod takes the room of one other: %s', async (_, lost) => {
  c = await startTestCluster(nodes(['a', 'b'], [TAINT]), scheduler)
  for (const nodeName of ['a', 'b']) await addPod(nodeName, { cpu: String(CPUS) }, { nodeName })
  await addPod('high', { cpu: String(CPUS) }, { priorityClassName: 'system-node-critical' })
  await c.pass(5)
  const unheard = watchOf('pods')
  c.loseAnswers(lost)
  await open('a', 'b')
  const label = (n: number) => ({ metadata: { labels: { n: String(n) } } })
  for (let i = 0; i < 20; i++) {
    await c.pass(20)
    // Something that has it looked at again.
    await c.client.resource(NODES).patch('a', { type: 'merge', body: label(i) })
  }
  const going = async (): Promise<string[]> =>
    (await pods()).filter((p) => p.metadata.deletionTimestamp != null).map((p) => p.metadata.name!)
  const [victim, ...more] = await going()
  expect(more).toEqual([])
  c.loseAnswers(never)
  unheard.letGo()
  await c.client.resource(PODS).delete(victim!, { ...inDefault, gracePeriodSeconds: 0 })
  await c.until('it has the room', async () => (await nodeOf('high')) !== undefined)
  expect([await nodeOf('high'), await going()]).toEqual([victim, []])
})

test('a volume goes to one claim', async () => {
  c = await startTestCluster(nodes(['n'], [TAINT]), scheduler, persistentVolumeBinderController)
  await c.create(STORAGE_CLASSES, {
    ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'late' } },
    ...{ provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' },
  } as KubeObject)
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'late' }
  await c.create(PERSISTENT_VOLUMES, {
    ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' } },
    spec: { ...spec, capacity: { storage: '1Gi' }, hostPath: { path: '/data' } },
  } as KubeObject)
  for (const name of ['p', 'q']) {
    await c.create(PERSISTENT_VOLUME_CLAIMS, {
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name } },
      spec: { ...spec, resources: { requests: { storage: '1Gi' } } },
    } as KubeObject)
    await addPod(name, {}, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: name } }] })
  }
  await c.pass(10)
  const unheard = watchOf('persistentvolumes')
  c.loseAnswers(is('PUT', /[/]persistentvolumes[/]/))
  await open('n')
  await c.pass(60)
  const [volume] = await c.list<PersistentVolume>(PERSISTENT_VOLUMES)
  const first = volume!.spec?.claimRef?.name
  expect(first).toBeDefined()
  c.loseAnswers(never)
  unheard.letGo()
  await c.until('it is used', async () => (await nodeOf(first!)) === 'n')
  await c.pass(60)
  const placed = (await pods()).filter((p) => p.spec?.nodeName !== undefined).map((p) => p.metadata.name)
  expect([placed, (await c.list<PersistentVolume>(PERSISTENT_VOLUMES))[0]!.spec?.claimRef?.name]).toEqual([[first], first])
})
