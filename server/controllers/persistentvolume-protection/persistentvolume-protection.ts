import { dropManagedFields } from '../../client/informer.ts'
import type { PersistentVolume } from '../../client/objects-storage.ts'
import { PERSISTENT_VOLUMES } from '../../client/resource.ts'
import { keyOf } from '../../client/store.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'
import { hasFinalizer, setFinalizer } from '../finalizers.ts'

export const PV_PROTECTION = 'kubernetes.io/pv-protection'

/** A volume that is deleted while it is bound stays until its claim is gone. */
export const persistentVolumeProtectionController: Controller = {
  name: 'persistentvolume-protection-controller',
  account: 'pv-protection-controller',
  async start(ctx) {
    const queue = ctx.workQueue('pvprotection')
    const volumes = ctx.informers.informer<PersistentVolume>(PERSISTENT_VOLUMES, { transform: dropManagedFields })
    const look = (volume: PersistentVolume): void => queue.add(keyOf(volume))
    volumes.addHandler({ added: look, updated: look })
    await volumes.synced()
    startWorkers({
      queue,
      workers: 1,
      signal: ctx.signal,
      onError: unlessConflict(ctx, (key) => `persistentvolume ${key}`),
      async sync(key) {
        const volume = volumes.lister.getByKey(key)
        if (volume === undefined) return
        const going = volume.metadata.deletionTimestamp != null
        const held = hasFinalizer(volume, PV_PROTECTION)
        if (!going && !held) await setFinalizer(ctx, PERSISTENT_VOLUMES, volume, PV_PROTECTION, true)
        if (going && held && volume.status?.phase !== 'Bound') await setFinalizer(ctx, PERSISTENT_VOLUMES, volume, PV_PROTECTION, false)
      },
    })
  },
}
