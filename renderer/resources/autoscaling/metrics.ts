/** autoscaling/v2 MetricTarget and MetricValueStatus. */
interface Value {
  averageUtilization?: number
  averageValue?: string
  value?: string
}

interface Source {
  name?: string
  metric?: { name?: string }
  container?: string
  describedObject?: { kind?: string; name?: string }
  target?: Value
  current?: Value
}

/** autoscaling/v2 MetricSpec (with `target`) and MetricStatus (with `current`): the field named by `type` holds the source. */
export interface Metric {
  type: string
  resource?: Source
  containerResource?: Source
  pods?: Source
  object?: Source
  external?: Source
}

const fields: Record<string, keyof Omit<Metric, 'type'>> = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
}

const sourceOf = (metric: Metric): Source => {
  const field = Object.hasOwn(fields, metric.type) ? fields[metric.type] : undefined
  return (field && metric[field]) ?? {}
}

function nameOf(metric: Metric): string {
  const { name, metric: named, container, describedObject } = sourceOf(metric)
  const on = describedObject ? ` ${describedObject.kind ?? ''}/${describedObject.name ?? ''}` : container ? ` ${container}` : ''
  return `${metric.type} ${named?.name ?? name ?? ''}${on}`
}

function text(value: Value | undefined): string | undefined {
  if (value?.averageUtilization !== undefined) return `${value.averageUtilization}%${value.averageValue ? ` (${value.averageValue})` : ''}`
  return value?.averageValue ?? value?.value
}

/** Each metric with what is wanted and what was measured; `current` is undefined while nothing was. */
export function metricLines(
  wanted: readonly Metric[] | undefined,
  measured: readonly Metric[] | null | undefined,
): { name: string; target: string; current: string | undefined }[] {
  const now = new Map((measured ?? []).map((metric) => [nameOf(metric), text(sourceOf(metric).current)]))
  return (wanted ?? []).map((metric) => {
    const name = nameOf(metric)
    return { name, target: text(sourceOf(metric).target) ?? '', current: now.get(name) }
  })
}
