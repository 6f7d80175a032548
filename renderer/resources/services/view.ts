import { slimMeta } from '../../kube/codec.ts'
import { type Column, createdAt, type KindView } from '../../kube/columns.ts'
import { addressOrder } from '../pods/view.ts'
import { none, pending } from '../printed.ts'
import type { Service } from './types.ts'

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

const columns: Column<Service>[] = [
  { id: 'name', label: 'name', type: 'text', width: 240, grow: true, cell: (s) => s.metadata.name },
  { id: 'namespace', label: 'namespace', type: 'text', width: 130, cell: (s) => s.metadata.namespace ?? '' },
  { id: 'type', label: 'type', type: 'text', width: 110, cell: (s) => s.spec?.type ?? '' },
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
  { id: 'selector', label: 'selector', type: 'text', width: 200, cell: selector },
  { id: 'age', label: 'age', type: 'age', width: 72, cell: createdAt, order: (s) => -(createdAt(s) ?? 0) },
]

export const serviceView: KindView<Service> = {
  columns,
  status: (s) => (s.metadata.deletionTimestamp ? { text: 'Terminating', tone: 'busy' } : undefined),
  trim: (s) => ({ ...s, metadata: slimMeta(s.metadata) }),
}
