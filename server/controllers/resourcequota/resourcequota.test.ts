import { afterEach, describe, expect, test } from 'vitest'
import {
  CONFIG_MAPS,
  DEVICE_CLASSES,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  RESOURCE_CLAIMS,
  RESOURCE_QUOTAS,
  SERVICES,
} from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { ended, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { resourceQuotaController } from './resourcequota.ts'

let c: TestCluster
afterEach(() => c.close())

const start = async (): Promise<void> => {
  c = await startTestCluster(resourceQuotaController)
  await c.client
    .resource({ group: '', version: 'v1', resource: 'serviceaccounts', namespaced: true })
    .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }, { namespace: 'default' })
    .catch(() => undefined)
}

interface Quota extends KubeObject {
  status?: { hard?: Record<string, string>; used?: Record<string, string> }
}
const quota = (name: string, spec: object): KubeObject => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec })
const configMap = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
const pod = (name: string, more: object = {}, cpu = '100m'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    automountServiceAccountToken: false,
    containers: [{ name: 'c', image: 'i', resources: { requests: { cpu }, limits: { cpu: '1' } } }],
    ...more,
  },
})
const usedOf = async (name = 'q'): Promise<Record<string, string> | undefined> => (await c.get<Quota>(RESOURCE_QUOTAS, name)).status?.used
const usedIs = (used: Record<string, string>, name = 'q') =>
  c.until(`${name} uses ${JSON.stringify(used)}`, async () => {
    const now = await usedOf(name)
    return Object.entries(used).every(([of, value]) => now?.[of] === value)
  })

describe('what is used', () => {
  test('is counted of every kind that the quota names, and hard is taken over', async () => {
    await start()
    await c.create(CONFIG_MAPS, configMap('a'))
    await c.create(PODS, pod('p'))
    await c.create(SERVICES, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's' },
      spec: { type: 'NodePort', ports: [{ port: 80 }] },
    } as KubeObject)
    await c.create(PERSISTENT_VOLUME_CLAIMS, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'v' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1.5Gi' } } },
    } as KubeObject)
    const hard = {
      ...{ pods: '5', 'count/pods': '5', cpu: '2', 'limits.cpu': '3', configmaps: '9', 'count/configmaps': '9' },
      ...{ 'services.nodeports': '1', 'fast.storageclass.storage.k8s.io/requests.storage': '2Gi', 'count/nothings.example.com': '1' },
    }
    await c.create(RESOURCE_QUOTAS, quota('q', { hard }))
    await usedIs({ pods: '1' })
    const { status } = await c.get<Quota>(RESOURCE_QUOTAS, 'q')
    expect(status?.hard).toEqual(hard)
    expect(status?.used).toEqual({
      ...{ pods: '1', 'count/pods': '1', cpu: '100m', 'limits.cpu': '1', configmaps: '1', 'count/configmaps': '1' },
      ...{ 'services.nodeports': '1', 'fast.storageclass.storage.k8s.io/requests.storage': '1536Mi' },
    })
    expect(c.errors).toEqual([])
  })

  test('is less when an object goes, and when a pod ends', async () => {
    await start()
    await c.create(RESOURCE_QUOTAS, quota('q', { hard: { pods: '2', 'count/pods': '9', configmaps: '1' } }))
    await usedIs({ pods: '0', configmaps: '0' })
    await c.create(CONFIG_MAPS, configMap('a'))
    const made = await c.create(PODS, pod('p'))
    expect(await usedOf()).toMatchObject({ pods: '1', configmaps: '1' })
    await expect(c.create(CONFIG_MAPS, configMap('b'))).rejects.toThrow('exceeded quota: q, requested: configmaps=1')
    await c.client.resource(CONFIG_MAPS).delete('a', { namespace: 'default' })
    await usedIs({ configmaps: '0' })
    await c.report(made, ended(c.clock, 0))
    await usedIs({ pods: '0', 'count/pods': '1' })
    await c.create(CONFIG_MAPS, configMap('b'))
    expect(c.errors).toEqual([])
  })

  test('counts what is in the scope only', async () => {
    await start()
    await c.create(PODS, pod('short', { activeDeadlineSeconds: 60 }))
    await c.create(PODS, pod('long', {}, '200m'))
    await c.create(RESOURCE_QUOTAS, quota('short', { hard: { pods: '5', cpu: '1' }, scopes: ['Terminating'] }))
    await c.create(RESOURCE_QUOTAS, quota('long', { hard: { pods: '5', cpu: '1' }, scopes: ['NotTerminating'] }))
    await usedIs({ pods: '1', cpu: '100m' }, 'short')
    await usedIs({ pods: '1', cpu: '200m' }, 'long')
    await c.client.resource(PODS).patch('long', { type: 'merge', body: { spec: { activeDeadlineSeconds: 60 } } }, { namespace: 'default' })
    await usedIs({ pods: '2', cpu: '300m' }, 'short')
    await usedIs({ pods: '0', cpu: '0' }, 'long')
    expect(c.errors).toEqual([])
  })

  test('follows a change of the quota', async () => {
    await start()
    await c.create(CONFIG_MAPS, configMap('a'))
    await c.create(RESOURCE_QUOTAS, quota('q', { hard: { pods: '1' } }))
    await usedIs({ pods: '0' })
    await c.client
      .resource(RESOURCE_QUOTAS)
      .patch('q', { type: 'merge', body: { spec: { hard: { pods: null, configmaps: '0' } } } }, { namespace: 'default' })
    await usedIs({ configmaps: '1' })
    expect(await usedOf()).toEqual({ configmaps: '1' })
  })

  test('of devices goes by class, and by the extended resource that the class stands for', async () => {
    await start()
    await c.create(DEVICE_CLASSES, {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'DeviceClass',
      metadata: { name: 'gpu' },
      spec: { extendedResourceName: 'example.com/gpu' },
    } as KubeObject)
    const claim = (name: string, ...requests: object[]): KubeObject =>
      ({ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: { name }, spec: { devices: { requests } } }) as KubeObject
    const hard = {
      'gpu.deviceclass.resource.k8s.io/devices': '40',
      'requests.example.com/gpu': '40',
      'count/resourceclaims.resource.k8s.io': '3',
    }
    await c.create(RESOURCE_CLAIMS, claim('a', { name: 'r', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 2 } }))
    await c.create(RESOURCE_QUOTAS, quota('q', { hard }))
    await usedIs({
      'gpu.deviceclass.resource.k8s.io/devices': '2',
      'requests.example.com/gpu': '2',
      'count/resourceclaims.resource.k8s.io': '1',
    })
    const either = [
      { name: 'one', deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 },
      { name: 'five', deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 5 },
    ]
    await c.create(RESOURCE_CLAIMS, claim('b', { name: 'r', firstAvailable: either }))
    expect(await usedOf()).toMatchObject({ 'gpu.deviceclass.resource.k8s.io/devices': '7', 'requests.example.com/gpu': '7' })
    const all = claim('c', { name: 'r', exactly: { deviceClassName: 'gpu', allocationMode: 'All' } })
    await c.create(RESOURCE_CLAIMS, all)
    await expect(c.create(RESOURCE_CLAIMS, { ...all, metadata: { name: 'd' } })).rejects.toThrow('exceeded quota: q')
    expect(c.errors).toEqual([])
  })
})

test('kinds that come later are counted, and those that went are not', async () => {
  await start()
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  } as KubeObject
  const definitions = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions', namespaced: false }
  const widgets = { group: 'example.com', version: 'v1', resource: 'widgets', namespaced: true }
  const widget = (name: string): KubeObject => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name } })
  await c.create(RESOURCE_QUOTAS, quota('q', { hard: { 'count/widgets.example.com': '1' } }))
  await c.until('taken over', async () => (await c.get<Quota>(RESOURCE_QUOTAS, 'q')).status?.hard !== undefined)
  await c.create(definitions, crd)
  await usedIs({ 'count/widgets.example.com': '0' })
  await c.create(widgets, widget('a'))
  await expect(c.create(widgets, widget('b'))).rejects.toThrow(
    'exceeded quota: q, requested: count/widgets.example.com=1, used: count/widgets.example.com=1, limited: count/widgets.example.com=1',
  )
  await c.client.resource(widgets).delete('a', { namespace: 'default' })
  await usedIs({ 'count/widgets.example.com': '0' })
})

test('a pod that should be gone is no longer counted, at the next full round', async () => {
  await start()
  await c.create(RESOURCE_QUOTAS, quota('q', { hard: { pods: '5' } }))
  await usedIs({ pods: '0' })
  await c.create(PODS, pod('p', { nodeName: 'lost', terminationGracePeriodSeconds: 10 }))
  await c.client.resource(PODS).delete('p', { namespace: 'default' })
  await c.pass(5)
  expect(await usedOf()).toEqual({ pods: '1' })
  c.clock.advance(6 * 60_000)
  await usedIs({ pods: '0' })
})
