import { isDeepStrictEqual } from 'node:util'
import type { StatefulSet } from '../../client/objects-apps.ts'
import type { PersistentVolumeClaim } from '../../client/objects-storage.ts'
import type { Pod } from '../../client/objects.ts'
import { PERSISTENT_VOLUME_CLAIMS } from '../../client/resource.ts'
import type { Lister } from '../../client/store.ts'
import { errorText } from '../../machinery/error-text.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject, OwnerReference } from '../../machinery/types.ts'
import { messageOf, type ControllerContext } from '../controller.ts'
import { controllerRef } from '../owners.ts'
import { claimName, isInRange, ordinalOf } from './identity.ts'

export interface ClaimContext {
  ctx: Pick<ControllerContext, 'client' | 'signal'>
  set: StatefulSet
  claims: Lister<PersistentVolumeClaim>
  event(type: 'Normal' | 'Warning', reason: string, message: string): void
}

const podRef = (pod: Pod): OwnerReference => controllerRef(pod, 'v1', 'Pod')
const setRef = (set: StatefulSet): OwnerReference => controllerRef(set, 'apps/v1', 'StatefulSet')

const names = (ref: OwnerReference, wanted: OwnerReference): boolean =>
  ref.apiVersion === wanted.apiVersion && ref.kind === wanted.kind && ref.name === wanted.name
const refsOf = (claim: KubeObject): OwnerReference[] => claim.metadata.ownerReferences ?? []
const isStaleRef = (claim: KubeObject, wanted: OwnerReference): boolean => {
  const ref = refsOf(claim).find((r) => names(r, wanted))
  return ref !== undefined && ref.uid !== wanted.uid
}

function policyOf(set: StatefulSet): { deleted: boolean; scaled: boolean } {
  const { whenDeleted, whenScaled } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {}
  return { deleted: whenDeleted === 'Delete', scaled: whenScaled === 'Delete' }
}

/** Somebody else manages the claim: the retention policy is not for it. */
function hasOtherController(claim: KubeObject, set: StatefulSet, pod: Pod): boolean {
  const { deleted, scaled } = policyOf(set)
  if (!deleted && !scaled) return false
  return refsOf(claim).some((ref) => {
    const own = [setRef(set), podRef(pod)].find((w) => names(ref, w))
    return own === undefined ? ref.controller === true : ref.uid !== own.uid
  })
}

/**
 * The owners that the claim of a pod should have, so that it goes with the set, or with the pod when that is scaled away
 * (KEP-1847); undefined when they are right, or not for this controller to change.
 */
export function ownersOf(claim: KubeObject, set: StatefulSet, pod: Pod): OwnerReference[] | undefined {
  const [ofSet, ofPod] = [setRef(set), podRef(pod)]
  // An owner of an earlier life: the garbage collector takes the claim away.
  if (isStaleRef(claim, ofSet) || isStaleRef(claim, ofPod)) return undefined
  const refs = refsOf(claim)
  const others = refs.filter((r) => !names(r, ofSet) && !names(r, ofPod))
  if (hasOtherController(claim, set, pod)) return others.length === refs.length ? undefined : others
  const { deleted, scaled } = policyOf(set)
  const condemned = scaled && !isInRange(pod, set)
  const owner = condemned ? ofPod : deleted ? ofSet : undefined
  const held = refs.filter((r) => r.uid === ofSet.uid || r.uid === ofPod.uid)
  const right = owner === undefined ? held.length === 0 : held.length === 1 && held[0]!.uid === owner.uid && held[0]!.controller === true
  return right ? undefined : owner === undefined ? others : [...others, owner]
}

const templatesOf = (set: StatefulSet): readonly PersistentVolumeClaim[] => set.spec?.volumeClaimTemplates ?? []

function claimsOf({ set, claims }: ClaimContext, pod: Pod): Array<{ name: string; claim: PersistentVolumeClaim | undefined }> {
  return templatesOf(set).map((t) => {
    const name = claimName(set, t, ordinalOf(pod))
    return { name, claim: claims.get(name, set.metadata.namespace) }
  })
}

export const matchesRetention = (c: ClaimContext, pod: Pod): boolean =>
  claimsOf(c, pod).every(({ claim }) => claim === undefined || ownersOf(claim, c.set, pod) === undefined)

/** A claim of an earlier pod of that name is still to go. */
export const hasStaleClaim = (c: ClaimContext, pod: Pod): boolean =>
  policyOf(c.set).scaled && claimsOf(c, pod).some(({ claim }) => claim !== undefined && isStaleRef(claim, podRef(pod)))

export async function applyRetention(c: ClaimContext, pod: Pod): Promise<void> {
  const { client, signal } = c.ctx
  for (const { name, claim } of claimsOf(c, pod)) {
    if (claim === undefined) continue
    if (hasOtherController(claim, c.set, pod)) {
      const why = 'has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim'
      c.event('Warning', 'ConflictingController', `PersistentVolumeClaim ${name} ${why}`)
    }
    const ownerReferences = ownersOf(claim, c.set, pod)
    if (ownerReferences === undefined || isDeepStrictEqual(ownerReferences, refsOf(claim))) continue
    const next = { ...claim, apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { ...claim.metadata, ownerReferences } }
    try {
      await client.resource(PERSISTENT_VOLUME_CLAIMS).update(next, { signal })
    } catch (e) {
      throw new Error(`could not update claim ${name} for delete policy ownerRefs: ${messageOf(e)}`, { cause: e })
    }
  }
}

/**
 * Makes the claims that the pod lacks: one that cannot be made does not keep the others from being made. A claim that is being deleted has
 * to be gone first.
 * @throws Error with what was wrong with each
 */
export async function createClaims(c: ClaimContext, pod: Pod): Promise<void> {
  const { set } = c
  const { namespace } = set.metadata
  const errors: Error[] = []
  for (const template of templatesOf(set)) {
    const name = claimName(set, template, ordinalOf(pod))
    const found = c.claims.get(name, namespace)
    if (found?.metadata.deletionTimestamp != null) errors.push(new Error(`pvc ${name} is being deleted`))
    if (found !== undefined) continue
    const labels = { ...template.metadata.labels, ...set.spec?.selector?.matchLabels }
    const { annotations } = template.metadata
    const claim: PersistentVolumeClaim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, labels, ...(annotations === undefined ? {} : { annotations }) },
      ...(template.spec === undefined ? {} : { spec: template.spec }),
    }
    const what = `Claim ${name}`
    try {
      await c.ctx.client.resource<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS).create(claim, { namespace, signal: c.ctx.signal })
    } catch (e) {
      // The cache has not shown it yet.
      if (isStatusError(e, 'AlreadyExists')) continue
      const message = `Create ${what} for Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} failed error: ${messageOf(e)}`
      c.event('Warning', 'FailedCreate', message)
      errors.push(new Error(`failed to create PVC ${name}: ${messageOf(e)}`, { cause: e }))
      continue
    }
    c.event('Normal', 'SuccessfulCreate', `Create ${what} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} success`)
  }
  if (errors.length > 0) throw new Error(errorText(errors.map((e) => e.message)), { cause: errors[0] })
}
