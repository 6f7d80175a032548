import { isDeepStrictEqual } from 'node:util'
import type { EventRecorder, EventSubject } from '../../client/event-recorder.ts'
import { dropManagedFields, type Informer } from '../../client/informer.ts'
import type { ControllerRevision, DaemonSet } from '../../client/objects-apps.ts'
import type { Node, Pod } from '../../client/objects.ts'
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '../../client/resource.ts'
import { keyOf } from '../../client/store.ts'
import { selectorFromObject, type LabelSelector } from '../../machinery/labels.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { asError, inParallel, unlessConflict, withoutZeros, type Controller, type ControllerContext } from '../controller.ts'
import { Expectations } from '../expectations.ts'
import { isTerminating as isNamespaceTerminating } from '../namespace/terminating.ts'
import { claim, claimable, concerned, controllerOf, controllerRef, indexClaimable, ownerIn, type ClaimOptions } from '../owners.ts'
import { createPod, deletePod, maySync, podFromTemplate, slowStart, type PodOwner } from '../pod-control.ts'
import { BY_NODE, indexByNode, isReady, isTerminal } from '../pods.ts'
import { REVISION_LABEL } from '../revisions.ts'
import { WrittenVersions } from '../written.ts'
import { FailedPodBackoff } from './failed-pods.ts'
import { readHistory, trimHistory } from './history.ts'
import { placementOn, targetNode, templateFor } from './placement.ts'
import { countPods, placePods, rollingUpdate, type Plan, type PlanContext } from './plan.ts'

export const daemonSetController: Controller = {
  name: 'daemonset-controller',
  account: 'daemon-set-controller',
  start: (ctx) => new DaemonSets(ctx).start(),
}

// As upstream: at most so many creates or deletes in one round.
const BURST = 250
const PARALLEL_DELETES = 32
const WORKERS = 2

const subject = (ds: DaemonSet): EventSubject => ({ apiVersion: 'apps/v1', kind: 'DaemonSet', object: ds })

/** Runs one pod of each set on every node that is for it. */
class DaemonSets {
  readonly #ctx: ControllerContext
  readonly #queue: WorkQueue
  readonly #expectations: Expectations
  readonly #written = new WrittenVersions()
  readonly #failed: FailedPodBackoff
  readonly #sets: Informer<DaemonSet>
  readonly #pods: Informer<Pod>
  readonly #nodes: Informer<Node>
  readonly #revisions: Informer<ControllerRevision>
  readonly #recorder: EventRecorder

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    this.#queue = ctx.workQueue('daemonset')
    this.#expectations = new Expectations(ctx.clock)
    this.#failed = new FailedPodBackoff(ctx.clock)
    const transform = dropManagedFields
    this.#sets = ctx.informers.informer<DaemonSet>(DAEMON_SETS, { transform })
    this.#pods = ctx.informers.informer<Pod>(PODS, { transform })
    this.#nodes = ctx.informers.informer<Node>(NODES, { transform })
    this.#revisions = ctx.informers.informer<ControllerRevision>(CONTROLLER_REVISIONS, { transform })
    for (const informer of [this.#pods, this.#revisions]) indexClaimable(informer)
    indexByNode(this.#pods)
    this.#recorder = ctx.recorder('daemonset-controller')
  }

  async start(): Promise<void> {
    const add = (ds: DaemonSet): void => this.#queue.add(keyOf(ds))
    this.#sets.addHandler({
      added: add,
      updated: add,
      deleted: (ds) => {
        this.#forget(keyOf(ds))
        this.#failed.forget(ds.metadata.uid ?? '')
        add(ds)
      },
    })
    this.#pods.addHandler({
      added: (pod) => this.#podAdded(pod),
      updated: (pod, old) => this.#podUpdated(pod, old),
      deleted: (pod) => this.#podGone(pod),
    })
    this.#nodes.addHandler({
      added: (node) => this.#nodeChanged(node),
      updated: (node, old) => {
        const same = isDeepStrictEqual(node.metadata.labels, old.metadata.labels) && isDeepStrictEqual(node.spec?.taints, old.spec?.taints)
        if (!same) this.#nodeChanged(node)
      },
      deleted: () => {
        for (const ds of this.#sets.lister.list()) add(ds)
      },
    })
    this.#revisions.addHandler({
      added: (r) => this.#revisionChanged(r),
      updated: (r, old) => {
        this.#revisionChanged(old)
        this.#revisionChanged(r)
      },
      deleted: (r) => this.#revisionChanged(r),
    })
    await Promise.all([this.#sets, this.#pods, this.#nodes, this.#revisions].map((i) => i.synced()))
    startWorkers({
      queue: this.#queue,
      workers: WORKERS,
      signal: this.#ctx.signal,
      sync: (key) => this.#sync(key),
      onError: unlessConflict(this.#ctx, (key) => `daemonset ${key}`),
    })
  }

  #ownerOf(obj: KubeObject): DaemonSet | undefined {
    return ownerIn(this.#sets.lister, 'DaemonSet', obj)
  }

  /** Whose object it is; of an orphan, who selects it. */
  #wake(obj: KubeObject): void {
    for (const ds of concerned(this.#sets.lister, 'DaemonSet', obj)) this.#queue.add(keyOf(ds))
  }

  #podAdded(pod: Pod): void {
    if (pod.metadata.deletionTimestamp != null) return this.#podGone(pod)
    const ds = this.#ownerOf(pod)
    if (ds !== undefined) this.#expectations.creationObserved(keyOf(ds))
    this.#wake(pod)
  }

  #podUpdated(pod: Pod, old: Pod): void {
    if (pod.metadata.deletionTimestamp != null) return this.#podGone(pod)
    const otherOwner = controllerOf(pod)?.uid !== controllerOf(old)?.uid
    const before = this.#ownerOf(old)
    if (otherOwner && before !== undefined) this.#queue.add(keyOf(before))
    if (controllerOf(pod) !== undefined || otherOwner || !isDeepStrictEqual(pod.metadata.labels, old.metadata.labels)) this.#wake(pod)
    const ds = this.#ownerOf(pod)
    const minReady = ds?.spec?.minReadySeconds ?? 0
    // A second more, because clocks of other machines tick differently.
    if (ds !== undefined && minReady > 0 && isReady(pod) && !isReady(old)) this.#queue.addAfter(keyOf(ds), (minReady + 1) * 1000)
  }

  #podGone(pod: Pod): void {
    const ds = this.#ownerOf(pod)
    if (ds === undefined) return
    this.#expectations.deletionObserved(keyOf(ds), keyOf(pod))
    this.#queue.add(keyOf(ds))
  }

  /** Only sets for which the node has become another one are looked at: there are many nodes. */
  #nodeChanged(node: Node): void {
    const owners = new Set(this.#pods.lister.byIndex(BY_NODE, node.metadata.name ?? '').map((p) => controllerOf(p)?.uid))
    for (const ds of this.#sets.lister.list()) {
      const { run, stay } = placementOn(node, ds)
      const there = owners.has(ds.metadata.uid)
      if (there ? !stay || (ds.status?.numberMisscheduled ?? 0) > 0 : run) this.#queue.add(keyOf(ds))
    }
  }

  /** Its own makes no difference; an orphan may be adopted. */
  #revisionChanged(revision: ControllerRevision): void {
    if (controllerOf(revision) === undefined) this.#wake(revision)
  }

  #forget(key: string): void {
    this.#expectations.forget(key)
    this.#written.forget(key)
  }

  async #sync(key: string): Promise<void> {
    const ds = this.#sets.lister.getByKey(key)
    if (ds === undefined) return this.#forget(key)
    if (this.#written.isStale(key, ds)) return
    const selector = selectorFromObject(ds.spec?.selector)
    if (selector === undefined) return
    if (selector.empty) {
      const why = 'This daemon set is selecting all pods. A non-empty selector is required.'
      return this.#recorder.event(subject(ds), 'Warning', 'SelectingAll', why)
    }
    if (ds.metadata.deletionTimestamp != null) return
    const mayAct = await maySync(this.#ctx, this.#expectations, ds, selector, this.#pods)
    const pods = await this.#claim<Pod>(ds, selector, PODS, this.#pods)
    const revisions = await this.#claim<ControllerRevision>(ds, selector, CONTROLLER_REVISIONS, this.#revisions)
    const { current, old } = await readHistory(this.#ctx, ds, revisions, pods)
    const plan = this.#planFor(key, ds, current.metadata.labels?.[REVISION_LABEL] ?? '', pods)
    let failure: Error | undefined
    if (mayAct) {
      failure = await this.#act(key, plan, old, pods).then(
        () => undefined,
        (e: unknown) => asError(e),
      )
    }
    await this.#updateStatus(key, plan, mayAct)
    if (failure !== undefined) throw failure
  }

  async #act(key: string, c: PlanContext, old: readonly ControllerRevision[], pods: readonly Pod[]): Promise<void> {
    await this.#carryOut(key, c, placePods(c))
    if (c.ds.spec?.updateStrategy?.type === 'RollingUpdate' && this.#expectations.satisfied(key)) {
      await this.#carryOut(key, c, rollingUpdate(c))
    }
    await trimHistory(this.#ctx, c.ds, old, pods)
  }

  #claim<T extends KubeObject>(ds: DaemonSet, selector: LabelSelector, id: ClaimOptions<T>['id'], informer: Informer<T>): Promise<T[]> {
    const { namespace = '', name = '' } = ds.metadata
    const { client, signal } = this.#ctx
    return claim<T>({
      client,
      id,
      owner: ds,
      ownerRef: controllerRef(ds, 'apps/v1', 'DaemonSet'),
      selector,
      candidates: claimable(informer.lister, ds),
      signal,
      freshOwner: () => client.resource<DaemonSet>(DAEMON_SETS).get(name, { namespace, signal }),
    })
  }

  #planFor(key: string, ds: DaemonSet, hash: string, claimed: readonly Pod[]): PlanContext {
    const pods = new Map<string, Pod[]>()
    for (const pod of claimed) {
      const node = targetNode(pod)
      if (node === undefined || (isTerminal(pod) && pod.metadata.deletionTimestamp != null)) continue
      pods.set(node, [...(pods.get(node) ?? []), pod])
    }
    return {
      ds,
      hash,
      nodes: this.#nodes.lister.list(),
      pods,
      now: this.#ctx.clock.now(),
      mayReplaceFailed: (_, node) => {
        const wait = this.#failed.take(`${ds.metadata.uid}/${ds.status?.observedGeneration ?? 0}/${node}`)
        if (wait > 0) this.#queue.addAfter(key, wait)
        return wait === 0
      },
      ended: ({ metadata, status }, node) => {
        const where = `daemon pod ${metadata.namespace}/${metadata.name} on node ${node}`
        if (status?.phase === 'Failed') {
          this.#recorder.event(subject(ds), 'Warning', 'FailedDaemonPod', `Found failed ${where}, will try to kill it`)
        } else this.#recorder.event(subject(ds), 'Normal', 'SucceededDaemonPod', `Found succeeded ${where}, will try to delete it`)
      },
    }
  }

  async #carryOut(key: string, { ds, hash }: PlanContext, plan: Plan): Promise<void> {
    const create = plan.create.slice(0, BURST)
    const remove = plan.remove.slice(0, BURST)
    const owner: PodOwner = { subject: subject(ds), ref: controllerRef(ds, 'apps/v1', 'DaemonSet'), recorder: this.#recorder }
    this.#expectations.expect(key, create.length, remove.map(keyOf))
    const { created, errors } = await slowStart(create, (node) =>
      createPod(this.#ctx, owner, podFromTemplate(templateFor(ds, hash, node), owner.ref, { generateName: `${ds.metadata.name}-` })),
    )
    this.#expectations.creationsFailed(key, create.length - created, errors)
    const more = await inParallel(remove, PARALLEL_DELETES, async (pod) => {
      let seen = false
      try {
        seen = await deletePod(this.#ctx, owner, pod)
      } finally {
        if (!seen) this.#expectations.deletionObserved(key, keyOf(pod))
      }
    })
    const error = [...errors, ...more].find((e) => !isNamespaceTerminating(e))
    if (error !== undefined) throw asError(error)
  }

  async #updateStatus(key: string, c: PlanContext, observed: boolean): Promise<void> {
    const { ds } = c
    const old = ds.status ?? {}
    const { updatedNumberScheduled, numberAvailable, numberUnavailable, ...always } = countPods(c)
    const sometimes = { updatedNumberScheduled, numberAvailable, numberUnavailable }
    const same = Object.entries({ ...always, ...sometimes }).every(([k, n]) => (old[k as keyof typeof old] ?? 0) === n)
    const minReady = ds.spec?.minReadySeconds ?? 0
    if (minReady > 0 && (always.numberReady ?? 0) !== numberAvailable) this.#queue.addAfter(key, minReady * 1000)
    const { generation = 0 } = ds.metadata
    if (same && Number(old.observedGeneration ?? 0) >= generation) return
    const { collisionCount, conditions, observedGeneration } = old
    const status = {
      ...always,
      ...withoutZeros(sometimes),
      ...(observed ? withoutZeros({ observedGeneration: generation }) : observedGeneration === undefined ? {} : { observedGeneration }),
      ...(collisionCount === undefined ? {} : { collisionCount }),
      ...(conditions === undefined ? {} : { conditions }),
    }
    try {
      const next = { ...ds, apiVersion: 'apps/v1', kind: 'DaemonSet', status }
      this.#written.wrote(key, await this.#ctx.client.resource<DaemonSet>(DAEMON_SETS).updateStatus(next, { signal: this.#ctx.signal }))
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
    }
  }
}
