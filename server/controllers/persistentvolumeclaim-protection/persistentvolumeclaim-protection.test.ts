import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PersistentVolumeClaim } from '../../client/objects-storage.ts'
import type { Condition, Pod, Volume } from '../../client/objects.ts'
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../client/resource.ts'
import { startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { holds, references } from './claim-users.ts'
import { persistentVolumeClaimProtectionController } from './persistentvolumeclaim-protection.ts'

let c: TestCluster
beforeEach(async () => {
  c = await startTestCluster(persistentVolumeClaimProtectionController)
})
afterEach(() => c.close())

const NAMESPACE = { namespace: 'default' }
const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
const claims = () => c.client.resource<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS)
const get = (name: string): Promise<PersistentVolumeClaim> => c.get<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, name)
async function makeClaim(name: string, phase: string): Promise<void> {
  const made = await c.create<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, {
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec },
  })
  await claims().updateStatus({ ...made, status: { phase } })
}
const podOf = (name: string, volumes: Volume[], more: object = {}): Pod =>
  ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
    spec: { volumes, containers: [{ name: 'c', image: 'i' }], ...more },
  }) as never
const using = (claimName: string): Volume => ({ name: 'data', persistentVolumeClaim: { claimName } })
const unused = async (name: string): Promise<Condition | undefined> =>
  (await get(name)).status?.conditions?.find((condition) => condition.type === 'Unused')
const becomes = (name: string, status: string): Promise<Condition> =>
  c.until(`Unused ${status}`, async () => {
    const condition = await unused(name)
    return condition?.status === status ? condition : undefined
  })

describe('since when a bound claim has no users', () => {
  test('a pod without a node counts, one that has ended does not; the time is that of the change', async () => {
    await makeClaim('data', 'Bound')
    const first = await becomes('data', 'True')
    expect(first).toMatchObject({ reason: 'NoPodsUsingPVC', message: 'No pods are currently referencing this PVC' })
    await c.pass(60)
    const pod = await c.create<Pod>(PODS, podOf('one', [using('data')]))
    const second = await becomes('data', 'False')
    expect(second).toMatchObject({ reason: 'PodUsingPVC', message: 'A pod is currently referencing this PVC' })
    expect(Date.parse(second.lastTransitionTime!) - Date.parse(first.lastTransitionTime!)).toBeGreaterThanOrEqual(60_000)
    await c.report(pod, { phase: 'Succeeded' })
    await becomes('data', 'True')
    expect((await get('data')).status?.conditions).toHaveLength(1)
  })

  test('what is told is not told again, and a claim that is not bound says nothing', async () => {
    await makeClaim('data', 'Bound')
    await makeClaim('open', 'Pending')
    await becomes('data', 'True')
    const before = c.writes()
    const [{ metadata }, other] = [await get('data'), await get('open')]
    await claims().patch('data', { type: 'merge', body: { metadata: { labels: { a: 'b' } } } }, NAMESPACE)
    await c.pass(5)
    expect([c.writes() - before, (await get('data')).metadata.resourceVersion === metadata.resourceVersion]).toEqual([0, false])
    expect(other.status?.conditions).toBeUndefined()
    expect(c.errors).toEqual([])
  })

  test('other conditions stay', async () => {
    await makeClaim('data', 'Pending')
    const resizing: Condition = { type: 'FileSystemResizePending', status: 'True' }
    await claims().updateStatus({ ...(await get('data')), status: { phase: 'Bound', conditions: [resizing] } })
    await becomes('data', 'True')
    expect((await get('data')).status?.conditions?.map((x) => x.type)).toEqual(['FileSystemResizePending', 'Unused'])
  })
})

test('a claim that is deleted stays while a pod on a node has it, and its condition is left alone', async () => {
  await makeClaim('data', 'Bound')
  await c.create<Pod>(PODS, podOf('one', [using('data')], { nodeName: 'n' }))
  await becomes('data', 'False')
  await claims().delete('data', NAMESPACE)
  await c.pass(5)
  expect((await get('data')).metadata.finalizers).toEqual(['kubernetes.io/pvc-protection'])
  await c.client.resource(PODS).delete('one', { ...NAMESPACE, gracePeriodSeconds: 0 })
  await c.until('gone', () =>
    get('data').then(
      () => false,
      () => true,
    ),
  )
})

describe('users of the claim of an ephemeral volume', () => {
  const pod = (metadata: object): Pod => {
    const made = podOf('one', [{ name: 'data', ephemeral: {} }], { nodeName: 'n' })
    return { ...made, metadata: { ...made.metadata, uid: 'u', ...metadata } }
  }
  const claim = (uid: string): PersistentVolumeClaim => ({
    metadata: { name: 'one-data', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'one', uid, controller: true }] },
  })
  test.each([
    ['its pod', pod({}), 'u', true, true],
    ['a pod that has the name only', pod({}), 'other', false, false],
    [
      'a pod that its kubelet is done with',
      pod({ deletionTimestamp: '2020-01-01T00:00:00Z', deletionGracePeriodSeconds: 0 }),
      'u',
      false,
      false,
    ],
  ])('%s', (_what, user, uid, held, referenced) => {
    expect([holds(user, claim(uid)), references(user, claim(uid))]).toEqual([held, referenced])
  })
})

describe('a pod that is being deleted', () => {
  const deletionTimestamp = '2020-01-01T00:00:00Z'
  const status = (state: object | undefined): object => ({ name: 'c', ...(state === undefined ? {} : { state }) })
  const refers = (more: object): boolean => {
    const pod = { ...podOf('one', [using('data')]), status: more } as Pod
    return references({ ...pod, metadata: { ...pod.metadata, deletionTimestamp } }, { metadata: { name: 'data' } })
  }
  test.each([
    ['without any container yet', {}, false],
    ['whose containers have ended or wait', { containerStatuses: [status({ terminated: {} }), status({ waiting: {} })] }, false],
    ['one of whose containers runs', { containerStatuses: [status({ terminated: {} }), status({ running: {} })] }, true],
    ['of whose container nothing is known', { containerStatuses: [status(undefined)] }, true],
    ['whose init container runs', { initContainerStatuses: [status({ running: {} })] }, true],
    ['whose debugging container runs', { ephemeralContainerStatuses: [status({ running: {} })] }, true],
  ])('%s: %s', (_what, more, used) => expect(refers(more)).toBe(used))
})
