import { afterEach, describe, expect, test } from 'vitest'
import type { Client } from '../../client/client.ts'
import { CONFIG_MAPS, CORE_EVENTS, NAMESPACES, NODES, SECRETS, type ResourceId } from '../../client/resource.ts'
import type { KubeObject, OwnerReference } from '../../machinery/types.ts'
import { gone, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { garbageCollectorController } from './garbage-collector.ts'

// The cases are those of upstream's TestConflictingData (garbagecollector_test.go) and TestCrossNamespaceReferences.
let c: TestCluster
afterEach(() => c.close())

const AUTOSCALERS: ResourceId = { group: 'autoscaling', version: 'v2', resource: 'horizontalpodautoscalers', namespaced: true }

const make = (client: Client, id: ResourceId, kind: string, name: string, namespace?: string, more: object = {}): Promise<KubeObject> => {
  const apiVersion = id.group === '' ? id.version : `${id.group}/${id.version}`
  const { owners, ...rest } = more as { owners?: OwnerReference[] }
  const metadata = { name, ...(owners === undefined ? {} : { ownerReferences: owners }) }
  return client.resource(id).create({ apiVersion, kind, metadata, ...rest } as KubeObject, namespace === undefined ? {} : { namespace })
}
const child = (client: Client, name: string, owners: OwnerReference[], namespace = 'default'): Promise<KubeObject> =>
  make(client, SECRETS, 'Secret', name, namespace, { owners })
const parent = (client: Client, name: string, namespace = 'default'): Promise<KubeObject> =>
  make(client, CONFIG_MAPS, 'ConfigMap', name, namespace)
const refTo = ({ metadata }: KubeObject, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: metadata.name!,
  uid: metadata.uid!,
  ...more,
})
const namespaceB = (client: Client): Promise<KubeObject> => make(client, NAMESPACES, 'Namespace', 'b')
const names = async (namespace = 'default'): Promise<string[]> =>
  (await c.client.resource(SECRETS).list({ namespace })).items.map((s) => s.metadata.name!).sort()
interface Told extends KubeObject {
  type: string
  reason: string
  message: string
  count: number
  involvedObject: Record<string, string>
  source: { component: string }
}
const warnings = async (): Promise<Told[]> =>
  (await c.list<Told>(CORE_EVENTS)).filter((e) => e.reason === 'OwnerRefInvalidNamespace').sort((a, b) => (a.message < b.message ? -1 : 1))

describe('an owner in another namespace', () => {
  const invalid = (uid: string): OwnerReference[] => [
    ...Array.from({ length: 25 }, (_, i) => ({ name: 'invalid', uid: `invalid-${i}`, apiVersion: 'test/v1', kind: `invalid${i}` })),
    { name: 'invalid', uid, apiVersion: 'v1', kind: 'Pod', controller: false },
  ]

  test('is no owner, whoever is seen first; the right children of it stay, and so does what names kinds that nobody knows', async () => {
    let owner!: KubeObject
    c = await startTestCluster(garbageCollectorController, async (client) => {
      await namespaceB(client)
      owner = await parent(client, 'parent', 'b')
      for (const i of [0, 1, 2]) await child(client, `valid-${i}`, [refTo(owner)], 'b')
      await child(client, 'many', invalid(owner.metadata.uid!))
      await child(client, 'early', invalid(owner.metadata.uid!).slice(-1))
    })
    await gone(c, SECRETS, 'early', 'default')
    await child(c.client, 'late', invalid(owner.metadata.uid!).slice(-1))
    await gone(c, SECRETS, 'late', 'default')
    await c.pass(10)
    expect(await names()).toEqual(['many'])
    expect(await names('b')).toEqual(['valid-0', 'valid-1', 'valid-2'])
    expect(c.errors).toEqual([])
    await c.client.resource(CONFIG_MAPS).delete('parent', { namespace: 'b' })
    await gone(c, SECRETS, 'valid-2', 'b')
  })

  test.each(['owner first', 'child first'])('is told once, with an event about the dependent: %s', async (order) => {
    let owner!: KubeObject
    const add = (client: Client): Promise<KubeObject> => child(client, 'bad', [refTo(owner)])
    c = await startTestCluster(garbageCollectorController, async (client) => {
      await namespaceB(client)
      owner = await parent(client, 'parent', 'b')
      if (order === 'child first') await add(client)
    })
    if (order === 'owner first') await add(c.client)
    await gone(c, SECRETS, 'bad', 'default')
    await c.pass(3)
    const told = await warnings()
    expect(told.map(({ type, message, count, source }) => [type, message, count, source.component])).toEqual([
      [
        'Warning',
        `ownerRef [v1/ConfigMap, namespace: default, name: parent, uid: ${owner.metadata.uid}] does not exist in namespace "default"`,
        1,
        'garbage-collector-controller',
      ],
    ])
    expect(told[0]!.involvedObject).toEqual({
      ...{ apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'bad' },
      uid: expect.any(String) as string,
    })
  })
})

describe('the right uid', () => {
  test.each<[string, Partial<OwnerReference>, 'goes' | 'stays']>([
    ['and all else', {}, 'stays'],
    ['and a wrong name', { name: 'other' }, 'goes'],
    ['and the name of another object', { name: 'sibling' }, 'goes'],
    ['and a wrong kind', { kind: 'Pod' }, 'goes'],
    ['and a cluster-scoped kind', { kind: 'Node' }, 'goes'],
    ['and a wrong group', { apiVersion: 'apps/v1', kind: 'Deployment' }, 'goes'],
    ['and a version that is not served: it may be again', { apiVersion: 'v2' }, 'stays'],
    ['and a kind that its group does not have', { apiVersion: 'apps/v1' }, 'stays'],
  ])('%s: %j: %s', async (_, wrong, outcome) => {
    c = await startTestCluster(garbageCollectorController)
    await parent(c.client, 'sibling')
    const owner = await parent(c.client, 'parent')
    await child(c.client, 'child', [refTo(owner, wrong)])
    if (outcome === 'goes') await gone(c, SECRETS, 'child', 'default')
    await c.pass(5)
    expect(await names()).toEqual(outcome === 'goes' ? [] : ['child'])
    expect(c.errors).toEqual([])
    expect(await warnings()).toEqual([])
  })

  test('a reference beside a right one is taken off', async () => {
    c = await startTestCluster(garbageCollectorController)
    const [a, b] = [await parent(c.client, 'a'), await parent(c.client, 'b')]
    await child(c.client, 'child', [refTo(a), refTo(b, { kind: 'Pod' })])
    const left = await c.until('one owner', async () => {
      const refs = (await c.get(SECRETS, 'child')).metadata.ownerReferences
      return refs?.length === 1 && refs
    })
    expect(left).toEqual([refTo(a)])
  })

  test('in a version that is served but not preferred, an owner is found; one wrong name says nothing of the right one', async () => {
    const spec = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, maxReplicas: 2 }
    c = await startTestCluster(garbageCollectorController)
    const owner = await make(c.client, AUTOSCALERS, 'HorizontalPodAutoscaler', 'hpa', 'default', { spec })
    const old = { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler' }
    await child(c.client, 'bad', [refTo(owner, { ...old, name: 'other' })])
    await gone(c, SECRETS, 'bad', 'default')
    await child(c.client, 'good', [refTo(owner, old)])
    await c.pass(5)
    expect(await names()).toEqual(['good'])
    await c.client.resource(AUTOSCALERS).delete('hpa', { namespace: 'default' })
    await gone(c, SECRETS, 'good', 'default')
  })
})

describe('a cluster-scoped object', () => {
  test('with an owner in a namespace is never collected nor written, and the owner is told of', async () => {
    c = await startTestCluster(garbageCollectorController)
    const owner = await parent(c.client, 'parent')
    const missing = refTo(owner, { kind: 'Node', name: 'missing', uid: 'missing' })
    await make(c.client, NODES, 'Node', 'n', undefined, { owners: [missing, refTo(owner)] })
    await child(c.client, 'good', [refTo(owner)])
    await c.until('a warning', async () => (await warnings()).length > 0)
    await c.client.resource(CONFIG_MAPS).delete('parent', { namespace: 'default' })
    await gone(c, SECRETS, 'good', 'default')
    await c.pass(5)
    expect((await c.client.resource(NODES).get('n')).metadata.ownerReferences).toEqual([missing, refTo(owner)])
    expect((await warnings()).map((e) => [e.message, e.count, e.involvedObject.kind])).toEqual([
      [`ownerRef [v1/ConfigMap, namespace: , name: parent, uid: ${owner.metadata.uid}] does not exist in namespace ""`, 1, 'Node'],
    ])
    expect(c.errors).toEqual([])
  })

  test('owns what is in any namespace', async () => {
    c = await startTestCluster(garbageCollectorController)
    const owner = await make(c.client, NODES, 'Node', 'n')
    await child(c.client, 'good', [refTo(owner, { kind: 'Node' })])
    await c.pass(5)
    expect(await names()).toEqual(['good'])
    await c.client.resource(NODES).delete('n')
    await gone(c, SECRETS, 'good', 'default')
    expect(await warnings()).toEqual([])
  })
})

test('a kind that cannot be listed keeps nobody waiting for more than half a minute', async () => {
  let from = 0
  c = await startTestCluster(garbageCollectorController, async (client, serve) => {
    serve('/apis/autoscaling/v2/horizontalpodautoscalers', () => Promise.reject(new Error('no conversion')))
    await child(client, 'child', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'missing', uid: 'missing' }])
    const { metadata } = await client.resource(SECRETS).get('child', { namespace: 'default' })
    from = Date.parse(String(metadata.creationTimestamp))
  })
  expect(c.clock.now() - from).toBe(30_000)
  await gone(c, SECRETS, 'child', 'default')
})

test('an owner that no watch has told of is asked for until it is gone', async () => {
  c = await startTestCluster(garbageCollectorController)
  let uid = 'unseen'
  c.serve('/api/v1/namespaces/default/configmaps/unseen', () =>
    Promise.resolve({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'unseen', namespace: 'default', uid } }),
  )
  await child(c.client, 'child', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'unseen', uid }])
  await c.pass(5)
  expect(await names()).toEqual(['child'])
  uid = 'another of that name'
  await gone(c, SECRETS, 'child', 'default')
  expect(c.errors).toEqual([])
})

test.each([
  ['other fields', { labels: { a: 'b' } }, 'goes'],
  ['the owners', { ownerReferences: null }, 'stays'],
])('of what is written between look and deletion, %s: %j: it %s', async (_, metadata, outcome) => {
  c = await startTestCluster(garbageCollectorController)
  const path = '/api/v1/namespaces/default/secrets/child'
  let looks = 0
  c.serve(path, async () => {
    const seen = await c.get(SECRETS, 'child')
    if (looks++ === 0) {
      // Whoever looks gets what was there before this write.
      await c.client.resource(SECRETS).patch('child', { type: 'merge', body: { metadata } }, { namespace: 'default' })
    }
    return seen
  })
  await child(c.client, 'child', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'missing', uid: 'missing' }])
  await c.until('a second look', () => Promise.resolve(looks > 1))
  await c.pass(1)
  expect(await names()).toEqual(outcome === 'goes' ? [] : ['child'])
  // Without a third look: the deletion is repeated at once.
  expect(looks).toBe(2)
})
