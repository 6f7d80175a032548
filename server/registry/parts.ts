import { applyScale, toScale, type Scale } from '../apis/apps/v1/scale.ts'
import type { KubeObject } from '../machinery/types.ts'
import { deployments } from './apps/deployments/index.ts'
import { replicasets } from './apps/replicasets/index.ts'
import { certificatesigningrequests } from './certificates/certificatesigningrequests.ts'
import { configmaps, secrets } from './core/config/index.ts'
import { endpoints } from './core/endpoints/index.ts'
import { events } from './core/events/index.ts'
import { namespaces, namespaceSubresources } from './core/namespaces/index.ts'
import { nodes } from './core/nodes/index.ts'
import { pods } from './core/pods/index.ts'
import { podObjectSubresources } from './core/pods/subresources.ts'
import { serviceaccounts } from './core/serviceaccounts/index.ts'
import { tokenSubresource, type TokenDependencies } from './core/serviceaccounts/token.ts'
import { services, type ServiceDependencies } from './core/services/index.ts'
import { leases } from './coordination/leases.ts'
import { endpointslices } from './discovery/endpointslices.ts'
import type { BuiltInKind } from './definition.ts'
import { scaleSubresource, wholeObject } from './generic/subresources.ts'
import type { Subresource } from './generic/resource.ts'
import { ipaddresses } from './networking/ipaddresses.ts'
import { servicecidrs } from './networking/servicecidrs.ts'
import { plainResources } from './plain/index.ts'

const scale = scaleSubresource({ toScale: (obj): KubeObject => toScale(obj) as Scale & KubeObject, applyScale })

/** Plain resources whose replicas are scaled. */
const SCALED = new Set(['statefulsets', 'replicationcontrollers'])

export interface PartsDependencies {
  /** Subresources that need the proxy, which only the composition root has. */
  connect: Readonly<Record<'pods' | 'nodes' | 'services', Readonly<Record<string, Subresource>>>>
  services: ServiceDependencies
  token: TokenDependencies
  eventTtlSeconds: number
}

/** Every resource that has more to it than its schema. The rest of the API is served from the facts table alone. */
export function resourceParts({ connect, services: serviceDependencies, token, eventTtlSeconds }: PartsDependencies): BuiltInKind[] {
  return [
    { ...pods, subresources: { ...podObjectSubresources, ...connect.pods } },
    { ...nodes, subresources: connect.nodes },
    {
      ...namespaces,
      subresources: { finalize: wholeObject({ group: '', version: 'v1', kind: 'Namespace' }, () => namespaceSubresources.finalize) },
    },
    { ...deployments, subresources: { scale } },
    { ...replicasets, subresources: { scale } },
    { ...services(serviceDependencies), subresources: connect.services },
    certificatesigningrequests,
    configmaps,
    secrets,
    { ...serviceaccounts, subresources: { token: tokenSubresource(token) } },
    endpoints,
    endpointslices,
    events(eventTtlSeconds),
    leases,
    ipaddresses,
    servicecidrs,
    ...plainResources.map((p) => (SCALED.has(p.resource) ? { ...p, subresources: { scale } } : p)),
  ]
}
