import { isDeepStrictEqual } from 'node:util'
import type { EventRecorder, EventType } from '../../client/event-recorder.ts'
import { dropManagedFields, type Informer } from '../../client/informer.ts'
import type { HorizontalPodAutoscaler, MetricStatus } from '../../client/objects-autoscaling.ts'
import { findCondition, type Condition, type Pod } from '../../client/objects.ts'
import { leavesOpen } from '../../client/outcome.ts'
import { HORIZONTAL_POD_AUTOSCALERS, PODS, type ResourceId } from '../../client/resource.ts'
import { keyOf, splitKey } from '../../client/store.ts'
import { formatTime, type Clock } from '../../machinery/clock.ts'
import { parseLabelSelector, type LabelSelector } from '../../machinery/labels.ts'
import { isStatusError } from '../../machinery/status.ts'
import { parseApiVersion } from '../../machinery/types.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { asError, messageOf, type Controller, type ControllerContext } from '../controller.ts'
import { NoScale, Scales, type ScaleObject } from '../scales.ts'
import { WrittenVersions } from '../written.ts'
import { evaluate, MetricError } from './evaluate.ts'
import { History, settle } from './history.ts'
import { Metrics } from './metrics.ts'
import { AUTOSCALER_DEFAULTS, type AutoscalerOptions } from './options.ts'

export const horizontalPodAutoscalerController: Controller = {
  name: 'horizontal-pod-autoscaler-controller',
  account: 'horizontal-pod-autoscaler',
  start: (ctx) => new Autoscalers(ctx).start(),
}

const WORKERS = 5
const TRIES = 5

type Status = NonNullable<HorizontalPodAutoscaler['status']>

/** Sets the number of pods by what they use. */
class Autoscalers {
  readonly #ctx: ControllerContext
  readonly #o: AutoscalerOptions
  readonly #queue: WorkQueue
  readonly #hpas: Informer<HorizontalPodAutoscaler>
  readonly #pods: Informer<Pod>
  readonly #recorder: EventRecorder
  readonly #scales: Scales
  readonly #metrics: Metrics
  readonly #written = new WrittenVersions()
  readonly #histories = new Map<string, History>()
  /** What each autoscaler's target selects, by its key. */
  readonly #selectors = new Map<string, LabelSelector>()

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    this.#o = { ...AUTOSCALER_DEFAULTS, ...ctx.options.horizontalPodAutoscaler }
    this.#queue = ctx.workQueue('horizontalpodautoscaler')
    this.#hpas = ctx.informers.informer<HorizontalPodAutoscaler>(HORIZONTAL_POD_AUTOSCALERS, { transform: dropManagedFields })
    this.#pods = ctx.informers.informer<Pod>(PODS, { transform: dropManagedFields })
    this.#recorder = ctx.recorder('horizontal-pod-autoscaler')
    this.#scales = new Scales(ctx)
    this.#metrics = new Metrics(ctx, this.#scales)
  }

  async start(): Promise<void> {
    this.#hpas.addHandler({
      added: (hpa) => this.#queue.add(keyOf(hpa)),
      updated: (hpa, old) => {
        if (hpa.metadata.generation !== old.metadata.generation) this.#queue.add(keyOf(hpa))
      },
      deleted: (hpa) => this.#forget(keyOf(hpa)),
    })
    await Promise.all([this.#hpas.synced(), this.#pods.synced()])
    startWorkers({
      queue: this.#queue,
      workers: WORKERS,
      signal: this.#ctx.signal,
      sync: (key) => this.#sync(key),
      onError: (e, key) => this.#ctx.onError(e, `horizontalpodautoscaler ${key}`),
    })
  }

  #forget(key: string): void {
    this.#histories.delete(key)
    this.#selectors.delete(key)
    this.#written.forget(key)
  }

  async #sync(key: string): Promise<void> {
    const hpa = this.#hpas.lister.getByKey(key)
    if (hpa?.spec === undefined) return this.#forget(key)
    this.#queue.addAfter(key, this.#o.syncPeriodMs)
    if (this.#written.isStale(key, hpa)) return
    const look = new Turn(hpa, this.#ctx.clock, (type, reason, message) =>
      this.#recorder.event({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', object: hpa }, type, reason, message),
    )
    try {
      await this.#look(key, look)
    } catch (e) {
      // Its condition and an event tell of it; the next turn comes all the same.
      if (this.#ctx.signal.aborted) throw asError(e)
    }
    await this.#writeStatus(key, look)
  }

  async #look(key: string, turn: Turn): Promise<void> {
    const { hpa, now, at } = turn
    const { scaleTargetRef: target, maxReplicas: max, minReplicas: min = 1, behavior } = hpa.spec!
    const { scale, id } = await this.#scale(turn)
    turn.condition('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale")
    const current = scale.spec?.replicas ?? 0
    turn.observe(current, turn.status.desiredReplicas ?? 0)
    turn.forgetMetrics()
    let history = this.#histories.get(key)
    if (history === undefined) this.#histories.set(key, (history = new History(this.#o.downscaleStabilizationMs)))
    history.start(current, at)
    let desired = current
    let why = ''
    const leftZero = current === 0 && turn.wasScaledToZero
    if (current === 0 && !(leftZero && (min !== 0 || canReachZero(hpa)))) {
      turn.condition('ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero')
    } else if (current > max) {
      desired = max
      why = 'Current number of replicas above Spec.MaxReplicas'
    } else if (current < min) {
      desired = min
      why = 'Current number of replicas below Spec.MinReplicas'
    } else {
      const wanted = await this.#wanted(key, turn, scale)
      if (wanted.replicas > current) why = `${wanted.name} above target`
      // None where the metrics want no change and another rule does.
      else if (wanted.replicas < current) why = 'All metrics below target'
      desired = this.#settle(turn, history, wanted.replicas, current, min)
      // The lower bound was raised while there were none.
      if (leftZero && desired < min) {
        desired = min
        if (why === '') why = 'Current number of replicas below Spec.MinReplicas'
      }
    }
    // A number that could not be written is not told as the desired one.
    if (desired !== current) await this.#rescale(turn, { scale, id, name: target.name }, desired, why)
    turn.observe(current, desired)
    if (desired === current) return
    history.scaled(current, desired, at, behavior)
    turn.scaled(desired === 0 && min === 0 && canReachZero(hpa))
    turn.status.lastScaleTime = formatTime(now)
  }

  async #scale(turn: Turn): Promise<{ scale: ScaleObject; id: ResourceId }> {
    const { apiVersion = 'v1', kind, name } = turn.hpa.spec!.scaleTargetRef
    try {
      const gv = parseApiVersion(apiVersion)
      if (gv === undefined) throw new Error(`unexpected GroupVersion string: ${apiVersion}`)
      // Whatever its version: they all lead to one object.
      const id = await this.#scales.resourceOf(gv.group, undefined, kind)
      const scale = await this.#scales.get(id, turn.hpa.metadata.namespace ?? '', name).catch((e: unknown) => {
        if (!(e instanceof NoScale)) throw e
        throw new Error(`the server could not find the requested resource (get ${id.resource} ${name})`, { cause: e })
      })
      if (scale === undefined) throw new Error(`${id.resource}${id.group === '' ? '' : `.${id.group}`} "${name}" not found`)
      return { scale, id }
    } catch (e) {
      turn.event('Warning', 'FailedGetScale', messageOf(e))
      turn.condition(
        'AbleToScale',
        'False',
        'FailedGetScale',
        `the HPA controller was unable to get the target's current scale: ${messageOf(e)}`,
      )
      throw e
    }
  }

  /** What the metrics call for: the most that any of them does. @throws Error when they cannot say */
  async #wanted(key: string, turn: Turn, scale: ScaleObject): Promise<{ replicas: number; name: string }> {
    const { hpa, now } = turn
    const selector = scale.status?.selector ?? ''
    const pods = this.#podsOf(key, turn, selector)
    const specReplicas = scale.spec?.replicas ?? 0
    const look = {
      hpa,
      metrics: this.#metrics,
      pods,
      selector,
      specReplicas,
      statusReplicas: scale.status?.replicas ?? 0,
      now,
      options: this.#o,
    }
    const specs = hpa.spec?.metrics ?? []
    const statuses: MetricStatus[] = []
    const failures: MetricError[] = []
    let best = { replicas: 0, name: '' }
    for (const spec of specs) {
      try {
        const { status, ...found } = await evaluate(spec, look)
        statuses.push(status)
        if (best.replicas === 0 || found.replicas > best.replicas) best = found
      } catch (e) {
        if (!(e instanceof MetricError)) throw e
        turn.event('Warning', e.reason, e.message)
        failures.push(e)
        statuses.push({ type: '' })
      }
    }
    turn.status.currentMetrics = statuses
    const [first] = failures
    // What is known may add pods; it takes none away while something is not known.
    if (first !== undefined && (failures.length === specs.length || best.replicas < specReplicas)) {
      turn.condition('ScalingActive', 'False', first.reason, `the HPA was unable to compute the replica count: ${first.message}`)
      const text = `invalid metrics (${failures.length} invalid out of ${specs.length}), first error is: ${first.full}`
      turn.event('Warning', 'FailedComputeMetricsReplicas', text)
      throw new Error(text)
    }
    turn.condition(
      'ScalingActive',
      'True',
      'ValidMetricFound',
      `the HPA was able to successfully calculate a replica count from ${best.name}`,
    )
    return best
  }

  #podsOf(key: string, turn: Turn, text: string): Pod[] {
    const refuse = (reason: string, event: string, message: string, shown = message): never => {
      turn.event('Warning', event, message)
      turn.condition('ScalingActive', 'False', reason, shown)
      turn.event('Warning', 'FailedComputeMetricsReplicas', message)
      throw new Error(message)
    }
    if (text === '') refuse('InvalidSelector', 'SelectorRequired', 'selector is required', "the HPA target's scale is missing a selector")
    let selector: LabelSelector
    try {
      selector = parseLabelSelector(text)
    } catch (e) {
      return refuse(
        'InvalidSelector',
        'InvalidSelector',
        `couldn't convert selector into a corresponding internal selector object: ${messageOf(e)}`,
      )
    }
    this.#selectors.set(key, selector)
    const { namespace } = splitKey(key)
    const pods = this.#pods.lister.list(namespace).filter((pod) => selector.matches(pod.metadata.labels))
    const rivals = [...this.#selectors].filter(
      ([other, s]) => splitKey(other).namespace === namespace && pods.some((pod) => s.matches(pod.metadata.labels)),
    )
    if (rivals.length > 1) {
      const names = rivals.slice(0, 2).map(([other]) => `{${splitKey(other).name} ${namespace}}`)
      refuse(
        'AmbiguousSelector',
        'AmbiguousSelector',
        `pods by selector ${text} are controlled by more than one HPA (e.g. [${names.join(' ')}])`,
      )
    }
    return pods
  }

  /** The wish, held back by what was recommended lately, by the bounds and by the rules. */
  #settle(turn: Turn, history: History, wanted: number, current: number, min: number): number {
    const { hpa, at } = turn
    const { behavior, maxReplicas: max } = hpa.spec!
    const { calm, result } = settle(history, wanted, { current, min, max }, behavior, at)
    turn.condition('AbleToScale', 'True', calm.reason, calm.message)
    turn.condition('ScalingLimited', result.replicas === calm.replicas ? 'False' : 'True', result.reason, result.message)
    return result.replicas
  }

  async #rescale(turn: Turn, target: { scale: ScaleObject; id: ResourceId; name: string }, replicas: number, why: string): Promise<void> {
    const namespace = turn.hpa.metadata.namespace ?? ''
    let { scale } = target
    for (let tries = 1; ; tries++) {
      try {
        await this.#scales.update(target.id, namespace, { ...scale, spec: { ...scale.spec, replicas } })
        break
      } catch (e) {
        if (isStatusError(e, 'Conflict') && tries < TRIES) {
          scale = (await this.#scales.get(target.id, namespace, target.name)) ?? scale
          continue
        }
        // One that was written counts in what may be added or taken at a time.
        if (leavesOpen(e)) {
          const now = await this.#scales.get(target.id, namespace, target.name).catch(() => undefined)
          if (now?.spec?.replicas === replicas) break
        }
        turn.event('Warning', 'FailedRescale', `New size: ${replicas}; reason: ${why}; error: ${messageOf(e)}`)
        turn.condition(
          'AbleToScale',
          'False',
          'FailedUpdateScale',
          `the HPA controller was unable to update the target scale: ${messageOf(e)}`,
        )
        throw e
      }
    }
    turn.condition('AbleToScale', 'True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${replicas}`)
    turn.event('Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${why}`)
  }

  async #writeStatus(key: string, { hpa, status, event }: Turn): Promise<void> {
    if (isDeepStrictEqual(status, hpa.status)) return
    const updated = { ...hpa, apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', status }
    const hpas = this.#ctx.client.resource<HorizontalPodAutoscaler>(HORIZONTAL_POD_AUTOSCALERS)
    try {
      this.#written.wrote(key, await hpas.updateStatus(updated, { signal: this.#ctx.signal }))
    } catch (e) {
      event('Warning', 'FailedUpdateStatus', messageOf(e))
      if (!isStatusError(e, 'Conflict') && !isStatusError(e, 'NotFound')) throw e
    }
  }
}

/** Only metrics that need no pods can tell when the first is wanted again (KEP-2021). */
const canReachZero = ({ spec }: HorizontalPodAutoscaler): boolean =>
  spec?.metrics?.some(({ type }) => type === 'Object' || type === 'External') === true

/** One look at one autoscaler, and what comes of it. */
class Turn {
  readonly hpa: HorizontalPodAutoscaler
  readonly now: number
  /** The same moment by the monotonic clock: what was done how long ago does not depend on the time of day. */
  readonly at: number
  readonly status: Status
  readonly event: (type: EventType, reason: string, message: string) => void

  constructor(hpa: HorizontalPodAutoscaler, clock: Clock, event: Turn['event']) {
    this.hpa = hpa
    this.now = clock.now()
    this.at = clock.monotonic()
    this.event = event
    this.status = structuredClone(hpa.status ?? {})
  }

  condition(type: string, status: Condition['status'], reason: string, message: string): void {
    const conditions = this.status.conditions ?? []
    const old = findCondition(conditions, type)
    const lastTransitionTime = old?.status === status ? (old.lastTransitionTime ?? null) : formatTime(this.now)
    const next: Condition = { type, status, lastTransitionTime, reason, message }
    this.status.conditions = old === undefined ? [...conditions, next] : conditions.map((c) => (c === old ? next : c))
  }

  /** Somebody else's zero means that nothing is to be scaled; this controller's own does not. */
  get wasScaledToZero(): boolean {
    return findCondition(this.status.conditions, 'ScaledToZero')?.status === 'True'
  }

  scaled(toZero: boolean): void {
    if (toZero) this.condition('ScaledToZero', 'True', 'ScaledToZero', 'the HPA controller scaled the workload to zero')
    else this.condition('ScaledToZero', 'False', 'NotScaledToZero', 'the HPA controller did not scale the workload to zero')
  }

  /** What the metrics were before: a look that needs none of them, or that cannot ask, says nothing of them. */
  forgetMetrics(): void {
    if (this.status.currentMetrics != null) delete this.status.currentMetrics
  }

  observe(current: number, desired: number): void {
    const { generation } = this.hpa.metadata
    if (generation !== undefined) this.status.observedGeneration = generation
    // The server leaves a zero out: written again each turn it would look like news.
    if (current === 0) delete this.status.currentReplicas
    else this.status.currentReplicas = current
    this.status.desiredReplicas = desired
  }
}
