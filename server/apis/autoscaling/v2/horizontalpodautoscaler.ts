import { emptyAt } from '../../../machinery/empty-fields.ts'
import { ownValue } from '../../../machinery/own.ts'
import { copyJson } from '../../../machinery/copy-json.ts'
import { forbiddenField, invalid, invalidNamed, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { ensureObject, fillUnset, isSet, numberAt, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { pathSegmentErrors } from '../../../machinery/names.ts'
import { tryQuantity } from '../../../machinery/quantity.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { checkLabel, checkNotNegative, invalidTexts, NOT_NEGATIVE, POSITIVE } from '../../core/v1/checks.ts'
import { checkContainerResourceName } from '../../core/v1/resources.ts'
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
    errors.push(invalidNamed(`${at}.type`, type, 'must be either Utilization, Value, or AverageValue'))
  for (const key of ['value', 'averageValue']) {
    const quantity = tryQuantity(target?.[key])
    if (quantity !== undefined && quantity.nano <= 0n) errors.push(invalid(`${at}.${key}`, quantity.text, 'must be positive'))
  }
  const utilization = numberAt(target, 'averageUtilization')
  if (utilization !== undefined && utilization < 1) errors.push(invalid(`${at}.averageUtilization`, utilization, 'must be greater than 0'))
}

/** A raw value or a share of what is requested: one of the two. */
function checkResourceTarget(errors: FieldError[], target: JsonObject | undefined, at: string): void {
  checkTarget(errors, target, `${at}.target`)
  const [share, value] = [isSet(target, 'averageUtilization'), isSet(target, 'averageValue')]
  if (!share && !value)
    errors.push(required(`${at}.target.averageUtilization`, 'must set either a target raw value or a target utilization'))
  if (share && value)
    errors.push(forbiddenField(`${at}.target.averageValue`, 'may not set both a target raw value and a target utilization'))
}

function checkIdentifier(errors: FieldError[], source: JsonObject, at: string): void {
  const name = textAt(source, 'metric.name')
  if (name === '') errors.push(required(`${at}.metric.name`, 'must specify a metric name'))
  else invalidTexts(errors, `${at}.metric.name`, name, pathSegmentErrors(name))
  checkTarget(errors, objectAt(source, 'target'), `${at}.target`)
}

/** What each kind of source must say, in the order in which the reference looks for them. */
const SOURCES: Readonly<Record<string, (errors: FieldError[], source: JsonObject, at: string) => void>> = {
  object(errors, source, at) {
    checkReference(errors, objectAt(source, 'describedObject'), `${at}.describedObject`)
    checkIdentifier(errors, source, at)
    if (!isSet(source, 'target.value') && !isSet(source, 'target.averageValue'))
      errors.push(required(`${at}.target.averageValue`, 'must set either a target value or averageValue'))
  },
  external(errors, source, at) {
    checkIdentifier(errors, source, at)
    const [value, average] = [isSet(source, 'target.value'), isSet(source, 'target.averageValue')]
    if (!value && !average)
      errors.push(required(`${at}.target.averageValue`, 'must set either a target value for metric or a per-pod target'))
    if (value && average)
      errors.push(forbiddenField(`${at}.target.value`, 'may not set both a target value for metric and a per-pod target'))
  },
  pods(errors, source, at) {
    checkIdentifier(errors, source, at)
    if (!isSet(source, 'target.averageValue'))
      errors.push(required(`${at}.target.averageValue`, 'must specify a positive target averageValue'))
  },
  resource(errors, source, at) {
    if (textAt(source, 'name') === '') errors.push(required(`${at}.name`, 'must specify a resource name'))
    checkResourceTarget(errors, objectAt(source, 'target'), at)
  },
  containerResource(errors, source, at) {
    const [name, container] = [textAt(source, 'name'), textAt(source, 'container')]
    if (name === '') errors.push(required(`${at}.name`, 'must specify a resource name'))
    else checkContainerResourceName(errors, name, `${at}.name`)
    if (container === '') errors.push(required(`${at}.container`, 'must specify a container'))
    else checkLabel(errors, container, `${at}.container`)
    checkResourceTarget(errors, objectAt(source, 'target'), at)
  },
}

function checkMetric(errors: FieldError[], metric: JsonObject, at: string): void {
  const type = textAt(metric, 'type')
  const field = ownValue(METRICS, type)
  if (type === '') errors.push(required(`${at}.type`, 'must specify a metric source type'))
  if (field === undefined) errors.push(notSupported(`${at}.type`, type, Object.keys(METRICS)))
  const present = Object.keys(SOURCES).filter((key) => objectAt(metric, key) !== undefined)
  const [first] = present
  if (first !== undefined) SOURCES[first]!(errors, objectAt(metric, first)!, `${at}.${first}`)
  if (field !== undefined && objectAt(metric, field) === undefined)
    errors.push(required(`${at}.${field}`, 'must populate information for the given metric source'))
  if (present.length !== 1)
    for (const key of present) if (key !== field) errors.push(forbiddenField(`${at}.${key}`, 'must populate the given metric source only'))
}

function checkReference(errors: FieldError[], ref: JsonObject | undefined, at: string): void {
  for (const key of ['kind', 'name']) {
    const value = textAt(ref, key)
    if (value === '') errors.push(required(`${at}.${key}`))
    else invalidTexts(errors, `${at}.${key}`, value, pathSegmentErrors(value))
  }
  const apiVersion = textAt(ref, 'apiVersion')
  if (apiVersion.split('/').length > 2)
    errors.push(invalid(`${at}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`))
}

/** What is scaled; its version is looked at only where it or the kind is new. */
function checkScaleTarget(errors: FieldError[], ref: JsonObject | undefined, before: JsonObject | undefined): void {
  const at = 'spec.scaleTargetRef'
  const apiVersion = textAt(ref, 'apiVersion')
  const known = before !== undefined && apiVersion === textAt(before, 'apiVersion') && textAt(ref, 'kind') === textAt(before, 'kind')
  checkReference(errors, known ? { ...ref, apiVersion: '' } : ref, at)
  // Only the core group has a scalable kind without a group in its version.
  if (known || textAt(ref, 'kind') === 'ReplicationController') return
  if (!apiVersion.includes('/') || apiVersion.startsWith('/'))
    errors.push(invalid(`${at}.apiVersion`, apiVersion, 'apiVersion must specify API group'))
}

const SELECT_POLICIES = ['Disabled', 'Max', 'Min']
const POLICY_TYPES = ['Percent', 'Pods']
const MAX_PERIOD = 1800
const MAX_WINDOW = 3600

function checkScalingRules(errors: FieldError[], rules: JsonObject, at: string): void {
  const window = numberAt(rules, 'stabilizationWindowSeconds')
  const path = `${at}.stabilizationWindowSeconds`
  if (window !== undefined && window < 0) errors.push(invalid(path, window, 'must be greater than or equal to zero'))
  if (window !== undefined && window > MAX_WINDOW) errors.push(invalid(path, window, `must be less than or equal to ${MAX_WINDOW}`))
  const select = textAt(rules, 'selectPolicy')
  if (isSet(rules, 'selectPolicy') && !SELECT_POLICIES.includes(select))
    errors.push(notSupported(`${at}.selectPolicy`, select, SELECT_POLICIES))
  const policies = objectsAt(rules, 'policies')
  if (policies.length === 0) errors.push(required(`${at}.policies`, 'must specify at least one Policy'))
  policies.forEach((policy, i) => {
    const each = `${at}.policies[${i}]`
    const [type, value, period] = [textAt(policy, 'type'), numberAt(policy, 'value') ?? 0, numberAt(policy, 'periodSeconds') ?? 0]
    if (!POLICY_TYPES.includes(type)) errors.push(notSupported(`${each}.type`, type, POLICY_TYPES))
    if (value <= 0) errors.push(invalid(`${each}.value`, value, POSITIVE))
    if (period <= 0) errors.push(invalid(`${each}.periodSeconds`, period, POSITIVE))
    if (period > MAX_PERIOD) errors.push(invalid(`${each}.periodSeconds`, period, `must be less than or equal to ${MAX_PERIOD}`))
  })
  const tolerance = tryQuantity(rules.tolerance)
  if (tolerance !== undefined && tolerance.nano < 0n) errors.push(invalid(`${at}.tolerance`, tolerance.text, NOT_NEGATIVE))
}

export const validateAutoscalerStatus: Validation = (obj) => {
  const errors: FieldError[] = []
  objectsAt(obj, 'status.conditions').forEach((condition, i) => {
    checkNotNegative(errors, numberAt(condition, 'observedGeneration'), `status.conditions[${i}].observedGeneration`)
  })
  for (const key of ['currentReplicas', 'desiredReplicas']) checkNotNegative(errors, numberAt(obj, `status.${key}`), `status.${key}`)
  return errors
}

export const validateHorizontalPodAutoscaler: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  const [min, max] = [numberAt(spec, 'minReplicas'), numberAt(spec, 'maxReplicas') ?? 0]
  if (min !== undefined && min < 0) errors.push(invalid('spec.minReplicas', min, NOT_NEGATIVE))
  if (max === 0) errors.push(required('spec.maxReplicas'))
  else if (max < 0) errors.push(invalid('spec.maxReplicas', max, 'must be greater than or equal to 1'))
  if (min !== undefined && max < min) errors.push(invalid('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'))
  checkScaleTarget(errors, objectAt(spec, 'scaleTargetRef'), objectAt(old, 'spec.scaleTargetRef'))
  const metrics = objectsAt(spec, 'metrics')
  metrics.forEach((metric, i) => checkMetric(errors, metric, `spec.metrics[${i}]`))
  if (min === 0 && !metrics.some((m) => m.type === 'Object' || m.type === 'External'))
    errors.push(forbiddenField('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas'))
  for (const key of ['scaleUp', 'scaleDown']) {
    const rules = objectAt(spec, `behavior.${key}`)
    if (rules !== undefined) checkScalingRules(errors, rules, `spec.behavior.${key}`)
  }
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

/** Who sends no policies at all means it. */
function fillRules(rules: JsonObject, { policies, ...values }: Readonly<JsonObject>): void {
  fillUnset(rules, emptyAt(rules, 'policies') === undefined ? { ...values, policies } : values)
}

export function defaultHorizontalPodAutoscaler(obj: KubeObject): void {
  const spec = ensureObject(obj, 'spec')
  fillUnset(spec, { minReplicas: 1 })
  if (objectsAt(spec, 'metrics').length === 0) spec.metrics = [copyJson(CPU)]
  const behavior = objectAt(spec, 'behavior')
  if (behavior === undefined) return
  fillRules(ensureObject(behavior, 'scaleUp'), SCALE_UP)
  fillRules(ensureObject(behavior, 'scaleDown'), SCALE_DOWN)
}
