import { dropManagedFields, type Informer } from '../../client/informer.ts'
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../client/objects-storage.ts'
import type { Node, Pod } from '../../client/objects.ts'
import { NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES } from '../../client/resource.ts'
import { keyFor, keyOf } from '../../client/store.ts'
import { claimNames } from '../../client/volume-binding.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller, type ControllerContext } from '../controller.ts'
import { periodically } from '../periodic.ts'
import { indexByClaim } from '../pods.ts'
import { ClaimSync } from './claim-sync.ts'
import { HostPathProvisioner } from './host-path.ts'
import { Provisioning } from './provisioning.ts'
import { recycledBy } from './recycling.ts'
import { VolumeSync } from './volume-sync.ts'
import { VolumeWriter } from './writer.ts'

export const persistentVolumeBinderController: Controller = {
  name: 'persistentvolume-binder-controller',
  account: 'persistent-volume-binder',
  start: (ctx) => new Binder(ctx).start(),
}

/** What has not come to rest is looked at again so often (--pvclaimbinder-sync-period). */
const RESYNC_MS = 15_000

/** Gives claims their volumes, makes volumes where a class says how, and takes back what is released. */
class Binder {
  readonly #ctx: ControllerContext
  readonly #claims: Informer<PersistentVolumeClaim>
  readonly #volumes: Informer<PersistentVolume>
  readonly #classes: Informer<StorageClass>
  readonly #pods: Informer<Pod>
  readonly #nodes: Informer<Node>
  readonly #claimQueue: WorkQueue
  readonly #volumeQueue: WorkQueue
  readonly #writer: VolumeWriter
  readonly #claimSync: ClaimSync
  readonly #volumeSync: VolumeSync

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    const transform = dropManagedFields
    this.#claims = ctx.informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, { transform })
    this.#volumes = ctx.informers.informer<PersistentVolume>(PERSISTENT_VOLUMES, { transform })
    this.#classes = ctx.informers.informer<StorageClass>(STORAGE_CLASSES, { transform })
    this.#pods = ctx.informers.informer<Pod>(PODS, { transform })
    this.#nodes = ctx.informers.informer<Node>(NODES)
    indexByClaim(this.#pods)
    this.#claimQueue = ctx.workQueue('claims')
    this.#volumeQueue = ctx.workQueue('volumes')
    this.#writer = new VolumeWriter(ctx)
    const folder = ctx.options.hostPathFolder
    const parts = {
      ctx,
      writer: this.#writer,
      recorder: ctx.recorder('persistentvolume-controller'),
      claims: this.#claims.lister,
      volumes: this.#volumes.lister,
      classes: this.#classes.lister,
      pods: this.#pods.lister,
      nodes: this.#nodes.lister,
      hostPath: folder === undefined ? undefined : new HostPathProvisioner(folder),
    }
    this.#claimSync = new ClaimSync(parts, new Provisioning(parts))
    this.#volumeSync = new VolumeSync(parts, (key) => this.#claimQueue.add(key))
  }

  async start(): Promise<void> {
    const lookAtClaim = (claim: PersistentVolumeClaim): void => this.#claimQueue.add(keyOf(claim))
    const lookAtVolume = (volume: PersistentVolume): void => {
      this.#writer.seen(volume)
      this.#volumeQueue.add(keyOf(volume))
      // A claim may wait for just this one.
      const ref = volume.spec?.claimRef
      if (ref?.name !== undefined) this.#claimQueue.add(keyFor(ref.name, ref.namespace))
      else for (const claim of this.#claims.lister.list()) if (isWaiting(claim)) lookAtClaim(claim)
    }
    this.#claims.addHandler({
      added: lookAtClaim,
      updated: lookAtClaim,
      deleted: (claim) => {
        this.#writer.forget(claim)
        if (claim.spec?.volumeName !== undefined) this.#volumeQueue.add(claim.spec.volumeName)
      },
    })
    this.#volumes.addHandler({
      added: lookAtVolume,
      updated: lookAtVolume,
      deleted: (volume) => {
        this.#writer.forget(volume)
        const ref = volume.spec?.claimRef
        if (ref?.name !== undefined) this.#claimQueue.add(keyFor(ref.name, ref.namespace))
      },
    })
    const lookAtWaiting = (): void => {
      for (const claim of this.#claims.lister.list()) if (isWaiting(claim)) lookAtClaim(claim)
    }
    this.#classes.addHandler({ added: lookAtWaiting, updated: lookAtWaiting })
    const lookAtRecycled = (pod: Pod): void => {
      const volume = recycledBy(pod)
      if (volume !== undefined) this.#volumeQueue.add(volume)
    }
    this.#pods.addHandler({
      updated: lookAtRecycled,
      deleted: (pod) => {
        lookAtRecycled(pod)
        for (const name of claimNames(pod)) this.#claimQueue.add(keyFor(name, pod.metadata.namespace))
      },
    })
    await Promise.all([this.#claims.synced(), this.#volumes.synced(), this.#classes.synced(), this.#pods.synced(), this.#nodes.synced()])
    const { signal } = this.#ctx
    // One worker each: two claims must not be promised the same volume.
    startWorkers({
      queue: this.#volumeQueue,
      workers: 1,
      signal,
      sync: async (key) => {
        const volume = this.#volumes.lister.getByKey(key)
        if (volume !== undefined && !this.#writer.isStale(volume)) await this.#volumeSync.sync(volume)
      },
      onError: unlessConflict(this.#ctx, (key) => `persistentvolume ${key}`),
    })
    startWorkers({
      queue: this.#claimQueue,
      workers: 1,
      signal,
      sync: async (key) => {
        const claim = this.#claims.lister.getByKey(key)
        if (claim !== undefined && !this.#writer.isStale(claim)) await this.#claimSync.sync(claim)
      },
      onError: unlessConflict(this.#ctx, (key) => `persistentvolumeclaim ${key}`),
    })
    periodically(this.#ctx, RESYNC_MS, 'resync of claims', () => {
      lookAtWaiting()
      for (const volume of this.#volumes.lister.list()) if (volume.status?.phase !== 'Bound') this.#volumeQueue.add(keyOf(volume))
    })
  }
}

const isWaiting = (claim: PersistentVolumeClaim): boolean => claim.status?.phase !== 'Bound'
