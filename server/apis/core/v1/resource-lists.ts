import { setOwn } from '../../../machinery/own.ts'
import { parseJsonQuantity, roundUp, type Quantity } from '../../../machinery/quantity.ts'
import type { ResourceList } from './types.ts'

/** Quantities in their canonical text, rounded up to a milli, as every resource list of the API is kept. */
export function roundResources(list: ResourceList | undefined | null): void {
  if (!list) return
  for (const name in list) {
    const given = list[name]!
    const text = roundUp(quantityOfText(given), -3).text
    if (text !== given) list[name] = text
  }
}

/** A list's quantity. The schema has refused anything else. */
export const quantityOfText = (value: string | number): Quantity => parseJsonQuantity(value)

/** Limits stand in for requests that are not given. */
export function requestsFromLimits(resources: { limits?: ResourceList; requests?: ResourceList } | undefined): void {
  const limits = resources?.limits
  if (!resources || !limits) return
  const requests = (resources.requests ??= {})
  for (const name in limits) if (!Object.hasOwn(requests, name)) setOwn(requests, name, limits[name])
}

export const isHugePage = (name: string): boolean => name.startsWith('hugepages-')

/** Resources without a domain, or of the kubernetes.io domain. */
export const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/')

export const isOvercommitAllowed = (name: string): boolean => isNative(name) && !isHugePage(name)

export const isPodLevelResource = (name: string): boolean => name === 'cpu' || name === 'memory' || isHugePage(name)

/** The same for the lists at some keys of an object. */
export function roundLists(holder: Readonly<Record<string, unknown>> | undefined, ...keys: readonly string[]): void {
  for (const key of keys) roundResources(holder?.[key] as ResourceList | undefined)
}
