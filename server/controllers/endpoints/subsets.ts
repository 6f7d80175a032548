import { isIPv6 } from 'node:net'
import type { Pod, Service } from '../../client/objects.ts'
import { isReady } from '../pods.ts'
import { addressesOf, addressTypes, belongs, hostnameOf, portOf } from './service-pods.ts'

export interface EndpointAddress {
  ip: string
  hostname?: string
  nodeName?: string
  targetRef?: { kind: string; namespace?: string; name?: string; uid?: string }
}

export interface EndpointPort {
  name?: string
  port: number
  protocol: string
  appProtocol?: string
}

export interface EndpointSubset {
  addresses?: EndpointAddress[]
  notReadyAddresses?: EndpointAddress[]
  ports?: EndpointPort[]
}

// A larger Endpoints object is cut: EndpointSlices carry the rest.
const MAX_ADDRESSES = 1000

function addressOf(pod: Pod, service: Service): EndpointAddress | undefined {
  const ip = addressesOf(pod, addressTypes(service)[0]!)[0]
  if (ip === undefined) return undefined
  const hostname = hostnameOf(pod, service)
  const { nodeName } = pod.spec ?? {}
  const { namespace, name, uid } = pod.metadata
  return {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  }
}

/** Numeric order, as Go compares the bytes of addresses. */
function ipKey(ip: string): string {
  return isIPv6(ip)
    ? `6${ip}`
    : `4${ip
        .split('.')
        .map((n) => n.padStart(3, '0'))
        .join('.')}`
}

function portsOf(pod: Pod, service: Service): EndpointPort[] {
  const out: EndpointPort[] = []
  for (const p of service.spec?.ports ?? []) {
    const port = portOf(pod, p)
    if (port === undefined) continue
    const { name, appProtocol } = p
    out.push({
      ...(name === undefined || name === '' ? {} : { name }),
      port,
      protocol: p.protocol ?? 'TCP',
      ...(appProtocol === undefined ? {} : { appProtocol }),
    })
  }
  return out
}

/** Addresses with the same ports stand together; ports with the same addresses too, so that there are as few subsets as can be. */
export function subsetsOf(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const tolerant = service.spec?.publishNotReadyAddresses === true
  const byPort = new Map<string, { port: EndpointPort | undefined; members: Map<string, { address: EndpointAddress; ready: boolean }> }>()
  for (const pod of pods) {
    const address = belongs(pod, tolerant) ? addressOf(pod, service) : undefined
    if (address === undefined) continue
    const ready = tolerant || isReady(pod)
    const headless = (service.spec?.ports ?? []).length === 0 && service.spec?.clusterIP === 'None'
    for (const port of headless ? [undefined] : portsOf(pod, service)) {
      const key = JSON.stringify(port ?? null)
      let group = byPort.get(key)
      if (group === undefined) byPort.set(key, (group = { port, members: new Map() }))
      group.members.set(`${ipKey(address.ip)}/${address.targetRef?.uid}/${ready}`, { address, ready })
    }
  }
  const bySet = new Map<string, EndpointSubset>()
  for (const { port, members } of byPort.values()) {
    const keys = [...members.keys()].sort()
    const id = keys.join(' ')
    let subset = bySet.get(id)
    if (subset === undefined) {
      const all = keys.map((k) => members.get(k)!)
      const addresses = all.filter((m) => m.ready).map((m) => m.address)
      const notReady = all.filter((m) => !m.ready).map((m) => m.address)
      subset = {
        ...(addresses.length === 0 ? {} : { addresses }),
        ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
      }
      bySet.set(id, subset)
    }
    if (port !== undefined) (subset.ports ??= []).push(port)
  }
  return [...bySet.values()]
}

/**
 * Cuts to 1000 addresses in all, of each subset in proportion; ready ones come first. True when something was cut (endpoints_controller.go
 * `truncateEndpoints`).
 */
export function truncate(subsets: EndpointSubset[]): boolean {
  const count = (list: 'addresses' | 'notReadyAddresses'): number => subsets.reduce((sum, s) => sum + (s[list]?.length ?? 0), 0)
  const ready = count('addresses')
  if (ready + count('notReadyAddresses') <= MAX_ADDRESSES) return false
  const list = ready > MAX_ADDRESSES ? 'addresses' : 'notReadyAddresses'
  const most = list === 'addresses' ? MAX_ADDRESSES : MAX_ADDRESSES - ready
  const total = count(list)
  let room = most
  for (const s of subsets) {
    const all = s[list] ?? []
    const kept = all.slice(0, Math.min(Math.ceil((all.length / total) * most), room))
    room -= kept.length
    if (kept.length === 0) delete s[list]
    else s[list] = kept
    if (list === 'addresses') delete s.notReadyAddresses
  }
  return true
}
