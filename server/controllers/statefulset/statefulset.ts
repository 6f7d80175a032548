import { isDeepStrictEqual } from 'node:util'
import type { EventRecorder } from '../../client/event-recorder.ts'
import { dropManagedFields, type Informer } from '../../client/informer.ts'
import type { ControllerRevision, StatefulSet } from '../../client/objects-apps.ts'
import type { PersistentVolumeClaim } from '../../client/objects-storage.ts'
import type { Pod } from '../../client/objects.ts'
import { CONTROLLER_REVISIONS, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../client/resource.ts'
import { keyOf } from '../../client/store.ts'
import { selectorFromObject } from '../../machinery/labels.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { asError, unlessConflict, withoutZeros, type Controller, type ControllerContext } from '../controller.ts'
import { Expectations } from '../expectations.ts'
import { claim, claimable, concerned, controllerOf, controllerRef, indexClaimable, ownerIn, type ClaimOptions } from '../owners.ts'
import { isReady, untilAvailable } from '../pods.ts'
import { WrittenVersions } from '../written.ts'
import { readHistory, trimHistory } from './history.ts'
import { isMember } from './identity.ts'
import { Round } from './round.ts'

export const statefulSetController: Controller = {
  name: 'statefulset-controller',
  start: (ctx) => new StatefulSets(ctx).start(),
}

const WORKERS = 5

/** Keeps pods with names and claims of their own, one for each ordinal of a set. */
class StatefulSets {
  readonly #ctx: ControllerContext
  readonly #queue: WorkQueue
  readonly #expectations: Expectations
  readonly #written = new WrittenVersions()
  readonly #sets: Informer<StatefulSet>
  readonly #pods: Informer<Pod>
  readonly #claims: Informer<PersistentVolumeClaim>
  readonly #revisions: Informer<ControllerRevision>
  readonly #recorder: EventRecorder

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    this.#queue = ctx.workQueue('statefulset')
    this.#expectations = new Expectations(ctx.clock)
    const transform = dropManagedFields
    this.#sets = ctx.informers.informer<StatefulSet>(STATEFUL_SETS, { transform })
    this.#pods = ctx.informers.informer<Pod>(PODS, { transform })
    this.#claims = ctx.informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, { transform })
    this.#revisions = ctx.informers.informer<ControllerRevision>(CONTROLLER_REVISIONS, { transform })
    for (const informer of [this.#pods, this.#revisions]) indexClaimable(informer)
    this.#recorder = ctx.recorder('statefulset-controller')
  }

  async start(): Promise<void> {
    const add = (set: StatefulSet): void => this.#queue.add(keyOf(set))
    this.#sets.addHandler({
      added: add,
      updated: add,
      deleted: (set) => {
        this.#forget(keyOf(set))
        add(set)
      },
    })
    this.#pods.addHandler({
      added: (pod) => {
        const set = this.#ownerOf(pod)
        if (set !== undefined) this.#expectations.creationObserved(keyOf(set))
        this.#seeDeletion(pod)
        this.#wake(pod)
      },
      updated: (pod, old) => this.#podUpdated(pod, old),
      deleted: (pod) => {
        this.#seeDeletion(pod, true)
        if (controllerOf(pod) !== undefined) this.#wake(pod)
      },
    })
    await Promise.all([this.#sets, this.#pods, this.#claims, this.#revisions].map((i) => i.synced()))
    startWorkers({
      queue: this.#queue,
      workers: WORKERS,
      signal: this.#ctx.signal,
      sync: (key) => this.#sync(key),
      onError: unlessConflict(this.#ctx, (key) => `statefulset ${key}`),
    })
  }

  #ownerOf(pod: Pod): StatefulSet | undefined {
    return ownerIn(this.#sets.lister, 'StatefulSet', pod)
  }

  #seeDeletion(pod: Pod, gone = false): void {
    const set = gone || pod.metadata.deletionTimestamp != null ? this.#ownerOf(pod) : undefined
    if (set !== undefined) this.#expectations.deletionObserved(keyOf(set), keyOf(pod))
  }

  #wake(pod: Pod): void {
    for (const set of concerned(this.#sets.lister, 'StatefulSet', pod)) this.#queue.add(keyOf(set))
  }

  #podUpdated(pod: Pod, old: Pod): void {
    this.#seeDeletion(pod)
    const otherOwner = controllerOf(pod)?.uid !== controllerOf(old)?.uid
    const before = this.#ownerOf(old)
    if (otherOwner && before !== undefined) this.#queue.add(keyOf(before))
    if (controllerOf(pod) !== undefined || otherOwner || !isDeepStrictEqual(pod.metadata.labels, old.metadata.labels)) this.#wake(pod)
    const set = this.#ownerOf(pod)
    const minReady = set?.spec?.minReadySeconds ?? 0
    if (set !== undefined && minReady > 0 && isReady(pod) && !isReady(old)) this.#queue.addAfter(keyOf(set), minReady * 1000)
  }

  #forget(key: string): void {
    this.#expectations.forget(key)
    this.#written.forget(key)
  }

  async #sync(key: string): Promise<void> {
    const set = this.#sets.lister.getByKey(key)
    if (set === undefined) return this.#forget(key)
    // What was done before is not in the cache yet; when it is, the set is looked at again.
    if (this.#written.isStale(key, set) || !this.#expectations.satisfied(key)) return
    const revisions = await this.#claim<ControllerRevision>(set, CONTROLLER_REVISIONS, this.#revisions)
    const claimed = await this.#claim<Pod>(set, PODS, this.#pods, (pod) => isMember(pod, set))
    const pods = claimed.filter((pod) => isMember(pod, set))
    const history = await readHistory(this.#ctx, set, revisions)
    const now = this.#ctx.clock.now()
    this.#expectations.forget(key)
    const round = new Round({
      ctx: this.#ctx,
      key,
      set,
      pods,
      history,
      claims: this.#claims.lister,
      expectations: this.#expectations,
      now,
      event: (type, reason, message) =>
        this.#recorder.event({ apiVersion: 'apps/v1', kind: 'StatefulSet', object: set }, type, reason, message),
    })
    let failure: unknown
    try {
      await round.run()
    } catch (e) {
      failure = e
    }
    const status = round.status()
    await this.#writeStatus(key, set, status)
    await trimHistory(this.#ctx, set, pods, revisions, history)
    if (failure !== undefined) throw asError(failure)
    const minReady = set.spec?.minReadySeconds ?? 0
    if (minReady > 0 && status.readyReplicas !== status.availableReplicas) this.#queue.addAfter(key, untilAvailable(pods, minReady, now))
  }

  async #claim<T extends KubeObject>(
    set: StatefulSet,
    id: ClaimOptions<T>['id'],
    { lister }: Informer<T>,
    mayAdopt: (obj: T) => boolean = () => true,
  ): Promise<T[]> {
    const selector = selectorFromObject(set.spec?.selector)
    if (selector === undefined) return []
    const { namespace = '', name = '' } = set.metadata
    const { client, signal } = this.#ctx
    return claim<T>({
      client,
      id,
      owner: set,
      ownerRef: controllerRef(set, 'apps/v1', 'StatefulSet'),
      selector,
      candidates: claimable(lister, set, mayAdopt),
      signal,
      freshOwner: () => client.resource<StatefulSet>(STATEFUL_SETS).get(name, { namespace, signal }),
    })
  }

  async #writeStatus(key: string, set: StatefulSet, next: NonNullable<StatefulSet['status']>): Promise<void> {
    const { replicas, availableReplicas, currentRevision, updateRevision, collisionCount, conditions, ...counts } = next
    const status = {
      replicas,
      availableReplicas,
      currentRevision,
      updateRevision,
      collisionCount,
      ...withoutZeros({ ...counts, observedGeneration: Number(counts.observedGeneration) }),
      ...(conditions === undefined ? {} : { conditions }),
    }
    if (isDeepStrictEqual(status, set.status)) return
    const updated = { ...set, apiVersion: 'apps/v1', kind: 'StatefulSet', status } as StatefulSet
    this.#written.wrote(
      key,
      await this.#ctx.client.resource<StatefulSet>(STATEFUL_SETS).updateStatus(updated, { signal: this.#ctx.signal }),
    )
  }
}
