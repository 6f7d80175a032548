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
  owner: OwnerReference
  /** The service is on its way out: nothing new is made for it, which the garbage collector would only have to find. */
  deleting?: boolean
  triggerTime: string | undefined
  /** Address types of the service: each has a slice even when nothing is in it, and slices of others go. */
  types: readonly string[]
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
// What Go's EndpointSet hashes: the rest of an endpoint may change in its place.
const identity = ({ addresses, hostname, targetRef }: SliceEndpoint): string =>
  JSON.stringify([[...addresses].sort(), hostname ?? '', targetRef?.namespace ?? '', targetRef?.name ?? ''])

// Labels that are the controller's, whatever the service says.
const RESERVED = ['kubernetes.io/service-name', 'endpointslice.kubernetes.io/managed-by', 'service.kubernetes.io/headless']

/**
 * How to get from the slices there are to the endpoints there should be, with few writes (k8s.io/endpointslice reconciler.go): what is
 * in a slice stays in it, newcomers fill slices that change anyway, then one with room for all the rest, then new ones. A slice that
 * would go is written over by one that would be made. Slices of an earlier service of this name go.
 */
export function planSlices(existing: readonly EndpointSlice[], groups: readonly SliceGroup[], meta: SliceMeta): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], delete: [] }
  const byType = Map.groupBy(existing, (s) => s.addressType)
  for (const type of meta.types) {
    const ofType = groups.filter((g) => g.addressType === type)
    planType(plan, byType.get(type) ?? [], new Map(ofType.map((g) => [groupKey(type, g.ports), g])), { type, meta })
  }
  plan.delete.push(...existing.filter((s) => !meta.types.includes(s.addressType)))
  if (meta.deleting === true) plan.create = []
  return plan
}

function planType(
  plan: SlicePlan,
  existing: readonly EndpointSlice[],
  wanted: ReadonlyMap<string, SliceGroup>,
  { type, meta }: { type: string; meta: SliceMeta },
): void {
  const part: SlicePlan = { create: [], update: [], delete: [] }
  const isOwn = (s: EndpointSlice): boolean => s.metadata.ownerReferences?.some((o) => o.uid === meta.owner.uid) === true
  part.delete.push(...existing.filter((s) => !isOwn(s)))
  const bySet = Map.groupBy(existing.filter(isOwn), (s) => groupKey(type, s.ports))
  for (const [key, group] of wanted) fill(part, bySet.get(key) ?? [], group, meta)
  for (const [key, slices] of bySet) if (!wanted.has(key)) part.delete.push(...slices)
  // Something always shows that the service exists, even with nothing behind it.
  if (part.delete.length === existing.length && part.create.length === 0) {
    const placeholder = newSlice(type, [], [], meta)
    if (part.delete.length === 1 && isOwn(part.delete[0]!) && isPlaceholder(part.delete[0]!, placeholder)) part.delete = []
    else part.create.push(placeholder)
  }
  const gone = part.delete.filter((old) => {
    const next = isOwn(old) ? part.create.pop() : undefined
    if (next !== undefined) part.update.push(over(old, next))
    return next === undefined
  })
  plan.create.push(...part.create)
  plan.update.push(...part.update)
  plan.delete.push(...gone)
}

const isEmpty = (list: readonly unknown[] | null): boolean => (list ?? []).length === 0
const isPlaceholder = (slice: EndpointSlice, { metadata }: EndpointSlice): boolean =>
  isEmpty(slice.endpoints) && isEmpty(slice.ports) && isDeepStrictEqual(slice.metadata.labels, metadata.labels)

const ownLabels = (labels: Strings = {}): Strings => Object.fromEntries(Object.entries(labels).filter(([k]) => !RESERVED.includes(k)))

function isSame(wanted: SliceEndpoint, there: SliceEndpoint, meta: SliceMeta): boolean {
  const compared = (e: SliceEndpoint): SliceEndpoint => (meta.keepHints === true ? { ...e, hints: undefined } : e)
  return isDeepStrictEqual(compared(wanted), compared(there))
}

function fill(plan: SlicePlan, slices: readonly EndpointSlice[], group: SliceGroup, meta: SliceMeta): void {
  const missing = new Map(group.endpoints.map((e) => [identity(e), e]))
  const changed: EndpointSlice[] = []
  const unchanged: EndpointSlice[] = []
  for (const slice of slices) {
    const there = slice.endpoints ?? []
    const endpoints: SliceEndpoint[] = []
    let differs = false
    for (const e of there) {
      const wanted = missing.get(identity(e))
      if (wanted === undefined) continue
      missing.delete(identity(e))
      endpoints.push(wanted)
      if (!isSame(wanted, e, meta)) differs = true
    }
    if (differs || endpoints.length !== there.length) {
      if (endpoints.length === 0) plan.delete.push(slice)
      else changed.push(changedSlice(slice, endpoints, meta))
    } else if (!isDeepStrictEqual(ownLabels(slice.metadata.labels), ownLabels(meta.labels))) changed.push(changedSlice(slice, there, meta))
    else unchanged.push(slice)
  }
  const rest = [...missing.values()]
  const take = (slice: EndpointSlice): EndpointSlice => {
    slice.endpoints!.push(...rest.splice(0, MAX_PER_SLICE - slice.endpoints!.length))
    return slice
  }
  // The fullest first, so that there are few.
  for (const slice of changed.sort((a, b) => b.endpoints!.length - a.endpoints!.length)) take(slice)
  plan.update.push(...changed)
  while (rest.length > 0) {
    const room = rest.length < MAX_PER_SLICE ? sliceToFill(unchanged, rest.length) : undefined
    if (room === undefined) plan.create.push(take(newSlice(group.addressType, [], group.ports, meta)))
    else plan.update.push(take(changedSlice(room, [...(room.endpoints ?? [])], meta)))
  }
}

/** The slice that so many more fill best; undefined when none has room for all. */
function sliceToFill(slices: readonly EndpointSlice[], more: number): EndpointSlice | undefined {
  let closest: { slice?: EndpointSlice; room: number } = { room: MAX_PER_SLICE }
  for (const slice of slices) {
    const room = MAX_PER_SLICE - (slice.endpoints ?? []).length - more
    if (room >= 0 && room < closest.room) closest = { slice, room }
  }
  return closest.slice
}

function triggered(annotations: Strings | undefined, { triggerTime }: SliceMeta): Strings | undefined {
  const { [TRIGGER_TIME]: _, ...rest } = annotations ?? {}
  const out = triggerTime === undefined ? rest : { ...rest, [TRIGGER_TIME]: triggerTime }
  return Object.keys(out).length === 0 ? undefined : out
}

function changedSlice(slice: EndpointSlice, endpoints: SliceEndpoint[], meta: SliceMeta): EndpointSlice {
  const { annotations: old, ...rest } = slice.metadata
  const annotations = triggered(old, meta)
  const metadata = { ...rest, labels: meta.labels, ...(annotations === undefined ? {} : { annotations }) }
  return { ...slice, apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, endpoints }
}

function newSlice(addressType: string, endpoints: SliceEndpoint[], ports: SlicePort[], meta: SliceMeta): EndpointSlice {
  const annotations = triggered(undefined, meta)
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${meta.name}-`,
      namespace: meta.namespace,
      labels: meta.labels,
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [meta.owner],
    },
    addressType,
    endpoints,
    ports,
  }
}

/** What is new under the name of one that is there. */
function over({ metadata: { name, uid, resourceVersion } }: EndpointSlice, next: EndpointSlice): EndpointSlice {
  return { ...next, metadata: { ...next.metadata, name, uid, resourceVersion } }
}
