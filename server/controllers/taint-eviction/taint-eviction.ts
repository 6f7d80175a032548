import { isDeepStrictEqual } from 'node:util'
import type { EventRecorder } from '../../client/event-recorder.ts'
import { dropManagedFields, type Informer } from '../../client/informer.ts'
import type { Node, Pod, Taint, Toleration } from '../../client/objects.ts'
import { NODES, PODS } from '../../client/resource.ts'
import { keyOf, splitKey } from '../../client/store.ts'
import type { Timer } from '../../machinery/clock.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller, type ControllerContext } from '../controller.ts'
import { BY_NODE, indexByNode, patchCondition, says } from '../pods.ts'
import { toleratedFor } from './toleration-time.ts'

export const taintEvictionController: Controller = {
  name: 'taint-eviction-controller',
  account: 'node-controller',
  start: (ctx) => new TaintEviction(ctx).start(),
}

const WORKERS = 8
const noExecute = (node: Node | undefined): Taint[] => (node?.spec?.taints ?? []).filter((t) => t.effect === 'NoExecute')

/** Deletes pods from nodes with NoExecute taints: at once those that do not tolerate them, later those that do for a time. */
class TaintEviction {
  readonly #ctx: ControllerContext
  readonly #nodes: Informer<Node>
  readonly #pods: Informer<Pod>
  readonly #recorder: EventRecorder
  readonly #queue: WorkQueue
  /** Pods whose time is running, by key. */
  readonly #waits = new Map<string, Timer>()
  /** Uids of the pods that are to go now, by key: not the one that has the name by the time its turn comes. */
  readonly #due = new Map<string, string | undefined>()
  /** Pods that have had their time: none of them is given another one, for as long as nobody says that they may stay, or have to go at once. */
  readonly #over = new Set<string>()

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    this.#nodes = ctx.informers.informer<Node>(NODES)
    this.#pods = ctx.informers.informer<Pod>(PODS, { transform: dropManagedFields })
    indexByNode(this.#pods)
    this.#recorder = ctx.recorder('taint-eviction-controller')
    this.#queue = ctx.workQueue('noexec_taint_pod')
  }

  async start(): Promise<void> {
    const look = ({ metadata }: Node): void => {
      for (const pod of this.#pods.lister.byIndex(BY_NODE, metadata.name ?? '')) this.#look(keyOf(pod))
    }
    this.#nodes.addHandler({
      added: look,
      updated: (node, old) => {
        if (!isDeepStrictEqual(noExecute(node), noExecute(old))) look(node)
      },
    })
    this.#pods.addHandler({
      added: (pod) => this.#look(keyOf(pod)),
      updated: (pod, old) => {
        const same = pod.spec?.nodeName === old.spec?.nodeName && isDeepStrictEqual(pod.spec?.tolerations, old.spec?.tolerations)
        if (!same) this.#look(keyOf(pod))
      },
      deleted: (pod) => {
        this.#due.delete(keyOf(pod))
        this.#cancel(keyOf(pod))
      },
    })
    await Promise.all([this.#nodes.synced(), this.#pods.synced()])
    for (const node of this.#nodes.lister.list()) look(node)
    startWorkers({
      queue: this.#queue,
      workers: WORKERS,
      signal: this.#ctx.signal,
      sync: (key) => this.#evict(key),
      onError: unlessConflict(this.#ctx, (key) => `pod ${key}`),
    })
    const stop = (): void => {
      for (const timer of this.#waits.values()) timer.cancel()
    }
    this.#ctx.signal.addEventListener('abort', stop, { once: true })
  }

  #pod(key: string): Pod | undefined {
    return this.#pods.lister.getByKey(key)
  }

  /** Sets or ends the pod's wait. One that runs is neither lengthened nor shortened by what the pod tolerates now, as in the original. */
  #look(key: string): void {
    const pod = this.#pod(key)
    if (pod?.spec?.nodeName === undefined || !this.#pods.hasSynced || !this.#nodes.hasSynced) return
    const node = this.#nodes.lister.get(pod.spec.nodeName)
    if (node === undefined) return
    const taints = noExecute(node)
    if (taints.length === 0) return this.#cancel(key)
    const seconds = toleratedFor(taints, (pod.spec.tolerations ?? []) as Toleration[])
    if (seconds === undefined) {
      this.#cancel(key)
      return this.#evictNow(key, pod)
    }
    if (seconds === Number.POSITIVE_INFINITY) return this.#cancel(key)
    if (this.#waits.has(key) || this.#over.has(key)) return
    if (seconds === 0) return this.#evictNow(key, pod)
    const timer = this.#ctx.clock.setTimeout(() => {
      this.#waits.delete(key)
      this.#evictNow(key, pod)
    }, seconds * 1000)
    this.#waits.set(key, timer)
  }

  #evictNow(key: string, { metadata }: Pod): void {
    this.#due.set(key, metadata.uid)
    this.#queue.add(key)
  }

  #cancel(key: string): void {
    this.#over.delete(key)
    const timer = this.#waits.get(key)
    if (timer === undefined) return
    timer.cancel()
    this.#waits.delete(key)
    this.#event(key, `Cancelling deletion of Pod ${key}`)
  }

  #event(key: string, message: string): void {
    const { namespace, name } = splitKey(key)
    const pod = { apiVersion: 'v1', kind: 'Pod', object: { metadata: { name, namespace } } }
    this.#recorder.event(pod, 'Normal', 'TaintManagerEviction', message)
  }

  async #evict(key: string): Promise<void> {
    const { namespace, name } = splitKey(key)
    const { client, signal } = this.#ctx
    const cached = this.#pod(key)
    if (cached === undefined || !this.#due.has(key) || this.#due.get(key) !== cached.metadata.uid) return
    // One that is being deleted already as well: its owner is to learn why it goes.
    this.#event(key, `Marking for deletion Pod ${key}`)
    try {
      const pod = await client.resource<Pod>(PODS).get(name, { namespace, signal })
      if (pod.metadata.uid !== cached.metadata.uid) return
      const message = 'Taint manager: deleting due to NoExecute taint'
      const target = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message } as const
      if (!says(pod, target)) await patchCondition(this.#ctx, pod, target)
      // A set makes the next one of the same name as soon as it is gone.
      await client.resource(PODS).delete(name, { namespace, preconditions: { uid: pod.metadata.uid ?? '' }, signal })
      // What is gone already has been forgotten already.
      if (this.#pod(key)?.metadata.uid === pod.metadata.uid) this.#over.add(key)
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
    }
  }
}
