import { findCondition, type Pod } from '../../client/objects.ts'
import { milliValue, parseQuantity } from '../../machinery/quantity.ts'
import { total } from '../../quota/pods.ts'
import { isReady } from '../pods.ts'
import type { PodMetric } from './metrics.ts'
import type { AutoscalerOptions } from './options.ts'

/** How far from the target usage may be without a change, down and up, as a share. */
export interface Tolerance {
  down: number
  up: number
}

type Readiness = Pick<AutoscalerOptions, 'cpuInitializationPeriodMs' | 'initialReadinessDelayMs'>

export interface Proposal {
  replicas: number
  /** In percent of the requests; of utilisation targets only. */
  utilization?: number
  /** In thousandths, of a pod on average or in all. */
  usage: number
}

const within = (ratio: number, { down, up }: Tolerance): boolean => 1 - down <= ratio && ratio <= 1 + up

const MAX_INT32 = 2_147_483_647
const ceil = (n: number): number => Math.min(Math.ceil(n), MAX_INT32)

interface Groups {
  ready: number
  unready: Set<string>
  missing: Set<string>
  ignored: Set<string>
}

const startOf = (pod: Pod): number => Date.parse((pod.status?.startTime as string | undefined) ?? '')

/** Whether a pod's cpu usage is still that of its start. */
function isStarting(pod: Pod, metric: PodMetric, now: number, r: Readiness): boolean {
  const ready = findCondition(pod.status?.conditions, 'Ready')
  const start = startOf(pod)
  if (ready === undefined || Number.isNaN(start)) return true
  const since = Date.parse(ready.lastTransitionTime ?? '')
  if (start + r.cpuInitializationPeriodMs > now) return ready.status === 'False' || metric.at < since + metric.windowMs
  return ready.status === 'False' && start + r.initialReadinessDelayMs > since
}

function group(pods: readonly Pod[], metrics: ReadonlyMap<string, PodMetric>, { resource, now, readiness }: PodTarget): Groups {
  const g: Groups = { ready: 0, unready: new Set(), missing: new Set(), ignored: new Set() }
  for (const pod of pods) {
    const name = pod.metadata.name ?? ''
    const metric = metrics.get(name)
    if (pod.metadata.deletionTimestamp != null || pod.status?.phase === 'Failed') g.ignored.add(name)
    else if (pod.status?.phase === 'Pending') g.unready.add(name)
    else if (metric === undefined) g.missing.add(name)
    else if (resource === 'cpu' && isStarting(pod, metric, now, readiness)) g.unready.add(name)
    else g.ready++
  }
  return g
}

/** What the pods request of a resource, in thousandths by name. @throws Error where one requests nothing */
export function requestsOf(pods: readonly Pod[], resource: string, container: string): Map<string, number> {
  const out = new Map<string, number>()
  for (const pod of pods) {
    const name = pod.metadata.name ?? ''
    const own = pod.spec?.resources?.requests
    if (own !== undefined && Object.keys(own).length > 0 && container === '') {
      // What the pod as a whole says nothing of is still its containers' together.
      const request = total({ spec: pod.spec } as Parameters<typeof total>[0], 'requests').get(resource)
      if (request === undefined) throw new Error(`missing pod-level request for ${resource} in Pod ${name}`)
      out.set(name, Number(milliValue(request)))
      continue
    }
    const sidecars = (pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')
    const all = [...(pod.spec?.containers ?? []), ...sidecars]
    const counted = container === '' ? all : all.filter((c) => c.name === container)
    if (counted.length === 0 && container !== '') throw new Error(`container ${container} not found in Pod ${name}`)
    let sum = 0
    for (const c of counted) {
      const request = c.resources?.requests?.[resource]
      if (request === undefined) throw new Error(`missing request for ${resource} in container ${c.name} of Pod ${name}`)
      sum += Number(milliValue(parseQuantity(request)))
    }
    out.set(name, sum)
  }
  return out
}

export interface PodTarget {
  current: number
  tolerance: Tolerance
  /** '' for what is no resource. */
  resource: string
  now: number
  readiness: Readiness
  /** Usage over target. @throws Error where nothing matches */
  ratio(metrics: ReadonlyMap<string, PodMetric>): { ratio: number; utilization?: number; usage: number }
  /** What a pod without a metric is taken to use while others use less than they should. */
  fallback(pod: string): number
}

/**
 * As many pods as would use what they should. Pods that are not ready count as using nothing when that would add pods, and pods without a
 * metric count against the change, so that neither leads to more than is known.
 */
export function replicasForPods(pods: readonly Pod[], given: ReadonlyMap<string, PodMetric>, t: PodTarget): Proposal {
  if (pods.length === 0) throw new Error('no pods returned by selector while calculating replica count')
  const { ready, unready, missing, ignored } = group(pods, given, t)
  const metrics = new Map(given)
  for (const name of [...ignored, ...unready]) metrics.delete(name)
  if (metrics.size === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)')
  const { ratio, ...seen } = t.ratio(metrics)
  const addsUnready = unready.size > 0 && ratio > 1
  if (!addsUnready && missing.size === 0) {
    return { ...seen, replicas: within(ratio, t.tolerance) ? t.current : ceil(ratio * ready) }
  }
  const assume = (name: string, value: number): void => void metrics.set(name, { at: t.now, windowMs: 0, value })
  if (ratio < 1) for (const name of missing) assume(name, t.fallback(name))
  else if (ratio > 1) for (const name of missing) assume(name, 0)
  if (addsUnready) for (const name of unready) assume(name, 0)
  const next = t.ratio(metrics).ratio
  const turned = (ratio < 1 && next > 1) || (ratio > 1 && next < 1)
  if (within(next, t.tolerance) || turned) return { ...seen, replicas: t.current }
  const replicas = ceil(next * metrics.size)
  const backwards = (next < 1 && replicas > t.current) || (next > 1 && replicas < t.current)
  return { ...seen, replicas: backwards ? t.current : replicas }
}

/**
 * For a share of what pods request.
 * @param requestsOfPods looked at once there are pods and metrics: without those, that is what is told. May throw
 */
export function utilizationTarget(
  requestsOfPods: () => ReadonlyMap<string, number>,
  percent: number,
): Pick<PodTarget, 'ratio' | 'fallback'> {
  let requests: ReadonlyMap<string, number> = new Map()
  return {
    ratio(metrics) {
      if (requests.size === 0) requests = requestsOfPods()
      const known = [...metrics].filter(([name]) => requests.has(name))
      const total = known.reduce((sum, [, m]) => sum + m.value, 0)
      const requested = known.reduce((sum, [name]) => sum + requests.get(name)!, 0)
      if (requested === 0) throw new Error('no metrics returned matched known pods')
      const utilization = Math.trunc((total * 100) / requested)
      return { ratio: utilization / percent, utilization, usage: Math.trunc(total / known.length) }
    },
    fallback: (name) => Math.trunc(((requests.get(name) ?? 0) * Math.max(100, percent)) / 100),
  }
}

/** For so much a pod, in thousandths. */
export const averageTarget = (target: number): Pick<PodTarget, 'ratio' | 'fallback'> => ({
  ratio(metrics) {
    const usage = Math.trunc([...metrics.values()].reduce((sum, m) => sum + m.value, 0) / metrics.size)
    return { ratio: usage / target, usage }
  },
  fallback: () => target,
})

/** For a figure that is not the pods' own. */
export function replicasForValue(pods: readonly Pod[], usage: number, target: number, current: number, tolerance: Tolerance): Proposal {
  const ratio = usage / target
  if (current === 0) return { usage, replicas: ceil(ratio) }
  if (within(ratio, tolerance)) return { usage, replicas: current }
  if (pods.length === 0) throw new Error('unable to calculate ready pods: no pods returned by selector while calculating replica count')
  return { usage, replicas: ceil(ratio * pods.filter((p) => p.status?.phase === 'Running' && isReady(p)).length) }
}

/** For a figure of which each pod is to have so much. */
export function replicasForShare(usage: number, target: number, current: number, tolerance: Tolerance): Proposal {
  const replicas = within(usage / (target * current), tolerance) ? current : ceil(usage / target)
  return { usage: current === 0 ? usage : Math.ceil(usage / current), replicas }
}
