import type { EventRecorder, EventSubject } from '../client/event-recorder.ts'
import type { Informer } from '../client/informer.ts'
import type { Pod, PodTemplate } from '../client/objects.ts'
import { PODS } from '../client/resource.ts'
import { keyOf } from '../client/store.ts'
import type { LabelSelector } from '../machinery/labels.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject, OwnerReference } from '../machinery/types.ts'
import { inParallel, messageOf, type ControllerContext } from './controller.ts'
import type { Expectations } from './expectations.ts'
import { isTerminating as isNamespaceTerminating } from './namespace/terminating.ts'
import { controllerOf } from './owners.ts'

type Context = Pick<ControllerContext, 'client' | 'signal'>

export interface PodOwner {
  subject: EventSubject
  ref: OwnerReference
  recorder: EventRecorder
}

/** A pod from a template, for the owner's namespace. `names` has a name or a generateName. */
export function podFromTemplate(
  template: PodTemplate | undefined,
  ref: OwnerReference,
  names: { name?: string; generateName?: string },
): Pod {
  // Only serialized: the shared template need not be copied.
  const { metadata, spec } = template ?? {}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...names,
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ...(Array.isArray(metadata?.finalizers) ? { finalizers: metadata.finalizers as string[] } : {}),
      ownerReferences: [ref],
    },
    ...(spec === undefined ? {} : { spec }),
  }
}

/** Creates a pod and says so in an event of its owner. A namespace on its way out is no event. */
export async function createPod(ctx: Context, owner: PodOwner, pod: Pod): Promise<Pod> {
  const { namespace } = owner.subject.object.metadata
  try {
    const created = await ctx.client.resource<Pod>(PODS).create(pod, { namespace, signal: ctx.signal })
    owner.recorder.event(owner.subject, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`)
    return created
  } catch (e) {
    if (!isNamespaceTerminating(e)) owner.recorder.event(owner.subject, 'Warning', 'FailedCreate', `Error creating: ${messageOf(e)}`)
    throw e
  }
}

/**
 * Whether the cache shows what became of everything that was done for an owner: else nothing more may be done. After a creation whose
 * outcome is unknown the server is asked once, since a cache that is behind (its watch ended when the store went away) would let a
 * pod be made twice. kube-controller-manager makes it, and removes one.
 */
export async function maySync(
  ctx: Context,
  expectations: Expectations,
  owner: KubeObject,
  selector: LabelSelector,
  { lister }: Informer<Pod>,
): Promise<boolean> {
  const key = keyOf(owner)
  if (!expectations.satisfied(key)) return false
  if (!expectations.isInDoubt(key)) return true
  const { uid, namespace } = owner.metadata
  const options = { namespace, labelSelector: selector.toString(), metadataOnly: true, signal: ctx.signal }
  const { items } = await ctx.client.resource<Pod>(PODS).list(options)
  const unseen = items.filter((pod) => controllerOf(pod)?.uid === uid && lister.getByKey(keyOf(pod))?.metadata.uid !== pod.metadata.uid)
  expectations.settle(key, unseen.length)
  return unseen.length === 0
}

/** Deletes a pod and says so in an event of its owner. False when it was gone already. */
export async function deletePod(ctx: Context, owner: PodOwner, pod: Pod): Promise<boolean> {
  const { name = '', namespace } = pod.metadata
  try {
    await ctx.client.resource(PODS).delete(name, { namespace, signal: ctx.signal })
    owner.recorder.event(owner.subject, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`)
    return true
  } catch (e) {
    if (isStatusError(e, 'NotFound')) return false
    owner.recorder.event(owner.subject, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(e)}`)
    throw e
  }
}

export interface SlowStart {
  created: number
  /** The errors of the round that ended it; none when all went well. */
  errors: unknown[]
}

/** Runs `create` on every item, 1, 2, 4, … at a time until one fails: what fails for all is not tried for all. */
export async function slowStart<T>(items: readonly T[], create: (item: T) => Promise<unknown>): Promise<SlowStart> {
  let created = 0
  for (let at = 0, size = 1; at < items.length; at += size, size *= 2) {
    const batch = items.slice(at, at + size)
    const errors = await inParallel(batch, batch.length, async (item) => void (await create(item)))
    created += batch.length - errors.length
    if (errors.length > 0) return { created, errors }
  }
  return { created, errors: [] }
}
