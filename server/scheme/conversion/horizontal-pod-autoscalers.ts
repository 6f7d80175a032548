/**
 * autoscaling v1 and v2: v1 knows one CPU target and keeps every other metric, the conditions and the behaviour in annotations, as
 * JSON of its own flat metric types.
 */
import { JsonError } from '../../machinery/json.ts'
import { normalize } from '../check.ts'
import { typeOrThrow } from '../facts.ts'

type Json = Record<string, unknown>
type Part = 'name' | 'container' | 'metric' | 'selector' | 'object' | 'value' | 'average' | 'utilization'

const prefix = 'autoscaling.alpha.kubernetes.io/'
const annotation = {
  metrics: `${prefix}metrics`,
  currentMetrics: `${prefix}current-metrics`,
  conditions: `${prefix}conditions`,
  behavior: `${prefix}behavior`,
}
const roundTrip = new Set([...Object.values(annotation), `${prefix}scale-down-tolerance`, `${prefix}scale-up-tolerance`])
const DEFAULT_CPU_UTILIZATION = 80

/** What v1 calls the parts of a metric, by the metric's field. */
const flatSpec: Record<string, Partial<Record<Part, string>>> = {
  resource: { name: 'name', utilization: 'targetAverageUtilization', average: 'targetAverageValue' },
  containerResource: { name: 'name', container: 'container', utilization: 'targetAverageUtilization', average: 'targetAverageValue' },
  pods: { metric: 'metricName', selector: 'selector', average: 'targetAverageValue' },
  object: { object: 'target', metric: 'metricName', selector: 'selector', value: 'targetValue', average: 'averageValue' },
  external: { metric: 'metricName', selector: 'metricSelector', value: 'targetValue', average: 'targetAverageValue' },
}
const flatStatus: typeof flatSpec = {
  resource: { name: 'name', utilization: 'currentAverageUtilization', average: 'currentAverageValue' },
  containerResource: { name: 'name', container: 'container', utilization: 'currentAverageUtilization', average: 'currentAverageValue' },
  pods: { metric: 'metricName', selector: 'selector', average: 'currentAverageValue' },
  object: { object: 'target', metric: 'metricName', selector: 'selector', value: 'currentValue', average: 'averageValue' },
  external: { metric: 'metricName', selector: 'metricSelector', value: 'currentValue', average: 'currentAverageValue' },
}

const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : [])
const defined = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))
const typed = <T>(name: string, value: T): T => normalize(typeOrThrow(`io.k8s.api.autoscaling.${name}`), value)

/** Metrics of v2 to those of v1; `amount` is `target` in a spec and `current` in a status. */
function flatten(metric: Json, table: typeof flatSpec, amount: 'target' | 'current'): Json {
  const out: Json = { type: metric.type }
  for (const [kind, parts] of Object.entries(table)) {
    if (metric[kind] === undefined) continue
    const source = object(metric[kind])
    const of = object(source[amount])
    const about = object(source.metric)
    const values: Record<Part, unknown> = {
      name: source.name,
      container: source.container,
      metric: about.name,
      selector: about.selector,
      object: source.describedObject,
      value: of.value,
      average: of.averageValue,
      utilization: of.averageUtilization,
    }
    out[kind] = defined(Object.fromEntries(Object.entries(parts).map(([part, name]) => [name, values[part as Part]])))
  }
  return out
}

/** Metrics of v1 to those of v2. */
function nest(metric: Json, table: typeof flatSpec, amount: 'target' | 'current'): Json {
  const out: Json = { type: metric.type }
  for (const [kind, parts] of Object.entries(table)) {
    if (metric[kind] === undefined) continue
    const source = object(metric[kind])
    const part = (name: Part): unknown => (parts[name] === undefined ? undefined : source[parts[name]])
    const values = { value: part('value'), averageValue: part('average'), averageUtilization: part('utilization') }
    if (amount === 'target' && kind === 'object' && values.averageValue !== undefined && values.value === '0') values.value = undefined
    const type = amount === 'target' ? targetType(kind, values) : undefined
    out[kind] = defined({
      name: part('name'),
      container: part('container'),
      describedObject: part('object'),
      metric: parts.metric === undefined ? undefined : defined({ name: part('metric'), selector: part('selector') }),
      [amount]: defined({ type, ...values }),
    })
  }
  return out
}

function targetType(kind: string, values: { value: unknown; averageValue: unknown; averageUtilization: unknown }): string {
  if (values.averageUtilization !== undefined) return 'Utilization'
  if (kind === 'external') return values.value === undefined ? 'AverageValue' : 'Value'
  return kind === 'object' && values.averageValue === undefined ? 'Value' : 'AverageValue'
}

const cpu = (metric: Json): Json | undefined => {
  const resource = object(metric.resource)
  return metric.type === 'Resource' && resource.name === 'cpu' ? resource : undefined
}

function withoutRoundTrip(metadata: unknown): { metadata: Json; annotations: Json } {
  const entries = Object.entries(object(object(metadata).annotations))
  const annotations = Object.fromEntries(entries.filter(([key]) => !roundTrip.has(key)))
  return { metadata: object(metadata), annotations }
}

/** Field names as in Go's internal type, which is what the annotation holds. */
const capital = (name: string): string => name[0]!.toUpperCase() + name.slice(1)
const small = (name: string): string => name[0]!.toLowerCase() + name.slice(1)

function behaviorText(behavior: Json): string {
  const rules = (value: unknown): unknown => {
    if (value === undefined) return null
    const { stabilizationWindowSeconds = null, selectPolicy = null, policies, tolerance = null } = object(value)
    const each =
      policies === undefined
        ? null
        : list(policies).map(({ type, value: v, periodSeconds }) => ({ Type: type, Value: v, PeriodSeconds: periodSeconds }))
    return { StabilizationWindowSeconds: stabilizationWindowSeconds, SelectPolicy: selectPolicy, Policies: each, Tolerance: tolerance }
  }
  return JSON.stringify({ [capital('scaleUp')]: rules(behavior.scaleUp), [capital('scaleDown')]: rules(behavior.scaleDown) })
}

function lowerCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerCase)
  if (typeof value !== 'object' || value === null) return value
  return defined(Object.fromEntries(Object.entries(value).map(([name, item]) => [small(name), lowerCase(item)])))
}

export function toV1(hpa: Json): Json {
  const { metadata, annotations } = withoutRoundTrip(hpa.metadata)
  const { metrics, behavior, ...spec } = object(hpa.spec)
  const { currentMetrics, conditions, ...status } = object(hpa.status)
  const isCpuTarget = (m: Json): boolean => object(cpu(m)?.target).averageUtilization !== undefined
  const others = list(metrics).filter((m) => !isCpuTarget(m))
  const put = (key: string, value: unknown[], type: string): void => {
    if (value.length > 0) annotations[key] = JSON.stringify(value.map((each) => typed(type, each)))
  }
  put(
    annotation.metrics,
    others.map((m) => flatten(m, flatSpec, 'target')),
    'v1.MetricSpec',
  )
  put(
    annotation.currentMetrics,
    list(currentMetrics).map((m) => flatten(m, flatStatus, 'current')),
    'v1.MetricStatus',
  )
  put(annotation.conditions, list(conditions), 'v1.HorizontalPodAutoscalerCondition')
  if (behavior !== undefined) annotations[annotation.behavior] = behaviorText(object(behavior))
  const target = list(metrics).find(isCpuTarget)
  const currents = list(currentMetrics).map((m) => object(cpu(m)?.current).averageUtilization)
  return {
    ...hpa,
    metadata: { ...metadata, annotations },
    spec: defined({ ...spec, targetCPUUtilizationPercentage: target && object(cpu(target)?.target).averageUtilization }),
    status: defined({ ...status, currentCPUUtilizationPercentage: currents.findLast((value) => value !== undefined) }),
  }
}

/** The list in an annotation; undefined when there is none or when it is no such list, as upstream passes over it. */
function listIn(annotations: Json, key: string, type: string): Json[] | undefined {
  const text = annotations[key]
  if (typeof text !== 'string') return undefined
  try {
    const found: unknown = JSON.parse(text)
    return Array.isArray(found) ? found.map((each) => typed(type, each as Json)) : undefined
  } catch (e) {
    if (e instanceof SyntaxError || e instanceof TypeError || e instanceof JsonError) return undefined
    throw e
  }
}

function behaviorIn(annotations: Json): unknown {
  const text = annotations[annotation.behavior]
  if (typeof text !== 'string') return undefined
  try {
    const found = lowerCase(JSON.parse(text)) as Json
    if (typeof found !== 'object' || found === null || Object.keys(found).length === 0) return undefined
    return typed('v2.HorizontalPodAutoscalerBehavior', found)
  } catch (e) {
    if (e instanceof SyntaxError || e instanceof TypeError) return undefined
    throw e
  }
}

const cpuMetric = (amount: 'target' | 'current', values: Json): Json => ({ type: 'Resource', resource: { name: 'cpu', [amount]: values } })

export function toV2(hpa: Json): Json {
  const given = object(object(hpa.metadata).annotations)
  const { metadata, annotations } = withoutRoundTrip(hpa.metadata)
  const { targetCPUUtilizationPercentage: target, ...spec } = object(hpa.spec)
  const { currentCPUUtilizationPercentage: current, ...status } = object(hpa.status)
  const metrics = (listIn(given, annotation.metrics, 'v1.MetricSpec') ?? []).map((m) => nest(m, flatSpec, 'target'))
  const hasTarget = target !== undefined && target !== null
  if (hasTarget || metrics.length === 0)
    metrics.push(cpuMetric('target', { type: 'Utilization', averageUtilization: hasTarget ? target : DEFAULT_CPU_UTILIZATION }))
  const currents = listIn(given, annotation.currentMetrics, 'v1.MetricStatus')?.map((m) => nest(m, flatStatus, 'current'))
  const hasCurrent = current !== undefined && current !== null
  return {
    ...hpa,
    metadata: { ...metadata, annotations },
    spec: defined({ ...spec, metrics, behavior: behaviorIn(given) }),
    status: defined({
      ...status,
      currentMetrics: currents ?? (hasCurrent ? [cpuMetric('current', { averageUtilization: current })] : undefined),
      conditions: listIn(given, annotation.conditions, 'v1.HorizontalPodAutoscalerCondition'),
    }),
  }
}
