import { isDeepStrictEqual } from 'node:util'
import type { EventRecorder } from '../../client/event-recorder.ts'
import type { Condition, Deployment, Pod, ReplicaSet } from '../../client/objects.ts'
import { DEPLOYMENTS, REPLICA_SETS } from '../../client/resource.ts'
import { formatTime } from '../../machinery/clock.ts'
import { isStatusError } from '../../machinery/status.ts'
import { isOpen, type ControllerContext } from '../controller.ts'
import { isTerminating as isNamespaceTerminating } from '../namespace/terminating.ts'
import { controllerOf, controllerRef } from '../owners.ts'
import { isTerminal } from '../pods.ts'
import { available, fenceposts, isRollingUpdate, newSetSize, proportion, sizeOf, sum, wanted } from './math.ts'
import { byRevision, desiredAnnotation, newSetAnnotations, nextRevision, REVISION, sizeAnnotations } from './revision.ts'
import { rolledBack, rollbackTo } from './rollback.ts'
import { calculateStatus, isComplete, progressDeadline, rolloutStatus, withCondition, type DeploymentStatus } from './status.ts'
import { byCreation, findNewSet, HASH_LABEL, sameTemplate, templateHash } from './template.ts'

/** One round for one deployment. `d` is what the round knows: each write replaces it by what the server answered. */
export class Rollout {
  readonly #ctx: ControllerContext
  readonly #recorder: EventRecorder
  #d: Deployment
  #old: ReplicaSet[]
  #new: ReplicaSet | undefined
  readonly #pods: readonly Pod[]

  constructor(ctx: ControllerContext, recorder: EventRecorder, d: Deployment, sets: readonly ReplicaSet[], pods: readonly Pod[]) {
    this.#ctx = ctx
    this.#recorder = recorder
    this.#d = d
    this.#new = findNewSet(d, sets)
    this.#old = sets.filter((rs) => rs !== this.#new)
    this.#pods = pods
  }

  get deployment(): Deployment {
    return this.#d
  }

  get #all(): ReplicaSet[] {
    return this.#new === undefined ? this.#old : [...this.#old, this.#new]
  }

  get #active(): ReplicaSet[] {
    return this.#old.filter((rs) => sizeOf(rs) > 0)
  }

  async run(): Promise<void> {
    if (this.#d.metadata.deletionTimestamp != null) return this.#writeCounts()
    await this.#markPaused()
    if (this.#d.spec?.paused === true) return this.#resize()
    const to = rollbackTo(this.#d)
    if (to !== undefined) return this.#rollBack(to)
    if (this.#wasResized()) return this.#resize()
    if (isRollingUpdate(this.#d)) await this.#rolling()
    else await this.#recreate()
    await this.#writeStatus(rolloutStatus(this.#d, this.#all, this.#new, this.#ctx.clock.now(), this.#now(), this.#countsTerminating()))
  }

  /** Nothing else happens before the deployment asks for it no more. */
  async #rollBack(to: bigint): Promise<void> {
    await this.#prepareNewSet(true)
    const { deployment, event } = rolledBack(this.#d, this.#all, to)
    this.#d = await this.#ctx.client.resource<Deployment>(DEPLOYMENTS).update(deployment, { signal: this.#ctx.signal })
    this.#event(...event)
  }

  #now(): string {
    return formatTime(this.#ctx.clock.now())
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#recorder.event({ apiVersion: 'apps/v1', kind: 'Deployment', object: this.#d }, type, reason, message)
  }

  /** A paused deployment does not run out of time; the condition says why. */
  async #markPaused(): Promise<void> {
    if (progressDeadline(this.#d) === undefined) return
    const old = this.#d.status?.conditions?.find((c) => c.type === 'Progressing')
    if (old?.reason === 'ProgressDeadlineExceeded') return
    const paused = this.#d.spec?.paused === true
    const wasPaused = old?.reason === 'DeploymentPaused'
    if (paused === wasPaused) return
    const reason = paused ? 'DeploymentPaused' : 'DeploymentResumed'
    await this.#setProgressing({ status: 'Unknown', reason, message: paused ? 'Deployment is paused' : 'Deployment is resumed' })
  }

  async #setProgressing(c: Pick<Condition, 'status' | 'reason' | 'message'>): Promise<void> {
    const conditions = withCondition(this.#d.status?.conditions ?? [], { type: 'Progressing', ...c }, this.#now())
    await this.#writeStatus({ ...this.#d.status, conditions })
  }

  #wasResized(): boolean {
    return [...this.#active, ...(this.#new !== undefined && sizeOf(this.#new) > 0 ? [this.#new] : [])].some((rs) => {
      const before = desiredAnnotation(rs)
      return before !== undefined && before !== wanted(this.#d)
    })
  }

  /** Brings revisions in order and finds or makes the set for the current template. */
  async #prepareNewSet(create: boolean): Promise<void> {
    const revision = nextRevision(this.#old)
    if (this.#new !== undefined) {
      const rs = this.#new
      const annotations = newSetAnnotations(this.#d, rs.metadata.annotations, revision)
      const minReadySeconds = this.#d.spec?.minReadySeconds
      const stale = (rs.spec?.minReadySeconds ?? 0) !== (minReadySeconds ?? 0)
      if (stale || !isDeepStrictEqual(annotations, rs.metadata.annotations ?? {})) {
        this.#new = await this.#updateSet({ ...rs, metadata: { ...rs.metadata, annotations }, spec: { ...rs.spec, minReadySeconds } })
        return
      }
      await this.#noteRevision(annotations[REVISION])
      if (progressDeadline(this.#d) !== undefined && !this.#d.status?.conditions?.some((c) => c.type === 'Progressing')) {
        const message = `Found new replica set "${rs.metadata.name}"`
        await this.#setProgressing({ status: 'True', reason: 'FoundNewReplicaSet', message })
      }
    } else if (create) await this.#createSet(revision)
  }

  async #createSet(revision: bigint): Promise<void> {
    const { name = '', namespace } = this.#d.metadata
    const { template, selector, minReadySeconds } = this.#d.spec ?? {}
    const hash = templateHash(template, this.#d.status?.collisionCount)
    const labels = { ...template?.metadata?.labels, [HASH_LABEL]: hash }
    const replicas = newSetSize(this.#d, this.#old, 0)
    const rs: ReplicaSet = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${name.slice(0, 253 - 1 - hash.length)}-${hash}`,
        namespace,
        labels,
        annotations: { ...newSetAnnotations(this.#d, undefined, revision), ...sizeAnnotations(this.#d) },
        ownerReferences: [controllerRef(this.#d, 'apps/v1', 'Deployment')],
      },
      spec: {
        replicas,
        ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
        selector: { ...selector, matchLabels: { ...selector?.matchLabels, [HASH_LABEL]: hash } },
        template: { ...template, metadata: { ...template?.metadata, labels } },
      },
    }
    const sets = this.#ctx.client.resource<ReplicaSet>(REPLICA_SETS)
    const { signal } = this.#ctx
    try {
      this.#new = await sets.create(rs, { signal })
    } catch (e) {
      if (isStatusError(e, 'AlreadyExists'))
        return this.#resolveClash(await sets.get(rs.metadata.name!, { namespace, signal }), revision, e)
      if (!isNamespaceTerminating(e)) {
        const message = `Failed to create new replica set "${rs.metadata.name}": ${e instanceof Error ? e.message : String(e)}`
        if (progressDeadline(this.#d) !== undefined) {
          await this.#setProgressing({ status: 'False', reason: 'ReplicaSetCreateError', message }).catch(() => undefined)
        }
        this.#event('Warning', 'ReplicaSetCreateError', message)
      }
      throw e
    }
    if (replicas > 0) this.#event('Normal', 'ScalingReplicaSet', `Scaled up replica set ${this.#new.metadata.name} from 0 to ${replicas}`)
    await this.#noteRevision(String(revision))
    if (progressDeadline(this.#d) !== undefined) {
      const message = `Created new replica set "${this.#new.metadata.name}"`
      await this.#setProgressing({ status: 'True', reason: 'NewReplicaSetCreated', message })
    }
  }

  /** The name is taken: by our own set, which the cache has not shown yet, or by another, and then the next name is tried. */
  async #resolveClash(existing: ReplicaSet, revision: bigint, error: unknown): Promise<void> {
    const mine = controllerOf(existing)?.uid === this.#d.metadata.uid
    if (mine && sameTemplate(existing.spec?.template, this.#d.spec?.template)) {
      this.#new = existing
      return this.#noteRevision(String(revision))
    }
    await this.#writeStatus({ ...this.#d.status, collisionCount: (this.#d.status?.collisionCount ?? 0) + 1 })
    throw error
  }

  /** The deployment carries the revision of its current set, written as upstream does: with its status. */
  async #noteRevision(revision: string | undefined): Promise<void> {
    if (revision === undefined || this.#d.metadata.annotations?.[REVISION] === revision) return
    const annotations = { ...this.#d.metadata.annotations, [REVISION]: revision }
    const next = { ...this.#d, apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...this.#d.metadata, annotations } }
    const deployments = this.#ctx.client.resource<Deployment>(DEPLOYMENTS)
    const { signal } = this.#ctx
    this.#d = await deployments.updateStatus(next, { signal })
    // A server may keep annotations out of a status write.
    if (this.#d.metadata.annotations?.[REVISION] === revision) return
    const { name = '', namespace } = this.#d.metadata
    const body = { metadata: { annotations: { [REVISION]: revision } } }
    this.#d = await deployments.patch(name, { type: 'merge', body }, { namespace, signal })
  }

  async #rolling(): Promise<void> {
    await this.#prepareNewSet(true)
    if (this.#new === undefined) return
    const target = Math.min(newSetSize(this.#d, this.#all, sizeOf(this.#new)), Math.max(wanted(this.#d), 0))
    if (await this.#scaleTo(this.#new, target)) return
    if (await this.#shrinkOld()) return
    if (isComplete(this.#d, this.#d.status ?? {})) await this.#forgetOld()
  }

  /** Old pods go as fast as availability allows: first those that are not available anyway. */
  async #shrinkOld(): Promise<boolean> {
    const rs = this.#new!
    if (sum(this.#active, sizeOf) === 0) return false
    const minimum = wanted(this.#d) - fenceposts(this.#d).maxUnavailable
    let budget = sum(this.#all, sizeOf) - minimum - (sizeOf(rs) - available(rs))
    if (budget <= 0) return false
    let changed = false
    for (const old of [...this.#active].sort(byCreation)) {
      const unhealthy = Math.min(budget, sizeOf(old) - available(old))
      if (unhealthy <= 0) continue
      budget -= unhealthy
      changed = (await this.#scaleTo(old, sizeOf(old) - unhealthy)) || changed
    }
    let spare = sum(this.#all, available) - minimum
    for (const old of [...this.#active].sort(byCreation)) {
      const less = Math.min(sizeOf(old), spare)
      if (less <= 0) continue
      spare -= less
      changed = (await this.#scaleTo(old, sizeOf(old) - less)) || changed
    }
    return changed
  }

  /** All old pods go before the first new one comes. */
  async #recreate(): Promise<void> {
    await this.#prepareNewSet(false)
    let stopped = false
    for (const old of this.#active) stopped = (await this.#scaleTo(old, 0)) || stopped
    if (stopped || this.#oldPodsRun()) return
    if (this.#new === undefined) await this.#prepareNewSet(true)
    if (this.#new === undefined) return
    if (await this.#scaleTo(this.#new, wanted(this.#d))) return
    if (isComplete(this.#d, this.#d.status ?? {})) await this.#forgetOld()
  }

  #oldPodsRun(): boolean {
    const uid = this.#new?.metadata.uid
    return this.#pods.some((p) => !isTerminal(p) && controllerOf(p)?.uid !== uid)
  }

  /** The deployment's size changed, or it is paused: sizes follow, templates do not. */
  async #resize(): Promise<void> {
    await this.#prepareNewSet(false)
    const running = this.#all.filter((rs) => sizeOf(rs) > 0)
    const only = running.length === 1 ? running[0] : running.length === 0 ? this.#newest() : undefined
    if (only !== undefined) await this.#scaleTo(only, wanted(this.#d))
    else if (running.length > 1) {
      if (this.#isSaturated()) for (const old of this.#active) await this.#scaleTo(old, 0)
      else if (isRollingUpdate(this.#d)) await this.#spread(running)
    }
    if (this.#d.spec?.paused === true) await this.#forgetOld()
    await this.#writeCounts()
  }

  #newest(): ReplicaSet | undefined {
    return this.#new ?? [...this.#old].sort(byCreation).at(-1)
  }

  #isSaturated(): boolean {
    const n = wanted(this.#d)
    const rs = this.#new
    return rs !== undefined && sizeOf(rs) === n && desiredAnnotation(rs) === n && available(rs) === n
  }

  /** In the middle of a rollout each set keeps its share of the new size. */
  async #spread(running: ReplicaSet[]): Promise<void> {
    const allowed = wanted(this.#d) === 0 ? 0 : wanted(this.#d) + fenceposts(this.#d).maxSurge
    const toAdd = allowed - sum(running, sizeOf)
    const newer = (a: ReplicaSet, b: ReplicaSet): number => (toAdd > 0 ? byCreation(b, a) : byCreation(a, b))
    const sets = toAdd === 0 ? running : [...running].sort((a, b) => sizeOf(b) - sizeOf(a) || newer(a, b))
    const sizes: number[] = []
    let added = 0
    for (const rs of sets) {
      const share = proportion(rs, this.#d, toAdd, added)
      sizes.push(sizeOf(rs) + share)
      added += share
    }
    if (toAdd !== 0) sizes[0] = Math.max(sizes[0]! + toAdd - added, 0)
    for (const [i, rs] of sets.entries()) await this.#scaleTo(rs, sizes[i]!, true)
  }

  /** True when the set's size changed. `always` also refreshes its annotations when the size is right. */
  async #scaleTo(rs: ReplicaSet, size: number, always = false): Promise<boolean> {
    const before = sizeOf(rs)
    const sizes = sizeAnnotations(this.#d)
    const annotated = Object.entries(sizes).every(([k, v]) => rs.metadata.annotations?.[k] === v)
    if (before === size && (!always || annotated)) return false
    const annotations = { ...rs.metadata.annotations, ...sizes }
    const updated = await this.#updateSet({ ...rs, metadata: { ...rs.metadata, annotations }, spec: { ...rs.spec, replicas: size } })
    if (rs === this.#new) this.#new = updated
    else this.#old = this.#old.map((o) => (o === rs ? updated : o))
    if (before === size) return false
    const way = before < size ? 'up' : 'down'
    this.#event('Normal', 'ScalingReplicaSet', `Scaled ${way} replica set ${rs.metadata.name} from ${before} to ${size}`)
    return true
  }

  #updateSet(rs: ReplicaSet): Promise<ReplicaSet> {
    const next = { ...rs, apiVersion: 'apps/v1', kind: 'ReplicaSet' }
    return this.#ctx.client.resource<ReplicaSet>(REPLICA_SETS).update(next, { signal: this.#ctx.signal })
  }

  /** Old, empty sets beyond revisionHistoryLimit go, lowest revision first. */
  async #forgetOld(): Promise<void> {
    const limit = this.#d.spec?.revisionHistoryLimit
    if (limit === undefined || limit === 2147483647) return
    const alive = this.#old.filter((rs) => rs.metadata.deletionTimestamp == null)
    const excess = alive.length - limit
    if (excess <= 0) return
    for (const rs of alive.sort(byRevision).slice(0, excess)) {
      const settled = (rs.metadata.generation ?? 0) <= (rs.status?.observedGeneration ?? 0)
      if ((rs.status?.replicas ?? 0) !== 0 || sizeOf(rs) !== 0 || !settled) continue
      const { name = '', namespace } = rs.metadata
      await this.#ctx.client
        .resource(REPLICA_SETS)
        .delete(name, { namespace, signal: this.#ctx.signal })
        .catch((e: unknown) => {
          if (!isStatusError(e, 'NotFound')) throw e
        })
    }
  }

  #countsTerminating(): boolean {
    return isOpen(this.#ctx, 'DeploymentReplicaSetTerminatingReplicas')
  }

  #writeCounts(): Promise<void> {
    return this.#writeStatus(calculateStatus(this.#d, this.#all, this.#new, this.#now(), this.#countsTerminating()))
  }

  async #writeStatus(status: DeploymentStatus): Promise<void> {
    if (isDeepStrictEqual(status, this.#d.status ?? {})) return
    const next = { ...this.#d, apiVersion: 'apps/v1', kind: 'Deployment', status }
    this.#d = await this.#ctx.client.resource<Deployment>(DEPLOYMENTS).updateStatus(next, { signal: this.#ctx.signal })
  }
}
