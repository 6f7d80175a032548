import type { EventType } from '../../client/event-recorder.ts'
import type { Service } from '../../client/objects.ts'
import type { EndpointSlice, SliceEndpoint, SlicePlan } from './slices.ts'
import { allocate, exchanges, isOverloaded, type Allocation, type Shares } from './zones.ts'

const MODES = ['service.kubernetes.io/topology-aware-hints', 'service.kubernetes.io/topology-mode']
const CLOSE = ['PreferClose', 'PreferSameZone', 'PreferSameNode']

/** Whether the service's annotations ask for endpoints to be shared out among zones; they come before spec.trafficDistribution. */
export function sharesByZone({ metadata }: Service): boolean {
  const mode = MODES.map((name) => metadata.annotations?.[name]).find((text) => text !== undefined)
  return mode === 'Auto' || mode === 'auto'
}

/** What spec.trafficDistribution makes of an endpoint: who is to prefer it (KEP-3015). */
export function closeHints(service: Service, endpoint: SliceEndpoint): Pick<SliceEndpoint, 'hints'> {
  const wish = service.spec?.trafficDistribution ?? ''
  if (!CLOSE.includes(wish) || sharesByZone(service) || endpoint.conditions.ready !== true) return {}
  const { zone, nodeName } = endpoint
  const forNode = wish === 'PreferSameNode' && nodeName !== undefined
  if (zone === undefined && !forNode) return {}
  return {
    hints: {
      ...(zone === undefined ? {} : { forZones: [{ name: zone }] }),
      ...(forNode ? { forNodes: [{ name: nodeName }] } : {}),
    },
  }
}

export interface Told {
  type: EventType
  reason: 'TopologyAwareHintsEnabled' | 'TopologyAwareHintsDisabled'
  message: string
}

const isReady = (e: SliceEndpoint): boolean => e.conditions.ready === true
const zoneHint = (name: string): SliceEndpoint['hints'] => ({ forZones: [{ name }] })
const without = ({ hints: _, ...endpoint }: SliceEndpoint): SliceEndpoint => endpoint

/** Which services' endpoints are shared out among zones, and how: what is needed to know when nodes have changed too much for it. */
export class ZoneHints {
  readonly #counts = new Map<string, Map<string, ReadonlyMap<string, number>>>()
  readonly #populated = new Set<string>()
  #shares: Shares

  /** Takes the nodes as they are now; the services that no longer fit them. */
  resized(shares: Shares): string[] {
    this.#shares = shares
    return [...this.#counts].filter(([, types]) => [...types.values()].some((counts) => isOverloaded(counts, shares))).map(([key]) => key)
  }

  /** Writes the hints of one address type into the plan: slices that stay as they are keep theirs as long as they are good enough. */
  share(key: string, type: string, existing: readonly EndpointSlice[], plan: SlicePlan): Told[] {
    const isOfType = (s: EndpointSlice): boolean => s.addressType === type
    const touched = new Set([...plan.update, ...plan.delete].map((s) => s.metadata.uid))
    const same = existing.filter((s) => isOfType(s) && !touched.has(s.metadata.uid))
    const changing = [...plan.create, ...plan.update].filter(isOfType)
    const ready = [...same, ...changing].flatMap((s) => s.endpoints ?? []).filter(isReady)
    const allocations = allocate(this.#shares, ready.length)
    if (typeof allocations === 'string') return this.#refuse(key, type, same, changing, plan, allocations)
    const counts = new Map<string, number>()
    for (const slice of same) {
      const own = goodHints(slice, counts, allocations)
      for (const [zone, n] of own ?? []) counts.set(zone, (counts.get(zone) ?? 0) + n)
      if (own === undefined) changing.push(change(plan, slice, slice.endpoints ?? []))
    }
    const open = changing.flatMap((s) => s.endpoints ?? []).filter(isReady)
    if (open.some((e) => e.zone === undefined)) {
      return this.#refuse(key, type, same, changing, plan, 'One or more endpoints do not have a zone specified')
    }
    for (const { zone = '' } of open) counts.set(zone, (counts.get(zone) ?? 0) + 1)
    const { from, to } = exchanges(allocations, counts)
    for (const slice of changing) {
      slice.endpoints = (slice.endpoints ?? []).map((e) =>
        isReady(e) ? { ...e, hints: zoneHint(hand(e.zone!, from, to, counts)) } : without(e),
      )
    }
    if (counts.size === 0) return this.#refuse(key, type, same, changing, plan, 'No hints allocated for zones')
    const isNew = !this.#populated.has(key)
    this.#populated.add(key)
    this.#counts.set(key, (this.#counts.get(key) ?? new Map<string, ReadonlyMap<string, number>>()).set(type, counts))
    return isNew ? [told('Normal', 'TopologyAwareHintsEnabled', 'Topology Aware Hints has been enabled', type)] : []
  }

  /** The annotation is not there, or is gone. */
  stop(key: string, type: string): Told[] {
    const had = this.#populated.has(key)
    this.#forgetType(key, type)
    return had ? [told('Warning', 'TopologyAwareHintsDisabled', 'Topology Aware Hints has been disabled', type)] : []
  }

  forget(key: string): void {
    this.#counts.delete(key)
    this.#populated.delete(key)
  }

  #refuse(
    ...[key, type, same, changing, plan, why]: [string, string, readonly EndpointSlice[], readonly EndpointSlice[], SlicePlan, string]
  ): Told[] {
    this.#forgetType(key, type)
    for (const slice of changing) slice.endpoints = (slice.endpoints ?? []).map(without)
    for (const slice of same) {
      if (!changing.some((s) => s.metadata.uid === slice.metadata.uid) && slice.endpoints?.some((e) => e.hints !== undefined) === true)
        change(plan, slice, slice.endpoints.map(without))
    }
    return [told('Warning', 'TopologyAwareHintsDisabled', why, type)]
  }

  #forgetType(key: string, type: string): void {
    this.#populated.delete(key)
    const types = this.#counts.get(key)
    types?.delete(type)
    if (types?.size === 0) this.#counts.delete(key)
  }
}

const told = (type: EventType, reason: Told['reason'], text: string, addressType: string): Told => ({
  ...{ type, reason, message: `${text}, addressType: ${addressType}` },
})

/** A copy that the plan writes: what the cache holds stays as it is. */
function change(plan: SlicePlan, slice: EndpointSlice, endpoints: SliceEndpoint[]): EndpointSlice {
  const copy = { ...slice, apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', endpoints }
  plan.update.push(copy)
  return copy
}

/** How many endpoints of each zone a slice has by its hints; undefined when one has none, or a zone would have too many. */
function goodHints(
  slice: EndpointSlice,
  before: ReadonlyMap<string, number>,
  allocations: ReadonlyMap<string, Allocation>,
): Map<string, number> | undefined {
  const counts = new Map<string, number>()
  for (const e of slice.endpoints ?? []) {
    if (!isReady(e)) continue
    const zones = e.hints?.forZones ?? []
    if (zones.length === 0 || zones.some(({ name }) => !allocations.has(name))) return undefined
    for (const { name } of zones) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const fits = [...counts].every(([zone, n]) => n + (before.get(zone) ?? 0) <= allocations.get(zone)!.most)
  return fits ? counts : undefined
}

/** The zone that an endpoint of this one is for: its own, unless it has too many and another too few. */
function hand(zone: string, from: Map<string, number>, to: Map<string, number>, counts: Map<string, number>): string {
  const [taker] = to.keys()
  if (taker === undefined || !from.has(zone)) return zone
  const take = (left: Map<string, number>, name: string): void => {
    const n = left.get(name)! - 1
    if (n === 0) left.delete(name)
    else left.set(name, n)
  }
  take(from, zone)
  take(to, taker)
  counts.set(zone, counts.get(zone)! - 1)
  counts.set(taker, (counts.get(taker) ?? 0) + 1)
  return taker
}
