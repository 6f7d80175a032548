import { isDeepStrictEqual } from 'node:util'
import type { EventRecorder, EventType } from '../../client/event-recorder.ts'
import { dropManagedFields, type Informer } from '../../client/informer.ts'
import type { StatefulSet } from '../../client/objects-apps.ts'
import { setMetaCondition, type PodDisruptionBudget } from '../../client/objects-policy.ts'
import { findCondition, type Deployment, type Pod, type ReplicaSet } from '../../client/objects.ts'
import { DEPLOYMENTS, POD_DISRUPTION_BUDGETS, PODS, REPLICA_SETS, REPLICATION_CONTROLLERS, STATEFUL_SETS } from '../../client/resource.ts'
import { keyOf, type Lister } from '../../client/store.ts'
import { formatTime } from '../../machinery/clock.ts'
import { selectorFromObject, type LabelSelectorObject } from '../../machinery/labels.ts'
import { selectorText } from '../../machinery/selector-text.ts'
import { isStatusError } from '../../machinery/status.ts'
import { parseApiVersion, type KubeObject, type OwnerReference } from '../../machinery/types.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { messageOf, unlessConflict, type Controller, type ControllerContext } from '../controller.ts'
import { controllerOf } from '../owners.ts'
import { isReady, isTerminal, patchCondition } from '../pods.ts'
import { Scales } from '../scales.ts'
import { expectedOf, type Scale } from './expected.ts'

export const disruptionController: Controller = {
  name: 'disruption-controller',
  start: (ctx) => new Disruption(ctx).start(),
}

/** A pod whose eviction was let through counts as gone for this long; then it is believed to stay. */
const DELETION_TIMEOUT_MS = 2 * 60_000
/** How long a pod that is not deleted after all is marked as a disruption's target. */
const STALE_MARK_MS = 2 * 60_000

type Status = NonNullable<PodDisruptionBudget['status']>

interface Sized extends KubeObject {
  spec?: { replicas?: number }
}

/** Counts the healthy pods of each budget, and says how many may be disrupted now. The API server's eviction asks that number. */
class Disruption {
  readonly #ctx: ControllerContext
  readonly #queue: WorkQueue
  readonly #stale: WorkQueue
  readonly #staleAfterMs: number
  readonly #budgets: Informer<PodDisruptionBudget>
  readonly #pods: Informer<Pod>
  readonly #replicationControllers: Informer<ReplicaSet>
  readonly #replicaSets: Informer<ReplicaSet>
  readonly #deployments: Informer<Deployment>
  readonly #statefulSets: Informer<StatefulSet>
  readonly #scales: Scales
  readonly #recorder: EventRecorder

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    this.#queue = ctx.workQueue('disruption')
    this.#stale = ctx.workQueue('stale_pod_disruption')
    this.#staleAfterMs = ctx.options.stalePodDisruptionTimeoutMs ?? STALE_MARK_MS
    const transform = dropManagedFields
    this.#budgets = ctx.informers.informer<PodDisruptionBudget>(POD_DISRUPTION_BUDGETS, { transform })
    this.#pods = ctx.informers.informer<Pod>(PODS, { transform })
    this.#replicationControllers = ctx.informers.informer<ReplicaSet>(REPLICATION_CONTROLLERS, { transform })
    this.#replicaSets = ctx.informers.informer<ReplicaSet>(REPLICA_SETS, { transform })
    this.#deployments = ctx.informers.informer<Deployment>(DEPLOYMENTS)
    this.#statefulSets = ctx.informers.informer<StatefulSet>(STATEFUL_SETS, { transform })
    this.#scales = new Scales(ctx)
    this.#recorder = ctx.recorder('controllermanager')
  }

  async start(): Promise<void> {
    const add = (budget: PodDisruptionBudget): void => this.#queue.add(keyOf(budget))
    this.#budgets.addHandler({ added: add, updated: add, deleted: add })
    this.#pods.addHandler({
      added: (pod) => this.#podChanged(pod),
      updated: (pod, old) => {
        this.#podChanged(pod)
        if (!isDeepStrictEqual(pod.metadata.labels, old.metadata.labels)) this.#wake(old)
      },
      deleted: (pod) => this.#wake(pod),
    })
    const all = [this.#budgets, this.#pods, this.#replicationControllers, this.#replicaSets, this.#deployments, this.#statefulSets]
    await Promise.all(all.map((i) => i.synced()))
    const { signal } = this.#ctx
    const onError = unlessConflict(this.#ctx, (key) => `poddisruptionbudget ${key}`)
    startWorkers({ queue: this.#queue, workers: 5, signal, sync: (key) => this.#sync(key), onError })
    const onStaleError = unlessConflict(this.#ctx, (key) => `pod ${key}`)
    startWorkers({ queue: this.#stale, workers: 1, signal, sync: (key) => this.#unmark(key), onError: onStaleError })
  }

  #podChanged(pod: Pod): void {
    this.#wake(pod)
    const wait = this.#staleIn(pod)
    if (wait !== undefined) this.#stale.addAfter(keyOf(pod), Math.min(wait, this.#staleAfterMs))
  }

  #wake(pod: Pod): void {
    const budgets = this.#budgets.lister
      .list(pod.metadata.namespace)
      .filter((b) => selectorFromObject(b.spec?.selector)?.matches(pod.metadata.labels) === true)
    for (const budget of budgets) this.#queue.add(keyOf(budget))
    if (budgets.length < 2) return
    const { namespace, name } = pod.metadata
    const text = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${budgets[0]!.metadata.name}" arbitrarily.`
    this.#podEvent(pod, 'MultiplePodDisruptionBudgets', text)
  }

  #podEvent(pod: Pod, reason: string, message: string): void {
    this.#recorder.event({ apiVersion: 'v1', kind: 'Pod', object: pod }, 'Warning', reason, message)
  }

  #event(object: PodDisruptionBudget, type: EventType, reason: string, message: string): void {
    this.#recorder.event({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', object }, type, reason, message)
  }

  async #sync(key: string): Promise<void> {
    const budget = this.#budgets.lister.getByKey(key)
    if (budget === undefined) return
    let status: Status
    try {
      status = await this.#nextStatus(key, budget)
    } catch (e) {
      // Nothing may be disrupted while nobody can tell how many there are.
      status = this.#failedStatus(budget, messageOf(e))
    }
    if (isDeepStrictEqual(status, budget.status)) return
    const updated = { ...budget, apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', status }
    await this.#ctx.client.resource<PodDisruptionBudget>(POD_DISRUPTION_BUDGETS).updateStatus(updated, { signal: this.#ctx.signal })
  }

  #podsOf(budget: PodDisruptionBudget): Pod[] {
    const selector = selectorFromObject(budget.spec?.selector)
    if (selector === undefined) return []
    return this.#pods.lister.list(budget.metadata.namespace).filter((pod) => selector.matches(pod.metadata.labels))
  }

  async #nextStatus(key: string, budget: PodDisruptionBudget): Promise<Status> {
    const pods = this.#podsOf(budget)
    if (pods.length === 0) this.#event(budget, 'Normal', 'NoPods', 'No matching pods found')
    let expected: Awaited<ReturnType<typeof expectedOf>>
    try {
      expected = await expectedOf(budget, pods, (owner, namespace) => this.#scaleOf(owner, namespace))
    } catch (e) {
      const text = `Failed to calculate the number of expected pods: ${messageOf(e)}`
      this.#event(budget, 'Warning', 'CalculateExpectedPodCountFailed', text)
      throw e
    }
    const { expectedPods, desiredHealthy, unmanaged } = expected
    if (unmanaged.length > 0) this.#event(budget, 'Warning', 'UnmanagedPods', unmanagedText(budget.spec?.selector))
    const now = this.#ctx.clock.now()
    const { disruptedPods, recheckAt } = this.#disrupted(budget, pods, now)
    if (recheckAt !== undefined) this.#queue.addAfter(key, Math.min(recheckAt - now, DELETION_TIMEOUT_MS))
    const counts = (pod: Pod): boolean =>
      pod.metadata.deletionTimestamp == null && !Object.hasOwn(disruptedPods, pod.metadata.name ?? '') && isReady(pod)
    const currentHealthy = pods.filter(counts).length
    const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(currentHealthy - desiredHealthy, 0)
    const observedGeneration = budget.metadata.generation ?? 0
    const condition =
      disruptionsAllowed > 0
        ? ({ status: 'True', reason: 'SufficientPods' } as const)
        : ({ status: 'False', reason: 'InsufficientPods' } as const)
    return {
      observedGeneration,
      ...(Object.keys(disruptedPods).length === 0 ? {} : { disruptedPods }),
      disruptionsAllowed,
      currentHealthy,
      desiredHealthy,
      expectedPods,
      conditions: this.#conditions(budget, { ...condition, observedGeneration, message: '' }),
    }
  }

  #failedStatus(budget: PodDisruptionBudget, message: string): Status {
    const old = budget.status ?? { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }
    const observed = budget.status?.observedGeneration
    const observedGeneration = observed === undefined ? {} : { observedGeneration: observed }
    const conditions = this.#conditions(budget, { status: 'False', reason: 'SyncFailed', message, ...observedGeneration })
    return { ...old, disruptionsAllowed: 0, conditions }
  }

  #conditions(
    { status }: PodDisruptionBudget,
    condition: Omit<Parameters<typeof setMetaCondition>[1], 'type'>,
  ): Status['conditions'] & object {
    return setMetaCondition(status?.conditions, { type: 'DisruptionAllowed', ...condition }, formatTime(this.#ctx.clock.now()))
  }

  /** Pods that are on their way out though their deletion is not seen yet. */
  #disrupted(
    budget: PodDisruptionBudget,
    pods: readonly Pod[],
    now: number,
  ): { disruptedPods: Record<string, string>; recheckAt?: number } {
    const disruptedPods: Record<string, string> = {}
    let recheckAt: number | undefined
    const before = budget.status?.disruptedPods ?? {}
    for (const pod of pods) {
      const { name = '', deletionTimestamp } = pod.metadata
      const at = Object.hasOwn(before, name) ? before[name] : undefined
      if (at === undefined || deletionTimestamp != null) continue
      const until = Date.parse(at) + DELETION_TIMEOUT_MS
      if (until <= now) {
        // The original says the namespace twice.
        const { namespace } = budget.metadata
        this.#podEvent(pod, 'NotDeleted', `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`)
        continue
      }
      disruptedPods[name] = at
      recheckAt = Math.min(until, recheckAt ?? until)
    }
    return { disruptedPods, ...(recheckAt === undefined ? {} : { recheckAt }) }
  }

  /** How many pods the owner keeps; a ReplicaSet's Deployment speaks for it. Undefined when it is gone. */
  async #scaleOf(owner: OwnerReference, namespace: string): Promise<Scale | undefined> {
    const { group = '', version = '' } = parseApiVersion(owner.apiVersion) ?? {}
    const known: Readonly<Record<string, Lister<Sized>>> = {
      'ReplicationController.': this.#replicationControllers.lister,
      'StatefulSet.apps': this.#statefulSets.lister,
    }
    if (owner.kind === 'ReplicaSet' && ['apps', 'extensions'].includes(group)) {
      const set = named(this.#replicaSets.lister, owner, namespace)
      const above = set === undefined ? undefined : controllerOf(set)
      const found = above?.kind === 'Deployment' ? sized(named(this.#deployments.lister, above, namespace)) : sized(set)
      if (found !== undefined) return found
    }
    const lister = known[`${owner.kind}.${group}`]
    const found = lister === undefined ? undefined : sized(named(lister, owner, namespace))
    if (found !== undefined) return found
    const id = await this.#scales.resourceOf(group, version, owner.kind)
    const scale = await this.#scales.get(id, namespace, owner.name)
    return scale?.metadata.uid === owner.uid ? { uid: owner.uid, replicas: scale.spec?.replicas ?? 0 } : undefined
  }

  /** Milliseconds until the pod's mark as a disruption's target is stale; undefined when it has none that could be. */
  #staleIn(pod: Pod): number | undefined {
    const mark = findCondition(pod.status?.conditions, 'DisruptionTarget')
    if (pod.metadata.deletionTimestamp != null || isTerminal(pod)) return undefined
    if (mark?.status !== 'True' || mark.reason === 'TerminationByKubelet') return undefined
    return Math.max(Date.parse(mark.lastTransitionTime ?? '') + this.#staleAfterMs - this.#ctx.clock.now(), 0) || 0
  }

  async #unmark(key: string): Promise<void> {
    const pod = this.#pods.lister.getByKey(key)
    const wait = pod === undefined ? undefined : this.#staleIn(pod)
    if (pod === undefined || wait === undefined) return
    if (wait > 0) return this.#stale.addAfter(key, Math.min(wait, this.#staleAfterMs))
    try {
      await patchCondition(this.#ctx, pod, { type: 'DisruptionTarget', status: 'False', reason: '', message: '' })
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
    }
  }
}

function named<T extends Sized>(lister: Lister<T>, { name, uid }: OwnerReference, namespace: string): T | undefined {
  const found = lister.get(name, namespace)
  return found?.metadata.uid === uid ? found : undefined
}

const sized = (obj: Sized | undefined): Scale | undefined =>
  obj === undefined ? undefined : { uid: obj.metadata.uid ?? '', replicas: obj.spec?.replicas ?? 1 }

function unmanagedText(selector: LabelSelectorObject | undefined): string {
  return (
    `Pods selected by this PodDisruptionBudget (selector: ${selectorText(selector)}) were found to be unmanaged. As a result, the status of the PDB ` +
    'cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" ' +
    'field of the PDB to an integer value.'
  )
}
