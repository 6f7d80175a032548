import { afterEach, expect, test } from 'vitest'
import type { Condition, Namespace } from '../../client/objects.ts'
import { CONFIG_MAPS, NAMESPACES, PODS, SERVICE_ACCOUNTS } from '../../client/resource.ts'
import { StatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { gone, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { namespaceController } from './namespace.ts'

let c: TestCluster
afterEach(() => c.close())

const namespaces = () => c.client.resource<Namespace>(NAMESPACES)
const conditionsOf = async (): Promise<readonly Condition[]> => (await namespaces().get('n')).status?.conditions ?? []
/** `TYPE=STATUS REASON` of the conditions that are so. */
const told = async (): Promise<string[]> => (await conditionsOf()).map((x) => `${x.type}=${x.status} ${x.reason}`)
const WELL = [
  'NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered',
  'NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions',
  'NamespaceDeletionContentFailure=False ContentDeleted',
  'NamespaceContentRemaining=False ContentRemoved',
  'NamespaceFinalizersRemaining=False ContentHasNoFinalizers',
]
const make = (kind: string, name: string, more: object = {}): KubeObject =>
  ({ apiVersion: 'v1', kind, metadata: { name, namespace: 'n' }, ...more }) as KubeObject

test('one that somebody else holds tells what is in its way, and that no more when it is gone', async () => {
  c = await startTestCluster(namespaceController)
  const metadata = { name: 'n', finalizers: ['example.com/held'] }
  await namespaces().create({ apiVersion: 'v1', kind: 'Namespace', metadata })
  const kept = { ...make('ConfigMap', 'kept'), metadata: { name: 'kept', namespace: 'n', finalizers: ['example.com/kept'] } }
  await c.client.resource(CONFIG_MAPS).create(kept)
  await namespaces().delete('n')
  await c.until('told', async () => (await told()).includes('NamespaceFinalizersRemaining=True SomeFinalizersRemain'))
  expect((await conditionsOf()).map((x) => x.message).slice(2)).toEqual([
    'All content successfully deleted, may be waiting on finalization',
    'Some resources are remaining: configmaps. has 1 resource instances',
    'Some content in the namespace has finalizers remaining: example.com/kept in 1 resource instances',
  ])
  await c.client.resource(CONFIG_MAPS).patch('kept', { type: 'merge', body: { metadata: { finalizers: null } } }, { namespace: 'n' })
  await c.until('let go', async () => ((await namespaces().get('n')).spec?.finalizers ?? []).length === 0)
  expect(await told()).toEqual(WELL)
  await namespaces().patch('n', { type: 'merge', body: { metadata: { finalizers: null } } })
  await gone(c, NAMESPACES, 'n')
  expect(c.errors).toEqual([])
})

test('pods that stay longer than they may are told of; nothing else goes before them', async () => {
  c = await startTestCluster(namespaceController)
  await namespaces().create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } })
  await c.client.resource(SERVICE_ACCOUNTS).create(make('ServiceAccount', 'default'))
  const spec = { nodeName: 'x', terminationGracePeriodSeconds: 20, containers: [{ name: 'c', image: 'i' }] }
  await c.client.resource(PODS).create(make('Pod', 'p', { spec }))
  await c.client.resource(CONFIG_MAPS).create(make('ConfigMap', 'm'))
  await namespaces().delete('n')
  await c.pass(15)
  expect(await told()).toEqual(WELL)
  await c.until('unexpected', async () => (await told()).includes('NamespaceDeletionContentFailure=True ContentDeletionFailed'))
  expect((await conditionsOf())[2]?.message).toBe(
    'Failed to delete all resource types, 1 remaining: unexpected items still remain in namespace: n for gvr: /v1, Resource=pods',
  )
  expect((await told()).slice(3)).toEqual(WELL.slice(3))
  expect((await c.client.resource(CONFIG_MAPS).list({ namespace: 'n' })).items).toHaveLength(1)
  await c.client.resource(PODS).delete('p', { namespace: 'n', gracePeriodSeconds: 0 })
  await gone(c, NAMESPACES, 'n')
  expect(c.errors).toEqual([])
})

test('pods that cannot be asked for keep the namespace, and nothing else in it', async () => {
  c = await startTestCluster(namespaceController)
  await namespaces().create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } })
  await c.client.resource(CONFIG_MAPS).create(make('ConfigMap', 'm'))
  c.serve('/api/v1/namespaces/n/pods', () => Promise.reject(new StatusError(500, 'InternalError', 'no pods today')))
  await namespaces().delete('n')
  await gone(c, CONFIG_MAPS, 'm', 'n')
  await c.until('told', async () => (await told()).includes('NamespaceDeletionContentFailure=True ContentDeletionFailed'))
  expect((await conditionsOf())[2]?.message).toBe('Failed to delete all resource types, 1 remaining: no pods today')
  c.serve('/api/v1/namespaces/n/pods', () => c.client.resource(PODS).list({ namespace: 'n' }))
  await gone(c, NAMESPACES, 'n')
  expect(new Set(c.errors)).toEqual(new Set(['"namespace n": Error: no pods today']))
})
