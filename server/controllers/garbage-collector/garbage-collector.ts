import type { JsonPatchOperation } from '../../client/client.ts'
import { isStatusError } from '../../machinery/status.ts'
import { parseApiVersion, type KubeObject, type OwnerReference } from '../../machinery/types.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { inParallel, type Controller, type ControllerContext } from '../controller.ts'
import type { DiscoveredResource } from '../discovery.ts'
import { FOREGROUND, ORPHAN, OwnerGraph, type GraphChange, type GraphNode } from './graph.ts'
import { Monitors } from './monitors.ts'

// --concurrent-gc-syncs, and how often kinds are looked for anew, as upstream.
const WORKERS = 20
const RESYNC_MS = 30_000
const PARALLEL_PATCHES = 16
const MAX_ABSENT = 500

/**
 * Deletes what lost all its owners, and carries out the two slower ways of deleting an owner: `foregroundDeletion` waits
 * for the dependents that block it, `orphan` sets them free.
 */
export const garbageCollectorController: Controller = {
  name: 'garbage-collector-controller',
  account: 'generic-garbage-collector',
  start: (ctx) => new GarbageCollector(ctx).start(),
}

type OwnerState = 'solid' | 'dangling' | 'waiting'

class GarbageCollector {
  readonly #ctx: ControllerContext
  readonly #graph = new OwnerGraph()
  readonly #deletes: WorkQueue
  readonly #orphans: WorkQueue
  readonly #monitors: Monitors
  /** Owners that were asked for and are not there; uids do not come back. */
  readonly #absent = new Set<string>()

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    this.#deletes = ctx.workQueue('garbage_collector_attempt_to_delete')
    this.#orphans = ctx.workQueue('garbage_collector_attempt_to_orphan')
    this.#monitors = new Monitors(ctx, {
      put: (resource, obj) => this.#enqueue(this.#graph.put(resource, obj)),
      remove: (_, obj) => {
        this.#noteAbsent(obj.metadata.uid ?? '')
        this.#enqueue(this.#graph.remove(obj.metadata.uid ?? ''))
      },
    })
  }

  async start(): Promise<void> {
    const { signal, onError } = this.#ctx
    await this.#monitors.resync()
    const common = { workers: WORKERS, signal }
    startWorkers({ ...common, queue: this.#deletes, sync: (uid) => this.#attemptToDelete(uid), onError: (e, uid) => this.#report(e, uid) })
    startWorkers({ ...common, queue: this.#orphans, sync: (uid) => this.#attemptToOrphan(uid), onError: (e, uid) => this.#report(e, uid) })
    const again = this.#ctx.clock.setInterval(() => {
      this.#monitors.resync().catch((e: unknown) => {
        if (!signal.aborted) onError(e, 'garbage collector: discovery')
      })
    }, RESYNC_MS)
    signal.addEventListener('abort', () => again.cancel(), { once: true })
  }

  #report(e: unknown, uid: string): void {
    const node = this.#graph.get(uid)
    if (isStatusError(e, 'Conflict')) return
    this.#ctx.onError(e, `garbage collector: ${node?.resource.resource ?? uid} ${node?.namespace ?? ''}/${node?.name ?? ''}`)
  }

  #enqueue({ toDelete, toOrphan }: GraphChange): void {
    for (const uid of toDelete) this.#deletes.add(uid)
    for (const uid of toOrphan) this.#orphans.add(uid)
  }

  #noteAbsent(uid: string): void {
    this.#absent.add(uid)
    if (this.#absent.size > MAX_ABSENT) this.#absent.delete(this.#absent.values().next().value!)
  }

  /** The object as the server has it, or undefined when it (this very one) is gone. */
  async #live(node: GraphNode): Promise<KubeObject | undefined> {
    const { resource, namespace, name, uid } = node
    try {
      const obj = await this.#ctx.client.resource(resource).get(name, { namespace, signal: this.#ctx.signal })
      return obj.metadata.uid === uid ? obj : undefined
    } catch (e) {
      if (isStatusError(e, 'NotFound')) return undefined
      throw e
    }
  }

  async #attemptToDelete(uid: string): Promise<void> {
    const node = this.#graph.get(uid)
    if (node === undefined || (node.beingDeleted && !node.deletingDependents)) return
    if (!node.deletingDependents && node.owners.length === 0) return
    const live = await this.#live(node)
    if (live === undefined) return this.#enqueue(this.#graph.remove(uid))
    if (node.deletingDependents) return this.#finishForeground(node, live)
    const states = await this.#classify(live)
    const of = (s: OwnerState): OwnerReference[] => states.filter((x) => x.state === s).map((x) => x.owner)
    if (states.length === 0) return
    if (of('solid').length > 0) {
      const gone = [...of('dangling'), ...of('waiting')]
      if (gone.length > 0) await this.#dropOwners(node, live, new Set(gone.map((o) => o.uid)))
      return
    }
    if (of('waiting').length > 0 && this.#graph.dependentsOf(uid).length > 0) {
      // In a ring of owners everyone waits for the next: whoever is asked second stops blocking.
      if (this.#graph.dependentsOf(uid).some((d) => d.deletingDependents)) await this.#unblock(node, live)
      return this.#delete(node, live, 'Foreground')
    }
    const finalizers = live.metadata.finalizers ?? []
    const policy = finalizers.includes(ORPHAN) ? 'Orphan' : finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background'
    await this.#delete(node, live, policy)
  }

  async #finishForeground(node: GraphNode, live: KubeObject): Promise<void> {
    const blocking = this.#graph.blockingDependentsOf(node.uid)
    if (blocking.length === 0) return this.#dropFinalizer(node, live, FOREGROUND)
    for (const d of blocking) if (!d.deletingDependents) this.#deletes.add(d.uid)
  }

  async #classify(live: KubeObject): Promise<Array<{ owner: OwnerReference; state: OwnerState }>> {
    const out: Array<{ owner: OwnerReference; state: OwnerState }> = []
    for (const owner of live.metadata.ownerReferences ?? []) out.push({ owner, state: await this.#stateOf(owner, live.metadata.namespace) })
    return out
  }

  async #stateOf(owner: OwnerReference, namespace: string | undefined): Promise<OwnerState> {
    const known = this.#graph.get(owner.uid)
    if (known !== undefined && (known.namespace === undefined || known.namespace === namespace)) {
      return known.deletingDependents ? 'waiting' : 'solid'
    }
    if (this.#absent.has(owner.uid)) return 'dangling'
    const resource = this.#resourceOf(owner)
    if (resource.namespaced && (namespace === undefined || namespace === '')) {
      // A cluster-wide object cannot be owned by a namespaced one: nobody can tell which is meant, so nothing is deleted.
      return 'solid'
    }
    const node = { resource, namespace: resource.namespaced ? namespace : undefined, name: owner.name, uid: owner.uid }
    const live = await this.#live(node as GraphNode)
    if (live === undefined) {
      this.#noteAbsent(owner.uid)
      return 'dangling'
    }
    return live.metadata.deletionTimestamp != null && (live.metadata.finalizers ?? []).includes(FOREGROUND) ? 'waiting' : 'solid'
  }

  #resourceOf(owner: OwnerReference): DiscoveredResource {
    const gv = parseApiVersion(owner.apiVersion)
    const resource = gv === undefined ? undefined : this.#monitors.resourceOf(gv.group, owner.kind)
    if (gv === undefined || resource === undefined) throw new Error(`no matches for kind "${owner.kind}" in version "${owner.apiVersion}"`)
    return { ...resource, version: gv.version }
  }

  async #delete(node: GraphNode, live: KubeObject, propagationPolicy: 'Orphan' | 'Foreground' | 'Background'): Promise<void> {
    const { resource, namespace, name, uid } = node
    const { resourceVersion } = live.metadata
    // Unchanged since it was looked at: somebody may be adopting it.
    const preconditions = { uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) }
    try {
      await this.#ctx.client.resource(resource).delete(name, { namespace, propagationPolicy, preconditions, signal: this.#ctx.signal })
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
    }
  }

  async #attemptToOrphan(uid: string): Promise<void> {
    const node = this.#graph.get(uid)
    if (node === undefined || !node.orphaning) return
    const live = await this.#live(node)
    if (live === undefined) return
    const errors = await inParallel(this.#graph.dependentsOf(uid), PARALLEL_PATCHES, async (d) => {
      const dependent = await this.#live(d)
      if (dependent !== undefined) await this.#dropOwners(d, dependent, new Set([uid]))
    })
    if (errors.length > 0) throw errors[0]
    await this.#dropFinalizer(node, live, ORPHAN)
  }

  #dropOwners(node: GraphNode, live: KubeObject, uids: ReadonlySet<string>): Promise<void> {
    const left = (live.metadata.ownerReferences ?? []).filter((o) => !uids.has(o.uid))
    if (left.length === (live.metadata.ownerReferences ?? []).length) return Promise.resolve()
    return this.#patch(node, live, 'ownerReferences', left)
  }

  #unblock(node: GraphNode, live: KubeObject): Promise<void> {
    const refs = (live.metadata.ownerReferences ?? []).map((o) => ({ ...o, blockOwnerDeletion: false }))
    return this.#patch(node, live, 'ownerReferences', refs)
  }

  #dropFinalizer(node: GraphNode, live: KubeObject, finalizer: string): Promise<void> {
    const all = live.metadata.finalizers ?? []
    const left = all.filter((f) => f !== finalizer)
    return left.length === all.length ? Promise.resolve() : this.#patch(node, live, 'finalizers', left)
  }

  /** Replaces a list of the metadata, only if the object is as it was seen: a conflict comes back through the queue. */
  async #patch(node: GraphNode, live: KubeObject, field: 'finalizers' | 'ownerReferences', list: readonly unknown[]): Promise<void> {
    const { resource, namespace, name, uid } = node
    const path = `/metadata/${field}`
    const change: JsonPatchOperation = list.length === 0 ? { op: 'remove', path } : { op: 'replace', path, value: list }
    const body: JsonPatchOperation[] = [
      { op: 'test', path: '/metadata/uid', value: uid },
      { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
      change,
    ]
    try {
      await this.#ctx.client.resource(resource).patch(name, { type: 'json', body }, { namespace, signal: this.#ctx.signal })
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
    }
  }
}
