import { expect, test } from 'vitest'
import type { PersistentVolume } from './objects-storage.ts'
import { csiOf } from './csi-translation.ts'
import { allowsMultiAttach } from '../controllers/persistentvolume-attach-detach/names.ts'

const volume = (source: Record<string, unknown>, metadata: object = {}): PersistentVolume => ({
  metadata: { name: 'pv', ...metadata },
  spec: source,
})
const zoned = (zone: string): object => ({ labels: { 'topology.kubernetes.io/zone': zone } })
const share = { secretName: 'azure-storage-account-acc-secret', shareName: 'share' }

test.each([
  [{ csi: { driver: 'd', volumeHandle: 'h' } }, {}, 'd', 'h'],
  [{ awsElasticBlockStore: { volumeID: 'vol-1' } }, {}, 'ebs.csi.aws.com', 'vol-1'],
  [{ awsElasticBlockStore: { volumeID: 'aws:///vol-1' } }, {}, 'ebs.csi.aws.com', 'vol-1'],
  [{ awsElasticBlockStore: { volumeID: 'aws://z/vol-1/' } }, {}, 'ebs.csi.aws.com', 'vol-1'],
  [{ gcePersistentDisk: { pdName: 'd' } }, {}, 'pd.csi.storage.gke.io', 'projects/UNSPECIFIED/zones/UNSPECIFIED/disks/d'],
  [{ gcePersistentDisk: { pdName: 'd' } }, zoned('eu-1-a'), 'pd.csi.storage.gke.io', 'projects/UNSPECIFIED/zones/eu-1-a/disks/d'],
  [{ gcePersistentDisk: { pdName: 'd' } }, zoned('eu-1-a__eu-1-b'), 'pd.csi.storage.gke.io', 'projects/UNSPECIFIED/regions/eu-1/disks/d'],
  [{ azureDisk: { diskName: 'd', diskURI: '/disks/d', kind: 'Managed' } }, {}, 'disk.csi.azure.com', '/disks/d'],
  [{ azureFile: { ...share, secretNamespace: 'n' } }, {}, 'file.csi.azure.com', '#acc#share#pv#n'],
  [
    { azureFile: { ...share, secretName: 'other' }, claimRef: { namespace: 'c' } },
    { annotations: { 'kubernetes.io/azure-file-resource-group': 'g' } },
    'file.csi.azure.com',
    'g#other#share#pv#c',
  ],
  [{ cinder: { volumeID: 'v' } }, {}, 'cinder.csi.openstack.org', 'v'],
  [{ vsphereVolume: { volumePath: '[store] a.vmdk' } }, {}, 'csi.vsphere.vmware.com', '[store] a.vmdk'],
  [{ portworxVolume: { volumeID: 'v' } }, {}, 'pxd.portworx.com', 'v'],
])('%j of %j is %s of %s', (source, metadata, driver, volumeHandle) =>
  expect(csiOf(volume(source, metadata))).toEqual({ driver, volumeHandle }),
)

test.each([
  [{ hostPath: { path: '/' } }, {}],
  [{ awsElasticBlockStore: { volumeID: 'aws://vol-1' } }, {}],
  [{ awsElasticBlockStore: { volumeID: 'aws://z/disk-1' } }, {}],
  [{ gcePersistentDisk: { pdName: 'd' } }, zoned('eu-1-a__us-1-b')],
  [{ gcePersistentDisk: { pdName: 'd' } }, zoned('a__b')],
  [{ azureDisk: { diskURI: '/disks/d', kind: 'Dedicated' } }, {}],
  [{ azureFile: share }, {}],
])('%j of %j is of no driver', (source, metadata) => expect(csiOf(volume(source, metadata))).toBeUndefined())

test('a disk of Google is written by one node, whatever its modes say', () => {
  const accessModes = ['ReadWriteMany']
  expect(
    [{ gcePersistentDisk: { pdName: 'd' } }, { portworxVolume: { volumeID: 'v' } }].map((s) =>
      allowsMultiAttach(volume({ ...s, accessModes })),
    ),
  ).toEqual([false, true])
})
