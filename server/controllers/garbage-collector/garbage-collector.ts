import { isDeepStrictEqual } from 'node:util'
import type { JsonPatchOperation } from '../../client/client.ts'
import type { EventRecorder } from '../../client/event-recorder.ts'
import type { Clock } from '../../machinery/clock.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject, OwnerReference } from '../../machinery/types.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { inParallel, type Controller, type ControllerContext } from '../controller.ts'
import { FOREGROUND, ORPHAN, OwnerGraph, referenceFrom, type GraphChange, type GraphNode } from './graph.ts'
import { Monitors } from './monitors.ts'
import { NotYetKnownError, OwnerLookup, type OwnerLookupOptions, type OwnerState } from './owner-lookup.ts'

// --concurrent-gc-syncs, and how often kinds are looked for anew, as upstream.
const WORKERS = 20
const RESYNC_MS = 30_000
/** How long it waits for all kinds at first: one that cannot be listed does not keep the others' garbage (kube-controller-manager's initialSyncTimeout). */
const FIRST_SYNC_MS = 30_000
const PARALLEL_PATCHES = 16

/**
 * Deletes what lost all its owners, and carries out the two slower ways of deleting an owner: `foregroundDeletion` waits
 * for the dependents that block it, `orphan` sets them free.
 */
export const garbageCollectorController: Controller = {
  name: 'garbage-collector-controller',
  account: 'generic-garbage-collector',
  start: (ctx) => new GarbageCollector(ctx).start(),
}

class GarbageCollector {
  readonly #ctx: ControllerContext
  readonly #graph = new OwnerGraph()
  readonly #deletes: WorkQueue
  readonly #orphans: WorkQueue
  readonly #monitors: Monitors
  readonly #owners: OwnerLookup
  readonly #events: EventRecorder

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    this.#deletes = ctx.workQueue('garbage_collector_attempt_to_delete')
    this.#orphans = ctx.workQueue('garbage_collector_attempt_to_orphan')
    this.#monitors = new Monitors(ctx, {
      put: (resource, obj) => this.#enqueue(this.#graph.put(resource, obj)),
      remove: (_, obj) => this.#remove(obj.metadata.uid ?? ''),
    })
    const { client, signal } = ctx
    const resourceOf: OwnerLookupOptions['resourceOf'] = (...kind) => this.#monitors.resourceOf(...kind)
    this.#owners = new OwnerLookup({ client, signal, graph: this.#graph, resourceOf })
    this.#events = ctx.recorder('garbage-collector-controller')
  }

  async start(): Promise<void> {
    const { clock, signal, onError } = this.#ctx
    await within(clock, FIRST_SYNC_MS, this.#monitors.resync())
    const common = { workers: WORKERS, signal }
    startWorkers({ ...common, queue: this.#deletes, sync: (uid) => this.#attemptToDelete(uid), onError: (e, uid) => this.#report(e, uid) })
    startWorkers({ ...common, queue: this.#orphans, sync: (uid) => this.#attemptToOrphan(uid), onError: (e, uid) => this.#report(e, uid) })
    const again = clock.setInterval(() => {
      this.#monitors.resync().catch((e: unknown) => {
        if (!signal.aborted) onError(e, 'garbage collector: discovery')
      })
    }, RESYNC_MS)
    signal.addEventListener('abort', () => again.cancel(), { once: true })
  }

  #report(e: unknown, uid: string): void {
    const node = this.#graph.get(uid)
    if (isStatusError(e, 'Conflict') || e instanceof NotYetKnownError) return
    this.#ctx.onError(e, `garbage collector: ${node?.resource.resource ?? uid} ${node?.namespace ?? ''}/${node?.name ?? ''}`)
  }

  #enqueue({ toDelete, toOrphan, misplaced }: GraphChange): void {
    for (const { dependent, owner } of misplaced) this.#warn(dependent, owner)
    for (const uid of toDelete) this.#deletes.add(uid)
    for (const uid of toOrphan) this.#orphans.add(uid)
  }

  #warn(dependent: GraphNode, owner: OwnerReference): void {
    const { namespace = '', name, uid } = dependent
    const { apiVersion, kind } = referenceFrom(dependent)
    const about = { apiVersion, kind, object: { metadata: { ...(namespace === '' ? {} : { namespace }), name, uid } } }
    const said = `[${owner.apiVersion}/${owner.kind}, namespace: ${namespace}, name: ${owner.name}, uid: ${owner.uid}]`
    this.#events.event(about, 'Warning', 'OwnerRefInvalidNamespace', `ownerRef ${said} does not exist in namespace "${namespace}"`)
  }

  #remove(uid: string): void {
    const node = this.#graph.get(uid)
    if (node !== undefined && this.#graph.dependentsOf(uid).length > 0) this.#owners.noteGone(node)
    this.#enqueue(this.#graph.remove(uid))
  }

  async #attemptToDelete(uid: string): Promise<void> {
    const node = this.#graph.get(uid)
    if (node === undefined || (node.beingDeleted && !node.deletingDependents)) return
    if (!node.deletingDependents && node.owners.length === 0) return
    const live = await this.#owners.live(node)
    if (live === undefined) return this.#remove(uid)
    if (node.deletingDependents) return this.#finishForeground(node, live)
    const states = await this.#classify(live)
    const of = (s: OwnerState): OwnerReference[] => states.filter((x) => x.state === s).map((x) => x.owner)
    // A cluster-scoped object that names a namespaced owner stays as it is, whatever its other owners are.
    if (states.length === 0 || of('unresolvable').length > 0) return
    if (of('solid').length + of('unseen').length > 0) {
      const gone = [...of('dangling'), ...of('waiting')]
      if (gone.length > 0) await this.#dropOwners(node, live, new Set(gone.map((o) => o.uid)))
      // An owner that goes before a watch has told of it takes nothing with it, unless it is asked for again (issue 56121).
      else if (of('unseen').length > 0) throw new NotYetKnownError(`an owner of ${node.name} has not been observed yet`)
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

  async #classify({ metadata }: KubeObject): Promise<Array<{ owner: OwnerReference; state: OwnerState }>> {
    const out: Array<{ owner: OwnerReference; state: OwnerState }> = []
    for (const owner of metadata.ownerReferences ?? []) {
      const state = await this.#owners.stateOf(owner, metadata.namespace)
      out.push({ owner, state })
      if (state === 'unresolvable') break
    }
    return out
  }

  async #delete(node: GraphNode, live: KubeObject, propagationPolicy: 'Orphan' | 'Foreground' | 'Background'): Promise<void> {
    const { resource, namespace, name, uid } = node
    const { resourceVersion, ownerReferences } = live.metadata
    const attempt = async (preconditions: { uid: string; resourceVersion?: string }): Promise<void> => {
      try {
        await this.#ctx.client.resource(resource).delete(name, { namespace, propagationPolicy, preconditions, signal: this.#ctx.signal })
      } catch (e) {
        if (!isStatusError(e, 'NotFound')) throw e
      }
    }
    try {
      // Unchanged since it was looked at: somebody may be adopting it.
      await attempt({ uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) })
    } catch (e) {
      if (!isStatusError(e, 'Conflict')) throw e
      const now = await this.#owners.live(node)
      if (now === undefined) return this.#remove(uid)
      // What is written again and again is deleted all the same, as long as its owners are those that were looked at.
      const sameOwners = isDeepStrictEqual(now.metadata.ownerReferences, ownerReferences)
      if (!sameOwners || now.metadata.resourceVersion === resourceVersion) throw e
      await attempt({ uid })
    }
  }

  async #attemptToOrphan(uid: string): Promise<void> {
    const node = this.#graph.get(uid)
    if (node === undefined || !node.orphaning) return
    const live = await this.#owners.live(node)
    if (live === undefined) return
    const errors = await inParallel(this.#graph.dependentsOf(uid), PARALLEL_PATCHES, async (d) => {
      const dependent = await this.#owners.live(d)
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

/** Resolves when the work is done or the time is over; rejects with what the work rejects with before. */
function within(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(resolve, ms)
    work.then(resolve, reject).finally(() => timer.cancel())
  })
}
