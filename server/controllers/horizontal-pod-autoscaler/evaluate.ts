import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '../../client/objects-autoscaling.ts'
import type { Pod } from '../../client/objects.ts'
import { canonicalText, milliValue, parseJsonQuantity } from '../../machinery/quantity.ts'
import { selectorText } from '../../machinery/selector-text.ts'
import { messageOf } from '../controller.ts'
import type { Metrics } from './metrics.ts'
import type { AutoscalerOptions } from './options.ts'
import {
  averageTarget,
  replicasForPods,
  replicasForShare,
  replicasForValue,
  requestsOf,
  utilizationTarget,
  type Proposal,
  type Tolerance,
} from './replicas.ts'

const NANO_A_MILLI = 1_000_000n

/** What an autoscaler works with in one look. */
export interface Look {
  hpa: HorizontalPodAutoscaler
  metrics: Metrics
  pods: readonly Pod[]
  /** As the scale's status has it. */
  selector: string
  specReplicas: number
  statusReplicas: number
  now: number
  options: AutoscalerOptions
}

export interface Evaluated {
  replicas: number
  /** As the reason of a scaling names it. */
  name: string
  status: MetricStatus
}

/** A metric that cannot be had: the reason of the condition and of the event, and what the event says. */
export class MetricError extends Error {
  readonly reason: string
  /** With what the metric is in front, as the autoscaler's own error has it. */
  readonly full: string

  constructor(reason: string, message: string, full: string) {
    super(message)
    this.reason = reason
    this.full = full
  }
}

const milli = (quantity: string | number): number => Number(milliValue(parseJsonQuantity(quantity)))
const text = (value: number, resource = ''): string =>
  canonicalText(BigInt(Math.trunc(value)) * NANO_A_MILLI, resource === 'memory' ? 'BinarySI' : 'DecimalSI')

function toleranceOf({ hpa: { spec }, options }: Look): Tolerance {
  const share = (given: string | undefined): number =>
    given === undefined ? options.tolerance : Number(parseJsonQuantity(given).nano) / 1e9
  return { down: share(spec?.behavior?.scaleDown?.tolerance), up: share(spec?.behavior?.scaleUp?.tolerance) }
}

/** Asks for one metric and says how many pods it calls for. @throws MetricError */
export async function evaluate(spec: MetricSpec, look: Look): Promise<Evaluated> {
  const source = SOURCES[spec.type]
  if (source === undefined) {
    const message = `unknown metric source type "${spec.type}"`
    throw new MetricError('InvalidMetricSourceType', message, message)
  }
  try {
    return await source.evaluate(spec, look)
  } catch (e) {
    const message = messageOf(e)
    throw new MetricError(source.reason, message, `failed to get ${source.what(spec)}: ${source.more?.(spec) ?? ''}${message}`)
  }
}

interface Source {
  reason: string
  what(spec: MetricSpec): string
  /** What the error has in front besides. */
  more?(spec: MetricSpec): string
  evaluate(spec: MetricSpec, look: Look): Promise<Evaluated>
}

const identifierOf = (metric: { name: string; selector?: unknown }) => ({
  name: metric.name,
  ...(metric.selector === undefined ? {} : { selector: metric.selector }),
})

const SOURCES: Readonly<Record<string, Source>> = {
  Resource: {
    reason: 'FailedGetResourceMetric',
    what: (s) => `${s.resource?.name} resource metric value`,
    async evaluate({ resource }, look) {
      const { name, target } = resource!
      const proposal = await ofResource(name, target, '', look)
      const suffix = target.averageValue === undefined ? ' utilization (percentage of request)' : ''
      return {
        replicas: proposal.replicas,
        name: `${name} resource${suffix}`,
        status: { type: 'Resource', resource: { name, current: current(proposal, name) } },
      }
    },
  },
  ContainerResource: {
    reason: 'FailedGetContainerResourceMetric',
    what: (s) => `${s.containerResource?.container} container metric value`,
    async evaluate({ containerResource }, look) {
      const { name, container, target } = containerResource!
      const proposal = await ofResource(name, target, container, look)
      const what = target.averageValue === undefined ? `${name} container resource utilization (percentage of request)` : `${name} resource`
      const status = { type: 'ContainerResource', containerResource: { name, container, current: current(proposal, name) } }
      return { replicas: proposal.replicas, name: what, status }
    },
  },
  Pods: {
    reason: 'FailedGetPodsMetric',
    what: () => 'pods metric value',
    async evaluate({ pods }, look) {
      const { metric, target } = pods!
      const namespace = look.hpa.metadata.namespace ?? ''
      const values = await named(`metric ${metric.name}`, look.metrics.pods(metric.name, namespace, look.selector, metric.selector))
      const proposal = replicasForPods(look.pods, values, {
        ...common(look),
        resource: '',
        ...averageTarget(milli(target.averageValue ?? '0')),
      })
      const status = { type: 'Pods', pods: { metric: identifierOf(metric), current: { averageValue: text(proposal.usage) } } }
      return { replicas: proposal.replicas, name: `pods metric ${metric.name}`, status }
    },
  },
  Object: {
    reason: 'FailedGetObjectMetric',
    what: () => 'object metric value',
    more: ({ object }) => (object?.target.averageValue === undefined ? '' : `failed to get ${object.metric.name} object metric: `),
    async evaluate({ object }, look) {
      const { metric, target, describedObject: about } = object!
      const namespace = look.hpa.metadata.namespace ?? ''
      const what = `metric ${metric.name} on ${about.kind} ${namespace}/${about.name}`
      const usage = await named(what, look.metrics.object(metric.name, namespace, about, metric.selector))
      const { proposal, shown } = ofValue('object', usage, target, look)
      const status = { type: 'Object', object: { describedObject: about, metric: identifierOf(metric), current: shown } }
      const name = target.averageValue === undefined ? `${about.kind} metric ${metric.name}` : outside(metric)
      return { replicas: proposal.replicas, name, status }
    },
  },
  External: {
    reason: 'FailedGetExternalMetric',
    what: (s) => `${s.external?.metric.name} external metric value`,
    more({ external }) {
      const name = external?.metric.name
      return external?.target.averageValue === undefined
        ? `failed to get external metric ${name}: `
        : `failed to get ${name} external metric: `
    },
    async evaluate({ external }, look) {
      const { metric, target } = external!
      const namespace = look.hpa.metadata.namespace ?? ''
      const values = await named(
        `external metric ${namespace}/${metric.name}/${selectorText(metric.selector)}`,
        look.metrics.external(metric.name, namespace, metric.selector),
      )
      const { proposal, shown } = ofValue(
        'external',
        values.reduce((sum, v) => sum + v, 0),
        target,
        look,
      )
      const status = { type: 'External', external: { metric: identifierOf(metric), current: shown } }
      return { replicas: proposal.replicas, name: outside(metric), status }
    },
  },
}

const outside = ({ name, selector }: NonNullable<MetricSpec['external']>['metric']): string =>
  `external metric ${name}(${selectorText(selector)})`

const named = <T>(what: string, promise: Promise<T>): Promise<T> =>
  promise.catch((e: unknown) => {
    throw new Error(`unable to get ${what}: ${messageOf(e)}`, { cause: e })
  })

const common = (look: Look) => ({ current: look.specReplicas, tolerance: toleranceOf(look), now: look.now, readiness: look.options })

const current = ({ utilization, usage }: Proposal, resource: string) => ({
  ...(utilization === undefined ? {} : { averageUtilization: utilization }),
  averageValue: text(usage, resource),
})

async function ofResource(
  resource: string,
  target: NonNullable<MetricSpec['resource']>['target'],
  container: string,
  look: Look,
): Promise<Proposal> {
  const { averageValue, averageUtilization } = target
  if (averageValue === undefined && averageUtilization === undefined) {
    throw new Error('invalid resource metric source: neither an average utilization target nor an average value (usage) target was set')
  }
  const kind = averageValue === undefined ? 'utilization' : 'usage'
  try {
    const fetched = look.metrics.resource(resource, look.hpa.metadata.namespace ?? '', look.selector, container)
    const metrics = await named(`metrics for resource ${resource}`, fetched)
    const rules =
      averageValue === undefined
        ? utilizationTarget(() => requestsOf(look.pods, resource, container), averageUtilization!)
        : averageTarget(milli(averageValue))
    return replicasForPods(look.pods, metrics, { ...common(look), resource, ...rules })
  } catch (e) {
    throw new Error(`failed to get ${resource} ${kind}: ${messageOf(e)}`, { cause: e })
  }
}

function ofValue(of: string, usage: number, target: NonNullable<MetricSpec['external']>['target'], look: Look) {
  const tolerance = toleranceOf(look)
  if (target.averageValue !== undefined) {
    const proposal = replicasForShare(usage, milli(target.averageValue), look.statusReplicas, tolerance)
    return { proposal, shown: { averageValue: text(proposal.usage) } }
  }
  if (target.value === undefined) throw new Error(`invalid ${of} metric source: neither a value target nor an average value target was set`)
  const proposal = replicasForValue(look.pods, usage, milli(target.value), look.specReplicas, tolerance)
  return { proposal, shown: { value: text(proposal.usage) } }
}
