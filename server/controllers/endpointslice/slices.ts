import { isDeepStrictEqual } from 'node:util'
import type { Strings } from '../../client/objects.ts'
import type { KubeObject, OwnerReference } from '../../machinery/types.ts'
import { TRIGGER_TIME } from '../endpoints/service-pods.ts'

export interface SliceEndpoint {
  addresses: string[]
  conditions: { ready?: boolean; serving?: boolean; terminating?: boolean }
  hostname?: string
  nodeName?: string
  zone?: string
  targetRef?: { kind?: string; namespace?: string; name?: string; uid?: string }
  hints?: { forZones?: { name: string }[]; forNodes?: { name: string }[] }
}

export interface SlicePort {
  name: string
  port?: number
  protocol: string
  appProtocol?: string
}

export interface EndpointSlice extends KubeObject {
  addressType: string
  endpoints: SliceEndpoint[] | null
  ports: SlicePort[] | null
}

/** Endpoints that may share a slice. */
export interface SliceGroup {
  addressType: string
  ports: SlicePort[]
  endpoints: SliceEndpoint[]
}

export interface SliceMeta {
  namespace: string
  /** Of the service; slices are called `name-xxxxx`. */
  name: string
  labels: Strings
  annotations?: Strings
  owner: OwnerReference
  triggerTime: string | undefined
  /** Address types that have a slice even when nothing is in it. */
  always: readonly string[]
  /** Whom endpoints are for is decided later: until then it is no difference, and what does not change keeps it. */
  keepHints?: boolean
}

export interface SlicePlan {
  create: EndpointSlice[]
  update: EndpointSlice[]
  delete: EndpointSlice[]
}

// kube-controller-manager's --max-endpoints-per-slice default.
export const MAX_PER_SLICE = 100

const groupKey = (addressType: string, ports: readonly SlicePort[] | null): string => {
  const sorted = (ports ?? []).map((p) => [p.name, p.port ?? null, p.protocol, p.appProtocol ?? null]).sort()
  return JSON.stringify([addressType, sorted])
}
const identity = (e: SliceEndpoint): string =>
  JSON.stringify([e.addresses, e.targetRef?.uid ?? null, e.targetRef?.name ?? null, e.nodeName ?? null])

/**
 * How to get from the slices there are to the endpoints there should be, with few writes: what is in a slice stays in it,
 * newcomers fill slices that change anyway, then any with room, then new ones. Emptied slices go.
 */
export function planSlices(existing: readonly EndpointSlice[], groups: readonly SliceGroup[], meta: SliceMeta): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], delete: [] }
  const wanted = new Map(groups.filter((g) => g.endpoints.length > 0).map((g) => [groupKey(g.addressType, g.ports), g]))
  const bySet = Map.groupBy(existing, (s) => groupKey(s.addressType, s.ports))
  const spare = new Map<string, EndpointSlice[]>()
  for (const [key, slices] of bySet) {
    if (wanted.has(key)) continue
    for (const s of slices) spare.set(s.addressType, [...(spare.get(s.addressType) ?? []), s])
  }
  for (const [key, group] of wanted) fill(plan, bySet.get(key) ?? [], group, meta)
  const served = new Set([...wanted.values()].map((g) => g.addressType))
  for (const type of new Set([...meta.always, ...spare.keys()])) {
    const idle = spare.get(type) ?? []
    // Something always shows that the service exists, even with nothing behind it.
    const keep = served.has(type) || !meta.always.includes(type) ? undefined : (idle[0] ?? 'new')
    plan.delete.push(...idle.filter((s) => s !== keep))
    if (keep === 'new') plan.create.push(newSlice(type, [], [], meta))
    else if (keep !== undefined) touch(plan, keep, { endpoints: [], ports: [] }, meta)
  }
  return plan
}

function fill(plan: SlicePlan, slices: readonly EndpointSlice[], group: SliceGroup, meta: SliceMeta): void {
  const missing = new Map(group.endpoints.map((e) => [identity(e), e]))
  const kept = slices.map((slice) => {
    const endpoints: SliceEndpoint[] = []
    let changed = false
    for (const e of slice.endpoints ?? []) {
      const wanted = missing.get(identity(e))
      const next = wanted !== undefined && meta.keepHints === true && e.hints !== undefined ? { ...wanted, hints: e.hints } : wanted
      missing.delete(identity(e))
      if (next === undefined || !isDeepStrictEqual(next, e)) changed = true
      if (next !== undefined) endpoints.push(next)
    }
    return { slice, endpoints, changed }
  })
  const rest = [...missing.values()]
  for (const k of [...kept.filter((x) => x.changed), ...kept.filter((x) => !x.changed)]) {
    k.endpoints.push(...rest.splice(0, Math.max(MAX_PER_SLICE - k.endpoints.length, 0)))
  }
  for (const k of kept) {
    if (k.endpoints.length === 0) plan.delete.push(k.slice)
    else touch(plan, k.slice, { endpoints: k.endpoints, ports: k.slice.ports ?? [] }, meta)
  }
  while (rest.length > 0) plan.create.push(newSlice(group.addressType, rest.splice(0, MAX_PER_SLICE), group.ports, meta))
}

function touch(plan: SlicePlan, slice: EndpointSlice, next: { endpoints: SliceEndpoint[]; ports: SlicePort[] }, meta: SliceMeta): void {
  const { [TRIGGER_TIME]: _, ...annotations } = { ...slice.metadata.annotations, ...meta.annotations }
  const same =
    isDeepStrictEqual(slice.endpoints ?? [], next.endpoints) &&
    isDeepStrictEqual(slice.ports ?? [], next.ports) &&
    isDeepStrictEqual(slice.metadata.labels, meta.labels) &&
    Object.entries(meta.annotations ?? {}).every(([k, v]) => slice.metadata.annotations?.[k] === v)
  if (same) return
  const metadata = {
    ...slice.metadata,
    labels: meta.labels,
    annotations: meta.triggerTime === undefined ? annotations : { ...annotations, [TRIGGER_TIME]: meta.triggerTime },
  }
  plan.update.push({ ...slice, apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, ...next })
}

function newSlice(addressType: string, endpoints: SliceEndpoint[], ports: SlicePort[], meta: SliceMeta): EndpointSlice {
  const annotations = { ...meta.annotations, ...(meta.triggerTime === undefined ? {} : { [TRIGGER_TIME]: meta.triggerTime }) }
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${meta.name}-`,
      namespace: meta.namespace,
      labels: meta.labels,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: [meta.owner],
    },
    addressType,
    endpoints,
    ports,
  }
}
