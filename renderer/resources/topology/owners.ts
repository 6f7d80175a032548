import { going } from '../../kube/going.ts'
import { type Resource, resourceKey, resourceOfKind } from '../../kube/resource.ts'
import type { KubeObject } from '../../kube/types.ts'
import { type Graph, GraphBuilder, idOf } from './graph.ts'
import { reachable } from './traffic.ts'

/** Metadata of objects that may own each other, with their kinds. */
export interface Owned {
  resource: Resource
  object: KubeObject
}

/** The owners above an object, those above them, and all that it owns, however deep. An owner that is not there is named all the same. */
export function ownerGraph(here: Owned, all: readonly Owned[], kinds: readonly Resource[]): Graph {
  const builder = new GraphBuilder()
  const add = ({ resource, object: { metadata } }: Owned): string =>
    builder.add({
      kind: resource.kind,
      name: metadata.name,
      namespace: metadata.namespace ?? '',
      resource: resourceKey(resource),
      ...(metadata.deletionTimestamp ? { status: going(metadata) } : {}),
    })
  const every = [here, ...all]
  const byUid = new Map(every.map((one) => [one.object.metadata.uid ?? '', add(one)]))
  for (const one of every) {
    const { namespace = '', ownerReferences = [] } = one.object.metadata
    for (const owner of ownerReferences) {
      const kind = resourceOfKind(kinds, owner.apiVersion, owner.kind)
      const inside = kind && !kind.namespaced ? '' : namespace
      const known = byUid.get(owner.uid)
      const id = known ?? idOf(owner.kind, inside, owner.name)
      if (!known && one === here) {
        builder.add({ kind: owner.kind, name: owner.name, namespace: inside, resource: kind && resourceKey(kind) })
      }
      builder.link(id, add(one))
    }
  }
  return reachable(builder.graph, add(here))
}
