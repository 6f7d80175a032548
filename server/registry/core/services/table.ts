import type { Service, ServicePort } from '../../../apis/core/v1/service-types.ts'
import { since } from '../../../machinery/duration.ts'
import type { TableDefinition } from '../../generic/strategy.ts'
import { columns, labelsText } from '../../generic/table-columns.ts'

/** Columns of services as `kubectl get services` shows them (printers/internalversion printService). */
function externalIP({ spec, status }: Service): string {
  const own = spec.externalIPs ?? []
  switch (spec.type) {
    case 'ClusterIP':
    case 'NodePort':
      return own.join(',') || '<none>'
    case 'LoadBalancer': {
      const given = new Set((status?.loadBalancer?.ingress ?? []).map((i) => i.ip || i.hostname || '').filter((t) => t !== ''))
      return [...[...given].sort(), ...own].join(',') || '<pending>'
    }
    case 'ExternalName':
      return spec.externalName ?? ''
    default:
      return '<unknown>'
  }
}

const portText = (p: ServicePort): string => `${p.port ?? 0}${p.nodePort ? `:${p.nodePort}` : ''}/${p.protocol ?? ''}`

export const serviceTable: TableDefinition = {
  columns: columns('Name|Type|Cluster-IP|External-IP|Port(s)|Age|*Selector'),
  cells(obj, now) {
    const service = obj as unknown as Service
    const { spec, metadata } = service
    return [
      metadata.name ?? '',
      spec.type ?? '',
      spec.clusterIPs?.[0] ?? '<none>',
      externalIP(service),
      (spec.ports ?? []).map(portText).join(',') || '<none>',
      since(metadata.creationTimestamp, now),
      labelsText(spec.selector),
    ]
  },
}
