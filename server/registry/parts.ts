import { applyScale, toScale, type Scale } from '../apis/apps/v1/scale.ts'
import type { KubeObject } from '../machinery/types.ts'
import { deployments } from './apps/deployments/index.ts'
import { replicasets } from './apps/replicasets/index.ts'
import { namespaces, namespaceSubresources } from './core/namespaces/index.ts'
import { nodes } from './core/nodes/index.ts'
import { pods } from './core/pods/index.ts'
import { podObjectSubresources } from './core/pods/subresources.ts'
import type { ResourceParts } from './generic/assemble.ts'
import { scaleSubresource, wholeObject } from './generic/subresources.ts'
import type { Subresource } from './generic/resource.ts'

const scale = scaleSubresource({ toScale: (obj): KubeObject => toScale(obj) as Scale & KubeObject, applyScale })

/**
 * Every resource that has more to it than its schema. The rest of the API is served from the facts table alone.
 * `connect` holds subresources that need the proxy, which only the composition root has.
 */
export function resourceParts(connect: { pods: Readonly<Record<string, Subresource>>; nodes: Readonly<Record<string, Subresource>>; services: Readonly<Record<string, Subresource>> }): ResourceParts[] {
  return [
    { ...pods, subresources: { ...podObjectSubresources, ...connect.pods } },
    { ...nodes, subresources: connect.nodes },
    { ...namespaces, subresources: { finalize: wholeObject({ group: '', version: 'v1', kind: 'Namespace' }, () => namespaceSubresources.finalize) } },
    { ...deployments, subresources: { scale } },
    { ...replicasets, subresources: { scale } },
    { group: '', resource: 'services', subresources: connect.services },
    { group: 'apps', resource: 'statefulsets', subresources: { scale } },
    { group: '', resource: 'replicationcontrollers', subresources: { scale } },
  ]
}
