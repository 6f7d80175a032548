import type { Container, ContainerStatus, Pod, ResourceRequirements, Strings } from '../client/objects.ts'
import { integerValue, milliValue, parseQuantity } from '../machinery/quantity.ts'

/** Amounts as the scheduler counts them: cpu in thousandths, everything else in units (bytes, devices, pages). */
export interface Resources {
  milliCpu: number
  memory: number
  ephemeralStorage: number
  /** Extended resources, hugepages and the like; undefined when there are none. */
  scalars: Map<string, number> | undefined
}

export const noResources = (): Resources => ({ milliCpu: 0, memory: 0, ephemeralStorage: 0, scalars: undefined })

// The same few quantities come again with every pod of a workload.
const milli = new Map<string, number>()
const units = new Map<string, number>()
const CACHE_MAX = 4096
// Longer spellings are worked out each time: nobody fills the memory with them.
const CACHE_MAX_LENGTH = 64

function cached(cache: Map<string, number>, text: string, compute: () => bigint): number {
  let value = cache.get(text)
  if (value === undefined) {
    value = Number(compute())
    if (text.length > CACHE_MAX_LENGTH) return value
    if (cache.size >= CACHE_MAX) cache.clear()
    cache.set(text, value)
  }
  return value
}

/** cpu in thousandths, rounded up. */
export const cpuMillis = (text: string): number => cached(milli, text, () => milliValue(parseQuantity(text)))
/** Whole units, rounded up. */
export const wholeUnits = (text: string): number => cached(units, text, () => integerValue(parseQuantity(text)))

type Amounts = Map<string, number>

const amountOf = (name: string, text: string): number => (name === 'cpu' ? cpuMillis(text) : wholeUnits(text))

function amounts(list: Strings | undefined): Amounts {
  const out: Amounts = new Map()
  for (const [name, text] of Object.entries(list ?? {})) out.set(name, amountOf(name, String(text)))
  return out
}

function addTo(into: Amounts, more: Amounts): void {
  for (const [name, value] of more) into.set(name, (into.get(name) ?? 0) + value)
}

function raiseTo(into: Amounts, other: Amounts): void {
  for (const [name, value] of other) if (value > (into.get(name) ?? -1)) into.set(name, value)
}

const isSidecar = (c: Container): boolean => c.restartPolicy === 'Always'

function containerAmounts(c: Container, status: ContainerStatus | undefined, missing: Amounts | undefined): Amounts {
  const out = amounts(c.resources?.requests)
  // While a resize is under way the node may still hold the larger of what was and what will be.
  if (status?.resources?.requests !== undefined) raiseTo(out, amounts(status.resources.requests))
  if (status?.allocatedResources !== undefined) raiseTo(out, amounts(status.allocatedResources))
  for (const [name, value] of missing ?? []) if (!out.has(name)) out.set(name, value)
  return out
}

function byName(statuses: ContainerStatus[] | undefined): Map<string, ContainerStatus> {
  return new Map((statuses ?? []).map((s) => [s.name, s]))
}

// Pod-level requests exist for these only (KEP-2837).
const podLevel = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')

/**
 * What a pod takes of its node: the sum of its containers and sidecars, or what its init containers need at their
 * most hungry moment if that is more, replaced by pod-level requests where set, plus overhead.
 * `missing` stands in for requests that a container leaves out.
 */
export function podAmounts(pod: Pod, missing?: Strings): Amounts {
  const spec = pod.spec ?? {}
  const statuses = byName(pod.status?.containerStatuses)
  const fallback = missing === undefined ? undefined : amounts(missing)
  const total: Amounts = new Map()
  for (const c of spec.containers ?? []) addTo(total, containerAmounts(c, statuses.get(c.name), fallback))
  if (spec.initContainers !== undefined && spec.initContainers.length > 0) {
    addInitContainers(total, spec.initContainers, byName(pod.status?.initContainerStatuses), fallback)
  }
  overridePodLevel(total, spec.resources)
  addTo(total, amounts(spec.overhead))
  return total
}

function addInitContainers(
  total: Amounts,
  containers: readonly Container[],
  statuses: Map<string, ContainerStatus>,
  missing: Amounts | undefined,
): void {
  const sidecars: Amounts = new Map()
  const peak: Amounts = new Map()
  for (const c of containers) {
    const own = containerAmounts(c, statuses.get(c.name), missing)
    if (isSidecar(c)) {
      addTo(sidecars, own)
      addTo(total, own)
      raiseTo(peak, sidecars)
    } else {
      addTo(own, sidecars)
      raiseTo(peak, own)
    }
  }
  raiseTo(total, peak)
}

function overridePodLevel(total: Amounts, resources: ResourceRequirements | undefined): void {
  for (const [name, value] of amounts(resources?.requests)) if (podLevel(name)) total.set(name, value)
}

/** A resource list as the scheduler counts it; `pods` is left out, it is counted by head. */
export function toResources(list: Amounts): Resources {
  const out = noResources()
  for (const [name, value] of list) {
    if (name === 'cpu') out.milliCpu = value
    else if (name === 'memory') out.memory = value
    else if (name === 'ephemeral-storage') out.ephemeralStorage = value
    else if (name !== 'pods' && isScalar(name)) (out.scalars ??= new Map()).set(name, value)
  }
  return out
}

export const listToResources = (list: Strings | undefined): Resources => toResources(amounts(list))

/** Extended resources, hugepages and attachable volumes (scheduler `util.IsScalarResourceName`). */
export function isScalar(name: string): boolean {
  return isExtended(name) || name.startsWith('hugepages-') || name.startsWith('attachable-volumes-') || isNative(name)
}

// The kubernetes.io domain is native, any other domain is a device plugin's.
const isNative = (name: string): boolean => name.includes('/') && /(^|\.)kubernetes\.io\//.test(name)
const isExtended = (name: string): boolean => name.includes('/') && !/(^|\.)kubernetes\.io\//.test(name) && !name.startsWith('requests.')

export function addResources(into: Resources, more: Resources, sign: 1 | -1): void {
  into.milliCpu += sign * more.milliCpu
  into.memory += sign * more.memory
  into.ephemeralStorage += sign * more.ephemeralStorage
  if (more.scalars === undefined) return
  into.scalars ??= new Map()
  for (const [name, value] of more.scalars) {
    const left = (into.scalars.get(name) ?? 0) + sign * value
    if (left === 0) into.scalars.delete(name)
    else into.scalars.set(name, left)
  }
  if (into.scalars.size === 0) into.scalars = undefined
}

/** What scoring assumes for a container that asks for nothing, so that such pods spread too. */
export const ASSUMED_REQUESTS: Strings = { cpu: '100m', memory: '200Mi' }
