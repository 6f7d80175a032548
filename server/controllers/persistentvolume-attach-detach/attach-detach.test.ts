import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PersistentVolume, VolumeAttachment } from '../../client/objects-storage.ts'
import type { Pod } from '../../client/objects.ts'
import { CSI_DRIVERS, NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, VOLUME_ATTACHMENTS } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { gone, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { persistentVolumeAttachDetachController } from './attach-detach.ts'
import { allowsMultiAttach, attachmentName, splitName, uniqueName } from './names.ts'
import type { VolumeNode } from './node-reports.ts'

const DRIVER = 'csi.example.com'
const UNIQUE = `kubernetes.io/csi/${DRIVER}^handle-1`

let c: TestCluster
beforeEach(async () => {
  c = await startTestCluster(persistentVolumeAttachDetachController)
})
afterEach(async () => {
  expect(c.errors).toEqual([])
  await c.close()
})

const nodeStatus = (name: string, status: Record<string, unknown>): Promise<KubeObject> =>
  c.client.resource(NODES).patch(name, { type: 'merge', body: { status } }, { subresource: 'status' })
const isReady = (ready: boolean) => ({ conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] })

async function addNode(name: string, managed = true): Promise<void> {
  const annotations: Record<string, string> = managed ? { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' } : {}
  await c.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name, annotations } })
  await nodeStatus(name, isReady(true))
}

async function addVolume(modes = ['ReadWriteOnce'], source: object = { csi: { driver: DRIVER, volumeHandle: 'handle-1' } }): Promise<void> {
  const capacity = { storage: '1Gi' }
  const claim = await c.create<KubeObject>(PERSISTENT_VOLUME_CLAIMS, {
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'claim' } },
    spec: { accessModes: modes, resources: { requests: capacity }, volumeName: 'pv', storageClassName: '' },
  } as KubeObject)
  const { uid } = claim.metadata
  await c.create<PersistentVolume>(PERSISTENT_VOLUMES, {
    ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv' } },
    spec: {
      ...{ accessModes: modes, capacity, claimRef: { name: 'claim', namespace: 'default', uid: uid! } },
      ...source,
    },
  })
  const bound = { status: { phase: 'Bound' } }
  await c.client
    .resource(PERSISTENT_VOLUME_CLAIMS)
    .patch('claim', { type: 'merge', body: bound }, { namespace: 'default', subresource: 'status' })
}

const addPod = (name: string, nodeName: string): Promise<Pod> =>
  c.create<Pod>(PODS, {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
    spec: {
      nodeName,
      containers: [{ name: 'c', image: 'i' }],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'claim' } }],
    },
  } as Pod)
const removePod = (name: string) => c.client.resource(PODS).delete(name, { namespace: 'default', gracePeriodSeconds: 0 })

const attachments = async (): Promise<string[]> => (await c.list<VolumeAttachment>(VOLUME_ATTACHMENTS)).map((a) => a.spec!.nodeName)
const reported = async (node: string) => (await c.get<VolumeNode>(NODES, node)).status?.volumesAttached
/** What the driver's attacher says. */
const say = (node: string, status: Record<string, unknown>) =>
  c.client.resource(VOLUME_ATTACHMENTS).patch(attachmentName(UNIQUE, node), { type: 'merge', body: { status } }, { subresource: 'status' })
const finalizers = (node: string, list: string[] | null) =>
  c.client.resource(VOLUME_ATTACHMENTS).patch(attachmentName(UNIQUE, node), { type: 'merge', body: { metadata: { finalizers: list } } })
const isAsked = (node: string) => c.until(`an attachment on ${node}`, async () => (await attachments()).includes(node))
async function attach(node: string): Promise<void> {
  await isAsked(node)
  await say(node, { attached: true })
  await c.until(`${node} is told`, async () => ((await reported(node))?.length ?? 0) > 0)
}
const isDetached = (node: string) => gone(c, VOLUME_ATTACHMENTS, attachmentName(UNIQUE, node))

describe('attach and detach', () => {
  test('a volume is attached to the node of its pod, the node is told when it is, and it leaves with the pod', async () => {
    await addNode('a')
    await addVolume()
    await addPod('p', 'a')
    await isAsked('a')
    const [attachment] = await c.list<VolumeAttachment>(VOLUME_ATTACHMENTS)
    expect([attachment!.metadata.name, attachment!.spec]).toEqual([
      attachmentName(UNIQUE, 'a'),
      { attacher: DRIVER, nodeName: 'a', source: { persistentVolumeName: 'pv' } },
    ])
    await c.pass(3)
    expect(await reported('a')).toBeUndefined()
    await attach('a')
    expect(await reported('a')).toEqual([{ name: UNIQUE, devicePath: '' }])
    await c.pass(2)
    expect(await c.events()).toEqual(['SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "pv" '])
    await finalizers('a', ['external-attacher/example'])
    await removePod('p')
    await c.until('the node is told first', async () => (await reported('a')) === undefined)
    await c.pass(2)
    expect(await attachments()).toEqual(['a'])
    await finalizers('a', null)
    await isDetached('a')
    const writes = c.writes()
    await c.pass(600)
    expect(c.writes()).toBe(writes)
  })

  test('what a kubelet still uses stays until it does not, whatever became of the pod', async () => {
    await addNode('a')
    await addVolume()
    await addPod('p', 'a')
    await attach('a')
    await nodeStatus('a', { volumesInUse: [UNIQUE] })
    await removePod('p')
    await c.pass(500)
    expect([await attachments(), (await reported('a'))?.length]).toEqual([['a'], 1])
    await nodeStatus('a', { volumesInUse: null })
    await isDetached('a')
  })

  test('a node that is not ready loses it after six minutes, one that is out of service at once', async () => {
    await addNode('a')
    await addNode('b')
    await addVolume(['ReadWriteMany'])
    for (const node of ['a', 'b']) {
      await addPod(`p-${node}`, node)
      await attach(node)
      await nodeStatus(node, { volumesInUse: [UNIQUE], ...isReady(false) })
    }
    for (const node of ['a', 'b']) await removePod(`p-${node}`)
    const taints = [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }]
    await c.client.resource(NODES).patch('b', { type: 'merge', body: { spec: { taints } } })
    await isDetached('b')
    // Whatever the time of day is set to meanwhile.
    c.clock.setBack(-3 * 86_400_000)
    await c.pass(300)
    expect(await attachments()).toEqual(['a'])
    c.clock.setBack(6 * 86_400_000)
    await c.pass(70)
    expect(await attachments()).toEqual([])
  })

  test('a node that is gone loses what it used after six minutes', async () => {
    await addNode('a')
    await addVolume()
    await addPod('p', 'a')
    await attach('a')
    await nodeStatus('a', { volumesInUse: [UNIQUE] })
    await c.pass(1)
    await removePod('p')
    await c.client.resource(NODES).delete('a')
    await c.pass(300)
    expect(await attachments()).toEqual(['a'])
    await c.pass(70)
    expect(await attachments()).toEqual([])
  })

  test('a volume for one node waits where another has it; each pod that waits is told once, without names of other namespaces', async () => {
    await addNode('a')
    await addNode('b')
    await addVolume()
    await addPod('first', 'a')
    await attach('a')
    await addPod('second', 'b')
    await c.pass(20)
    expect(await attachments()).toEqual(['a'])
    expect((await c.events()).filter((e) => e.startsWith('Failed'))).toEqual([
      'FailedAttachVolume: Waiting for detach for volume "pv" Volume is already used by pod(s) first',
    ])
    await removePod('first')
    await isDetached('a')
    await attach('b')
    expect((await c.events()).filter((e) => e.startsWith('Failed'))).toHaveLength(1)
  })

  test('what a driver says is told to the pod, and tried again ever more rarely', async () => {
    await addNode('a')
    await addVolume()
    await addPod('p', 'a')
    await isAsked('a')
    await say('a', { attached: false, attachError: { message: 'no such disk' } })
    await c.until('an event', async () => (await c.events()).length > 0)
    expect(await c.events()).toEqual(['FailedAttachVolume: AttachVolume.Attach failed for volume "pv" : no such disk'])
    const before = c.writes()
    await c.pass(60)
    expect(c.writes()).toBe(before)
    await say('a', { attached: true, attachError: null })
    await c.until('the node is told', async () => ((await reported('a'))?.length ?? 0) > 0)
  })

  test('a driver that says nothing for two minutes', async () => {
    await addNode('a')
    await addVolume()
    await addPod('p', 'a')
    await c.pass(115)
    expect(await c.events()).toEqual([])
    await c.pass(10)
    expect(await c.events()).toEqual([
      `FailedAttachVolume: AttachVolume.Attach failed for volume "pv" : timed out waiting for external-attacher of ${DRIVER} CSI driver to attach volume handle-1`,
    ])
  })

  test('nothing is attached for a driver that needs none, nor on a node that attaches itself', async () => {
    await c.create(CSI_DRIVERS, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: { name: DRIVER },
      spec: { attachRequired: false },
    } as KubeObject)
    await addNode('a')
    await addVolume()
    await addPod('p', 'a')
    await c.pass(5)
    await c.client.resource(CSI_DRIVERS).delete(DRIVER)
    await addNode('self', false)
    await addPod('q', 'self')
    await removePod('p')
    await c.pass(5)
    expect(await attachments()).toEqual([])
  })

  test('an attachment that somebody else deletes is made again; one under another name is left alone', async () => {
    await addNode('a')
    await addVolume()
    await addPod('p', 'a')
    await attach('a')
    const other = { attacher: DRIVER, nodeName: 'a', source: { persistentVolumeName: 'pv' } }
    await c.create(VOLUME_ATTACHMENTS, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name: 'mine' },
      spec: other,
    } as KubeObject)
    await c.client.resource(VOLUME_ATTACHMENTS).delete(attachmentName(UNIQUE, 'a'))
    await attach('a')
    await removePod('p')
    await isDetached('a')
    await c.pass(5)
    expect((await c.list(VOLUME_ATTACHMENTS)).map((a) => a.metadata.name)).toEqual(['mine'])
  })
})

test('a volume of a plugin that was part of Kubernetes is attached by the driver that has taken it over', async () => {
  await addNode('a')
  await addVolume(undefined, { awsElasticBlockStore: { volumeID: 'aws://eu-1a/vol-12' } })
  await addPod('p', 'a')
  await c.until('an attachment', async () => (await attachments()).length === 1)
  const [made] = await c.list<VolumeAttachment>(VOLUME_ATTACHMENTS)
  const unique = 'kubernetes.io/csi/ebs.csi.aws.com^vol-12'
  expect([made!.metadata.name, made!.spec]).toEqual([
    attachmentName(unique, 'a'),
    { attacher: 'ebs.csi.aws.com', nodeName: 'a', source: { persistentVolumeName: 'pv' } },
  ])
  const attached = { type: 'merge', body: { status: { attached: true } } } as const
  await c.client.resource(VOLUME_ATTACHMENTS).patch(made!.metadata.name!, attached, { subresource: 'status' })
  await c.until('the node is told', async () => (await reported('a'))?.[0]?.name === unique)
  await removePod('p')
  await gone(c, VOLUME_ATTACHMENTS, attachmentName(unique, 'a'))
})

test('names and modes', () => {
  const volume = (spec: PersistentVolume['spec']): PersistentVolume => ({ metadata: {}, spec: spec! })
  expect(uniqueName(volume({ csi: { driver: DRIVER, volumeHandle: 'handle-1' } }))).toBe(UNIQUE)
  expect(uniqueName(volume({ hostPath: { path: '/' } }))).toBeUndefined()
  expect([splitName(UNIQUE), splitName('kubernetes.io/iscsi/x'), splitName('kubernetes.io/csi/a^b^c')]).toEqual([
    { driver: DRIVER, handle: 'handle-1' },
    undefined,
    undefined,
  ])

  expect(attachmentName(UNIQUE, 'a')).toBe('csi-10be03b09b3103d3a191c71bc270111f8205f16f420caa453bae5bf50e9d63a7')
  expect(
    [[], ['ReadWriteOnce'], ['ReadWriteOncePod'], ['ReadWriteOnce', 'ReadOnlyMany'], ['ReadWriteMany']].map((accessModes) =>
      allowsMultiAttach(volume({ accessModes })),
    ),
  ).toEqual([true, false, false, true, true])
})
