import { dropManagedFields, type Informer } from '../../client/informer.ts'
import { findCondition, type Condition, type Node, type Pod } from '../../client/objects.ts'
import { NODES, PODS } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import { inParallel, type Controller, type ControllerContext } from '../controller.ts'
import { OUT_OF_SERVICE } from '../node-lifecycle/taints.ts'
import { periodically } from '../periodic.ts'
import { isTerminal, patchCondition } from '../pods.ts'

export const podGarbageCollectorController: Controller = {
  name: 'pod-garbage-collector-controller',
  account: 'pod-garbage-collector',
  start: (ctx) => new PodGarbage(ctx).start(),
}

const PERIOD_MS = 20_000
/** How long an unknown node may take to show up in the cache. */
const QUARANTINE_MS = 40_000
const THRESHOLD = 12_500
const PARALLEL = 16

type Target = Omit<Condition, 'lastTransitionTime'>

/** Not Pending, Running or Unknown. */
const isOver = ({ status }: Pod): boolean => !['Pending', 'Running', 'Unknown', undefined].includes(status?.phase)
const wasEvicted = ({ status }: Pod): boolean => status?.phase === 'Failed' && status.reason === 'Evicted'
const createdAt = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp ?? '') || 0

/** Evicted ones first, then the oldest. */
export function garbageOrder(pods: readonly Pod[]): Pod[] {
  return [...pods].sort(
    (a, b) =>
      Number(wasEvicted(b)) - Number(wasEvicted(a)) ||
      createdAt(a) - createdAt(b) ||
      ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1),
  )
}

/** Deletes pods that no kubelet will: those that ended long ago and are too many, those of nodes that are gone or out of service, those deleted before they had a node. */
class PodGarbage {
  readonly #ctx: ControllerContext
  readonly #threshold: number
  readonly #pods: Informer<Pod>
  readonly #nodes: Informer<Node>
  /** Names of nodes that pods have and the cache has not, and since when. */
  readonly #missingSince = new Map<string, number>()

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    this.#threshold = ctx.options.terminatedPodGCThreshold ?? THRESHOLD
    this.#pods = ctx.informers.informer<Pod>(PODS, { transform: dropManagedFields })
    this.#nodes = ctx.informers.informer<Node>(NODES)
  }

  async start(): Promise<void> {
    await Promise.all([this.#pods.synced(), this.#nodes.synced()])
    periodically(this.#ctx, PERIOD_MS, 'garbage collection of pods', () => this.#pass())
  }

  async #pass(): Promise<void> {
    const pods = this.#pods.lister.list()
    const doomed = new Map<Pod, Target | undefined>()
    if (this.#threshold > 0) {
      const over = pods.filter(isOver)
      if (over.length > this.#threshold)
        for (const pod of garbageOrder(over).slice(0, over.length - this.#threshold)) doomed.set(pod, undefined)
    }
    for (const pod of garbageOrder(pods.filter((p) => this.#isStuck(p)))) doomed.set(pod, undefined)
    const gone = await this.#goneNodes(pods)
    const message = 'PodGC: node no longer exists'
    for (const pod of pods) {
      if (!gone.has(pod.spec?.nodeName ?? '')) continue
      doomed.set(pod, { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message })
    }
    for (const pod of pods) {
      if (pod.metadata.deletionTimestamp != null && (pod.spec?.nodeName ?? '') === '') doomed.set(pod, undefined)
    }
    const errors = await inParallel(doomed, PARALLEL, ([pod, target]) => this.#remove(pod, target))
    for (const e of errors) this.#ctx.onError(e, 'garbage collection of a pod')
  }

  /** Being deleted on a node that an administrator says is dead. */
  #isStuck(pod: Pod): boolean {
    if (pod.metadata.deletionTimestamp == null) return false
    const node = this.#nodes.lister.get(pod.spec?.nodeName ?? '')
    if (node === undefined || findCondition(node.status?.conditions, 'Ready')?.status === 'True') return false
    return node.spec?.taints?.some((t) => t.key === OUT_OF_SERVICE) === true
  }

  async #goneNodes(pods: readonly Pod[]): Promise<Set<string>> {
    const { client, clock, signal } = this.#ctx
    const now = clock.now()
    const missing = new Set(
      pods.map((p) => p.spec?.nodeName ?? '').filter((name) => name !== '' && this.#nodes.lister.get(name) === undefined),
    )
    for (const name of this.#missingSince.keys()) if (!missing.has(name)) this.#missingSince.delete(name)
    const gone = new Set<string>()
    await inParallel(missing, PARALLEL, async (name) => {
      const since = this.#missingSince.get(name) ?? now
      this.#missingSince.set(name, since)
      if (now - since < QUARANTINE_MS) return
      try {
        await client.resource(NODES).get(name, { signal })
      } catch (e) {
        if (isStatusError(e, 'NotFound')) gone.add(name)
        else this.#ctx.onError(e, `node ${name}`)
      }
    })
    return gone
  }

  async #remove(pod: Pod, target: Target | undefined): Promise<void> {
    const { name = '', namespace, uid } = pod.metadata
    const { client, signal } = this.#ctx
    try {
      // Nobody else will say how it ended; what waits for that (a Job) has to know.
      if (!isTerminal(pod)) await this.#fail(pod, target)
      await client
        .resource(PODS)
        .delete(name, { namespace, gracePeriodSeconds: 0, preconditions: uid === undefined ? {} : { uid }, signal })
    } catch (e) {
      if (!isStatusError(e, 'NotFound') && !isStatusError(e, 'Conflict')) throw e
    }
  }

  async #fail(pod: Pod, target: Target | undefined): Promise<void> {
    const { name = '', namespace, uid, generation } = pod.metadata
    const status = { phase: 'Failed', ...(generation === undefined ? {} : { observedGeneration: generation }) }
    if (target !== undefined) return patchCondition(this.#ctx, pod, target, status)
    const { client, signal } = this.#ctx
    await client
      .resource(PODS)
      .patch(name, { type: 'strategic', body: { metadata: { uid }, status } }, { namespace, subresource: 'status', signal })
  }
}
