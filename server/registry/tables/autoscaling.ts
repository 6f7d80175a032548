import type { KubeObject } from '../../machinery/types.ts'
import { toV2 } from '../../scheme/conversion/horizontal-pod-autoscalers.ts'
import type { TableDefinition } from '../generic/strategy.ts'
import { age, at, listAt, name, number, table, textAt, type Cell } from './cells.ts'

/** Table of autoscalers, made from their v2 form (printers/internalversion printHorizontalPodAutoscaler). */
const UNKNOWN = '<unknown>'
const SHOWN = 2
const v2 = (o: KubeObject): KubeObject => (o.apiVersion === 'autoscaling/v1' ? (toV2(o) as KubeObject) : o)

/** Where a type of metric keeps its numbers. */
const FIELDS: Readonly<Record<string, string>> = {
  External: 'external',
  Pods: 'pods',
  Object: 'object',
  Resource: 'resource',
  ContainerResource: 'containerResource',
}

function metricText(spec: unknown, status: unknown): string {
  const type = textAt(spec, 'type')
  const field = FIELDS[type]
  if (field === undefined) return '<unknown type>'
  const target = at(spec, `${field}.target`)
  const current = at(status, `${field}.current`)
  const show = (value: unknown): string => (value === undefined ? UNKNOWN : String(value))
  const average = at(target, 'averageValue')
  if (type === 'Pods') return `${show(at(current, 'averageValue'))}/${show(average)}`
  if (type === 'External' || type === 'Object') {
    if (average !== undefined) return `${show(at(current, 'averageValue'))}/${show(average)} (avg)`
    return `${show(at(current, 'value'))}/${show(at(target, 'value'))}`
  }
  const resource = textAt(spec, `${field}.name`)
  if (average !== undefined) return `${resource}: ${show(at(current, 'averageValue'))}/${show(average)}`
  const percent = (value: unknown, missing: string): string => (value === undefined ? missing : `${String(value)}%`)
  return `${resource}: ${percent(at(current, 'averageUtilization'), UNKNOWN)}/${percent(at(target, 'averageUtilization'), '<auto>')}`
}

const targets: Cell = (o) => {
  const specs = listAt(v2(o), 'spec.metrics')
  if (specs.length === 0) return '<none>'
  const statuses = listAt(v2(o), 'status.currentMetrics')
  const texts = specs.map((spec, i) => metricText(spec, statuses[i]))
  return texts.length > SHOWN ? `${texts.slice(0, SHOWN).join(', ')} + ${texts.length - SHOWN} more...` : texts.join(', ')
}

export const autoscalingTables: Readonly<Record<string, TableDefinition>> = {
  'horizontalpodautoscalers.autoscaling': table(
    'Name|Reference|Targets|MinPods|MaxPods|Replicas|Age',
    name,
    (o) => `${textAt(o, 'spec.scaleTargetRef.kind')}/${textAt(o, 'spec.scaleTargetRef.name')}`,
    targets,
    (o) => String(at(o, 'spec.minReplicas') ?? '<unset>'),
    number('spec.maxReplicas'),
    number('status.currentReplicas'),
    age,
  ),
}
