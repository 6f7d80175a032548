import { dropManagedFields } from '../../client/informer.ts'
import type { PersistentVolumeClaim } from '../../client/objects-storage.ts'
import type { Pod, Volume } from '../../client/objects.ts'
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../client/resource.ts'
import { keyOf } from '../../client/store.ts'
import { claimNameOf, foreignClaim } from '../../client/volume-binding.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { messageOf, unlessConflict, type Controller } from '../controller.ts'
import { controllerRef } from '../owners.ts'
import { BY_CLAIM, indexByClaim } from '../pods.ts'

const hasEphemeral = ({ metadata, spec }: Pod): boolean =>
  metadata.deletionTimestamp == null && spec?.volumes?.some((v) => v.ephemeral !== undefined) === true

/** Makes the claims of pods' ephemeral volumes; they go with the pod. */
export const ephemeralVolumeController: Controller = {
  name: 'ephemeral-volume-controller',
  async start(ctx) {
    const { client, signal } = ctx
    const queue = ctx.workQueue('ephemeral_volume')
    const pods = ctx.informers.informer<Pod>(PODS, { transform: dropManagedFields })
    const claims = ctx.informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, { transform: dropManagedFields })
    indexByClaim(pods)
    const recorder = ctx.recorder('ephemeral_volume')
    const look = (pod: Pod): void => {
      if (hasEphemeral(pod)) queue.add(keyOf(pod))
    }
    pods.addHandler({ added: look })
    claims.addHandler({
      deleted: (claim) => {
        for (const pod of pods.lister.byIndex(BY_CLAIM, keyOf(claim))) look(pod)
      },
    })
    await Promise.all([pods.synced(), claims.synced()])

    const provide = async (pod: Pod, volume: Volume): Promise<void> => {
      const name = claimNameOf(pod, volume)
      const template = volume.ephemeral?.volumeClaimTemplate
      if (name === undefined || template === undefined) return
      const { namespace } = pod.metadata
      const there = claims.lister.get(name, namespace)
      const foreign = there === undefined ? undefined : foreignClaim(pod, there)
      if (foreign !== undefined) throw new Error(foreign)
      if (there !== undefined) return
      const { labels, annotations } = template.metadata ?? {}
      const metadata = {
        name,
        ownerReferences: [controllerRef(pod, 'v1', 'Pod')],
        ...(labels === undefined ? {} : { labels }),
        ...(annotations === undefined ? {} : { annotations }),
      }
      const claim: PersistentVolumeClaim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: template.spec ?? {} }
      try {
        await client.resource<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS).create(claim, { namespace, signal })
      } catch (e) {
        throw new Error(`create PVC ${name}: ${messageOf(e)}`, { cause: e })
      }
    }

    startWorkers({
      queue,
      workers: 5,
      signal,
      onError: unlessConflict(ctx, (key) => `pod ${key}`),
      async sync(key) {
        const pod = pods.lister.getByKey(key)
        if (pod === undefined || !hasEphemeral(pod)) return
        for (const volume of pod.spec?.volumes ?? []) {
          try {
            await provide(pod, volume)
          } catch (e) {
            const message = `ephemeral volume ${volume.name}: ${messageOf(e)}`
            recorder.event({ apiVersion: 'v1', kind: 'Pod', object: pod }, 'Warning', 'FailedBinding', message)
            throw e
          }
        }
      },
    })
  },
}
