import { toApiError } from '../../kube/api-error.ts'
import type { KubeObject, ObjectMeta, OwnerReference } from '../../kube/types.ts'

export const controllerOf = (meta: ObjectMeta): OwnerReference | undefined =>
  meta.ownerReferences?.find((o) => o.controller) ?? meta.ownerReferences?.[0]

export interface Owners {
  /** The nearest first. */
  chain: OwnerReference[]
  /** Why it ends where there should be more: the last one is not there, or it would begin anew. */
  end?: 'gone' | 'circle'
}

/** The owners from the first on, each looked up by the one below it; what cannot be read ends the chain without a word. */
export async function ownersFrom(
  first: OwnerReference,
  uid: string | undefined,
  look: (owner: OwnerReference) => Promise<KubeObject | undefined>,
): Promise<Owners> {
  const chain = [first]
  // Whoever owns itself is told of once.
  const seen = new Set([uid, first.uid])
  if (first.uid === uid) return { chain, end: 'circle' }
  for (let at = first; ; ) {
    let found: KubeObject | undefined
    try {
      found = await look(at)
    } catch (thrown) {
      return toApiError(thrown).code === 404 ? { chain, end: 'gone' } : { chain }
    }
    if (!found) return { chain }
    // Another one of that name is not the owner: the garbage collector takes it for gone as well.
    if (found.metadata.uid !== at.uid) return { chain, end: 'gone' }
    const next = controllerOf(found.metadata)
    if (!next) return { chain }
    if (seen.has(next.uid)) return { chain, end: 'circle' }
    seen.add(next.uid)
    chain.push(next)
    at = next
  }
}
