import { dropManagedFields } from '../../client/informer.ts'
import type { PersistentVolumeClaim } from '../../client/objects-storage.ts'
import type { Pod } from '../../client/objects.ts'
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../client/resource.ts'
import { keyFor, keyOf } from '../../client/store.ts'
import { claimNames } from '../../client/volume-binding.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'
import { hasFinalizer, setFinalizer } from '../finalizers.ts'
import { BY_CLAIM, indexByClaim } from '../pods.ts'

export const PVC_PROTECTION = 'kubernetes.io/pvc-protection'

/** A pod without a node uses nothing yet: no kubelet starts one whose claim is being deleted. */
const uses = (pod: Pod, claim: PersistentVolumeClaim): boolean =>
  (pod.spec?.nodeName ?? '') !== '' && claimNames(pod).includes(claim.metadata.name ?? '')

/** A claim that is deleted while pods use it stays until they are gone. */
export const persistentVolumeClaimProtectionController: Controller = {
  name: 'persistentvolumeclaim-protection-controller',
  account: 'pvc-protection-controller',
  async start(ctx) {
    const queue = ctx.workQueue('pvcprotection')
    const claims = ctx.informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, { transform: dropManagedFields })
    const pods = ctx.informers.informer<Pod>(PODS, { transform: dropManagedFields })
    indexByClaim(pods)
    const look = (claim: PersistentVolumeClaim): void => queue.add(keyOf(claim))
    claims.addHandler({ added: look, updated: look })
    pods.addHandler({
      deleted: (pod) => {
        for (const name of claimNames(pod)) queue.add(keyFor(name, pod.metadata.namespace))
      },
    })
    await Promise.all([claims.synced(), pods.synced()])
    const isUsed = async (claim: PersistentVolumeClaim): Promise<boolean> => {
      if (pods.lister.byIndex(BY_CLAIM, keyOf(claim)).some((pod) => uses(pod, claim))) return true
      // A pod that the cache does not have yet would lose its data.
      const { namespace = '' } = claim.metadata
      const { items } = await ctx.client.resource<Pod>(PODS).list({ namespace, signal: ctx.signal })
      return items.some((pod) => uses(pod, claim))
    }
    startWorkers({
      queue,
      workers: 3,
      signal: ctx.signal,
      onError: unlessConflict(ctx, (key) => `persistentvolumeclaim ${key}`),
      async sync(key) {
        const claim = claims.lister.getByKey(key)
        if (claim === undefined) return
        const going = claim.metadata.deletionTimestamp != null
        const held = hasFinalizer(claim, PVC_PROTECTION)
        if (!going && !held) await setFinalizer(ctx, PERSISTENT_VOLUME_CLAIMS, claim, PVC_PROTECTION, true)
        if (going && held && !(await isUsed(claim))) await setFinalizer(ctx, PERSISTENT_VOLUME_CLAIMS, claim, PVC_PROTECTION, false)
      },
    })
  },
}
