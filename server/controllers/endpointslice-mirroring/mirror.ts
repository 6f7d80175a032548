import { isIP } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import type { Strings } from '../../client/objects.ts'
import { canonicalAddress, parseAddress } from '../../machinery/ip.ts'
import { TRIGGER_TIME } from '../endpoints/service-pods.ts'
import type { Endpoints } from '../endpoints/endpoints.ts'
import type { EndpointAddress, EndpointPort } from '../endpoints/subsets.ts'
import { MANAGED_BY, SERVICE_NAME } from '../endpointslice/slice-writer.ts'
import type { EndpointSlice, SliceEndpoint, SlicePlan, SlicePort } from '../endpointslice/slices.ts'
import { controllerRef } from '../owners.ts'
import { repackSubsets } from './repack.ts'

export const MANAGER = 'endpointslicemirroring-controller.k8s.io'
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
/** --mirroring-max-endpoints-per-subset: a subset has one slice of each family, which holds no more. */
export const MAX_PER_SUBSET = 1000

export interface Mirror {
  plan: SlicePlan
  /** Addresses that are none. */
  invalid: number
  /** Those, and the ones that were too many. */
  skipped: number
}

interface Wanted {
  addressType: string
  ports: SlicePort[]
  endpoints: Map<string, SliceEndpoint>
}

const keyOf = (addressType: string, ports: readonly SlicePort[] | null): string =>
  JSON.stringify([
    addressType,
    (ports ?? []).map((p) => JSON.stringify([p.name, p.port ?? null, p.protocol, p.appProtocol ?? null])).sort(),
  ])

const identity = (e: SliceEndpoint): string =>
  JSON.stringify([e.addresses, e.hostname ?? '', e.targetRef?.namespace ?? '', e.targetRef?.name ?? ''])

/** How to get from the slices that there are to what the Endpoints say. */
export function mirror(source: Endpoints, existing: readonly EndpointSlice[]): Mirror {
  const { wanted, invalid, skipped } = desired(source)
  const plan: SlicePlan = { create: [], update: [], delete: [] }
  const labels: Strings = { ...source.metadata.labels, [SERVICE_NAME]: source.metadata.name ?? '', [MANAGED_BY]: MANAGER }
  const { [LAST_APPLIED]: _, [TRIGGER_TIME]: _t, ...annotations } = source.metadata.annotations ?? {}
  const metadata = { labels, annotations, ownerReferences: [controllerRef(source, 'v1', 'Endpoints')] }
  const bySet = Map.groupBy(existing, (slice) => keyOf(slice.addressType, slice.ports))
  for (const [key, slices] of bySet) if (!wanted.has(key)) plan.delete.push(...slices)
  for (const [key, group] of wanted) {
    const [first, ...rest] = bySet.get(key) ?? []
    plan.delete.push(...rest)
    if (first === undefined) plan.create.push(sliceOf(source, group, metadata))
    else if (!isMirror(first, group, metadata)) plan.update.push(over(first, sliceOf(source, group, metadata)))
  }
  // One that would go is written over instead of a new one.
  for (const slice of [...plan.create]) {
    const at = plan.delete.findIndex((old) => old.addressType === slice.addressType)
    if (at === -1) continue
    plan.create.splice(plan.create.indexOf(slice), 1)
    plan.update.push(over(plan.delete.splice(at, 1)[0]!, slice))
  }
  return { plan, invalid, skipped }
}

function desired({ subsets }: Endpoints): { wanted: Map<string, Wanted>; invalid: number; skipped: number } {
  const wanted = new Map<string, Wanted>()
  let invalid = 0
  let skipped = 0
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of repackSubsets(subsets ?? [])) {
    const slicePorts = ports.map(portOf)
    let added = 0
    const add = (address: EndpointAddress, ready: boolean): void => {
      if (added >= MAX_PER_SUBSET) return
      const ip = spelled(address.ip)
      if (ip === undefined) return void invalid++
      added++
      const addressType = `IPv${isIP(ip)}`
      const key = keyOf(addressType, slicePorts)
      let group = wanted.get(key)
      if (group === undefined) wanted.set(key, (group = { addressType, ports: slicePorts, endpoints: new Map() }))
      const endpoint = endpointOf({ ...address, ip }, ready)
      group.endpoints.set(identity(endpoint), endpoint)
    }
    for (const address of addresses) add(address, true)
    for (const address of notReadyAddresses) add(address, false)
    skipped += addresses.length + notReadyAddresses.length - added
  }
  return { wanted, invalid, skipped }
}

/** As Go prints what its old parser reads: older objects have leading zeros, which are none of octal numbers. */
function spelled(ip: string): string | undefined {
  const address = parseAddress(ip)
  if (address?.family !== 4) return address && canonicalAddress(ip)
  return [24n, 16n, 8n, 0n].map((shift) => String((address.bits >> shift) & 255n)).join('.')
}

type Metadata = Pick<EndpointSlice['metadata'], 'labels' | 'annotations' | 'ownerReferences'>

function isMirror(slice: EndpointSlice, { endpoints }: Wanted, { labels, annotations, ownerReferences }: Metadata): boolean {
  const there = slice.endpoints ?? []
  const { metadata } = slice
  return (
    there.length === Math.min(endpoints.size, MAX_PER_SUBSET) &&
    there.every((e) => isDeepStrictEqual(endpoints.get(identity(e)), e)) &&
    isDeepStrictEqual(metadata.labels, labels) &&
    isDeepStrictEqual(metadata.annotations ?? {}, annotations) &&
    metadata.ownerReferences?.some((o) => o.uid === ownerReferences?.[0]?.uid) === true
  )
}

function sliceOf(source: Endpoints, { addressType, ports, endpoints }: Wanted, metadata: Metadata): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { generateName: `${source.metadata.name}-`, namespace: source.metadata.namespace, ...metadata },
    addressType,
    endpoints: [...endpoints.values()].slice(0, MAX_PER_SUBSET),
    ports,
  }
}

function over({ metadata: old }: EndpointSlice, slice: EndpointSlice): EndpointSlice {
  const { generateName: _, ...metadata } = slice.metadata
  return { ...slice, metadata: { ...old, ...metadata } }
}

const portOf = ({ name = '', port, protocol, appProtocol }: EndpointPort): SlicePort => ({
  ...{ name, port, protocol: protocol ?? 'TCP' },
  ...(appProtocol === undefined ? {} : { appProtocol }),
})

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): SliceEndpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname === undefined || hostname === '' ? {} : { hostname }),
    ...(targetRef === undefined ? {} : { targetRef }),
    ...(nodeName === undefined ? {} : { nodeName }),
  }
}
