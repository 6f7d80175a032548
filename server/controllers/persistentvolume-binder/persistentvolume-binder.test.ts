import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PersistentVolume, PersistentVolumeClaim } from '../../client/objects-storage.ts'
import type { Pod } from '../../client/objects.ts'
import { CORE_EVENTS, NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES } from '../../client/resource.ts'
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
  test.each([
    ['before the next try', false],
    ['only when the next try tells', true],
  ])('a volume whose creation is not answered is told of once, where it is heard of %s', async (_, isUnheard) => {
    await start()
    await ensureStorageClass(c.client, new AbortController().signal)
    const held = isUnheard ? c.holdUp(({ path }) => path.startsWith('/api/v1/persistentvolumes?')) : undefined
    let left = 1
    c.loseAnswers(({ method, path }) => method === 'POST' && path.startsWith('/api/v1/persistentvolumes') && left-- > 0)
    await c.create(PERSISTENT_VOLUME_CLAIMS, claim('data'))
    const succeeded = async (): Promise<string[]> => (await c.events()).filter((event) => event.startsWith('ProvisioningSucceeded'))
    await c.until('it is told of', async () => (await succeeded()).length > 0)
    held?.letGo()
    const { metadata } = await claimIs('data', 'Bound')
    await c.pass(20)
    expect(await succeeded()).toEqual([
      `ProvisioningSucceeded: Successfully provisioned volume pvc-${metadata.uid} using kubernetes.io/host-path`,
    ])
  })

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
  await c.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } })
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

const gone = { namespace: 'default', name: 'gone', uid: 'u' }
const withAnnotations = (v: KubeObject, annotations: Record<string, string>, finalizers: string[] = []): KubeObject => ({
  ...v,
  metadata: { ...v.metadata, annotations, finalizers },
})

describe('what becomes of a released volume', () => {
  const released = (spec: object): KubeObject => volume('v', '1Gi', { claimRef: gone, persistentVolumeReclaimPolicy: 'Delete', ...spec })
  const nobody = 'error getting deleter volume plugin for volume "v"'

  test.each([
    [
      'of a plugin that deletes nothing',
      { hostPath: undefined, nfs: { server: 's', path: '/' } },
      {},
      `${nobody}: no deletable volume plugin matched`,
    ],
    [
      'of a plugin that is not there',
      { hostPath: undefined, iscsi: { targetPortal: '1.2.3.4', iqn: 'iqn.2000-01.a:b', lun: 0 } },
      {},
      `${nobody}: no volume plugin matched`,
    ],
    [
      'that a plugin has made which is gone',
      {},
      { 'pv.kubernetes.io/provisioned-by': 'kubernetes.io/gone' },
      'no volume plugin matched name: kubernetes.io/gone',
    ],
  ])('one %s fails', async (_, spec, annotations, message) => {
    await start()
    await c.create(PERSISTENT_VOLUMES, withAnnotations(released(spec), annotations as Record<string, string>))
    expect((await volumeIs('v', 'Failed')).status?.message).toBe(message)
    expect(await c.events()).toEqual([`VolumeFailedDelete: ${message}`])
  })

  test.each([
    ['a driver', { hostPath: undefined, csi: { driver: 'd', volumeHandle: 'h' } }, {}],
    ['an external provisioner', {}, { 'pv.kubernetes.io/provisioned-by': 'example.com/x' }],
    [
      'a driver that has taken over',
      { hostPath: undefined, gcePersistentDisk: { pdName: 'd' } },
      { 'pv.kubernetes.io/provisioned-by': 'kubernetes.io/gce-pd' },
    ],
  ])('one of %s is left to that', async (_, spec, annotations) => {
    await start()
    await c.create(PERSISTENT_VOLUMES, withAnnotations(released(spec), annotations as Record<string, string>))
    await volumeIs('v', 'Released')
    await c.pass(20)
    expect([(await getVolume('v')).status?.phase, await c.events()]).toEqual(['Released', []])
  })
})

describe('recycling', () => {
  const recycled = (more: object = {}): KubeObject =>
    volume('v', '5Gi', { claimRef: gone, persistentVolumeReclaimPolicy: 'Recycle', ...more })
  const pod = () => c.get<Pod>(PODS, 'recycler-for-v').catch(() => undefined)

  test('a pod empties it, and it is free again', async () => {
    await start()
    await c.create(PERSISTENT_VOLUMES, withAnnotations(recycled(), { 'pv.kubernetes.io/bound-by-controller': 'yes' }))
    const made = await c.until('the pod', pod)
    expect(made.spec).toMatchObject({
      activeDeadlineSeconds: 150,
      restartPolicy: 'Never',
      containers: [{ name: 'pv-recycler', command: ['/bin/sh'] }],
    })
    expect(made.spec?.volumes?.[0]).toMatchObject({ name: 'vol', hostPath: { path: '/data' } })
    const involvedObject = { apiVersion: 'v1', kind: 'Pod', name: 'recycler-for-v', namespace: 'default' }
    const told = { metadata: { name: 'e' }, involvedObject, type: 'Normal', reason: 'Started', message: 'Container started' }
    await c.create(CORE_EVENTS, { apiVersion: 'v1', kind: 'Event', ...told } as KubeObject)
    await c.until('told', async () => (await c.events()).includes('RecyclerPod: Recycler pod: Container started'))
    await c.report(made, { phase: 'Succeeded' })
    const free = await volumeIs('v', 'Available')
    expect(free.spec?.claimRef).toBeUndefined()
    await c.until('the pod is gone', async () => (await pod()) === undefined)
    expect(await c.events()).toContain('VolumeRecycled: Volume recycled')
    expect(c.errors).toEqual([])
  })

  test.each([
    [{ phase: 'Failed', message: 'disk on fire' }, 'disk on fire'],
    [{ phase: 'Failed' }, 'pod failed, pod.Status.Message unknown'],
  ])('a pod that fails (%j) fails the volume, and is tried again', async (status, why) => {
    await start()
    await c.create(PERSISTENT_VOLUMES, recycled())
    const first = await c.until('the pod', pod)
    await c.report(first, status)
    const message = `Recycle failed: failed to recycle volume: ${why}`
    expect((await volumeIs('v', 'Failed')).status?.message).toBe(message)
    expect(await c.events()).toEqual([`VolumeFailedRecycle: ${message}`])
    const again = await c.until('another pod', async () => ((await pod())?.metadata.uid === first.metadata.uid ? undefined : pod()))
    await c.report(again, { phase: 'Succeeded' })
    // Promised by name by somebody else, it stays so.
    expect((await volumeIs('v', 'Available')).spec?.claimRef).toMatchObject({ namespace: 'default', name: 'gone' })
  })

  test('a pod that somebody deletes has recycled nothing; one that was there before is not trusted', async () => {
    await start()
    await c.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'recycler-for-v' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    } as KubeObject)
    await c.create(PERSISTENT_VOLUMES, recycled())
    const failures = ['VolumeFailedRecycle: Recycle failed: old recycler pod found, will retry later']
    await volumeIs('v', 'Failed')
    expect(await c.events()).toEqual(failures)
    const own = await c.until('the pod', async () => ((await pod())?.spec?.containers?.[0]?.name === 'pv-recycler' ? pod() : undefined))
    await c.client.resource(PODS).delete(own.metadata.name!, { namespace: 'default', gracePeriodSeconds: 0 })
    await c.until('another pod', async () => ((await pod())?.metadata.uid === own.metadata.uid ? undefined : pod()))
    expect((await getVolume('v')).status?.phase).toBe('Failed')
  })

  test('not while pods of the claim run, nor what no plugin can empty', async () => {
    await start()
    const volumes = [{ name: 'a', persistentVolumeClaim: { claimName: 'gone' } }]
    const user = { metadata: { name: 'p' }, spec: { volumes, containers: [{ name: 'c', image: 'i' }] } }
    await c.create(PODS, { apiVersion: 'v1', kind: 'Pod', ...user } as KubeObject)
    await c.create(PERSISTENT_VOLUMES, recycled())
    const used = 'VolumeFailedRecycle: Volume is used by pods: default/p'
    await c.until('told', async () => (await c.events()).includes(used))
    expect(await pod()).toBeUndefined()
    const iscsi = recycled({ hostPath: undefined, iscsi: { targetPortal: '1.2.3.4', iqn: 'iqn.2000-01.a:b', lun: 0 } })
    await c.create(PERSISTENT_VOLUMES, { ...iscsi, metadata: { name: 'w' } })
    await c.client.resource(PODS).delete('p', { namespace: 'default', gracePeriodSeconds: 0 })
    expect((await volumeIs('w', 'Failed')).status?.message).toBe('No recycler plugin found for the volume!')
    await c.until('the pod', pod)
  })
})

describe('what a driver has taken over', () => {
  const GCE = { 'pv.kubernetes.io/provisioned-by': 'kubernetes.io/gce-pd' }
  test('says so, and is not protected by this controller', async () => {
    await start()
    const disk = volume('v', '1Gi', { hostPath: undefined, gcePersistentDisk: { pdName: 'd' } })
    await c.create(PERSISTENT_VOLUMES, withAnnotations(disk, GCE, ['kubernetes.io/pv-controller', 'example.org/kept']))
    const { metadata } = await volumeIs('v', 'Available')
    expect(metadata.annotations).toMatchObject({ 'pv.kubernetes.io/migrated-to': 'pd.csi.storage.gke.io' })
    expect(metadata.finalizers?.filter((f) => f !== 'kubernetes.io/pv-protection')).toEqual(['example.org/kept'])
    const annotations = { 'volume.beta.kubernetes.io/storage-provisioner': 'kubernetes.io/aws-ebs' }
    await c.create(PERSISTENT_VOLUME_CLAIMS, { ...claim('c', { storageClassName: '' }), metadata: { name: 'c', annotations } })
    await c.until('told', async () => (await getClaim('c')).metadata.annotations?.['pv.kubernetes.io/migrated-to'] === 'ebs.csi.aws.com')
  })

  test('what is not, does not; its protection follows the policy', async () => {
    await start()
    const annotations = { 'pv.kubernetes.io/provisioned-by': 'kubernetes.io/host-path', 'pv.kubernetes.io/migrated-to': 'old' }
    const mine = (name: string, policy: string, finalizers: string[]): Promise<unknown> => {
      const v = withAnnotations(volume(name, '1Gi', { persistentVolumeReclaimPolicy: policy }), annotations, finalizers)
      return c.create(PERSISTENT_VOLUMES, v)
    }
    await mine('d', 'Delete', ['external-provisioner.volume.kubernetes.io/finalizer'])
    await mine('r', 'Retain', ['kubernetes.io/pv-controller'])
    const of = async (name: string): Promise<unknown[]> => {
      const { metadata } = await volumeIs(name, 'Available')
      return [
        metadata.annotations?.['pv.kubernetes.io/migrated-to'],
        metadata.finalizers?.filter((f) => f !== 'kubernetes.io/pv-protection'),
      ]
    }
    expect(await of('d')).toEqual([undefined, ['kubernetes.io/pv-controller']])
    expect(await of('r')).toEqual([undefined, []])
  })
})

test('no directory is made for a node that is not there', async () => {
  await start()
  await c.create(STORAGE_CLASSES, storageClass('late', 'kubernetes.io/host-path', { volumeBindingMode: 'WaitForFirstConsumer' }))
  const annotations = { 'volume.kubernetes.io/selected-node': 'n' }
  await c.create(PERSISTENT_VOLUME_CLAIMS, { ...claim('c', { storageClassName: 'late' }), metadata: { name: 'c', annotations } })
  await c.until('told', async () => (await c.events()).length > 0)
  expect(await c.events()).toEqual(['ProvisioningFailed: Failed to get target node: node "n" not found'])
})

test('a volume whose growth is not finished on its node gives the size that it had', async () => {
  await start()
  await c.create(PERSISTENT_VOLUMES, withAnnotations(volume('v', '5Gi'), { 'volume.alpha.kubernetes.io/pre-resize-capacity': '2Gi' }))
  await c.create(PERSISTENT_VOLUME_CLAIMS, claim('c', { storageClassName: '' }))
  expect((await claimIs('c', 'Bound')).status?.capacity).toEqual({ storage: '2Gi' })
})
