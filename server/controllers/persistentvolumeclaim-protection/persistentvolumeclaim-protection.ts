import { dropManagedFields } from '../../client/informer.ts'
import type { PersistentVolumeClaim } from '../../client/objects-storage.ts'
import type { Condition, Pod } from '../../client/objects.ts'
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../client/resource.ts'
import { keyFor, keyOf } from '../../client/store.ts'
import { claimNames } from '../../client/volume-binding.ts'
import { formatTime } from '../../machinery/clock.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'
import { hasFinalizer, setFinalizer } from '../finalizers.ts'
import { BY_CLAIM, indexByClaim } from '../pods.ts'
import { holds, references } from './claim-users.ts'

export const PVC_PROTECTION = 'kubernetes.io/pvc-protection'

const UNUSED = 'Unused'

/** A claim that is deleted while pods use it stays until they are gone; one that is bound says since when nobody uses it. */
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
    const lookAtClaimsOf = (pod: Pod): void => {
      for (const name of claimNames(pod)) queue.add(keyFor(name, pod.metadata.namespace))
    }
    pods.addHandler({ added: lookAtClaimsOf, updated: lookAtClaimsOf, deleted: lookAtClaimsOf })
    await Promise.all([claims.synced(), pods.synced()])
    type Counts = (pod: Pod, claim: PersistentVolumeClaim) => boolean
    const isKnownUsed = (claim: PersistentVolumeClaim, counts: Counts): boolean =>
      pods.lister.byIndex(BY_CLAIM, keyOf(claim)).some((pod) => counts(pod, claim))
    const isUsed = async (claim: PersistentVolumeClaim, counts: Counts): Promise<boolean> => {
      if (isKnownUsed(claim, counts)) return true
      // A pod that the cache does not have yet would lose its data.
      const { namespace = '' } = claim.metadata
      const { items } = await ctx.client.resource<Pod>(PODS).list({ namespace, signal: ctx.signal })
      return items.some((pod) => counts(pod, claim))
    }
    /** True when the condition had to be written. */
    const tellUse = async (claim: PersistentVolumeClaim): Promise<boolean> => {
      const old = claim.status?.conditions?.find((c) => c.type === UNUSED)
      // What is known to be told already needs no look at all pods.
      if (old?.status === (isKnownUsed(claim, references) ? 'False' : 'True')) return false
      const used = await isUsed(claim, references)
      const status = used ? 'False' : 'True'
      if (old?.status === status) return false
      const reason = used ? 'PodUsingPVC' : 'NoPodsUsingPVC'
      const message = used ? 'A pod is currently referencing this PVC' : 'No pods are currently referencing this PVC'
      const condition: Condition = { type: UNUSED, status, lastTransitionTime: formatTime(ctx.clock.now()), reason, message }
      const others = claim.status?.conditions ?? []
      const conditions = old === undefined ? [...others, condition] : others.map((c) => (c === old ? condition : c))
      const next = { ...claim, apiVersion: 'v1', kind: 'PersistentVolumeClaim', status: { ...claim.status, conditions } }
      const { namespace } = claim.metadata
      await ctx.client.resource<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS).updateStatus(next, { namespace, signal: ctx.signal })
      return true
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
        // Not before: the binder writes the status of a claim that is not bound. What else there is to do follows the change.
        if (!going && claim.status?.phase === 'Bound' && (await tellUse(claim))) return
        if (!going && !held) await setFinalizer(ctx, PERSISTENT_VOLUME_CLAIMS, claim, PVC_PROTECTION, true)
        if (going && held && !(await isUsed(claim, holds))) await setFinalizer(ctx, PERSISTENT_VOLUME_CLAIMS, claim, PVC_PROTECTION, false)
      },
    })
  },
}
