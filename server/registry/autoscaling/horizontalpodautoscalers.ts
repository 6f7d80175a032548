import { ownValue } from '../../machinery/own.ts'
import {
  defaultHorizontalPodAutoscaler,
  validateAutoscalerStatus,
  validateHorizontalPodAutoscaler,
} from '../../apis/autoscaling/v2/horizontalpodautoscaler.ts'
import { listAt, textAt, valueAt } from '../../machinery/json-walk.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { toV2 } from '../../scheme/conversion/horizontal-pod-autoscalers.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, name, number, table, type Cell } from '../generic/table-cells.ts'

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
  const field = ownValue(FIELDS, type)
  if (field === undefined) return '<unknown type>'
  const target = valueAt(spec, `${field}.target`)
  const current = valueAt(status, `${field}.current`)
  const show = (value: unknown): string => (value === undefined ? UNKNOWN : String(value))
  const average = valueAt(target, 'averageValue')
  if (type === 'Pods') return `${show(valueAt(current, 'averageValue'))}/${show(average)}`
  if (type === 'External' || type === 'Object') {
    if (average !== undefined) return `${show(valueAt(current, 'averageValue'))}/${show(average)} (avg)`
    return `${show(valueAt(current, 'value'))}/${show(valueAt(target, 'value'))}`
  }
  const resource = textAt(spec, `${field}.name`)
  if (average !== undefined) return `${resource}: ${show(valueAt(current, 'averageValue'))}/${show(average)}`
  const percent = (value: unknown, missing: string): string => (value === undefined ? missing : `${String(value)}%`)
  return `${resource}: ${percent(valueAt(current, 'averageUtilization'), UNKNOWN)}/${percent(valueAt(target, 'averageUtilization'), '<auto>')}`
}

const targets: Cell = (o) => {
  const specs = listAt(v2(o), 'spec.metrics')
  if (specs.length === 0) return '<none>'
  const statuses = listAt(v2(o), 'status.currentMetrics')
  const texts = specs.map((spec, i) => metricText(spec, statuses[i]))
  return texts.length > SHOWN ? `${texts.slice(0, SHOWN).join(', ')} + ${texts.length - SHOWN} more...` : texts.join(', ')
}

export const horizontalpodautoscalers: BuiltInKind = {
  group: 'autoscaling',
  resource: 'horizontalpodautoscalers',
  strategy: {
    nameOnCreateOnly: true,
    generation: true,
    default: defaultHorizontalPodAutoscaler,
    ...validateWith(validateHorizontalPodAutoscaler),
    validateStatusUpdate: (obj) => validateAutoscalerStatus(obj, undefined),
  },
  table: table(
    'Name|Reference|Targets|MinPods|MaxPods|Replicas|Age',
    name,
    (o) => `${textAt(o, 'spec.scaleTargetRef.kind')}/${textAt(o, 'spec.scaleTargetRef.name')}`,
    targets,
    (o) => String(valueAt(o, 'spec.minReplicas') ?? '<unset>'),
    number('spec.maxReplicas'),
    number('status.currentReplicas'),
    age,
  ),
}
