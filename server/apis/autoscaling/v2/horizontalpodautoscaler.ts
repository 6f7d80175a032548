import { copyJson } from '../../../machinery/copy-json.ts'
import { forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { ensureObject, fillUnset, isSet, numberAt, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { pathSegmentErrors } from '../../../machinery/names.ts'
import { tryQuantity } from '../../../machinery/quantity.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { invalidTexts, NOT_NEGATIVE } from '../../core/v1/checks.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'

/** Autoscalers (autoscaling/v2 defaults; apis/autoscaling, validation). */

/** Where a type of metric stands, by the type. */
const METRICS: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
}

function checkTarget(errors: FieldError[], target: JsonObject | undefined, at: string): void {
  const type = textAt(target, 'type')
  if (type === '') errors.push(required(`${at}.type`, 'must specify a metric target type'))
  if (!['Utilization', 'Value', 'AverageValue'].includes(type))
    errors.push(invalid(`${at}.type`, type, 'must be either Utilization, Value, or AverageValue'))
  for (const key of ['value', 'averageValue']) {
    const quantity = tryQuantity(target?.[key])
    if (quantity !== undefined && quantity.nano <= 0n) errors.push(invalid(`${at}.${key}`, quantity.text, 'must be positive'))
  }
  const utilization = numberAt(target, 'averageUtilization')
  if (utilization !== undefined && utilization < 1) errors.push(invalid(`${at}.averageUtilization`, utilization, 'must be greater than 0'))
}

/** A raw value or a share of what is requested: one of the two. */
function checkResourceMetric(errors: FieldError[], source: JsonObject, at: string): void {
  if (textAt(source, 'name') === '') errors.push(required(`${at}.name`, 'must specify a resource name'))
  const target = objectAt(source, 'target')
  checkTarget(errors, target, `${at}.target`)
  const [share, value] = [isSet(target, 'averageUtilization'), isSet(target, 'averageValue')]
  if (!share && !value)
    errors.push(required(`${at}.target.averageUtilization`, 'must set either a target raw value or a target utilization'))
  if (share && value)
    errors.push(forbiddenField(`${at}.target.averageValue`, 'may not set both a target raw value and a target utilization'))
}

function checkMetric(errors: FieldError[], metric: JsonObject, at: string): void {
  const type = textAt(metric, 'type')
  const field = METRICS[type]
  if (type === '') errors.push(required(`${at}.type`, 'must specify a metric source type'))
  if (field === undefined) errors.push(notSupported(`${at}.type`, type, Object.keys(METRICS)))
  else if (objectAt(metric, field) === undefined)
    errors.push(required(`${at}.${field}`, 'must populate information for the given metric source'))
  const present = Object.values(METRICS).filter((key) => objectAt(metric, key) !== undefined)
  if (present.length !== 1)
    for (const key of present) if (key !== field) errors.push(forbiddenField(`${at}.${key}`, 'must populate the given metric source only'))
  const source = objectAt(metric, 'resource')
  if (source !== undefined && present.length === 1) checkResourceMetric(errors, source, `${at}.resource`)
}

function checkScaleTarget(errors: FieldError[], ref: JsonObject | undefined, at: string): void {
  for (const key of ['kind', 'name']) {
    const value = textAt(ref, key)
    if (value === '') errors.push(required(`${at}.${key}`))
    else invalidTexts(errors, `${at}.${key}`, value, pathSegmentErrors(value))
  }
  const apiVersion = textAt(ref, 'apiVersion')
  // Only the core group has scalable kinds without a group in their version.
  if (!apiVersion.includes('/') && !(apiVersion === 'v1' && textAt(ref, 'kind') === 'ReplicationController'))
    errors.push(invalid(`${at}.apiVersion`, apiVersion, 'apiVersion must specify API group'))
}

export const validateHorizontalPodAutoscaler: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  const [min, max] = [numberAt(spec, 'minReplicas'), numberAt(spec, 'maxReplicas') ?? 0]
  if (min !== undefined && min < 0) errors.push(invalid('spec.minReplicas', min, NOT_NEGATIVE))
  if (max === 0) errors.push(required('spec.maxReplicas'))
  else if (max < 0) errors.push(invalid('spec.maxReplicas', max, 'must be greater than or equal to 1'))
  if (min !== undefined && max < min) errors.push(invalid('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'))
  // What was taken before this was checked stays.
  const before = objectAt(old, 'spec.scaleTargetRef')
  const ref = objectAt(spec, 'scaleTargetRef')
  if (before === undefined || JSON.stringify(before) !== JSON.stringify(ref)) checkScaleTarget(errors, ref, 'spec.scaleTargetRef')
  const metrics = objectsAt(spec, 'metrics')
  metrics.forEach((metric, i) => checkMetric(errors, metric, `spec.metrics[${i}]`))
  if (min === 0 && !metrics.some((m) => m.type === 'Object' || m.type === 'External'))
    errors.push(forbiddenField('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas'))
  return errors
}

const PERIOD = 15

const SCALE_UP = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: PERIOD },
    { type: 'Percent', value: 100, periodSeconds: PERIOD },
  ],
}

const SCALE_DOWN = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: PERIOD }] }

const CPU = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }

export function defaultHorizontalPodAutoscaler(obj: KubeObject): void {
  const spec = ensureObject(obj, 'spec')
  fillUnset(spec, { minReplicas: 1 })
  if (objectsAt(spec, 'metrics').length === 0) spec.metrics = [copyJson(CPU)]
  const behavior = objectAt(spec, 'behavior')
  if (behavior === undefined) return
  fillUnset(ensureObject(behavior, 'scaleUp'), SCALE_UP)
  fillUnset(ensureObject(behavior, 'scaleDown'), SCALE_DOWN)
}
