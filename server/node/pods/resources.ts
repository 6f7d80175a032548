import { addQuantity, compareQuantity, tryQuantity, type Quantity } from '../../machinery/quantity.ts'
import { atOnce } from '../../machinery/slice.ts'
import { isSidecar, type Container, type Pod, type PodSpec, type ResourceList } from '../types.ts'

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
export const podRequests = (pod: Pod): Amounts => atOnce(podRequestSteps(pod))

/** The same, container by container. Each looks at its own resources only, so that all of them together are linear. */
export function* podRequestSteps(pod: Pod): Generator<undefined, Amounts> {
  const known = requestsOf.get(pod.spec)
  if (known !== undefined) return known
  const sum: Amounts = {}
  for (const c of pod.spec.containers) {
    merge(sum, containerRequests(c), addQuantity)
    yield
  }
  const sidecars: Amounts = {}
  const peak: Amounts = {}
  for (const c of pod.spec.initContainers ?? []) {
    const requests = containerRequests(c)
    if (isSidecar(c)) merge(sidecars, requests, addQuantity)
    else {
      for (const [name, amount] of Object.entries(requests)) {
        const beside = sidecars[name]
        merge(peak, { [name]: beside === undefined ? amount : addQuantity(amount, beside) }, larger)
      }
    }
    yield
  }
  // Of what an init container does not ask for, the sidecars before it ask no more than all of them.
  merge(peak, sidecars, larger)
  merge(sum, sidecars, addQuantity)
  merge(sum, peak, larger)
  merge(sum, pod.spec.resources?.requests, given)
  merge(sum, pod.spec.overhead, addQuantity)
  requestsOf.set(pod.spec, sum)
  return sum
}

/** By spec, which never changes: admission, the node's sums and the status ask for the same. */
const requestsOf = new WeakMap<PodSpec, Amounts>()

const QOS_RESOURCES = ['cpu', 'memory'] as const

/** Guaranteed, Burstable or BestEffort (component-helpers `qos`), for pods whose status does not say. */
export const qosClass = (pod: Pod): string => atOnce(qosClassSteps(pod))

/** The same, container by container. */
export function* qosClassSteps(pod: Pod): Generator<undefined, string> {
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((c) => c.resources)
  if (pod.spec.resources !== undefined) all.splice(0, all.length, pod.spec.resources)
  const amount = (list: ResourceList | undefined, name: string): number => quantity(list?.[name])
  let [any, guaranteed] = [false, true]
  for (const r of all) {
    any ||= QOS_RESOURCES.some((n) => amount(r?.requests, n) > 0 || amount(r?.limits, n) > 0)
    guaranteed &&= QOS_RESOURCES.every((n) => {
      const limit = amount(r?.limits, n)
      return limit > 0 && (r?.requests?.[n] === undefined || amount(r.requests, n) === limit)
    })
    yield
  }
  if (!any) return 'BestEffort'
  return guaranteed ? 'Guaranteed' : 'Burstable'
}
