import { isSidecar, type Container, type Pod, type ResourceList } from '../types.ts'

const SUFFIX: Readonly<Record<string, number>> = {
  n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
}

/** A quantity as a number (apimachinery `resource.Quantity`); 0 for what the API server would not have let in. */
export function quantity(value: string | number | undefined): number {
  if (typeof value === 'number') return value
  const m = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]?|[KMGTPE]i)|[eE]([+-]?\d+))$/.exec(value ?? '')
  if (m === null) return 0
  return m[3] === undefined ? Number(m[1]) * SUFFIX[m[2]!]! : Number(`${m[1]}e${m[3]}`)
}

type Amounts = Record<string, number>

/** What a container asks for; a limit stands in for a missing request, as defaulting makes it. */
export function containerRequests(c: Container): Amounts {
  const out: Amounts = {}
  for (const source of [c.resources?.limits, c.resources?.requests]) {
    for (const [name, value] of Object.entries(source ?? {})) out[name] = quantity(value)
  }
  return out
}

function merge(into: Amounts, from: Amounts, how: (a: number, b: number) => number): void {
  for (const [name, value] of Object.entries(from)) into[name] = how(into[name] ?? 0, value)
}

const add = (a: number, b: number): number => a + b

/** max(sum of containers and sidecars, each init container beside the sidecars before it) + overhead (KEP-753). */
export function podRequests(pod: Pod): Amounts {
  const sum: Amounts = {}
  for (const c of pod.spec.containers) merge(sum, containerRequests(c), add)
  const sidecars: Amounts = {}
  const peak: Amounts = {}
  for (const c of pod.spec.initContainers ?? []) {
    const requests = containerRequests(c)
    if (isSidecar(c)) {
      merge(sidecars, requests, add)
      merge(peak, sidecars, Math.max)
    } else {
      merge(requests, sidecars, add)
      merge(peak, requests, Math.max)
    }
  }
  merge(sum, sidecars, add)
  merge(sum, peak, Math.max)
  for (const [name, value] of Object.entries(pod.spec.resources?.requests ?? {})) sum[name] = quantity(value)
  for (const [name, value] of Object.entries(pod.spec.overhead ?? {})) sum[name] = (sum[name] ?? 0) + quantity(value)
  return sum
}

const QOS_RESOURCES = ['cpu', 'memory'] as const

/** Guaranteed, Burstable or BestEffort (component-helpers `qos`), for pods whose status does not say. */
export function qosClass(pod: Pod): string {
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((c) => c.resources)
  if (pod.spec.resources !== undefined) all.splice(0, all.length, pod.spec.resources)
  const given = (list: ResourceList | undefined, name: string): number => quantity(list?.[name])
  const any = all.some((r) => QOS_RESOURCES.some((n) => given(r?.requests, n) > 0 || given(r?.limits, n) > 0))
  if (!any) return 'BestEffort'
  const guaranteed = all.every((r) =>
    QOS_RESOURCES.every((n) => given(r?.limits, n) > 0 && given(r?.limits, n) === (r?.requests?.[n] === undefined ? given(r?.limits, n) : given(r.requests, n))),
  )
  return guaranteed ? 'Guaranteed' : 'Burstable'
}
