import { duplicate, forbiddenField, invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { qualifiedNameErrors } from '../../../machinery/names.ts'
import { compareQuantity, parseQuantity, tryQuantity, type Quantity } from '../../../machinery/quantity.ts'
import { isOvercommitAllowed } from '../../../apis/core/v1/resource-lists.ts'
import { checkContainerResourceName, checkResourceName, checkResourceQuantity } from '../../../apis/core/v1/resources.ts'
import { IMMUTABLE } from '../../../apis/meta/v1/validation.ts'
import { objectAt, objectsAt, type Json } from '../fill.ts'
import { checkTexts, textOf, textsOf, type Rule } from './rule.ts'

/** Limit ranges and resource quotas (apis/core, validation). */
const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim']

function quantities(item: Json, key: string): Map<string, Quantity> {
  const out = new Map<string, Quantity>()
  for (const [name, value] of Object.entries(objectAt(item, key) ?? {})) {
    const quantity = tryQuantity(value)
    if (quantity !== undefined) out.set(name, quantity)
  }
  return out
}

/** Which of two bounds must not be above the other, where it is said, whose value is printed, and how both are called. */
const ORDER = [
  ['min', 'max', 'min', 'min', 'min value', 'max value'],
  ['min', 'defaultRequest', 'defaultRequest', 'defaultRequest', 'min value', 'default request value'],
  ['defaultRequest', 'max', 'defaultRequest', 'defaultRequest', 'default request value', 'max value'],
  ['defaultRequest', 'default', 'defaultRequest', 'defaultRequest', 'default request value', 'default limit value'],
  ['min', 'default', 'default', 'min', 'min value', 'default value'],
  ['default', 'max', 'default', 'max', 'default value', 'max value'],
] as const
const RATIO = 'maxLimitRequestRatio'
const ONE = parseQuantity('1')

function limitErrors(errors: FieldError[], item: Json, at: string): void {
  const type = textOf(item, 'type')
  const ofPods = type === 'Pod'
  const bounds = Object.fromEntries(
    ['max', 'min', 'default', 'defaultRequest', RATIO].map((key) => [
      key,
      ofPods && key.startsWith('default') ? new Map<string, Quantity>() : quantities(item, key),
    ]),
  ) as Record<string, Map<string, Quantity>>
  const names = new Set<string>()
  for (const [key, values] of Object.entries(bounds)) {
    for (const name of values.keys()) {
      names.add(name)
      const path = `${at}.${key}[${name}]`
      if (ofPods || type === 'Container') checkContainerResourceName(errors, name, path)
      else checkResourceName(errors, name, path)
    }
  }
  if (ofPods) {
    for (const key of ['default', 'defaultRequest'])
      if (Object.keys(objectAt(item, key) ?? {}).length > 0)
        errors.push(forbiddenField(`${at}.${key}`, "may not be specified when `type` is 'Pod'"))
  }
  if (type === 'PersistentVolumeClaim' && !bounds.min!.has('storage') && !bounds.max!.has('storage'))
    errors.push(required(`${at}.limits`, 'either minimum or maximum storage value is required, but neither was provided'))
  for (const name of names) orderErrors(errors, bounds, name, at)
}

function orderErrors(errors: FieldError[], bounds: Readonly<Record<string, Map<string, Quantity>>>, name: string, at: string): void {
  for (const [lower, upper, field, printed, lowerText, upperText] of ORDER) {
    const [low, high] = [bounds[lower]!.get(name), bounds[upper]!.get(name)]
    if (low === undefined || high === undefined || compareQuantity(low, high) <= 0) continue
    const text = `${lowerText} ${low.text} is greater than ${upperText} ${high.text}`
    errors.push(invalid(`${at}.${field}[${name}]`, bounds[printed]!.get(name)!.text, text))
  }
  const ratio = bounds[RATIO]!.get(name)
  if (ratio !== undefined) {
    const path = `${at}.${RATIO}[${name}]`
    if (compareQuantity(ratio, ONE) < 0) errors.push(invalid(path, ratio.text, `ratio ${ratio.text} is less than 1`))
    const [min, max] = [bounds.min!.get(name), bounds.max!.get(name)]
    if (min !== undefined && max !== undefined && min.nano > 0n) {
      const limit = Number(max.nano) / Number(min.nano)
      if (Number(ratio.nano) / 1e9 > limit)
        errors.push(invalid(path, ratio.text, `ratio ${ratio.text} is greater than max/min = ${limit.toFixed(6)}`))
    }
  }
  const [limit, request] = [bounds.default!.get(name), bounds.defaultRequest!.get(name)]
  if (limit === undefined || request === undefined || isOvercommitAllowed(name) || compareQuantity(limit, request) === 0) return
  const text = `default value ${limit.text} must equal to defaultRequest value ${request.text} in ${name}`
  errors.push(invalid(`${at}.defaultRequest[${name}]`, request.text, text))
}

const limitRange: Rule = (obj) => {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  objectsAt(obj, 'spec.limits').forEach((item, i) => {
    const at = `spec.limits[${i}]`
    const type = textOf(item, 'type')
    const texts = qualifiedNameErrors(type)
    checkTexts(errors, `${at}.type`, type, texts)
    if (texts.length === 0 && !type.includes('/') && !TYPES.includes(type))
      errors.push(invalid(`${at}.type`, type, 'must be a standard limit type or fully qualified'))
    if (seen.has(type)) errors.push(duplicate(`${at}.type`, type))
    seen.add(type)
    limitErrors(errors, item, at)
  })
  return errors
}

const COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']
const QUOTA_RESOURCES = new Set([
  ...COMPUTE,
  ...['ephemeral-storage', 'requests.storage', 'requests.ephemeral-storage', 'limits.ephemeral-storage', 'pods', 'resourcequotas'],
  ...['services', 'replicationcontrollers', 'secrets', 'persistentvolumeclaims', 'configmaps', 'services.nodeports'],
  'services.loadbalancers',
])
const inQuotas = (name: string): boolean =>
  QUOTA_RESOURCES.has(name) || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-')

/** What each scope can count. */
const POD_SCOPE = new Set(['pods', ...COMPUTE])
const SCOPES: Readonly<Record<string, ReadonlySet<string>>> = {
  Terminating: POD_SCOPE,
  NotTerminating: POD_SCOPE,
  BestEffort: new Set(['pods']),
  NotBestEffort: POD_SCOPE,
  PriorityClass: POD_SCOPE,
  CrossNamespacePodAffinity: POD_SCOPE,
  VolumeAttributesClass: new Set(['persistentvolumeclaims', 'requests.storage']),
}
const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
]

function quotaList(errors: FieldError[], list: Json | undefined, at: string): void {
  for (const [name, value] of Object.entries(list ?? {})) {
    const path = `${at}[${name}]`
    checkResourceName(errors, name, path)
    if (qualifiedNameErrors(name).length === 0 && !name.includes('/') && !inQuotas(name))
      errors.push(invalid(path, name, 'must be a standard resource for quota'))
    const quantity = tryQuantity(value)
    if (quantity !== undefined) checkResourceQuantity(errors, name, quantity, path)
  }
}

function scopeErrors(errors: FieldError[], spec: Json | undefined): void {
  const scopes = textsOf(spec, 'scopes')
  const refuse = (why: string): void => void errors.push(invalid('spec.scopes', scopes, why))
  const counted = Object.keys(objectAt(spec, 'hard') ?? {}).filter(inQuotas)
  for (const scope of scopes) {
    const takes = SCOPES[scope]
    if (takes === undefined) refuse('unsupported scope')
    else for (const name of counted) if (!takes.has(name)) refuse('unsupported scope applied to resource')
  }
  for (const pair of OPPOSITES) if (pair.every((scope) => scopes.includes(scope))) refuse('conflicting scopes')
}

const quota: Rule = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  quotaList(errors, objectAt(spec, 'hard'), 'spec.hard')
  scopeErrors(errors, spec)
  const scopes = (o: Json | undefined): string => [...new Set(textsOf(objectAt(o, 'spec'), 'scopes'))].sort().join()
  if (old !== undefined && scopes(obj) !== scopes(old)) errors.push(invalid('spec.scopes', textsOf(spec, 'scopes'), IMMUTABLE))
  return errors
}

export const quotaRules: Readonly<Record<string, Rule>> = { limitranges: limitRange, resourcequotas: quota }
