import type { Client } from '../client/client.ts'
import type { ResourceId } from '../client/resource.ts'
import type { Informer } from '../client/informer.ts'
import { byControllerUid, type IndexFunc, type Lister } from '../client/store.ts'
import { selectorFromObject, type LabelSelector, type LabelSelectorObject } from '../machinery/labels.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject, OwnerReference } from '../machinery/types.ts'

/** The one owner that manages the object, if any. */
export function controllerOf(obj: KubeObject): OwnerReference | undefined {
  return obj.metadata.ownerReferences?.find((o) => o.controller === true)
}

/** Index of objects that nobody manages, by namespace: each may be adopted. */
const ORPHANS = 'orphans'
const byOrphanNamespace: IndexFunc<KubeObject> = (obj) => (controllerOf(obj) === undefined ? [obj.metadata.namespace ?? ''] : [])

/** The object that manages this one, when the lister still has it: one of the same name and another uid is another one. */
export function ownerIn<T extends KubeObject>(lister: Lister<T>, kind: string, obj: KubeObject): T | undefined {
  const ref = controllerOf(obj)
  if (ref === undefined || ref.kind !== kind) return undefined
  const owner = lister.get(ref.name, obj.metadata.namespace)
  return owner?.metadata.uid === ref.uid ? owner : undefined
}

interface Selecting extends KubeObject {
  spec?: { selector?: LabelSelectorObject }
}

/** Whose selector takes the object: each of them may adopt it when it is an orphan. */
export function selecting<T extends Selecting>(
  lister: Lister<T>,
  obj: KubeObject,
  selectorOf: (owner: T) => LabelSelectorObject | undefined = (owner) => owner.spec?.selector,
): T[] {
  return lister.list(obj.metadata.namespace).filter((owner) => {
    const selector = selectorFromObject(selectorOf(owner))
    return selector !== undefined && !selector.empty && selector.matches(obj.metadata.labels)
  })
}

/** Whom a change of the object concerns: its owner, or whoever may adopt it. */
export function concerned<T extends Selecting>(lister: Lister<T>, kind: string, obj: KubeObject): T[] {
  const owner = ownerIn(lister, kind, obj)
  if (owner !== undefined) return [owner]
  return controllerOf(obj) === undefined ? selecting(lister, obj) : []
}

/** Makes `claimable` quick. */
export function indexClaimable(informer: Informer<KubeObject>): void {
  informer.addIndex('controller', byControllerUid)
  informer.addIndex(ORPHANS, byOrphanNamespace)
}

/** What is the owner's, and the orphans of its namespace that it may adopt. */
export function claimable<T extends KubeObject>(
  lister: Lister<T>,
  { metadata }: KubeObject,
  mayAdopt: (orphan: T) => boolean = () => true,
): T[] {
  return [...lister.byIndex('controller', metadata.uid ?? ''), ...lister.byIndex(ORPHANS, metadata.namespace ?? '').filter(mayAdopt)]
}

export function controllerRef(owner: KubeObject, apiVersion: string, kind: string): OwnerReference {
  const { name = '', uid = '' } = owner.metadata
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }
}

export interface ClaimOptions<T extends KubeObject> {
  client: Client
  id: ResourceId
  owner: KubeObject
  ownerRef: OwnerReference
  selector: LabelSelector
  candidates: readonly T[]
  signal: AbortSignal
  /** Put on what is adopted and taken off what is released, together with the reference. */
  finalizers?: readonly string[]
  /** The owner as the server has it now: a stale cache must not adopt for an owner that is gone. */
  freshOwner(): Promise<KubeObject>
}

/**
 * The candidates that belong to the owner: those it controls and selects. Orphans that it selects are adopted, what it
 * controls but selects no more is released (API conventions, "ControllerRef").
 */
export async function claim<T extends KubeObject>(o: ClaimOptions<T>): Promise<T[]> {
  const mine: T[] = []
  let mayAdopt: Promise<void> | undefined
  const { name: ownerName, uid, deletionTimestamp } = o.owner.metadata
  const checkAdopt = async (): Promise<void> => {
    const fresh = await o.freshOwner()
    if (fresh.metadata.uid !== uid)
      throw new Error(`original ${o.ownerRef.kind} ${ownerName} is gone: got uid ${fresh.metadata.uid}, wanted ${uid}`)
    if (fresh.metadata.deletionTimestamp != null)
      throw new Error(`${ownerName} has just been deleted at ${fresh.metadata.deletionTimestamp}`)
  }
  for (const obj of o.candidates) {
    const ref = controllerOf(obj)
    const selected = o.selector.matches(obj.metadata.labels)
    if (ref !== undefined) {
      if (ref.uid !== uid) continue
      if (selected) mine.push(obj)
      else if (deletionTimestamp == null) await release(o, obj)
    } else if (selected && deletionTimestamp == null && obj.metadata.deletionTimestamp == null) {
      mayAdopt ??= checkAdopt()
      await mayAdopt
      if (await adopt(o, obj)) mine.push(obj)
    }
  }
  return mine
}

async function adopt<T extends KubeObject>(o: ClaimOptions<T>, obj: T): Promise<boolean> {
  const finalizers = o.finalizers === undefined ? {} : { finalizers: o.finalizers }
  const body = { metadata: { uid: obj.metadata.uid, ownerReferences: [o.ownerRef], ...finalizers } }
  return patchRefs(o, obj, body)
}

async function release<T extends KubeObject>(o: ClaimOptions<T>, obj: T): Promise<void> {
  const finalizers = o.finalizers === undefined ? {} : { '$deleteFromPrimitiveList/finalizers': o.finalizers }
  const ownerReferences = [{ $patch: 'delete', uid: o.owner.metadata.uid }]
  const body = { metadata: { uid: obj.metadata.uid, ownerReferences, ...finalizers } }
  await patchRefs(o, obj, body)
}

/** False when the object is gone or is another one of the same name by now. */
async function patchRefs<T extends KubeObject>(o: ClaimOptions<T>, obj: T, body: Record<string, unknown>): Promise<boolean> {
  const { name = '', namespace } = obj.metadata
  try {
    await o.client.resource(o.id).patch(name, { type: 'strategic', body }, { namespace, signal: o.signal })
    return true
  } catch (e) {
    if (isStatusError(e, 'NotFound') || isStatusError(e, 'Invalid')) return false
    throw e
  }
}
