import { afterEach, expect, test } from 'vitest'
import { PERSISTENT_VOLUMES, VOLUME_ATTRIBUTES_CLASSES } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { gone, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { persistentVolumeProtectionController } from '../persistentvolume-protection/persistentvolume-protection.ts'
import { volumeAttributesClassProtectionController } from './volumeattributesclass-protection.ts'

let c: TestCluster | undefined
afterEach(async () => {
  await c?.close()
  c = undefined
})

test('a class of volume attributes stays while a volume has it', async () => {
  const cluster = (c = await startTestCluster(volumeAttributesClassProtectionController, persistentVolumeProtectionController))
  const metadata = { name: 'fast' }
  await cluster.create(VOLUME_ATTRIBUTES_CLASSES, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttributesClass',
    metadata,
    driverName: 'd',
    parameters: { a: 'b' },
  } as KubeObject)
  const spec = {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '1Gi' },
    csi: { driver: 'd', volumeHandle: 'v' },
    volumeAttributesClassName: 'fast',
    persistentVolumeReclaimPolicy: 'Retain',
  }
  await cluster.create(PERSISTENT_VOLUMES, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' }, spec } as KubeObject)
  await cluster.until(
    'held',
    async () =>
      (await cluster.get(VOLUME_ATTRIBUTES_CLASSES, 'fast')).metadata.finalizers?.includes('kubernetes.io/vac-protection') === true,
  )
  await cluster.client.resource(VOLUME_ATTRIBUTES_CLASSES).delete('fast')
  await cluster.pass(5)
  expect((await cluster.get(VOLUME_ATTRIBUTES_CLASSES, 'fast')).metadata.deletionTimestamp).toBeDefined()
  await cluster.client.resource(PERSISTENT_VOLUMES).delete('v')
  await gone(cluster, VOLUME_ATTRIBUTES_CLASSES, 'fast')
})
