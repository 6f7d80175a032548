import type { EventRecorder } from '../../client/event-recorder.ts'
import { dropManagedFields, type Informer } from '../../client/informer.ts'
import type { Deployment, Pod, ReplicaSet } from '../../client/objects.ts'
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../../client/resource.ts'
import { byControllerUid, keyOf } from '../../client/store.ts'
import { selectorFromObject } from '../../machinery/labels.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller, type ControllerContext } from '../controller.ts'
import { claim, claimable, concerned, controllerOf, controllerRef, indexClaimable, ownerIn } from '../owners.ts'
import { Rollout } from './rollout.ts'
import { timeLeft } from './status.ts'

export const deploymentController: Controller = {
  name: 'deployment-controller',
  start: (ctx) => new Deployments(ctx).start(),
}

/** Turns each deployment's template into a ReplicaSet, and moves its pods over from the sets before it. */
class Deployments {
  readonly #ctx: ControllerContext
  readonly #queue: WorkQueue
  readonly #deployments: Informer<Deployment>
  readonly #sets: Informer<ReplicaSet>
  readonly #pods: Informer<Pod>
  readonly #recorder: EventRecorder

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    this.#queue = ctx.workQueue('deployment')
    this.#deployments = ctx.informers.informer<Deployment>(DEPLOYMENTS)
    this.#sets = ctx.informers.informer<ReplicaSet>(REPLICA_SETS, { transform: dropManagedFields })
    this.#pods = ctx.informers.informer<Pod>(PODS, { transform: dropManagedFields })
    indexClaimable(this.#sets)
    this.#pods.addIndex('controller', byControllerUid)
    this.#recorder = ctx.recorder('deployment-controller')
  }

  async start(): Promise<void> {
    const add = (d: Deployment): void => this.#queue.add(keyOf(d))
    this.#deployments.addHandler({ added: add, updated: add, deleted: add })
    this.#sets.addHandler({
      added: (rs) => this.#setChanged(rs),
      updated: (rs, old) => {
        this.#setChanged(rs)
        if (controllerOf(old)?.uid !== controllerOf(rs)?.uid) this.#setChanged(old)
      },
      deleted: (rs) => this.#setChanged(rs),
    })
    // Recreate waits until the last old pod is gone.
    this.#pods.addHandler({ deleted: (pod) => this.#podGone(pod) })
    await Promise.all([this.#deployments.synced(), this.#sets.synced(), this.#pods.synced()])
    startWorkers({
      queue: this.#queue,
      workers: 5,
      signal: this.#ctx.signal,
      sync: (key) => this.#sync(key),
      onError: unlessConflict(this.#ctx, (key) => `deployment ${key}`),
    })
  }

  #ownerOf(rs: ReplicaSet): Deployment | undefined {
    return ownerIn(this.#deployments.lister, 'Deployment', rs)
  }

  #setChanged(rs: ReplicaSet): void {
    for (const d of concerned(this.#deployments.lister, 'Deployment', rs)) this.#queue.add(keyOf(d))
  }

  #podGone(pod: Pod): void {
    const rs = ownerIn(this.#sets.lister, 'ReplicaSet', pod)
    const d = rs === undefined ? undefined : this.#ownerOf(rs)
    if (d?.spec?.strategy?.type === 'Recreate') this.#queue.add(keyOf(d))
  }

  async #sync(key: string): Promise<void> {
    const d = this.#deployments.lister.getByKey(key)
    const selector = selectorFromObject(d?.spec?.selector)
    if (d === undefined || selector === undefined) return
    if (selector.empty) {
      const message = 'This deployment is selecting all pods. A non-empty selector is required.'
      this.#recorder.event({ apiVersion: 'apps/v1', kind: 'Deployment', object: d }, 'Warning', 'SelectingAll', message)
      return
    }
    const { namespace = '', name = '' } = d.metadata
    const { client, signal } = this.#ctx
    const sets = await claim<ReplicaSet>({
      client,
      id: REPLICA_SETS,
      owner: d,
      ownerRef: controllerRef(d, 'apps/v1', 'Deployment'),
      selector,
      candidates: claimable(this.#sets.lister, d),
      signal,
      freshOwner: () => client.resource<Deployment>(DEPLOYMENTS).get(name, { namespace, signal }),
    })
    const pods = sets.flatMap((rs) => this.#pods.lister.byIndex('controller', rs.metadata.uid ?? ''))
    const rollout = new Rollout(this.#ctx, this.#recorder, d, sets, pods)
    await rollout.run()
    this.#watchDeadline(key, rollout.deployment)
  }

  /** Nothing happens to a stuck rollout, so its deadline needs a look of its own. */
  #watchDeadline(key: string, d: Deployment): void {
    const left = timeLeft(d, d.status ?? {}, this.#ctx.clock.now())
    if (left === undefined || d.spec?.paused === true) return
    if (d.status?.conditions?.some((c) => c.reason === 'ProgressDeadlineExceeded') === true) return
    // Whatever the time of day is set to meanwhile.
    const whole = (d.spec?.progressDeadlineSeconds ?? 0) * 1000
    this.#queue.addAfter(key, Math.min(Math.max(left, 0), whole) + 1000)
  }
}
