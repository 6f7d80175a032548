import type { ScalingRules } from '../../client/objects-autoscaling.ts'

interface Recommendation {
  at: number
  replicas: number
}

interface ScaleEvent {
  at: number
  /** By how many pods, up or down. */
  change: number
}

/** A number of replicas, and why it is not another one. */
export interface Limited {
  replicas: number
  reason: string
  message: string
}

/** Without rules of its own an autoscaler doubles at most, but up to four. */
const SCALE_UP_FACTOR = 2
const SCALE_UP_MINIMUM = 4

const IN_RANGE = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' }
const TOO_FAST_UP = { reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' }
const TOO_FAST_DOWN = { reason: 'ScaleDownLimit', message: 'the desired replica count is decreasing faster than the maximum scale rate' }
const TOO_MANY = { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' }
const TOO_FEW = { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' }

export interface Bounds {
  current: number
  min: number
  max: number
}

/** What one autoscaler recommended and did lately: it keeps it from flapping. */
export class History {
  readonly #downscaleStabilizationMs: number
  #recommendations: Recommendation[] = []
  #ups: ScaleEvent[] = []
  #downs: ScaleEvent[] = []

  constructor(downscaleStabilizationMs: number) {
    this.#downscaleStabilizationMs = downscaleStabilizationMs
  }

  start(replicas: number, now: number): void {
    if (this.#recommendations.length === 0) this.#recommendations.push({ at: now, replicas })
  }

  #remember(replicas: number, now: number, keepMs: number): void {
    this.#recommendations = this.#recommendations.filter((r) => r.at >= now - keepMs)
    this.#recommendations.push({ at: now, replicas })
  }

  scaled(from: number, to: number, now: number, behavior: { scaleUp?: ScalingRules; scaleDown?: ScalingRules } | undefined): void {
    if (behavior === undefined) return
    const keep = (events: ScaleEvent[], rules: ScalingRules | undefined): ScaleEvent[] => {
      const longest = Math.max(0, ...(rules?.policies ?? []).map((p) => p.periodSeconds))
      return events.filter((e) => e.at >= now - longest * 1000)
    }
    if (to > from) this.#ups = [...keep(this.#ups, behavior.scaleUp), { at: now, change: to - from }]
    else this.#downs = [...keep(this.#downs, behavior.scaleDown), { at: now, change: from - to }]
  }

  /** The highest recommendation of the last minutes: load that comes back finds its pods. */
  stabilized(desired: number, now: number): number {
    const recent = this.#recommendations.filter((r) => r.at >= now - this.#downscaleStabilizationMs).map((r) => r.replicas)
    this.#remember(desired, now, this.#downscaleStabilizationMs)
    return Math.max(desired, ...recent)
  }

  /** The same by the autoscaler's own windows, one for each direction. */
  stabilizedBy(desired: number, current: number, up: ScalingRules, down: ScalingRules, now: number): Limited {
    const upMs = (up.stabilizationWindowSeconds ?? 0) * 1000
    const downMs = (down.stabilizationWindowSeconds ?? this.#downscaleStabilizationMs / 1000) * 1000
    const since = (ms: number): number[] => this.#recommendations.filter((r) => r.at > now - ms).map((r) => r.replicas)
    const lowest = Math.min(desired, ...since(upMs))
    const highest = Math.max(desired, ...since(downMs))
    this.#remember(desired, now, Math.max(upMs, downMs))
    const replicas = Math.min(Math.max(current, lowest), highest)
    const text = (which: string, how: string): string =>
      `recent recommendations were ${which} than current one, applying the ${how} recent recommendation`
    return desired >= current
      ? { replicas, reason: 'ScaleUpStabilized', message: text('lower', 'lowest') }
      : { replicas, reason: 'ScaleDownStabilized', message: text('higher', 'highest') }
  }

  /** Within the bounds, and no faster than the rules allow. */
  limitedBy(desired: number, { current, min, max }: Bounds, up: ScalingRules, down: ScalingRules, now: number): Limited {
    if (desired > current) {
      const fastest = Math.max(this.#limit(current, up, now, 1), current)
      const most = Math.min(max, fastest)
      if (desired > most) return { replicas: most, ...(max > fastest ? TOO_FAST_UP : TOO_MANY) }
    } else if (desired < current) {
      const fastest = Math.min(this.#limit(current, down, now, -1), current)
      const least = Math.max(min, fastest)
      if (desired < least) return { replicas: least, ...(min < fastest ? TOO_FAST_DOWN : TOO_FEW) }
    }
    return { replicas: desired, ...IN_RANGE }
  }

  /** How far the policies let the number go now, in one direction (1 up, -1 down). */
  #limit(current: number, rules: ScalingRules, now: number, sign: 1 | -1): number {
    if (rules.selectPolicy === 'Disabled') return current
    const within = (events: readonly ScaleEvent[], seconds: number): number =>
      events.filter((e) => e.at > now - seconds * 1000).reduce((sum, e) => sum + e.change, 0)
    const limits = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
      const before = current - within(this.#ups, periodSeconds) + within(this.#downs, periodSeconds)
      if (type === 'Pods') return before + sign * value
      return sign > 0 ? Math.ceil(before * (1 + value / 100)) : Math.trunc(before * (1 - value / 100))
    })
    if (limits.length === 0) return current
    // The largest change is the highest number on the way up and the lowest on the way down.
    const largest = rules.selectPolicy !== 'Min'
    return largest === sign > 0 ? Math.max(...limits) : Math.min(...limits)
  }
}

/** Within the bounds, for an autoscaler without rules of its own. */
export function limited(desired: number, { current, min, max }: Bounds): Limited {
  const fastest = Math.max(SCALE_UP_FACTOR * current, SCALE_UP_MINIMUM)
  const most = Math.min(max, fastest)
  if (desired < min) return { replicas: min, ...TOO_FEW }
  if (desired > most) return { replicas: most, ...(max > fastest ? TOO_FAST_UP : TOO_MANY) }
  return { replicas: desired, ...IN_RANGE }
}

const READY = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' }
const HIGHEST = 'recent recommendations were higher than current one, applying the highest recent recommendation'

/** The wish as what was recommended lately leaves it, and then as the bounds and the rules do. */
export function settle(
  history: History,
  wanted: number,
  bounds: Bounds,
  behavior: { scaleUp?: ScalingRules; scaleDown?: ScalingRules } | undefined,
  now: number,
): { calm: Limited; result: Limited } {
  const { scaleUp = {}, scaleDown = {} } = behavior ?? {}
  const held: Limited =
    behavior === undefined
      ? { replicas: history.stabilized(wanted, now), reason: 'ScaleDownStabilized', message: HIGHEST }
      : history.stabilizedBy(wanted, bounds.current, scaleUp, scaleDown, now)
  const calm = held.replicas === wanted ? { replicas: wanted, ...READY } : held
  const result = behavior === undefined ? limited(calm.replicas, bounds) : history.limitedBy(calm.replicas, bounds, scaleUp, scaleDown, now)
  return { calm, result }
}
