import { addQuantity, compareQuantity, tryQuantity, type Quantity } from '../../machinery/quantity.ts'
import { isSidecar, type Container, type Pod, type ResourceList } from '../types.ts'

/** A quantity in its base unit (cores, bytes); 0 for what the API server would not have let in. */
export function quantity(value: string | number | undefined): number {
  return Number(tryQuantity(value)?.nano ?? 0n) / 1e9
}

type Amounts = Record<string, Quantity>

/** What a container asks for; a limit stands in for a missing request, as defaulting makes it. */
export function containerRequests(c: Container): Amounts {
  const out: Amounts = {}
  for (const source of [c.resources?.limits, c.resources?.requests]) merge(out, source, given)
  return out
}

function merge(into: Amounts, from: ResourceList | Amounts | undefined, how: (a: Quantity, b: Quantity) => Quantity): void {
  for (const [name, value] of Object.entries(from ?? {})) {
    const amount = typeof value === 'object' ? value : tryQuantity(value)
    if (amount === undefined) continue
    const known = into[name]
    into[name] = known === undefined ? amount : how(known, amount)
  }
}

const larger = (a: Quantity, b: Quantity): Quantity => (compareQuantity(a, b) < 0 ? b : a)
const given = (_: Quantity, b: Quantity): Quantity => b

/** max(sum of containers and sidecars, each init container beside the sidecars before it) + overhead (KEP-753). */
export function podRequests(pod: Pod): Amounts {
  const sum: Amounts = {}
  for (const c of pod.spec.containers) merge(sum, containerRequests(c), addQuantity)
  const sidecars: Amounts = {}
  const peak: Amounts = {}
  for (const c of pod.spec.initContainers ?? []) {
    const requests = containerRequests(c)
    merge(isSidecar(c) ? sidecars : requests, isSidecar(c) ? requests : sidecars, addQuantity)
    merge(peak, isSidecar(c) ? sidecars : requests, larger)
  }
  merge(sum, sidecars, addQuantity)
  merge(sum, peak, larger)
  merge(sum, pod.spec.resources?.requests, given)
  merge(sum, pod.spec.overhead, addQuantity)
  return sum
}

const QOS_RESOURCES = ['cpu', 'memory'] as const

/** Guaranteed, Burstable or BestEffort (component-helpers `qos`), for pods whose status does not say. */
export function qosClass(pod: Pod): string {
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((c) => c.resources)
  if (pod.spec.resources !== undefined) all.splice(0, all.length, pod.spec.resources)
  const amount = (list: ResourceList | undefined, name: string): number => quantity(list?.[name])
  const any = all.some((r) => QOS_RESOURCES.some((n) => amount(r?.requests, n) > 0 || amount(r?.limits, n) > 0))
  if (!any) return 'BestEffort'
  const guaranteed = all.every((r) =>
    QOS_RESOURCES.every((n) => {
      const limit = amount(r?.limits, n)
      return limit > 0 && (r?.requests?.[n] === undefined || amount(r.requests, n) === limit)
    }),
  )
  return guaranteed ? 'Guaranteed' : 'Burstable'
}
