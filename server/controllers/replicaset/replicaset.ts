import { isDeepStrictEqual } from 'node:util'
import type { EventRecorder } from '../../client/event-recorder.ts'
import { dropManagedFields, type Informer } from '../../client/informer.ts'
import { findCondition, type Condition, type Pod, type ReplicaSet } from '../../client/objects.ts'
import { PODS, REPLICA_SETS, type ResourceId } from '../../client/resource.ts'
import { byControllerUid, keyOf } from '../../client/store.ts'
import { formatTime } from '../../machinery/clock.ts'
import { selectorFromObject, type LabelSelector, type LabelSelectorObject } from '../../machinery/labels.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { OwnerReference } from '../../machinery/types.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { inParallel, isOpen, messageOf, unlessConflict, withoutZeros, type Controller, type ControllerContext } from '../controller.ts'
import { Expectations } from '../expectations.ts'
import { isTerminating as isNamespaceTerminating } from '../namespace/terminating.ts'
import { claim, claimable, controllerOf, controllerRef, indexClaimable, ownerIn, selecting } from '../owners.ts'
import { createPod, deletePod, maySync, podFromTemplate, slowStart, type PodOwner } from '../pod-control.ts'
import { isActive, isAvailable, isReady, isTerminating, untilAvailable } from '../pods.ts'
import { deletionOrder } from './deletion-order.ts'

// As upstream: at most so many creates or deletes in one round.
const BURST = 500
const PARALLEL_DELETES = 32

/** Two kinds ask for a number of pods like one template, and say it in the same fields but for these. */
export interface ReplicaKind {
  apiVersion: string
  kind: string
  id: ResourceId
  /** Source of its events. */
  component: string
  /** What its queue is called on `/metrics`. */
  queue: string
  selector(owner: ReplicaSet): LabelSelectorObject | undefined
  /** Its status has terminatingReplicas. */
  countsTerminating: boolean
}

const REPLICA_SET: ReplicaKind = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  id: REPLICA_SETS,
  component: 'replicaset-controller',
  queue: 'replicaset',
  selector: (rs) => rs.spec?.selector,
  countsTerminating: true,
}

export const replicaSetController: Controller = {
  name: 'replicaset-controller',
  start: (ctx) => new ReplicaSets(ctx, REPLICA_SET).start(),
}

/** Keeps as many pods alive as each ReplicaSet (or ReplicationController) asks for. */
export class ReplicaSets {
  readonly #ctx: ControllerContext
  readonly #kind: ReplicaKind
  readonly #queue: WorkQueue
  readonly #expectations: Expectations
  readonly #sets: Informer<ReplicaSet>
  readonly #pods: Informer<Pod>
  readonly #recorder: EventRecorder

  constructor(ctx: ControllerContext, kind: ReplicaKind) {
    this.#ctx = ctx
    this.#kind = kind
    this.#queue = ctx.workQueue(kind.queue)
    this.#expectations = new Expectations(ctx.clock)
    this.#sets = ctx.informers.informer<ReplicaSet>(kind.id, { transform: dropManagedFields })
    this.#pods = ctx.informers.informer<Pod>(PODS, { transform: dropManagedFields })
    this.#sets.addIndex('controller', byControllerUid)
    indexClaimable(this.#pods)
    this.#recorder = ctx.recorder(kind.component)
  }

  async start(): Promise<void> {
    const add = (rs: ReplicaSet): void => this.#queue.add(keyOf(rs))
    this.#sets.addHandler({
      added: add,
      updated: add,
      deleted: (rs) => {
        this.#expectations.forget(keyOf(rs))
        add(rs)
      },
    })
    this.#pods.addHandler({
      added: (pod) => this.#podAdded(pod),
      updated: (pod, old) => this.#podUpdated(pod, old),
      deleted: (pod) => this.#podGone(pod),
    })
    await Promise.all([this.#sets.synced(), this.#pods.synced()])
    startWorkers({
      queue: this.#queue,
      workers: 5,
      signal: this.#ctx.signal,
      sync: (key) => this.#sync(key),
      onError: unlessConflict(this.#ctx, (key) => `${this.#kind.kind.toLowerCase()} ${key}`),
    })
  }

  #ownerOf(pod: Pod): ReplicaSet | undefined {
    return ownerIn(this.#sets.lister, this.#kind.kind, pod)
  }

  #podAdded(pod: Pod): void {
    if (pod.metadata.deletionTimestamp != null) return this.#podGone(pod)
    const rs = this.#ownerOf(pod)
    if (rs !== undefined) {
      this.#expectations.creationObserved(keyOf(rs))
      this.#queue.add(keyOf(rs))
    } else if (controllerOf(pod) === undefined) this.#wakeSelectors(pod)
  }

  #podUpdated(pod: Pod, old: Pod): void {
    if (pod.metadata.deletionTimestamp != null) {
      this.#podGone(pod)
      if (!isDeepStrictEqual(pod.metadata.labels, old.metadata.labels)) this.#podGone(old)
      return
    }
    const rs = this.#ownerOf(pod)
    const before = this.#ownerOf(old)
    if (before !== undefined && before !== rs) this.#queue.add(keyOf(before))
    if (rs === undefined) {
      const changed = !isDeepStrictEqual(pod.metadata.labels, old.metadata.labels) || controllerOf(old) !== undefined
      if (controllerOf(pod) === undefined && changed) this.#wakeSelectors(pod)
      return
    }
    this.#queue.add(keyOf(rs))
    const minReady = rs.spec?.minReadySeconds ?? 0
    if (minReady > 0 && isReady(pod) && !isReady(old)) this.#queue.addAfter(keyOf(rs), minReady * 1000)
  }

  #podGone(pod: Pod): void {
    const rs = this.#ownerOf(pod)
    if (rs === undefined) return
    this.#expectations.deletionObserved(keyOf(rs), keyOf(pod))
    this.#queue.add(keyOf(rs))
  }

  /** An orphan may be adopted by any set that selects it. */
  #wakeSelectors(pod: Pod): void {
    for (const rs of selecting(this.#sets.lister, pod, this.#kind.selector)) this.#queue.add(keyOf(rs))
  }

  async #sync(key: string): Promise<void> {
    const rs = this.#sets.lister.getByKey(key)
    if (rs === undefined) return this.#expectations.forget(key)
    const selector = selectorFromObject(this.#kind.selector(rs))
    if (selector === undefined || selector.empty) return
    const mayAct = await maySync(this.#ctx, this.#expectations, rs, selector, this.#pods)
    const pods = await this.#claimPods(rs, selector)
    const active = pods.filter(isActive)
    let failure: Error | undefined
    if (mayAct && rs.metadata.deletionTimestamp == null) {
      failure = await this.#manage(rs, key, active).then(
        () => undefined,
        (e: unknown) => (e instanceof Error ? e : new Error(String(e))),
      )
    }
    const now = this.#ctx.clock.now()
    const status = this.#nextStatus(rs, active, pods.filter(isTerminating).length, failure, now)
    await this.#updateStatus(rs, status)
    if (failure !== undefined) throw failure
    const minReady = rs.spec?.minReadySeconds ?? 0
    // Whether or not something was written: a try again after a conflict takes the place of the wait that was there.
    if (minReady > 0 && (status.readyReplicas ?? 0) !== (status.availableReplicas ?? 0))
      this.#queue.addAfter(key, untilAvailable(active, minReady, now))
  }

  #claimPods(rs: ReplicaSet, selector: LabelSelector): Promise<Pod[]> {
    const { namespace = '', name = '' } = rs.metadata
    const { client, signal } = this.#ctx
    return claim<Pod>({
      client,
      id: PODS,
      owner: rs,
      ownerRef: this.#ref(rs),
      selector,
      candidates: claimable(this.#pods.lister, rs, isActive),
      signal,
      freshOwner: () => client.resource<ReplicaSet>(this.#kind.id).get(name, { namespace, signal }),
    })
  }

  async #manage(rs: ReplicaSet, key: string, active: readonly Pod[]): Promise<void> {
    const diff = active.length - (rs.spec?.replicas ?? 1)
    if (diff < 0) await this.#create(rs, key, Math.min(-diff, BURST))
    else if (diff > 0) await this.#delete(rs, key, active, Math.min(diff, BURST))
  }

  #owner(rs: ReplicaSet): PodOwner {
    const { apiVersion, kind } = this.#kind
    return { subject: { apiVersion, kind, object: rs }, ref: this.#ref(rs), recorder: this.#recorder }
  }

  #ref(rs: ReplicaSet): OwnerReference {
    return controllerRef(rs, this.#kind.apiVersion, this.#kind.kind)
  }

  async #create(rs: ReplicaSet, key: string, count: number): Promise<void> {
    this.#expectations.expectCreations(key, count)
    const owner = this.#owner(rs)
    const pod = podFromTemplate(rs.spec?.template, owner.ref, { generateName: `${rs.metadata.name}-` })
    const { created, errors } = await slowStart(Array<Pod>(count).fill(pod), (p) => createPod(this.#ctx, owner, p))
    this.#expectations.creationsFailed(key, count - created, errors)
    if (!errors.every(isNamespaceTerminating)) throw errors[0]
  }

  async #delete(rs: ReplicaSet, key: string, active: readonly Pod[], count: number): Promise<void> {
    const crowds = this.#crowds(rs)
    const heedsCost = isOpen(this.#ctx, 'PodDeletionCost')
    const order = deletionOrder(active, (p) => crowds.get(p.spec?.nodeName ?? '') ?? 0, this.#ctx.clock.now(), heedsCost)
    const victims = order.slice(0, count)
    const owner = this.#owner(rs)
    this.#expectations.expectDeletions(key, victims.map(keyOf))
    const errors = await inParallel(victims, PARALLEL_DELETES, async (pod) => {
      let seen = false
      try {
        seen = await deletePod(this.#ctx, owner, pod)
      } finally {
        if (!seen) this.#expectations.deletionObserved(key, keyOf(pod))
      }
    })
    if (errors.length > 0) throw errors[0]
  }

  /** Active pods a node, of this set and of those with the same owner: shrinking prefers crowded nodes. */
  #crowds(rs: ReplicaSet): Map<string, number> {
    const owner = controllerOf(rs)
    const family = owner === undefined ? [rs] : this.#sets.lister.byIndex('controller', owner.uid)
    const out = new Map<string, number>()
    for (const pod of family.flatMap((s) => this.#pods.lister.byIndex('controller', s.metadata.uid ?? ''))) {
      const node = pod.spec?.nodeName ?? ''
      if (node !== '' && isActive(pod)) out.set(node, (out.get(node) ?? 0) + 1)
    }
    return out
  }

  #countsTerminating(): boolean {
    return this.#kind.countsTerminating && isOpen(this.#ctx, 'DeploymentReplicaSetTerminatingReplicas')
  }

  #nextStatus(
    rs: ReplicaSet,
    active: readonly Pod[],
    terminating: number,
    failure: Error | undefined,
    now: number,
  ): NonNullable<ReplicaSet['status']> {
    const labels = Object.entries(rs.spec?.template?.metadata?.labels ?? {})
    const minReady = rs.spec?.minReadySeconds ?? 0
    const conditions = (rs.status?.conditions ?? []).filter((c) => c.type !== 'ReplicaFailure')
    const old = findCondition(rs.status?.conditions, 'ReplicaFailure')
    if (failure !== undefined) conditions.push(old ?? failureCondition(rs, active.length, failure, formatTime(now)))
    return {
      ...(conditions.length === 0 ? {} : { conditions }),
      replicas: active.length,
      ...(this.#countsTerminating() ? { terminatingReplicas: terminating } : {}),
      ...withoutZeros({
        fullyLabeledReplicas: active.filter((p) => labels.every(([k, v]) => p.metadata.labels?.[k] === v)).length,
        readyReplicas: active.filter(isReady).length,
        availableReplicas: active.filter((p) => isAvailable(p, minReady, now)).length,
        observedGeneration: rs.metadata.generation ?? 0,
      }),
    }
  }

  async #updateStatus(rs: ReplicaSet, next: NonNullable<ReplicaSet['status']>): Promise<void> {
    const old = rs.status ?? {}
    const counts = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'] as const
    const same =
      counts.every((c) => (old[c] ?? 0) === (next[c] ?? 0)) &&
      old.terminatingReplicas === next.terminatingReplicas &&
      isDeepStrictEqual(old.conditions ?? [], next.conditions ?? [])
    if (same) return
    const { apiVersion, kind, id } = this.#kind
    const updated = { ...rs, apiVersion, kind, status: next }
    await this.#ctx.client
      .resource<ReplicaSet>(id)
      .updateStatus(updated, { signal: this.#ctx.signal })
      .catch((e: unknown) => {
        if (!isStatusError(e, 'NotFound')) throw e
      })
  }
}

function failureCondition(rs: ReplicaSet, active: number, failure: unknown, now: string): Condition {
  const reason = active < (rs.spec?.replicas ?? 1) ? 'FailedCreate' : 'FailedDelete'
  return { type: 'ReplicaFailure', status: 'True', lastTransitionTime: now, reason, message: messageOf(failure) }
}
