import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PersistentVolume, PersistentVolumeClaim } from '../../client/objects-storage.ts'
import type { Pod } from '../../client/objects.ts'
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { ephemeralVolumeController } from '../ephemeral-volume/ephemeral-volume.ts'
import { persistentVolumeProtectionController } from '../persistentvolume-protection/persistentvolume-protection.ts'
import { persistentVolumeClaimProtectionController } from '../persistentvolumeclaim-protection/persistentvolumeclaim-protection.ts'
import { startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { ensureStorageClass } from './default-class.ts'
import { persistentVolumeBinderController } from './persistentvolume-binder.ts'

let c: TestCluster
let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'volumes-'))))
afterEach(async () => {
  await c.close()
  rmSync(folder, { recursive: true, force: true })
})
const protections = [persistentVolumeProtectionController, persistentVolumeClaimProtectionController]
const start = async (...more: (typeof persistentVolumeBinderController)[]): Promise<void> => {
  c = await startTestCluster({ hostPathFolder: folder }, persistentVolumeBinderController, ...protections, ...more)
}

const claim = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
})
const volume = (name: string, storage = '1Gi', spec: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage },
    hostPath: { path: '/data' },
    persistentVolumeReclaimPolicy: 'Retain',
    ...spec,
  },
})
const storageClass = (name: string, provisioner: string, more: object = {}): KubeObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
  ...{ provisioner, ...more },
})

/** Directories are made in real time: the file system is asked before time goes on. */
async function getClaim(name: string): Promise<PersistentVolumeClaim> {
  await stat(folder)
  return c.get<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, name)
}
async function getVolume(name: string): Promise<PersistentVolume> {
  await stat(folder)
  return c.get<PersistentVolume>(PERSISTENT_VOLUMES, name)
}
const isGone = (get: Promise<unknown>) =>
  get.then(
    () => false,
    (e: unknown) => isStatusError(e, 'NotFound'),
  )
const claimIs = (name: string, phase: string) =>
  c.until(`${name} ${phase}`, async () => ((await getClaim(name)).status?.phase === phase ? getClaim(name) : undefined))
const volumeIs = (name: string, phase: string) =>
  c.until(`${name} ${phase}`, async () => ((await getVolume(name)).status?.phase === phase ? getVolume(name) : undefined))
const removeClaim = (name: string) => c.client.resource(PERSISTENT_VOLUME_CLAIMS).delete(name, { namespace: 'default' })

describe('static binding', () => {
  test('the smallest volume that suits; both say so', async () => {
    await start()
    await c.create(PERSISTENT_VOLUMES, volume('large', '10Gi'))
    await c.create(PERSISTENT_VOLUMES, volume('fits', '2Gi'))
    await c.create(PERSISTENT_VOLUMES, volume('small', '100Mi'))
    await volumeIs('fits', 'Available')
    await c.create(PERSISTENT_VOLUME_CLAIMS, claim('c', { storageClassName: '' }))
    const bound = await claimIs('c', 'Bound')
    expect(bound.spec?.volumeName).toBe('fits')
    expect(bound.status).toMatchObject({ accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } })
    expect(bound.metadata.annotations).toEqual({ 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' })
    const pv = await volumeIs('fits', 'Bound')
    expect(pv.spec?.claimRef).toMatchObject({ kind: 'PersistentVolumeClaim', namespace: 'default', name: 'c', uid: bound.metadata.uid })
    expect((await getVolume('large')).status?.phase).toBe('Available')
    await removeClaim('c')
    await volumeIs('fits', 'Released')
    expect(c.errors).toEqual([])
  })

  test('two claims do not get the same volume; the other waits for the next', async () => {
    await start()
    await c.create(PERSISTENT_VOLUMES, volume('one'))
    for (const name of ['a', 'b']) await c.create(PERSISTENT_VOLUME_CLAIMS, claim(name, { storageClassName: '' }))
    await volumeIs('one', 'Bound')
    expect(await c.events()).toContain('FailedBinding: no persistent volumes available for this claim and no storage class is set')
    await c.create(PERSISTENT_VOLUMES, volume('two'))
    await claimIs('a', 'Bound')
    await claimIs('b', 'Bound')
    expect(c.errors).toEqual([])
  })

  test.each([
    [{ accessModes: ['ReadWriteMany'] }, 'incompatible accessMode'],
    [{ resources: { requests: { storage: '5Gi' } } }, 'requested PV is too small'],
    [{ volumeMode: 'Block' }, 'incompatible volumeMode'],
    [{ storageClassName: 'other' }, 'storageClassName does not match'],
  ])('a claim that names a volume which does not suit it: %j', async (spec, why) => {
    await start()
    await c.create(PERSISTENT_VOLUMES, volume('v'))
    await c.create(PERSISTENT_VOLUME_CLAIMS, claim('c', { storageClassName: '', volumeName: 'v', ...spec }))
    await c.until('told', async () => (await c.events()).includes(`VolumeMismatch: Cannot bind to requested volume "v": ${why}`))
    expect((await getClaim('c')).status?.phase).toBe('Pending')
  })

  test('a claim that loses its volume is Lost', async () => {
    await start()
    await c.create(PERSISTENT_VOLUMES, volume('v'))
    await c.create(PERSISTENT_VOLUME_CLAIMS, claim('c', { storageClassName: '' }))
    await claimIs('c', 'Bound')
    await c.client.resource(PERSISTENT_VOLUMES).delete('v')
    // Its protection would hold it as long as it is bound.
    await c.client.resource(PERSISTENT_VOLUMES).patch('v', { type: 'merge', body: { metadata: { finalizers: null } } })
    await claimIs('c', 'Lost')
    expect(await c.events()).toContain('ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!')
  })
})

describe('the local class', () => {
  test('a claim that names no class gets a directory; both go together', async () => {
    await start()
    await ensureStorageClass(c.client, new AbortController().signal)
    await c.create(PERSISTENT_VOLUME_CLAIMS, claim('data'))
    const bound = await claimIs('data', 'Bound')
    expect(bound.spec?.storageClassName).toBe('standard')
    const name = `pvc-${bound.metadata.uid}`
    expect(bound.spec?.volumeName).toBe(name)
    expect(await getVolume(name)).toMatchObject({
      metadata: { annotations: { 'pv.kubernetes.io/provisioned-by': 'kubernetes.io/host-path' } },
      spec: {
        capacity: { storage: '1Gi' },
        hostPath: { path: join(folder, name) },
        persistentVolumeReclaimPolicy: 'Delete',
        storageClassName: 'standard',
      },
      status: { phase: 'Bound' },
    })
    writeFileSync(join(folder, name, 'file'), 'data')
    expect(await c.events()).toContain(`ProvisioningSucceeded: Successfully provisioned volume ${name} using kubernetes.io/host-path`)
    await removeClaim('data')
    await c.until('the volume is gone', () => isGone(getVolume(name)))
    expect(existsSync(join(folder, name))).toBe(false)
    expect(c.errors).toEqual([])
    const before = c.writes()
    await c.pass(40)
    expect(c.writes()).toBe(before)
  })

  test('is made only where there is none', async () => {
    await start()
    await c.create(STORAGE_CLASSES, storageClass('own', 'example.com/x'))
    await ensureStorageClass(c.client, new AbortController().signal)
    expect((await c.list(STORAGE_CLASSES)).map((s) => s.metadata.name)).toEqual(['own'])
  })

  test('no other directory is ever deleted', async () => {
    await start()
    const annotations = { 'pv.kubernetes.io/provisioned-by': 'kubernetes.io/host-path' }
    const precious = join(folder, 'precious')
    writeFileSync(precious, 'x')
    const evil = volume('pvc-00000000-0000-0000-0000-000000000000', '1Gi', {
      persistentVolumeReclaimPolicy: 'Delete',
      hostPath: { path: precious },
      claimRef: { namespace: 'default', name: 'gone', uid: 'u' },
    })
    await c.create(PERSISTENT_VOLUMES, { ...evil, metadata: { ...evil.metadata, annotations } })
    await volumeIs(evil.metadata.name!, 'Failed')
    expect((await getVolume(evil.metadata.name!)).status?.message).toContain('host_path deleter only supports')
    expect(existsSync(precious)).toBe(true)
  })
})

test.each([
  [
    'example.com/x',
    "ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'example.com/x' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
  ],
  [
    'kubernetes.io/gce-pd',
    "ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'pd.csi.storage.gke.io' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
  ],
  ['kubernetes.io/no-provisioner', 'ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner'],
])('the provisioner %s', async (provisioner, event) => {
  await start()
  await c.create(STORAGE_CLASSES, storageClass('s', provisioner))
  await c.create(PERSISTENT_VOLUME_CLAIMS, claim('c', { storageClassName: 's' }))
  expect(await c.until('told', async () => (await c.events()).includes(event))).toBe(true)
})

test('a delayed claim waits for a pod, then for its node, then is provisioned', async () => {
  await start(ephemeralVolumeController)
  await c.create(STORAGE_CLASSES, storageClass('late', 'kubernetes.io/host-path', { volumeBindingMode: 'WaitForFirstConsumer' }))
  await c.create(PERSISTENT_VOLUME_CLAIMS, claim('c', { storageClassName: 'late' }))
  await c.until('told', async () =>
    (await c.events()).includes('WaitForFirstConsumer: waiting for first consumer to be created before binding'),
  )
  const template = { metadata: { labels: { of: 'p' } }, spec: claim('').spec }
  const volumes = [
    { name: 'a', persistentVolumeClaim: { claimName: 'c' } },
    { name: 'e', ephemeral: { volumeClaimTemplate: template } },
  ]
  await c.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { volumes, containers: [{ name: 'c', image: 'i' }] },
  } as KubeObject)
  await c.until('told', async () => (await c.events()).includes('WaitForPodScheduled: waiting for pod p to be scheduled'))
  const own = await c.until('the ephemeral claim', () => getClaim('p-e').catch(() => undefined))
  expect(own.metadata).toMatchObject({ labels: { of: 'p' }, ownerReferences: [{ kind: 'Pod', name: 'p', controller: true }] })
  const annotations = { 'volume.kubernetes.io/selected-node': 'n' }
  await c.client
    .resource(PERSISTENT_VOLUME_CLAIMS)
    .patch('c', { type: 'merge', body: { metadata: { annotations } } }, { namespace: 'default' })
  await claimIs('c', 'Bound')
  expect(c.errors).toEqual([])
})

test('what is in use stays until it is not', async () => {
  await start()
  await c.create(PERSISTENT_VOLUMES, volume('v'))
  await c.create(PERSISTENT_VOLUME_CLAIMS, claim('c', { storageClassName: '' }))
  await claimIs('c', 'Bound')
  await c.until(
    'protected',
    async () =>
      (await getClaim('c')).metadata.finalizers?.includes('kubernetes.io/pvc-protection') === true &&
      (await getVolume('v')).metadata.finalizers?.includes('kubernetes.io/pv-protection') === true,
  )
  const volumes = [{ name: 'a', persistentVolumeClaim: { claimName: 'c' } }]
  await c.create<Pod>(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { nodeName: 'n', volumes, containers: [{ name: 'c', image: 'i' }] },
  } as never)
  await removeClaim('c')
  await c.client.resource(PERSISTENT_VOLUMES).delete('v')
  await c.pass(20)
  expect((await getClaim('c')).metadata.deletionTimestamp).toBeDefined()
  expect((await getVolume('v')).metadata.deletionTimestamp).toBeDefined()
  await c.client.resource(PODS).delete('p', { namespace: 'default', gracePeriodSeconds: 0 })
  await c.until('both gone', async () => (await isGone(getClaim('c'))) && (await isGone(getVolume('v'))))
  expect(c.errors).toEqual([])
})
