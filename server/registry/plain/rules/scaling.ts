import { forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { pathSegmentErrors, percentErrors } from '../../../machinery/names.ts'
import { tryQuantity } from '../../../machinery/quantity.ts'
import { NOT_NEGATIVE } from '../../../apis/core/v1/checks.ts'
import { validateLabelSelector, type LabelSelector } from '../../../apis/meta/v1/validation.ts'
import { objectAt, objectsAt, type Json } from '../fill.ts'
import { checkEnum, checkTexts, isThere, numberOf, textOf, type Rule } from './rule.ts'

/** Disruption budgets and autoscalers (apis/policy and apis/autoscaling, validation). */
function checkShare(errors: FieldError[], value: unknown, at: string): void {
  if (typeof value === 'number') {
    if (value < 0) errors.push(invalid(at, value, NOT_NEGATIVE))
  } else if (typeof value === 'string') {
    const texts = percentErrors(value)
    checkTexts(errors, at, value, texts)
    if (texts.length === 0 && Number(value.slice(0, -1)) > 100) errors.push(invalid(at, value, 'must not be greater than 100%'))
  }
}

const budget: Rule = (obj) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  if (isThere(spec, 'minAvailable') && isThere(spec, 'maxUnavailable')) {
    // The internal type has no names of its own for JSON.
    const { minAvailable, selector = null, maxUnavailable, unhealthyPodEvictionPolicy = null } = spec!
    const printed = {
      MinAvailable: minAvailable,
      Selector: selector,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy,
    }
    errors.push(invalid('spec', printed, 'minAvailable and maxUnavailable cannot be both set'))
  }
  for (const key of ['minAvailable', 'maxUnavailable']) checkShare(errors, spec?.[key], `spec.${key}`)
  validateLabelSelector(errors, objectAt(spec, 'selector') as LabelSelector | undefined, 'spec.selector')
  checkEnum(errors, spec, 'unhealthyPodEvictionPolicy', ['AlwaysAllow', 'IfHealthyBudget'], 'spec.unhealthyPodEvictionPolicy')
  return errors
}

/** Where a type of metric stands, by the type. */
const METRICS: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
}

function checkTarget(errors: FieldError[], target: Json | undefined, at: string): void {
  const type = textOf(target, 'type')
  if (type === '') errors.push(required(`${at}.type`, 'must specify a metric target type'))
  if (!['Utilization', 'Value', 'AverageValue'].includes(type))
    errors.push(invalid(`${at}.type`, type, 'must be either Utilization, Value, or AverageValue'))
  for (const key of ['value', 'averageValue']) {
    const quantity = tryQuantity(target?.[key])
    if (quantity !== undefined && quantity.nano <= 0n) errors.push(invalid(`${at}.${key}`, quantity.text, 'must be positive'))
  }
  const utilization = numberOf(target, 'averageUtilization')
  if (utilization !== undefined && utilization < 1) errors.push(invalid(`${at}.averageUtilization`, utilization, 'must be greater than 0'))
}

/** A raw value or a share of what is requested: one of the two. */
function checkResourceMetric(errors: FieldError[], source: Json, at: string): void {
  if (textOf(source, 'name') === '') errors.push(required(`${at}.name`, 'must specify a resource name'))
  const target = objectAt(source, 'target')
  checkTarget(errors, target, `${at}.target`)
  const [share, value] = [isThere(target, 'averageUtilization'), isThere(target, 'averageValue')]
  if (!share && !value)
    errors.push(required(`${at}.target.averageUtilization`, 'must set either a target raw value or a target utilization'))
  if (share && value)
    errors.push(forbiddenField(`${at}.target.averageValue`, 'may not set both a target raw value and a target utilization'))
}

function checkMetric(errors: FieldError[], metric: Json, at: string): void {
  const type = textOf(metric, 'type')
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

function checkScaleTarget(errors: FieldError[], ref: Json | undefined, at: string): void {
  for (const key of ['kind', 'name']) {
    const value = textOf(ref, key)
    if (value === '') errors.push(required(`${at}.${key}`))
    else checkTexts(errors, `${at}.${key}`, value, pathSegmentErrors(value))
  }
  const apiVersion = textOf(ref, 'apiVersion')
  // Only the core group has scalable kinds without a group in their version.
  if (!apiVersion.includes('/') && !(apiVersion === 'v1' && textOf(ref, 'kind') === 'ReplicationController'))
    errors.push(invalid(`${at}.apiVersion`, apiVersion, 'apiVersion must specify API group'))
}

const autoscaler: Rule = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  const [min, max] = [numberOf(spec, 'minReplicas'), numberOf(spec, 'maxReplicas') ?? 0]
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

export const scalingRules: Readonly<Record<string, Rule>> = {
  'poddisruptionbudgets.policy': budget,
  'horizontalpodautoscalers.autoscaling': autoscaler,
}
