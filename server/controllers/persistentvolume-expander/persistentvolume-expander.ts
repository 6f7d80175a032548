import { driverOfPlugin, migratedPluginOf } from '../../client/csi-translation.ts'
import { dropManagedFields } from '../../client/informer.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../client/objects-storage.ts'
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../client/resource.ts'
import { keyOf } from '../../client/store.ts'
import { isBoundTo, PROVISIONED_BY, requestOf } from '../../client/volume-binding.ts'
import { compareQuantity, parseQuantity } from '../../machinery/quantity.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'
import { HOST_PATH } from '../persistentvolume-binder/host-path.ts'

const RESIZER = 'volume.kubernetes.io/storage-resizer'

const capacityOf = ({ status }: PersistentVolumeClaim): string => (status?.capacity as { storage?: string } | undefined)?.storage ?? '0'
const isLarger = (a: string, b: string): boolean => compareQuantity(parseQuantity(a), parseQuantity(b)) > 0

/** Whether a claim asks for more than it has. */
const grows = (claim: PersistentVolumeClaim): boolean =>
  claim.status?.phase === 'Bound' && isLarger(requestOf(claim) ?? '0', capacityOf(claim))

/**
 * Volumes grow with their claims. A directory of the bundled provisioner has the room of its disk, so that its volume only says so; for
 * others somebody else has to do it, and the claim says that it waits (kubernetes pkg/controller/volume/expand).
 */
export const persistentVolumeExpanderController: Controller = {
  name: 'persistentvolume-expander-controller',
  account: 'expand-controller',
  async start(ctx) {
    const { client, signal } = ctx
    const queue = ctx.workQueue('volume_expand')
    const transform = dropManagedFields
    const claims = ctx.informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, { transform })
    const volumes = ctx.informers.informer<PersistentVolume>(PERSISTENT_VOLUMES, { transform })
    const recorder = ctx.recorder('volume_expand')
    const look = (claim: PersistentVolumeClaim): void => {
      if (grows(claim)) queue.add(keyOf(claim))
    }
    claims.addHandler({
      added: look,
      updated: (claim, old) => {
        if (requestOf(claim) !== requestOf(old) || claim.status?.phase !== old.status?.phase) look(claim)
      },
    })
    await Promise.all([claims.synced(), volumes.synced()])
    const event = (claim: PersistentVolumeClaim, reason: string, message: string): void =>
      recorder.event({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', object: claim }, 'Normal', reason, message)
    /** Who is to do it; resizers look for their name. */
    async function noteResizer({ metadata }: PersistentVolumeClaim, driver: string): Promise<void> {
      if (metadata.annotations?.[RESIZER] === driver) return
      const { name = '', namespace, uid, resourceVersion } = metadata
      const body = { metadata: { uid, resourceVersion, annotations: { [RESIZER]: driver } } }
      await client.resource(PERSISTENT_VOLUME_CLAIMS).patch(name, { type: 'merge', body }, { namespace, subresource: 'status', signal })
    }
    startWorkers({
      queue,
      workers: 10,
      signal,
      onError: unlessConflict(ctx, (key) => `growth of claim ${key}`),
      async sync(key) {
        const claim = claims.lister.getByKey(key)
        if (claim === undefined || !grows(claim)) return
        const volume = volumes.lister.get(claim.spec?.volumeName ?? '')
        if (volume === undefined) throw new Error(`failed to get PV ${JSON.stringify(claim.spec?.volumeName ?? '')} for PVC ${key}`)
        if (!isBoundTo(volume, claim)) throw new Error(`persistent Volume is not bound to PVC being updated : ${key}`)
        const plugin = migratedPluginOf(volume)
        if (plugin !== undefined) {
          event(claim, 'ExternalExpanding', `CSI migration enabled for ${plugin}; waiting for external resizer to expand the pvc`)
          return noteResizer(claim, driverOfPlugin(plugin)!)
        }
        if (volume.metadata.annotations?.[PROVISIONED_BY] !== HOST_PATH)
          return event(claim, 'ExternalExpanding', 'waiting for an external controller to expand this PVC')
        const storage = requestOf(claim)!
        const { name = '', namespace, uid } = claim.metadata
        if (isLarger(storage, volume.spec?.capacity?.storage ?? '0')) {
          const body = { metadata: { uid: volume.metadata.uid }, spec: { capacity: { storage } } }
          await client.resource(PERSISTENT_VOLUMES).patch(volume.metadata.name ?? '', { type: 'merge', body }, { signal })
        }
        const body = { metadata: { uid }, status: { capacity: { storage } } }
        await client.resource(PERSISTENT_VOLUME_CLAIMS).patch(name, { type: 'merge', body }, { namespace, subresource: 'status', signal })
        event(claim, 'VolumeResizeSuccessful', `ExpandVolume succeeded for volume ${key}`)
      },
    })
  },
}
