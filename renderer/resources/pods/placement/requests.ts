import { parseQuantity } from '../../../kube/quantity.ts'
import type { Container, ContainerStatus, Pod } from '../types.ts'

export type Amounts = Record<string, number>

/** As the scheduler counts: thousandths of a core, whole units of everything else, both rounded up. Floating point's last digits are no part of it. */
export function amountOf(name: string, quantity: string | undefined): number {
  const value = (parseQuantity(quantity) ?? 0) * (name === 'cpu' ? 1000 : 1)
  const near = Math.round(value)
  return Math.abs(value - near) < 1e-6 * Math.max(1, Math.abs(value)) ? near : Math.ceil(value)
}

const amounts = (list: Record<string, string> | undefined): Amounts =>
  Object.fromEntries(Object.entries(list ?? {}).map(([name, quantity]) => [name, amountOf(name, quantity)]))

function add(to: Amounts, more: Amounts): void {
  for (const [name, value] of Object.entries(more)) to[name] = (to[name] ?? 0) + value
}

function raise(to: Amounts, other: Amounts): void {
  for (const [name, value] of Object.entries(other)) to[name] = Math.max(to[name] ?? 0, value)
}

/** While a resize is under way, the larger of what was and what will be. */
function ofContainer({ name, resources }: Container, statuses: readonly ContainerStatus[] | undefined): Amounts {
  const own = amounts(resources?.requests)
  const status = statuses?.find((one) => one.name === name)
  raise(own, amounts(status?.resources?.requests))
  raise(own, amounts(status?.allocatedResources))
  return own
}

/** Requests of the pod as a whole exist for these alone (KEP-2837). */
const ofWholePod = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')

/**
 * What a pod takes of its node: its containers together with its sidecars, or its init containers' hungriest moment; what it asks for as a
 * whole stands in for both, and what it costs besides comes on top.
 */
export function requestsOf({ spec, status }: Pod): Amounts {
  const sum: Amounts = {}
  for (const container of spec?.containers ?? []) add(sum, ofContainer(container, status?.containerStatuses))
  const sidecars: Amounts = {}
  const peak: Amounts = {}
  for (const container of spec?.initContainers ?? []) {
    const own = ofContainer(container, status?.initContainerStatuses)
    if (container.restartPolicy === 'Always') {
      add(sidecars, own)
      add(sum, own)
      raise(peak, sidecars)
    } else {
      add(own, sidecars)
      raise(peak, own)
    }
  }
  raise(sum, peak)
  for (const [name, value] of Object.entries(amounts(spec?.resources?.requests))) if (ofWholePod(name)) sum[name] = value
  add(sum, amounts(spec?.overhead))
  return sum
}
