import { duplicate, forbiddenField, invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { qualifiedNameErrors } from '../../../machinery/names.ts'
import { compareQuantity, parseQuantity, tryQuantity, type Quantity } from '../../../machinery/quantity.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { invalidTexts } from './checks.ts'
import { isOvercommitAllowed, roundLists } from './resource-lists.ts'
import { checkContainerResourceName, checkResourceName } from './resources.ts'

/** Limit ranges (core/v1 defaults; apis/core, validation). */
function defaultLimits(item: JsonObject): void {
  roundLists(item, 'max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio')
  if (item.type !== 'Container') return
  const limit = { ...(item.max as JsonObject | undefined), ...(item.default as JsonObject | undefined) }
  const request = { ...(item.min as JsonObject | undefined), ...limit, ...(item.defaultRequest as JsonObject | undefined) }
  if (Object.keys(limit).length > 0) item.default = limit
  if (Object.keys(request).length > 0) item.defaultRequest = request
}

export function defaultLimitRange(obj: KubeObject): void {
  objectsAt(obj, 'spec.limits').forEach(defaultLimits)
}

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim']

function quantities(item: JsonObject, key: string): Map<string, Quantity> {
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

function limitErrors(errors: FieldError[], item: JsonObject, at: string): void {
  const type = textAt(item, 'type')
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

export const validateLimitRange: Validation = (obj) => {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  objectsAt(obj, 'spec.limits').forEach((item, i) => {
    const at = `spec.limits[${i}]`
    const type = textAt(item, 'type')
    const texts = qualifiedNameErrors(type)
    invalidTexts(errors, `${at}.type`, type, texts)
    if (texts.length === 0 && !type.includes('/') && !TYPES.includes(type))
      errors.push(invalid(`${at}.type`, type, 'must be a standard limit type or fully qualified'))
    if (seen.has(type)) errors.push(duplicate(`${at}.type`, type))
    seen.add(type)
    limitErrors(errors, item, at)
  })
  return errors
}
