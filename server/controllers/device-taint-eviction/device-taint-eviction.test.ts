import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DeviceToleration, ResourceClaim } from '../../client/objects-resource.ts'
import { podConsumer } from '../../client/objects-resource.ts'
import { findCondition, type Pod } from '../../client/objects.ts'
import { CORE_EVENTS, DEVICE_TAINT_RULES, PODS, RESOURCE_CLAIMS, RESOURCE_SLICES } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { deviceTaintEvictionController } from './device-taint-eviction.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await startTestCluster(deviceTaintEvictionController)
})
afterEach(() => cluster.close())

const kind = (name: string) => ({ apiVersion: 'resource.k8s.io/v1', kind: name })
const at = { driver: 'gpu.example.com', pool: 'pool', device: 'gpu-0' }

/** A pod on a node that has the device. */
async function user(name: string, tolerations: DeviceToleration[] = []): Promise<void> {
  const pod = await cluster.create<Pod>(PODS, {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
    spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }], resourceClaims: [{ name: 'gpu', resourceClaimName: name }] },
  })
  const claim = await cluster.create<ResourceClaim>(RESOURCE_CLAIMS, {
    ...{ ...kind('ResourceClaim'), metadata: { name } },
    spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu' } }] } },
  })
  const results = [{ request: 'r', ...at, ...(tolerations.length > 0 ? { tolerations } : {}) }]
  const status = { allocation: { devices: { results } }, reservedFor: [podConsumer(pod)] }
  await cluster.client.resource<ResourceClaim>(RESOURCE_CLAIMS).updateStatus({ ...claim, status })
}
const rule = (effect: string): Promise<KubeObject> =>
  cluster.create(DEVICE_TAINT_RULES, {
    ...{ ...kind('DeviceTaintRule'), metadata: { name: 'sick' } },
    spec: { deviceSelector: { driver: at.driver, device: at.device }, taint: { key: 'sick', effect } },
  })
const pod = (name: string): Promise<Pod> => cluster.get<Pod>(PODS, name)
const goes = (name: string): Promise<Pod> =>
  cluster.until(`${name} goes`, async () => {
    const p = await pod(name)
    return p.metadata.deletionTimestamp != null && p
  })

test('a rule takes pods off a device, but for those that tolerate it, for as long as they do', async () => {
  await user('plain')
  await user('patient', [{ key: 'sick', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }])
  await user('stoic', [{ operator: 'Exists', effect: 'NoExecute' }])
  await cluster.pass(2)
  await rule('NoExecute')
  const gone = await goes('plain')
  expect(findCondition(gone.status?.conditions, 'DisruptionTarget')).toMatchObject({
    reason: 'DeletionByDeviceTaintManager',
    message: 'Device Taint manager: deleting due to NoExecute taint',
  })
  // The original says no generation here, unlike for other taints.
  expect(findCondition(gone.status?.conditions, 'DisruptionTarget')).not.toHaveProperty('observedGeneration')
  await cluster.pass(30)
  expect((await pod('patient')).metadata.deletionTimestamp).toBeUndefined()
  await goes('patient')
  expect((await pod('stoic')).metadata.deletionTimestamp).toBeUndefined()
  expect(await cluster.events()).toContain('DeviceTaintManagerEviction: Marking for deletion')
  const told = await cluster.list<KubeObject & { source?: object }>(CORE_EVENTS)
  expect(told[0]?.source).toEqual({ component: 'device-taint-eviction-controller' })
  expect(cluster.errors).toEqual([])
})

test('a rule that goes in time is forgiven', async () => {
  await user('patient', [{ key: 'sick', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }])
  await rule('NoExecute')
  await cluster.pass(10)
  await cluster.client.resource(DEVICE_TAINT_RULES).delete('sick')
  await cluster.until('an event', async () => (await cluster.events()).includes('DeviceTaintManagerEviction: Cancelling deletion'))
  await cluster.pass(60)
  expect((await pod('patient')).metadata.deletionTimestamp).toBeUndefined()
})

test('a taint of the slice counts, one that only keeps others off does not', async () => {
  await user('p')
  await rule('NoSchedule')
  await cluster.pass(5)
  expect((await pod('p')).metadata.deletionTimestamp).toBeUndefined()
  await cluster.create(RESOURCE_SLICES, {
    ...{ ...kind('ResourceSlice'), metadata: { name: 'slice' } },
    spec: {
      ...{ driver: at.driver, nodeName: 'n', pool: { name: at.pool, generation: 1, resourceSliceCount: 1 } },
      devices: [{ name: at.device, taints: [{ key: 'broken', effect: 'NoExecute' }] }],
    },
  })
  expect((await goes('p')).metadata.name).toBe('p')
})

type Rule = KubeObject & { status?: { conditions?: Record<string, unknown>[] } }
const conditionOf = async (): Promise<string[] | undefined> => {
  const [c] = (await cluster.get<Rule>(DEVICE_TAINT_RULES, 'sick')).status?.conditions ?? []
  return c && [c.type, c.status, c.reason, c.message].map(String)
}
const isTold = (...expected: string[]) =>
  cluster.until(expected.join(' '), async () => JSON.stringify(await conditionOf()) === JSON.stringify(['EvictionInProgress', ...expected]))

test('a rule says what it does: how many pods are to go, and how many went', async () => {
  await user('plain')
  await user('patient', [{ key: 'sick', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }])
  await cluster.pass(2)
  await rule('NoExecute')
  await isTold('True', 'PodsPendingEviction', '1 pod needs to be evicted in 1 namespace. 1 pod evicted since starting the controller.')
  await isTold('False', 'Completed', '2 pods evicted since starting the controller.')
  const writes = cluster.writes()
  await cluster.pass(60)
  expect(cluster.writes()).toBe(writes)
  expect(cluster.errors).toEqual([])
})

test('a rule without effect says what it would do, once; another that nobody has to go for', async () => {
  await user('plain')
  await user('stoic', [{ operator: 'Exists', effect: 'NoExecute' }])
  await cluster.pass(2)
  await rule('None')
  await isTold(
    'False',
    'NoEffect',
    '0 published devices selected. 2 allocated devices selected. 1 pod would be evicted in 1 namespace if the effect was NoExecute. ' +
      'This information will not be updated again. Recreate the DeviceTaintRule to trigger an update.',
  )
  expect((await pod('plain')).metadata.deletionTimestamp).toBeUndefined()
  await cluster.client.resource(DEVICE_TAINT_RULES).patch('sick', { type: 'merge', body: { spec: { taint: { effect: 'NoSchedule' } } } })
  await isTold('False', 'OtherEffect', 'Eviction only happens for the NoExecute effect.')
  await cluster.client.resource(DEVICE_TAINT_RULES).delete('sick')
  await cluster.client.resource(RESOURCE_CLAIMS).delete('plain', { namespace: 'default' })
  await cluster.create(DEVICE_TAINT_RULES, {
    ...{ ...kind('DeviceTaintRule'), metadata: { name: 'sick' } },
    spec: { deviceSelector: { driver: 'other.example.com' }, taint: { key: 'sick', effect: 'NoExecute' } },
  } as KubeObject)
  await isTold('False', 'NotStarted', '')
})

test('a newer generation of the pool that is whole forgives, and its loss does not; nor is a pod evicted whose claim is gone', async () => {
  const slice = (name: string, generation: number, taints: object[]): Promise<KubeObject> =>
    cluster.create(RESOURCE_SLICES, {
      ...{ ...kind('ResourceSlice'), metadata: { name } },
      spec: {
        ...{ driver: at.driver, nodeName: 'n', pool: { name: at.pool, generation, resourceSliceCount: 1 } },
        devices: [{ name: at.device, taints }],
      },
    } as KubeObject)
  const patient = [{ key: 'broken', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }]
  await user('p', patient)
  await user('q', patient)
  await cluster.pass(2)
  await slice('old', 1, [{ key: 'broken', effect: 'NoExecute' }])
  await cluster.pass(5)
  await slice('new', 2, [])
  const cancelled = 'DeviceTaintManagerEviction: Cancelling deletion'
  await cluster.until('forgiven', async () => (await cluster.events()).includes(cancelled))
  await cluster.pass(60)
  expect((await pod('p')).metadata.deletionTimestamp).toBeUndefined()
  await cluster.client.resource(RESOURCE_CLAIMS).delete('q', { namespace: 'default' })
  await cluster.client.resource(RESOURCE_SLICES).delete('new')
  await goes('p')
  expect((await pod('q')).metadata.deletionTimestamp).toBeUndefined()
})
