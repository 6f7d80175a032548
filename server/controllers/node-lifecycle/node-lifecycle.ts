import type { EventRecorder } from '../../client/event-recorder.ts'
import { dropManagedFields, type Informer } from '../../client/informer.ts'
import { findCondition, type Condition, type Lease, type Node, type Pod } from '../../client/objects.ts'
import { LEASES, NODES, PODS } from '../../client/resource.ts'
import { keyOf } from '../../client/store.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { inParallel, unlessConflict, type Controller, type ControllerContext } from '../controller.ts'
import { periodically } from '../periodic.ts'
import { BY_NODE, indexByNode, patchConditionOnly } from '../pods.ts'
import { observe, unknownConditions, type NodeHealth } from './health.ts'
import { missingLabels } from './labels.ts'
import { NODE_LIFECYCLE_DEFAULTS, type NodeLifecycleOptions } from './options.ts'
import { hasTaint, NOT_READY_NO_EXECUTE, noScheduleDifference, swapTaints, UNREACHABLE_NO_EXECUTE } from './taints.ts'
import { whenAsked } from './when-asked.ts'
import { Zones } from './zone-queues.ts'

export const nodeLifecycleController: Controller = {
  name: 'node-lifecycle-controller',
  account: 'node-controller',
  start: (ctx) => new NodeLifecycle(ctx).start(),
}

const LEASE_NAMESPACE = 'kube-node-lease'
const NODE_WORKERS = 8
const POD_WORKERS = 4
const TAINTING_MS = 100
const UPDATE_TRIES = 5
const NO_DISRUPTION_CHECK = 'node.kubernetes.io/exclude-disruption'

/**
 * Watches over kubelets: conditions of a silent one become Unknown, its pods unready, and its node is tainted, as fast as the state of its
 * zone allows, so that taint eviction moves its pods. Conditions are shown as NoSchedule taints.
 */
class NodeLifecycle {
  readonly #ctx: ControllerContext
  readonly #o: NodeLifecycleOptions
  readonly #nodes: Informer<Node>
  readonly #pods: Informer<Pod>
  readonly #leases: Informer<Lease>
  readonly #recorder: EventRecorder
  readonly #nodeQueue: WorkQueue
  readonly #podQueue: WorkQueue
  readonly #known = new Map<string, Node>()
  readonly #health = new Map<string, NodeHealth>()
  /** Nodes whose pods could not all be marked. */
  readonly #retry = new Set<string>()
  readonly #zones: Zones
  /** Has the nodes that wait tainted. */
  readonly #taintWaiting: () => void
  #lastPass: number | undefined

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    this.#o = { ...NODE_LIFECYCLE_DEFAULTS, ...ctx.options.nodeLifecycle }
    this.#nodes = ctx.informers.informer<Node>(NODES)
    this.#pods = ctx.informers.informer<Pod>(PODS, { transform: dropManagedFields })
    this.#leases = ctx.informers.informer<Lease>(LEASES, { select: { namespace: LEASE_NAMESPACE }, transform: dropManagedFields })
    indexByNode(this.#pods)
    this.#recorder = ctx.recorder('node-controller')
    this.#nodeQueue = ctx.workQueue('node_lifecycle_controller')
    this.#podQueue = ctx.workQueue('node_lifecycle_controller_pods')
    this.#zones = new Zones(ctx.clock, this.#o)
    this.#taintWaiting = whenAsked(ctx, TAINTING_MS, 'tainting of nodes', () =>
      this.#zones.run(
        // What was written of it may not have come back yet.
        (name) => this.#readyOf(name)?.status !== 'True',
        (name) => this.#taintNoExecute(name),
      ),
    )
  }

  async start(): Promise<void> {
    const look = (node: Node): void => this.#nodeQueue.add(node.metadata.name ?? '')
    this.#nodes.addHandler({ added: look, updated: look })
    const onNode = (pod: Pod): string => pod.spec?.nodeName ?? ''
    this.#pods.addHandler({
      added: (pod) => {
        if (onNode(pod) !== '') this.#podQueue.add(keyOf(pod))
      },
      updated: (pod, old) => {
        if (onNode(pod) !== '' && onNode(pod) !== onNode(old)) this.#podQueue.add(keyOf(pod))
      },
    })
    await Promise.all([this.#nodes.synced(), this.#pods.synced(), this.#leases.synced()])
    const { signal } = this.#ctx
    startWorkers({
      queue: this.#nodeQueue,
      workers: NODE_WORKERS,
      signal,
      sync: (name) => this.#syncNode(name),
      onError: unlessConflict(this.#ctx, (key) => `node ${key}`),
    })
    startWorkers({
      queue: this.#podQueue,
      workers: POD_WORKERS,
      signal,
      sync: (key) => this.#syncPod(key),
      onError: unlessConflict(this.#ctx, (key) => `pod ${key}`),
    })
    periodically(this.#ctx, this.#o.nodeMonitorPeriodMs, 'health of nodes', () => this.#monitor())
  }

  async #syncNode(name: string): Promise<void> {
    const node = this.#nodes.lister.get(name)
    if (node === undefined) return
    const { add, remove } = noScheduleDifference(node)
    await swapTaints(this.#ctx, node, add, remove)
    const labels = missingLabels(node)
    if (labels === undefined) return
    await this.#ctx.client.resource(NODES).patch(name, { type: 'strategic', body: { metadata: { labels } } }, { signal: this.#ctx.signal })
  }

  /** A pod that came to a node which was silent already. */
  async #syncPod(key: string): Promise<void> {
    const pod = this.#pods.lister.getByKey(key)
    const ready = pod === undefined ? undefined : this.#health.get(pod.spec?.nodeName ?? '')?.ready
    if (pod !== undefined && ready !== undefined && ready.status !== 'True') await this.#markUnready([pod])
  }

  #readyOf(name: string): Condition | undefined {
    return findCondition(this.#nodes.lister.get(name)?.status?.conditions, 'Ready')
  }

  /** False when it is to be tried again. */
  async #taintNoExecute(name: string): Promise<boolean> {
    const node = this.#nodes.lister.get(name)
    if (node === undefined) return true
    const ready = this.#readyOf(name)
    if (ready === undefined) return false
    const [add, remove] =
      ready.status === 'False' ? [NOT_READY_NO_EXECUTE, UNREACHABLE_NO_EXECUTE] : [UNREACHABLE_NO_EXECUTE, NOT_READY_NO_EXECUTE]
    await swapTaints(this.#ctx, node, [add], [remove])
    return true
  }

  #nodeEvent(node: Node, reason: string, message: string): void {
    const { name, uid } = node.metadata
    this.#recorder.event({ apiVersion: 'v1', kind: 'Node', object: { metadata: { name, uid } } }, 'Normal', reason, message)
  }

  async #monitor(): Promise<void> {
    this.#forgiveOwnAbsence()
    const nodes = this.#nodes.lister.list()
    for (const node of nodes) {
      const name = node.metadata.name ?? ''
      const isNew = !this.#known.has(name)
      this.#known.set(name, node)
      this.#zones.add(node)
      if (!isNew) continue
      this.#nodeEvent(node, 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`)
      // What somebody else made of it is no judgement of ours: it waits for its turn like every other node.
      await this.#markReachable(node).catch((e: unknown) => this.#ctx.onError(e, `taints of node ${name}`))
    }
    for (const [name, node] of this.#known) {
      if (this.#nodes.lister.get(name) !== undefined) continue
      this.#nodeEvent(node, 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`)
      this.#known.delete(name)
      this.#health.delete(name)
      this.#retry.delete(name)
      this.#zones.forgetNode(node)
    }
    const ready = new Map<string, (Condition | undefined)[]>()
    const errors = await inParallel(nodes, NODE_WORKERS, async (cached) => {
      const { node, before } = await this.#judge(cached)
      const condition = findCondition(node.status?.conditions, 'Ready')
      if (node.metadata.labels?.[NO_DISRUPTION_CHECK] === undefined) {
        const zone = this.#zones.nameOf(node)
        const there = ready.get(zone)
        if (there === undefined) ready.set(zone, [condition])
        else there.push(condition)
      }
      if (condition !== undefined) await this.#follow(node, condition, before)
    })
    await this.#judgeZones(ready, nodes)
    if (errors.length > 0) throw errors[0]
  }

  /** A process that stood still (a laptop that slept) heard nobody in that time: this says nothing about kubelets. */
  #forgiveOwnAbsence(): void {
    const now = this.#ctx.clock.monotonic()
    const late = this.#lastPass === undefined ? 0 : now - this.#lastPass - this.#o.nodeMonitorPeriodMs
    this.#lastPass = now
    if (Math.abs(late) < this.#o.nodeMonitorGracePeriodMs / 2) return
    for (const health of this.#health.values()) health.heardAt += late
  }

  /** The node after the judgement, and its Ready condition before. One that somebody else writes meanwhile is judged anew. */
  async #judge(cached: Node): Promise<{ node: Node; before: Condition | undefined }> {
    const { client, signal } = this.#ctx
    let node = cached
    for (let tries = 1; ; tries++) {
      const before = findCondition(node.status?.conditions, 'Ready')
      try {
        return { node: await this.#update(node), before }
      } catch (e) {
        if (!isStatusError(e, 'Conflict') || tries >= UPDATE_TRIES) throw e
        node = await client.resource<Node>(NODES).get(node.metadata.name ?? '', { signal })
      }
    }
  }

  /** Acts on a judgement. */
  async #follow(node: Node, ready: Condition, before: Condition | undefined): Promise<void> {
    const name = node.metadata.name ?? ''
    // A taint is tried again in the next pass; that the node was lost is seen in this one only.
    await this.#taintByReadiness(node, ready).catch((e: unknown) => this.#ctx.onError(e, `taints of node ${name}`))
    const lost = ready.status !== 'True' && before?.status === 'True'
    if (lost) this.#nodeEvent(node, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`)
    if (lost || (this.#retry.has(name) && before?.status !== 'True')) {
      this.#retry.add(name)
      await this.#markUnready(this.#pods.lister.byIndex(BY_NODE, name))
    }
    this.#retry.delete(name)
  }

  /** The node, with Unknown conditions written when its kubelet has been silent for too long. */
  async #update(node: Node): Promise<Node> {
    const { client, signal, clock } = this.#ctx
    const name = node.metadata.name ?? ''
    const health = observe(this.#health.get(name), node, this.#leases.lister.get(name, LEASE_NAMESPACE), clock)
    this.#health.set(name, health)
    const grace = health.ready === undefined ? this.#o.nodeStartupGracePeriodMs : this.#o.nodeMonitorGracePeriodMs
    if (clock.monotonic() - health.heardAt <= grace) return node
    // The watch may be what is silent: the Lease itself is asked.
    const live = await client.resource(LEASES).get(name, { namespace: LEASE_NAMESPACE, signal }).catch(missing)
    if (live !== undefined && live.metadata.resourceVersion !== health.leaseVersion) return node
    const conditions = unknownConditions(node, clock.now())
    // The others are written along with Ready only.
    if (findCondition(conditions, 'Ready') === health.ready) return node
    const updated = { ...node, apiVersion: 'v1', kind: 'Node', status: { ...node.status, conditions } }
    const written = await client.resource<Node>(NODES).updateStatus(updated, { signal })
    this.#health.set(name, { ...health, ready: findCondition(written.status?.conditions, 'Ready') })
    return written
  }

  async #taintByReadiness(node: Node, ready: Condition): Promise<void> {
    if (ready.status === 'True') return this.#markReachable(node)
    const [own, other] =
      ready.status === 'False' ? [NOT_READY_NO_EXECUTE, UNREACHABLE_NO_EXECUTE] : [UNREACHABLE_NO_EXECUTE, NOT_READY_NO_EXECUTE]
    // One that has lost its pods already does not wait for another turn.
    if (hasTaint(node, other)) return swapTaints(this.#ctx, node, [own], [other])
    const queue = this.#zones.queueOf(node)
    if (!hasTaint(node, own)) queue.remove(node.metadata.name ?? '')
    if (queue.add(node.metadata.name ?? '')) this.#taintWaiting()
  }

  async #markReachable(node: Node): Promise<void> {
    await swapTaints(this.#ctx, node, [], [UNREACHABLE_NO_EXECUTE, NOT_READY_NO_EXECUTE])
    this.#zones.queueOf(node).remove(node.metadata.name ?? '')
  }

  async #markUnready(pods: readonly Pod[]): Promise<void> {
    const errors = await inParallel(pods, NODE_WORKERS, async (pod) => {
      const ready = findCondition(pod.status?.conditions, 'Ready')
      if (ready === undefined || ready.status === 'False') return
      try {
        await patchConditionOnly(this.#ctx, pod, { ...ready, status: 'False' })
      } catch (e) {
        // It has gone meanwhile, and nothing is said of it.
        return missing(e)
      }
      this.#recorder.event({ apiVersion: 'v1', kind: 'Pod', object: pod }, 'Warning', 'NodeNotReady', 'Node is not ready')
    })
    if (errors.length > 0) throw errors[0]
  }

  async #judgeZones(ready: ReadonlyMap<string, readonly (Condition | undefined)[]>, nodes: readonly Node[]): Promise<void> {
    const change = this.#zones.judge(ready)
    if (change === 'allLost') {
      // It is more likely that we are cut off than that every node is.
      const errors = await inParallel(nodes, NODE_WORKERS, (node) => this.#markReachable(node))
      if (errors.length > 0) throw errors[0]
    } else if (change === 'someBack') {
      for (const health of this.#health.values()) health.heardAt = this.#ctx.clock.monotonic()
    }
  }
}

function missing(e: unknown): undefined {
  if (!isStatusError(e, 'NotFound')) throw e
  return undefined
}
