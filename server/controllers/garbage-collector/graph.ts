import { apiVersionOf, type KubeObject, type OwnerReference } from '../../machinery/types.ts'
import type { DiscoveredResource } from '../discovery.ts'

export const FOREGROUND = 'foregroundDeletion'
export const ORPHAN = 'orphan'

/** One object of the cluster and who hangs on it. */
export interface GraphNode {
  readonly uid: string
  readonly resource: DiscoveredResource
  /** Undefined for a cluster-scoped object. */
  readonly namespace: string | undefined
  readonly name: string
  owners: readonly OwnerReference[]
  /** Uids of the objects that name this one as an owner. */
  readonly dependents: Set<string>
  beingDeleted: boolean
  /** It waits for its dependents: a foreground deletion. */
  deletingDependents: boolean
  orphaning: boolean
}

/** What a change of the graph asks for: uids to look at again. */
export interface GraphChange {
  toDelete: string[]
  toOrphan: string[]
  /** References to an object of another namespace, each told once. */
  misplaced: Array<{ dependent: GraphNode; owner: OwnerReference }>
}

const noChange = (): GraphChange => ({ toDelete: [], toOrphan: [], misplaced: [] })

/** How others refer to the object. */
export const referenceFrom = ({ resource, name, uid }: GraphNode): OwnerReference => ({
  apiVersion: apiVersionOf(resource.group, resource.version),
  kind: resource.kind,
  name,
  uid,
})

/** A namespaced object can only own what is in its namespace, a cluster-scoped one anything. */
const reaches = (owner: GraphNode, namespace: string | undefined): boolean => owner.namespace === undefined || owner.namespace === namespace

/** Whether the reference, carried by an object of that namespace, says of the owner what is true: not its uid alone. */
export function refersTo(ref: OwnerReference, owner: GraphNode, namespace: string | undefined): boolean {
  const { apiVersion, kind, name, uid } = referenceFrom(owner)
  return reaches(owner, namespace) && ref.uid === uid && ref.name === name && ref.kind === kind && ref.apiVersion === apiVersion
}

/**
 * Who owns whom, by uid, kept from metadata alone. A uid may be owned by one that is not (yet) in the graph: the links
 * are there all the same, so that the order in which objects become known does not matter.
 */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>()
  readonly #dependents = new Map<string, Set<string>>()

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid)
  }

  get size(): number {
    return this.#nodes.size
  }

  dependentsOf(uid: string): GraphNode[] {
    const out: GraphNode[] = []
    for (const d of this.#dependents.get(uid) ?? []) {
      const node = this.#nodes.get(d)
      if (node !== undefined) out.push(node)
    }
    return out
  }

  /** Dependents that keep a foreground deletion of their owner waiting. */
  blockingDependentsOf(uid: string): GraphNode[] {
    return this.dependentsOf(uid).filter((d) => d.owners.some((o) => o.uid === uid && o.blockOwnerDeletion === true))
  }

  put(resource: DiscoveredResource, obj: KubeObject): GraphChange {
    const change = noChange()
    const { uid = '', name = '', ownerReferences = [], finalizers = [], deletionTimestamp } = obj.metadata
    const namespace = obj.metadata.namespace === '' ? undefined : obj.metadata.namespace
    const old = this.#nodes.get(uid)
    const node: GraphNode = old ?? {
      uid,
      resource,
      namespace,
      name,
      owners: [],
      dependents: this.#dependentSet(uid),
      beingDeleted: false,
      deletingDependents: false,
      orphaning: false,
    }
    if (old === undefined) {
      this.#nodes.set(uid, node)
      this.#askThoseWhoErr(node, change)
    }
    this.#relink(node, ownerReferences, change)
    const deleting = deletionTimestamp != null
    const foreground = deleting && finalizers.includes(FOREGROUND)
    if (foreground && !node.deletingDependents) {
      // Those who wait for this one are asked again too: it must not be deleted outright any more.
      change.toDelete.push(uid, ...node.dependents)
    }
    if (deleting && finalizers.includes(ORPHAN)) change.toOrphan.push(uid)
    node.beingDeleted = deleting
    node.deletingDependents = foreground
    node.orphaning = deleting && finalizers.includes(ORPHAN)
    // Whether its owners exist is only known by asking, where the graph does not have them.
    if (node.owners.some((o) => !this.#nodes.has(o.uid) || this.#nodes.get(o.uid)!.deletingDependents)) change.toDelete.push(uid)
    return change
  }

  remove(uid: string): GraphChange {
    const change = noChange()
    const node = this.#nodes.get(uid)
    if (node === undefined) return change
    this.#nodes.delete(uid)
    change.toDelete.push(...node.dependents)
    for (const owner of node.owners) this.#unlink(node, owner.uid, change)
    if (node.dependents.size === 0) this.#dependents.delete(uid)
    return change
  }

  #relink(node: GraphNode, owners: readonly OwnerReference[], change: GraphChange): void {
    // Of two with one uid the first counts.
    const next = new Map(owners.toReversed().map((o) => [o.uid, o]))
    for (const o of node.owners) {
      if (!next.has(o.uid)) this.#unlink(node, o.uid, change)
      else if (o.blockOwnerDeletion === true && next.get(o.uid)!.blockOwnerDeletion !== true) this.#askWaiting(o.uid, change)
    }
    const before = new Set(node.owners.map((o) => o.uid))
    for (const o of owners) this.#dependentSet(o.uid).add(node.uid)
    node.owners = owners
    // Of several wrong ones the first is told, as upstream.
    const wrong = owners.find((o) => {
      const owner = before.has(o.uid) ? undefined : this.#nodes.get(o.uid)
      return owner !== undefined && !refersTo(o, owner, node.namespace)
    })
    if (wrong === undefined) return
    change.toDelete.push(node.uid)
    if (!reaches(this.#nodes.get(wrong.uid)!, node.namespace)) change.misplaced.push({ dependent: node, owner: wrong })
  }

  /** Dependents that were known before their owner, and do not say of it what is true. */
  #askThoseWhoErr(owner: GraphNode, change: GraphChange): void {
    for (const dependent of this.dependentsOf(owner.uid)) {
      const refs = dependent.owners.filter((o) => o.uid === owner.uid)
      if (refs.every((o) => refersTo(o, owner, dependent.namespace))) continue
      change.toDelete.push(dependent.uid)
      if (!reaches(owner, dependent.namespace)) change.misplaced.push({ dependent, owner: refs[0]! })
    }
  }

  #unlink(node: GraphNode, owner: string, change: GraphChange): void {
    const set = this.#dependents.get(owner)
    set?.delete(node.uid)
    if (set?.size === 0 && !this.#nodes.has(owner)) this.#dependents.delete(owner)
    this.#askWaiting(owner, change)
  }

  /** An owner that waits for its dependents may be able to go now. */
  #askWaiting(owner: string, change: GraphChange): void {
    if (this.#nodes.get(owner)?.deletingDependents === true) change.toDelete.push(owner)
  }

  #dependentSet(uid: string): Set<string> {
    let set = this.#dependents.get(uid)
    if (set === undefined) this.#dependents.set(uid, (set = new Set()))
    return set
  }
}
