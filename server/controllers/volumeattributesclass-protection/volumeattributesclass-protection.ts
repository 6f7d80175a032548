import { dropManagedFields } from '../../client/informer.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../client/objects-storage.ts'
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, VOLUME_ATTRIBUTES_CLASSES } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'
import { hasFinalizer, setFinalizer } from '../finalizers.ts'

const FINALIZER = 'kubernetes.io/vac-protection'

/** Classes that a claim wants, has, or is on its way to. */
function classesOf({ spec, status }: PersistentVolumeClaim): string[] {
  const target = (status?.modifyVolumeStatus as { targetVolumeAttributesClassName?: string } | undefined)?.targetVolumeAttributesClassName
  return [spec?.volumeAttributesClassName, status?.currentVolumeAttributesClassName, target].filter((name) => name !== undefined)
}

/** A class of volume attributes that is deleted while volumes have it stays until none does. */
export const volumeAttributesClassProtectionController: Controller = {
  name: 'volumeattributesclass-protection-controller',
  async start(ctx) {
    const queue = ctx.workQueue('vacprotection')
    const transform = dropManagedFields
    const classes = ctx.informers.informer(VOLUME_ATTRIBUTES_CLASSES, { transform })
    const claims = ctx.informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, { transform })
    const volumes = ctx.informers.informer<PersistentVolume>(PERSISTENT_VOLUMES, { transform })
    claims.addIndex('attributesClass', classesOf)
    volumes.addIndex('attributesClass', ({ spec }) =>
      spec?.volumeAttributesClassName === undefined ? [] : [spec.volumeAttributesClassName],
    )
    const look = ({ metadata }: KubeObject): void => queue.add(metadata.name ?? '')
    const lookAt = (names: readonly (string | undefined)[]): void => {
      for (const name of names) if (name !== undefined) queue.add(name)
    }
    classes.addHandler({ added: look, updated: look })
    claims.addHandler({ updated: (_, old) => lookAt(classesOf(old)), deleted: (claim) => lookAt(classesOf(claim)) })
    volumes.addHandler({
      updated: (_, old) => lookAt([old.spec?.volumeAttributesClassName]),
      deleted: ({ spec }) => lookAt([spec?.volumeAttributesClassName]),
    })
    await Promise.all([classes.synced(), claims.synced(), volumes.synced()])
    const isUsed = (name: string): boolean =>
      claims.lister.byIndex('attributesClass', name).length > 0 || volumes.lister.byIndex('attributesClass', name).length > 0
    startWorkers({
      queue,
      workers: 1,
      signal: ctx.signal,
      onError: unlessConflict(ctx, (key) => `volumeattributesclass ${key}`),
      async sync(name) {
        const found = classes.lister.get(name)
        if (found === undefined) return
        const going = found.metadata.deletionTimestamp != null
        const held = hasFinalizer(found, FINALIZER)
        if (!going && !held) await setFinalizer(ctx, VOLUME_ATTRIBUTES_CLASSES, found, FINALIZER, true)
        if (going && held && !isUsed(name)) await setFinalizer(ctx, VOLUME_ATTRIBUTES_CLASSES, found, FINALIZER, false)
      },
    })
  },
}
