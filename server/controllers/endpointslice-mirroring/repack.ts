import type { EndpointAddress, EndpointPort, EndpointSubset } from '../endpoints/subsets.ts'

interface Member {
  address: EndpointAddress
  ready: boolean
}

/**
 * The same addresses and ports with as few subsets as can be: ports that the same addresses offer stand together, as addresses with the same
 * ports do (kubernetes/kubernetes pkg/api/v1/endpoints). An address that one subset has as not ready is not ready.
 */
export function repackSubsets(subsets: readonly EndpointSubset[]): EndpointSubset[] {
  const byPort = new Map<string, { port: EndpointPort | undefined; members: Map<string, Member> }>()
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    for (const port of ports.length === 0 ? [undefined] : ports) {
      const { name, port: number, protocol, appProtocol } = port ?? {}
      const key = JSON.stringify([name ?? '', number, protocol, appProtocol])
      let group = byPort.get(key)
      if (group === undefined) byPort.set(key, (group = { port, members: new Map() }))
      const note = (address: EndpointAddress, ready: boolean): void => {
        const id = `${address.ip} ${address.targetRef?.uid ?? ''}`
        if (group.members.get(id)?.ready !== false) group.members.set(id, { address, ready })
      }
      for (const address of addresses) note(address, true)
      for (const address of notReadyAddresses) note(address, false)
    }
  }
  const bySet = new Map<string, EndpointSubset>()
  for (const { port, members } of byPort.values()) {
    const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1))
    const id = JSON.stringify(sorted.map(([key, { ready }]) => [key, ready]))
    const of = (isReady: boolean): EndpointAddress[] => sorted.filter(([, m]) => m.ready === isReady).map(([, m]) => m.address)
    const subset = bySet.get(id) ?? { addresses: of(true), notReadyAddresses: of(false) }
    if (port !== undefined) subset.ports = [...(subset.ports ?? []), port]
    bySet.set(id, subset)
  }
  return [...bySet.values()]
}
