import {
  duplicate,
  forbiddenField,
  invalid,
  invalidNamed,
  notFoundValue,
  notSupported,
  required,
  type FieldError,
} from '../../../machinery/field-errors.ts'
import { ownValue } from '../../../machinery/own.ts'
import { compareQuantity, int64MilliValue, integerValue, milliValue, tryQuantity, type Quantity } from '../../../machinery/quantity.ts'
import { qualifiedNameErrors } from '../../../machinery/names.ts'
import { checkLabel, invalidNamedTexts, NOT_NEGATIVE } from './checks.ts'
import { isHugePage, isNative, isOvercommitAllowed, isPodLevelResource, quantityOfText } from './resource-lists.ts'
import type { ResourceRequirements } from './types.ts'

const countable = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]
const integerResources = new Set(countable)
const standardResources = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'storage',
  'requests.storage',
  ...countable,
])
const containerResources = new Set(['cpu', 'memory', 'ephemeral-storage'])

/** A resource of a vendor's domain: one whose quota name would be a qualified name. */
export function isExtendedResource(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && qualifiedNameErrors(`requests.${name}`).length === 0
}

export const isIntegerResource = (name: string): boolean => integerResources.has(name) || isExtendedResource(name)

const isStandard = (name: string): boolean => standardResources.has(name) || isHugePage(name) || name.startsWith('requests.hugepages-')

export function checkResourceName(errors: FieldError[], name: string, path: string): boolean {
  const texts = qualifiedNameErrors(name)
  invalidNamedTexts(errors, path, name, texts)
  if (texts.length > 0) return false
  if (name.includes('/') || isStandard(name)) return true
  errors.push(invalidNamed(path, name, 'must be a standard resource type or fully qualified'))
  return false
}

export function checkContainerResourceName(errors: FieldError[], name: string, path: string): void {
  if (containerResources.has(name)) return
  checkResourceName(errors, name, path)
  if (!name.includes('/')) {
    if (!isHugePage(name)) errors.push(invalidNamed(path, name, 'must be a standard resource for containers'))
  } else if (!isNative(name) && !isExtendedResource(name)) {
    errors.push(invalidNamed(path, name, "doesn't follow extended resource name standard"))
  }
}

function checkPodResourceName(errors: FieldError[], name: string, path: string): void {
  if (checkResourceName(errors, name, path) && !isPodLevelResource(name))
    errors.push(notSupported(path, name, ['cpu', 'hugepages-', 'memory']))
}

/** A quantity that is not negative, and whole for countable and extended resources. */
export function checkResourceQuantity(errors: FieldError[], name: string, value: Quantity, path: string): void {
  if (value.nano < 0n) errors.push(invalid(path, value.text, NOT_NEGATIVE))
  if (!containerResources.has(name) && isIntegerResource(name) && int64MilliValue(value) % 1000n !== 0n) {
    errors.push(invalid(path, value.text, 'must be an integer'))
  }
}

function hugePageError(name: string, value: Quantity): string | undefined {
  const size = tryQuantity(name.slice('hugepages-'.length))
  const divisible =
    size !== undefined && size.nano > 0n && milliValue(size) % 1000n === 0n && integerValue(value) % integerValue(size) === 0n
  return divisible ? undefined : `${value.text} is not positive integer multiple of ${name}`
}

export interface ResourceRules {
  /** Resources of a whole pod instead of a container's. */
  podLevel?: boolean
  /** Names in spec.resourceClaims. */
  claims: ReadonlySet<string>
  allowIndivisibleHugePages?: boolean | undefined
}

/** Requests and limits of a container, a pod or an overhead (ValidateContainerResourceRequirements). */
export function validateResources(
  errors: FieldError[],
  resources: ResourceRequirements | undefined,
  rules: ResourceRules,
  path: string,
): void {
  if (!resources) return
  const limits = resources.limits ?? {}
  const requests = resources.requests ?? {}
  const checkName = rules.podLevel ? checkPodResourceName : checkContainerResourceName
  let compute = false
  let hugePages = false
  const check = (name: string, value: Quantity, at: string): void => {
    checkName(errors, name, at)
    checkResourceQuantity(errors, name, value, at)
    if (name === 'cpu' || name === 'memory') compute = true
    else if (isHugePage(name)) hugePages = true
  }
  const checkHugePage = (name: string, value: Quantity, at: string): void => {
    if (!isHugePage(name) || rules.allowIndivisibleHugePages) return
    const text = hugePageError(name, value)
    if (text !== undefined) errors.push(invalid(at, value.text, text))
  }
  for (const name in limits) {
    const at = `${path}.limits[${name}]`
    const value = quantityOfText(limits[name]!)
    check(name, value, at)
    checkHugePage(name, value, at)
  }
  for (const name in requests) {
    const at = `${path}.requests[${name}]`
    const value = quantityOfText(requests[name]!)
    check(name, value, at)
    const limitText = ownValue(limits, name)
    if (limitText !== undefined) {
      const limit = quantityOfText(limitText)
      const order = compareQuantity(value, limit)
      if (order !== 0 && !isOvercommitAllowed(name)) {
        errors.push(invalid(`${path}.requests`, value.text, `must be equal to ${name} limit of ${limit.text}`))
      } else if (order > 0) {
        errors.push(invalid(`${path}.requests`, value.text, `must be less than or equal to ${name} limit of ${limit.text}`))
      }
    } else if (!isOvercommitAllowed(name)) {
      errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'))
    }
    checkHugePage(name, value, at)
  }
  if (hugePages && !compute) errors.push(forbiddenField(path, 'HugePages require cpu or memory'))
  if (resources.claims) validateClaims(errors, resources.claims, rules.claims, `${path}.claims`)
}

const NAMES = new WeakMap<ReadonlySet<string>, string>()

/** Each container's claims may be told all of the pod's. */
function namesOf(podClaims: ReadonlySet<string>): string {
  let names = NAMES.get(podClaims)
  if (names === undefined) {
    names = podClaims.size === 0 ? ' which is empty' : `: ${[...podClaims].sort().join(', ')}`
    NAMES.set(podClaims, names)
  }
  return names
}

function validateClaims(
  errors: FieldError[],
  claims: readonly { name?: string; request?: string }[],
  podClaims: ReadonlySet<string>,
  path: string,
): void {
  const seen = new Set<string>()
  // Names of which a request has been seen.
  const parts = new Set<string>()
  claims.forEach(({ name, request }, i) => {
    const at = `${path}[${i}]`
    if (!name) {
      errors.push(required(at))
      return
    }
    if (seen.has(name)) errors.push(duplicate(at, name))
    else {
      if (request) checkLabel(errors, request, `${at}.request`)
      const key = request ? `${name}/${request}` : name
      if (seen.has(key)) errors.push(duplicate(at, key))
      else if (!request && parts.has(name)) errors.push(duplicate(at, name))
      seen.add(key)
      for (const slash of new Set([key.indexOf('/'), key.lastIndexOf('/')])) if (slash >= 0) parts.add(key.slice(0, slash))
    }
    if (podClaims.has(name)) return
    const e = notFoundValue(at, name)
    errors.push({ ...e, body: `${e.body}: must be one of the names in pod.spec.resourceClaims${namesOf(podClaims)}` })
  })
}
