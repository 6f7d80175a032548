import { CLAIM_FINALIZER, type ConsumerReference, type ResourceClaim } from '../../client/objects-resource.ts'
import type { Pod } from '../../client/objects.ts'
import { PODS, RESOURCE_CLAIMS } from '../../client/resource.ts'
import type { Lister } from '../../client/store.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { ControllerContext } from '../controller.ts'
import { hasFinalizer } from '../finalizers.ts'
import { controllerOf } from '../owners.ts'
import { isTerminal } from '../pods.ts'

/** None of its containers run, nor ever will. */
export const isDone = (pod: Pod): boolean =>
  isTerminal(pod) || (pod.metadata.deletionTimestamp != null && (pod.spec?.nodeName ?? '') === '')

/** Takes pods that will not run any more out of a claim; the last one takes the allocation along. */
export function claimSync(
  { client, signal }: Pick<ControllerContext, 'client' | 'signal'>,
  pods: Lister<Pod>,
  claims: Lister<ResourceClaim>,
): (key: string) => Promise<void> {
  const resource = client.resource<ResourceClaim>(RESOURCE_CLAIMS)

  async function stillNeeds(namespace: string, { apiGroup = '', resource: kind, name, uid }: ConsumerReference): Promise<boolean> {
    // Nothing is known of other consumers, so they stay.
    if (apiGroup !== '' || kind !== 'pods') return true
    const pod = pods.get(name, namespace)
    if (pod !== undefined) return pod.metadata.uid === uid && !isDone(pod)
    // It may be too new for the cache: taking it out while it is being scheduled would be bad.
    return client
      .resource(PODS)
      .get(name, { namespace, signal })
      .then(
        (fresh) => fresh.metadata.uid === uid,
        (e: unknown) => {
          if (isStatusError(e, 'NotFound')) return false
          throw e
        },
      )
  }

  async function withoutFinalizer(claim: ResourceClaim): Promise<void> {
    if (!hasFinalizer(claim, CLAIM_FINALIZER)) return
    const finalizers = (claim.metadata.finalizers ?? []).filter((f) => f !== CLAIM_FINALIZER)
    await resource.update({ ...claim, metadata: { ...claim.metadata, finalizers } }, { signal })
  }

  /** A claim made for a pod that will not run goes; the garbage collector would do it only when the pod goes. */
  async function deleteUnused(claim: ResourceClaim): Promise<void> {
    const owner = controllerOf(claim)
    if (owner === undefined || owner.apiVersion !== 'v1' || owner.kind !== 'Pod') return
    const { name = '', namespace } = claim.metadata
    const pod = pods.get(owner.name, namespace)
    if (pod === undefined || (pod.metadata.uid === owner.uid && !isDone(pod))) return
    try {
      await resource.delete(name, { namespace, signal })
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
    }
  }

  return async (key) => {
    const claim = claims.getByKey(key)
    if (claim === undefined) return
    const { namespace = '', deletionTimestamp } = claim.metadata
    const before = claim.status?.reservedFor ?? []
    const remaining: ConsumerReference[] = []
    for (const consumer of before) if (await stillNeeds(namespace, consumer)) remaining.push(consumer)
    const isProtected = hasFinalizer(claim, CLAIM_FINALIZER)
    if (remaining.length < before.length) {
      const { allocation, ...status } = claim.status ?? {}
      const keeps = allocation !== undefined && (remaining.length > 0 || !isProtected)
      const next = { ...claim, status: { ...status, ...(keeps ? { allocation } : {}), reservedFor: remaining } }
      // No patch: it must fail when anything else has changed meanwhile.
      const written = await resource.updateStatus(next, { signal })
      if (written.status?.allocation === undefined) await withoutFinalizer(written)
    } else if (isProtected && deletionTimestamp != null && remaining.length === 0) {
      let current = claim
      if (claim.status?.allocation !== undefined) {
        const { allocation: _, ...status } = claim.status
        current = await resource.updateStatus({ ...claim, status }, { signal })
      }
      await withoutFinalizer(current)
    }
    if (remaining.length === 0) await deleteUnused(claim)
  }
}
