import { emptyAt } from '../../../machinery/empty-fields.ts'
import { forbiddenField, invalid, type FieldError } from '../../../machinery/field-errors.ts'
import { addQuantity, compareQuantity, type Quantity } from '../../../machinery/quantity.ts'
import type { ContainerRules } from './container.ts'
import { isHugePage, isOvercommitAllowed, isPodLevelResource, quantityOfText } from './resource-lists.ts'
import { validateResources } from './resources.ts'
import type { Container, PodSpec, ResourceList } from './types.ts'

/** Resources of a whole pod (KEP-2837): what its containers add up to, defaults and rules. */
type Amounts = Map<string, Quantity>

function add(total: Amounts, list: ResourceList | undefined): void {
  for (const name in list) {
    const value = quantityOfText(list[name]!)
    const sum = total.get(name)
    total.set(name, sum === undefined ? value : addQuantity(sum, value))
  }
}

function raise(total: Amounts, other: Amounts): void {
  for (const [name, value] of other) {
    const now = total.get(name)
    if (now === undefined || compareQuantity(value, now) > 0) total.set(name, value)
  }
}

/**
 * What the containers need together: all at once, or the init container that needs most beside the sidecars started before it.
 * @param listOf what one container needs, where that is not what it asks for
 */
export function aggregate(
  spec: PodSpec,
  field: 'requests' | 'limits',
  listOf: (c: Container) => ResourceList | undefined = (c) => c.resources?.[field],
): Amounts {
  const total: Amounts = new Map()
  for (const c of spec.containers ?? []) add(total, listOf(c))
  const sidecars: Amounts = new Map()
  const most: Amounts = new Map()
  for (const c of spec.initContainers ?? []) {
    if (c.restartPolicy === 'Always') {
      add(total, listOf(c))
      add(sidecars, listOf(c))
      raise(most, sidecars)
    } else {
      const now = new Map(sidecars)
      add(now, listOf(c))
      raise(most, now)
    }
  }
  raise(total, most)
  return total
}

/** Fills pod-level requests and limits from the containers' when any pod-level resource is given. */
export function defaultPodLevelResources(spec: PodSpec): void {
  const resources = spec.resources
  if (!resources) return
  const given = Object.keys(resources.requests ?? {}).length + Object.keys(resources.limits ?? {}).length
  if (given === 0) return
  const requests: ResourceList = resources.requests ?? {}
  const limits: ResourceList = resources.limits ?? {}
  for (const [name, value] of aggregate(spec, 'limits')) {
    if (isHugePage(name) && requests[name] === undefined) limits[name] ??= value.text
  }
  for (const [name, value] of aggregate(spec, 'requests')) {
    if (isPodLevelResource(name) && isOvercommitAllowed(name)) requests[name] ??= value.text
  }
  for (const name in limits) if (isPodLevelResource(name)) requests[name] ??= limits[name]!
  const all = [...(spec.initContainers ?? []), ...(spec.containers ?? [])]
  const sums = aggregate(spec, 'limits')
  for (const name in requests) {
    const sum = sums.get(name)
    if (!isPodLevelResource(name) || limits[name] !== undefined || sum === undefined) continue
    if (!all.every((c) => c.resources?.limits?.[name] !== undefined)) continue
    const request = quantityOfText(requests[name]!)
    limits[name] = compareQuantity(request, sum) > 0 ? request.text : sum.text
  }
  if (Object.keys(requests).length > 0) resources.requests = requests
  if (Object.keys(limits).length > 0) resources.limits = limits
}

export function validatePodResources(errors: FieldError[], spec: PodSpec, rules: ContainerRules, path: string): void {
  const resources = spec.resources!
  if (spec.os?.name === 'windows') {
    errors.push(forbiddenField(path, 'may not be set for a windows pod'))
    return
  }
  const hasClaims = resources.claims !== undefined || emptyAt(resources, 'claims') !== undefined
  if (hasClaims) errors.push(forbiddenField(`${path}.claims`, 'claims may not be set for Resources at pod-level'))
  const { claims, allowIndivisibleHugePages } = rules
  validateResources(errors, resources, { podLevel: true, claims, allowIndivisibleHugePages }, path)
  for (const [name, sum] of aggregate(spec, 'requests')) {
    const text = resources.requests?.[name]
    if (text === undefined || compareQuantity(sum, quantityOfText(text)) <= 0) continue
    const why = `must be greater than or equal to aggregate container requests of ${sum.text}`
    errors.push(invalid(`${path}.requests[${name}]`, quantityOfText(text).text, why))
  }
  for (const [name, sum] of aggregate(spec, 'limits')) {
    const text = resources.limits?.[name]
    if (!isHugePage(name) || text === undefined || compareQuantity(sum, quantityOfText(text)) <= 0) continue
    const why = `must be greater than or equal to aggregate container limits of ${sum.text}`
    errors.push(invalid(`${path}.limits[${name}]`, quantityOfText(text).text, why))
  }
  spec.containers?.forEach((c, i) => validateAgainstPod(errors, c, resources.limits, `${path}.containers[${i}]`))
}

function validateAgainstPod(errors: FieldError[], c: Container, podLimits: ResourceList | undefined, path: string): void {
  const limits = c.resources?.limits
  for (const name in limits) {
    const pod = podLimits?.[name]
    if (pod === undefined) continue
    const value = quantityOfText(limits[name]!)
    const max = quantityOfText(pod)
    if (compareQuantity(value, max) <= 0) continue
    errors.push(invalid(`${path}[${name}].limits`, value.text, `must be less than or equal to pod limits of ${max.text}`))
  }
}
