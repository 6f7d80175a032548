import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PersistentVolume, PersistentVolumeClaim } from '../../client/objects-storage.ts'
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { persistentVolumeExpanderController } from './persistentvolume-expander.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await startTestCluster(persistentVolumeExpanderController)
})
afterEach(() => cluster.close())

/** A claim of 1Gi that is bound to a volume of the provisioner. */
async function bound(provisioner: string, source: object = { hostPath: { path: '/v' } }): Promise<void> {
  await cluster.create(STORAGE_CLASSES, {
    ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'local' } },
    ...{ provisioner, allowVolumeExpansion: true },
  } as KubeObject)
  const common = { storageClassName: 'local', accessModes: ['ReadWriteOnce'] }
  const claim = await cluster.create<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, {
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } },
    spec: { ...common, volumeName: 'v', resources: { requests: { storage: '1Gi' } } },
  })
  await cluster.create(PERSISTENT_VOLUMES, {
    ...{ apiVersion: 'v1', kind: 'PersistentVolume' },
    metadata: { name: 'v', annotations: { 'pv.kubernetes.io/provisioned-by': provisioner } },
    spec: {
      ...{ ...common, capacity: { storage: '1Gi' }, ...source },
      claimRef: { namespace: 'default', name: 'data', uid: claim.metadata.uid },
    },
  })
  const body = { status: { phase: 'Bound', capacity: { storage: '1Gi' } } }
  await cluster.client
    .resource(PERSISTENT_VOLUME_CLAIMS)
    .patch('data', { type: 'merge', body }, { namespace: 'default', subresource: 'status' })
}
const grow = (storage: string): Promise<unknown> =>
  cluster.client
    .resource(PERSISTENT_VOLUME_CLAIMS)
    .patch('data', { type: 'merge', body: { spec: { resources: { requests: { storage } } } } }, { namespace: 'default' })
const sizes = async (): Promise<string> => {
  const claim = await cluster.get<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, 'data')
  const volume = await cluster.client.resource<PersistentVolume>(PERSISTENT_VOLUMES).get('v')
  return `${volume.spec?.capacity?.storage} ${(claim.status?.capacity as { storage: string }).storage}`
}

test('the volume of a directory grows with its claim', async () => {
  await bound('kubernetes.io/host-path')
  await grow('3Gi')
  await cluster.until('larger', async () => (await sizes()) === '3Gi 3Gi')
  expect(await cluster.until('an event', async () => (await cluster.events()).find((e) => e.startsWith('VolumeResize')))).toBe(
    'VolumeResizeSuccessful: ExpandVolume succeeded for volume default/data',
  )
  expect(cluster.errors).toEqual([])
})

test('for others somebody else is waited for', async () => {
  await bound('example.com/other')
  await grow('3Gi')
  const event = await cluster.until('an event', async () => (await cluster.events()).find((e) => e.startsWith('External')))
  expect(event).toBe('ExternalExpanding: waiting for an external controller to expand this PVC')
  expect(await sizes()).toBe('1Gi 1Gi')
})

test('a volume of a plugin whose work a driver does is for the resizer of that', async () => {
  await bound('kubernetes.io/gce-pd', { gcePersistentDisk: { pdName: 'd' } })
  await grow('3Gi')
  const event = await cluster.until('an event', async () => (await cluster.events()).find((e) => e.startsWith('External')))
  expect(event).toBe('ExternalExpanding: CSI migration enabled for kubernetes.io/gce-pd; waiting for external resizer to expand the pvc')
  const { annotations } = (await cluster.get<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, 'data')).metadata
  expect(annotations).toMatchObject({ 'volume.kubernetes.io/storage-resizer': 'pd.csi.storage.gke.io' })
  expect(cluster.errors).toEqual([])
})
