import type { StatefulSet } from '../../client/objects-apps.ts'
import type { Pod } from '../../client/objects.ts'
import { PODS } from '../../client/resource.ts'
import { keyOf } from '../../client/store.ts'
import { isStatusError } from '../../machinery/status.ts'
import { messageOf } from '../controller.ts'
import { scaled } from '../deployment/math.ts'
import type { Expectations } from '../expectations.ts'
import { controllerRef } from '../owners.ts'
import { slowStart } from '../pod-control.ts'
import { isAvailable, isReady, isTerminal } from '../pods.ts'
import { templateOf } from '../revisions.ts'
import { applyRetention, createClaims, hasStaleClaim, matchesRetention, type ClaimContext } from './claims.ts'
import type { History } from './history.ts'
import { corrected, firstOrdinal, hasIdentity, hasStorage, isInRange, newPod, ordinalOf, revisionOf, sizeOf } from './identity.ts'

type Status = NonNullable<StatefulSet['status']>

const isCreated = (pod: Pod): boolean => (pod.status?.phase ?? '') !== ''
const isDeleted = (pod: Pod): boolean => pod.metadata.deletionTimestamp != null
const isServing = (pod: Pod): boolean => pod.status?.phase === 'Running' && isReady(pod)

export interface RoundContext extends ClaimContext {
  key: string
  pods: readonly Pod[]
  history: History
  expectations: Expectations
  now: number
}

/** One look at one set: its pods in the order of their ordinals, and what is done to them now. */
export class Round {
  readonly #c: RoundContext
  readonly #set: StatefulSet
  /** One for each ordinal of the set; those that are not there are made up and created. */
  readonly #replicas: Pod[]
  /** Beyond the set's size, highest ordinal first. */
  readonly #condemned: Pod[]
  readonly #firstUnavailable: Pod | undefined
  /** One after the other, each only when those before it are available. */
  readonly #ordered: boolean
  #deletedForUpdate = 0

  constructor(c: RoundContext) {
    this.#c = c
    this.#set = c.set
    this.#ordered = c.set.spec?.podManagementPolicy !== 'Parallel'
    const byOrdinal = new Map(c.pods.filter((p) => isInRange(p, c.set)).map((p) => [ordinalOf(p), p]))
    const start = firstOrdinal(c.set)
    this.#replicas = Array.from({ length: sizeOf(c.set) }, (_, i) => byOrdinal.get(start + i) ?? this.#newPod(start + i))
    this.#condemned = c.pods.filter((p) => ordinalOf(p) >= 0 && !isInRange(p, c.set)).sort((a, b) => ordinalOf(b) - ordinalOf(a))
    this.#firstUnavailable = [...this.#replicas, ...this.#condemned.toReversed()].find((p) => this.#isUnavailable(p))
  }

  /** Creates, corrects and deletes pods as far as may be now. */
  async run(): Promise<void> {
    if (this.#set.metadata.deletionTimestamp != null) return
    if (await this.#forAll(this.#replicas, (p) => this.#keep(p))) return
    if (await this.#forAll(this.#condemned, (p) => this.#fixClaims(p))) return
    if (await this.#forAll(this.#condemned, (p) => this.#condemn(p))) return
    if (this.#set.spec?.updateStrategy?.type === 'RollingUpdate') await this.#rollOut()
  }

  status(): Status {
    const { set, history } = this.#c
    const { current, update, collisions } = history
    const all = set.metadata.deletionTimestamp == null ? [...this.#replicas, ...this.#condemned] : this.#c.pods
    const created = all.filter(isCreated)
    const serving = all.filter(isServing)
    const of = (revision: string): number => created.filter((p) => !isDeleted(p) && revisionOf(p) === revision).length
    const [currentRevision = '', updateRevision = ''] = [current.metadata.name, update.metadata.name]
    const counts = {
      replicas: created.length,
      readyReplicas: serving.length,
      availableReplicas: serving.filter((p) => this.#isAvailable(p)).length,
      currentReplicas: of(currentRevision) - this.#deletedForUpdate,
      updatedReplicas: of(updateRevision),
    }
    const { conditions } = set.status ?? {}
    const status: Status = {
      observedGeneration: set.metadata.generation ?? 0,
      ...counts,
      currentRevision,
      updateRevision,
      collisionCount: collisions,
      ...(conditions === undefined ? {} : { conditions }),
    }
    const all3 = [counts.updatedReplicas, counts.readyReplicas, counts.replicas].every((n) => n === sizeOf(set))
    // The new revision has become the current one.
    if (all3) Object.assign(status, { currentReplicas: counts.updatedReplicas, currentRevision: updateRevision })
    return status
  }

  #isAvailable(pod: Pod): boolean {
    return isAvailable(pod, this.#set.spec?.minReadySeconds ?? 0, this.#c.now)
  }

  #isUnavailable(pod: Pod): boolean {
    return isDeleted(pod) || !this.#isAvailable(pod)
  }

  /** Below the partition pods are of the current revision, from it on of the new one. */
  #newPod(ordinal: number): Pod {
    const { set, history } = this.#c
    const { type, rollingUpdate } = set.spec?.updateStrategy ?? {}
    const start = firstOrdinal(set)
    const isOld =
      rollingUpdate === undefined
        ? type === 'RollingUpdate' && ordinal < start + (set.status?.currentReplicas ?? 0)
        : ordinal < start + (rollingUpdate.partition ?? 0)
    const revision = isOld ? history.current : history.update
    return newPod(set, controllerRef(set, 'apps/v1', 'StatefulSet'), templateOf(revision), revision.metadata.name ?? '', ordinal)
  }

  /** Resolves with true when the round is to end here. In parallel, no pod holds up the others. */
  async #forAll(pods: readonly Pod[], act: (pod: Pod) => Promise<boolean>): Promise<boolean> {
    if (this.#ordered) {
      for (const pod of pods) if (await act(pod)) return true
      return false
    }
    const { errors } = await slowStart(pods, act)
    if (errors.length > 0) throw errors[0]
    return false
  }

  async #keep(pod: Pod): Promise<boolean> {
    if (isTerminal(pod)) {
      if (!isDeleted(pod)) await this.#delete(pod)
      return true
    }
    if (!isCreated(pod)) {
      if (hasStaleClaim(this.#c, pod)) return true
      await this.#create(pod)
      if (this.#ordered) return true
    }
    if (pod.status?.phase === 'Pending') {
      await createClaims(this.#c, pod)
      await this.#orFail('Update', pod, () => applyRetention(this.#c, pod))
    }
    if (this.#ordered && (isDeleted(pod) || !isServing(pod) || !this.#isAvailable(pod))) return true
    if (!hasIdentity(pod, this.#set) || !hasStorage(pod, this.#set) || !matchesRetention(this.#c, pod)) await this.#correct(pod)
    return false
  }

  async #fixClaims(pod: Pod): Promise<boolean> {
    if (!matchesRetention(this.#c, pod)) await applyRetention(this.#c, pod)
    return false
  }

  async #condemn(pod: Pod): Promise<boolean> {
    if (isDeleted(pod)) return this.#ordered
    const waits = pod !== this.#firstUnavailable && (!isServing(pod) || !this.#isAvailable(pod))
    if (this.#ordered && waits) return true
    await this.#delete(pod)
    return true
  }

  /** Deletes pods of other revisions, highest ordinal first, while no more than maxUnavailable are missing. */
  async #rollOut(): Promise<void> {
    const { rollingUpdate } = this.#set.spec?.updateStrategy ?? {}
    const revision = this.#c.history.update.metadata.name
    const most = Math.max(scaled(rollingUpdate?.maxUnavailable ?? 1, sizeOf(this.#set), false), 1)
    const missing = this.#replicas.filter((p) => this.#isUnavailable(p))
    const isOld = (p: Pod): boolean => revisionOf(p) !== revision && !isDeleted(p)
    const stuck = this.#ordered ? [] : missing.filter(isOld)
    if (missing.length >= most && stuck.length === 0) return
    const old = this.#replicas
      .slice(rollingUpdate?.partition ?? 0)
      .filter(isOld)
      .reverse()
    let room = most - missing.length
    const victims = new Set(this.#ordered ? [] : old.filter((p) => !this.#isAvailable(p)))
    for (const pod of old) {
      if (room <= 0) break
      if (victims.has(pod)) continue
      victims.add(pod)
      room--
    }
    for (const pod of victims) {
      await this.#delete(pod)
      this.#deletedForUpdate++
    }
  }

  #event(verb: 'Create' | 'Update' | 'Delete', pod: Pod, error?: unknown): void {
    const what = `${verb} Pod ${pod.metadata.name} in StatefulSet ${this.#set.metadata.name}`
    if (error === undefined) this.#c.event('Normal', `Successful${verb}`, `${what} successful`)
    else this.#c.event('Warning', `Failed${verb}`, `${what} failed error: ${messageOf(error)}`)
  }

  /** Runs `step`, and says so in an event when it fails. */
  async #orFail(verb: 'Create' | 'Update' | 'Delete', pod: Pod, step: () => Promise<unknown>): Promise<void> {
    try {
      await step()
    } catch (e) {
      this.#event(verb, pod, e)
      throw e
    }
  }

  async #create(pod: Pod): Promise<void> {
    const { ctx, key, expectations } = this.#c
    await this.#orFail('Create', pod, () => createClaims(this.#c, pod))
    expectations.more(key, 1, [])
    try {
      await ctx.client.resource<Pod>(PODS).create(pod, { signal: ctx.signal })
    } catch (e) {
      expectations.creationObserved(key)
      if (!isStatusError(e, 'AlreadyExists')) this.#event('Create', pod, e)
      throw e
    }
    await this.#orFail('Update', pod, () => applyRetention(this.#c, pod))
    this.#event('Create', pod)
  }

  async #correct(pod: Pod): Promise<void> {
    const { ctx } = this.#c
    if (!hasStorage(pod, this.#set)) await this.#orFail('Update', pod, () => createClaims(this.#c, pod))
    if (!matchesRetention(this.#c, pod)) await this.#orFail('Update', pod, () => applyRetention(this.#c, pod))
    await this.#orFail('Update', pod, () => ctx.client.resource<Pod>(PODS).update(corrected(pod, this.#set), { signal: ctx.signal }))
    this.#event('Update', pod)
  }

  async #delete(pod: Pod): Promise<void> {
    const { ctx, key, expectations } = this.#c
    const { name = '', namespace } = pod.metadata
    expectations.more(key, 0, [keyOf(pod)])
    try {
      await ctx.client.resource(PODS).delete(name, { namespace, signal: ctx.signal })
    } catch (e) {
      expectations.deletionObserved(key, keyOf(pod))
      if (!isStatusError(e, 'NotFound')) {
        this.#event('Delete', pod, e)
        throw e
      }
    }
    this.#event('Delete', pod)
  }
}
