import type { Beside } from '../../kube/columns.ts'
import type { KubeObject, StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { readiness, serviceLabel } from '../endpointslices/view.ts'
import { addressOrder } from '../pods/view.ts'
import { none, pending } from '../printed.ts'
import type { EndpointSlice, ListedService, Service } from './types.ts'

export const portText = (port: { port: number; nodePort?: number; protocol?: string }): string =>
  `${port.port}${port.nodePort ? `:${port.nodePort}` : ''}/${port.protocol ?? 'TCP'}`

/** As kubectl prints it: the load balancer's addresses, the external name, or the given addresses. */
export function externalAddress(service: Service): string {
  const { type, externalIPs = [], externalName } = service.spec ?? {}
  if (type === 'ExternalName') return externalName ?? ''
  const ingress = (service.status?.loadBalancer?.ingress ?? []).map((i) => i.ip ?? i.hostname ?? '')
  const all = [...(type === 'LoadBalancer' ? ingress : []), ...externalIPs].filter(Boolean)
  return all.length > 0 ? all.join(',') : type === 'LoadBalancer' ? pending : none
}

const selector = (service: Service): string =>
  Object.entries(service.spec?.selector ?? {})
    .map(([k, v]) => `${k}=${v}`)
    .join(',') || none

/** Its endpoints by their pods: one that has an address of each family is in a slice of each. */
function endpointsByService(slices: Iterable<KubeObject>): Map<string, ListedService['endpoints']> {
  const pods = new Map<string, Map<string, boolean>>()
  for (const slice of slices as Iterable<EndpointSlice>) {
    const { namespace = '', labels } = slice.metadata
    const key = `${namespace}/${labels?.[serviceLabel] ?? ''}`
    const known = pods.get(key) ?? new Map<string, boolean>()
    for (const { targetRef, addresses, conditions } of slice.endpoints ?? []) {
      const of = targetRef?.uid ?? addresses[0] ?? ''
      // Nobody says that it is not (discovery.k8s.io/v1).
      known.set(of, (known.get(of) ?? false) || conditions?.ready !== false)
    }
    pods.set(key, known)
  }
  return new Map([...pods].map(([key, of]) => [key, { ready: [...of.values()].filter(Boolean).length, total: of.size }]))
}

const beside: Beside<ListedService> = {
  resource: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices', namespaced: true },
  trim: (object) => {
    const { metadata, endpoints } = object as EndpointSlice
    const { name, namespace, uid, resourceVersion, labels } = metadata
    const kept = endpoints?.map(({ targetRef, addresses, conditions }) => ({
      targetRef: targetRef && { uid: targetRef.uid },
      addresses: addresses.slice(0, 1),
      conditions: { ready: conditions?.ready },
    }))
    return { metadata: { name, namespace, uid, resourceVersion, labels }, endpoints: kept } as EndpointSlice
  },
  join(slices) {
    const all = endpointsByService(slices)
    return (service) => {
      const { ready, total } = all.get(`${service.metadata.namespace ?? ''}/${service.metadata.name}`) ?? { ready: 0, total: 0 }
      const known = service.endpoints
      return known?.ready === ready && known.total === total ? service : { ...service, endpoints: { ready, total } }
    }
  },
}

/** Whether anybody answers for it; while nobody has said which endpoints it has, nothing. */
export function serviceStatus(service: ListedService): StatusWord | undefined {
  const { spec, endpoints } = service
  if (spec?.type === 'ExternalName') return { text: 'ExternalName', tone: 'muted' }
  if (!endpoints) return undefined
  const { ready, total } = endpoints
  // Without a selector somebody else is to write its endpoints, and may not want to.
  if (total === 0 && Object.keys(spec?.selector ?? {}).length === 0) return { text: 'NoSelector', tone: 'muted' }
  if (ready > 0 && spec?.type === 'LoadBalancer' && externalAddress(service) === pending) return { text: 'Pending', tone: 'busy' }
  return readiness(ready, total)
}

export const serviceView = viewOf<ListedService>({
  namespaced: true,
  status: serviceStatus,
  columns: [
    {
      id: 'endpoints',
      label: 'endpoints',
      type: 'text',
      width: 88,
      cell: ({ endpoints, spec }) => (endpoints && spec?.type !== 'ExternalName' ? `${endpoints.ready}/${endpoints.total}` : ''),
      order: ({ endpoints }) => endpoints?.ready ?? -1,
    },
    { id: 'type', label: 'type', type: 'text', width: 100, cell: (s) => s.spec?.type ?? '' },
    {
      id: 'clusterip',
      label: 'clusterIP',
      type: 'mono',
      width: 130,
      cell: (s) => s.spec?.clusterIP || none,
      order: (s) => addressOrder(s.spec?.clusterIP),
    },
    { id: 'external', label: 'externalIP', type: 'mono', width: 150, cell: externalAddress },
    { id: 'ports', label: 'ports', type: 'mono', width: 200, cell: (s) => (s.spec?.ports ?? []).map(portText).join(', ') || none },
    { id: 'selector', label: 'selector', type: 'text', width: 200, hidden: true, cell: selector },
  ],
  beside,
})
