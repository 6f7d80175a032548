import { useMemo } from 'react'
import type { FeedSource, RowRef } from '../kube/protocol.ts'
import { type Resource, resourceKey } from '../kube/resource.ts'
import { useConnections } from '../queries/connection.ts'
import { useResourceIn } from '../queries/discovery.ts'
import { contextsOf, type Place, usePlace } from '../ui/place.ts'
import type { ListedCluster } from './cluster-strip.tsx'

const feedResource = ({ group, version, plural, namespaced }: Resource) => ({ group, version, plural, namespaced })

/** The clusters whose objects a list shows, in one order whichever of them is the open one, and what is asked of each. */
export function useClusters(
  resource: Resource,
  namespace: string | undefined,
): { sources: FeedSource[]; clusters: Omit<ListedCluster, 'part'>[]; resourceIn(context: string): Resource | undefined } {
  const place = usePlace()
  const contexts = contextsOf(place)
  const found = useResourceIn(contexts, resourceKey(resource))
  const connections = useConnections(contexts)
  const resourceIn = (context: string): Resource | undefined =>
    contexts.length === 1 ? resource : found.find((each) => each.context === context)?.resource
  const asked = contexts.flatMap((context) => {
    const own = resourceIn(context)
    return own ? [{ context, resource: feedResource(own), namespace }] : []
  })
  // Equal ones under one identity: discovery is asked again each minute.
  const mark = JSON.stringify(asked)
  const sources = useMemo(() => JSON.parse(mark) as FeedSource[], [mark])
  const clusters = found.flatMap(({ context, absent, error }) => {
    const connection = connections.get(context)
    return connection ? [{ context, connection, absent, error: error?.message }] : []
  })
  return { sources, clusters, resourceIn }
}

/** Where a row of one of several clusters is: the others stay beside it. */
export function inCluster(place: Place, { context }: RowRef): Partial<Pick<Place, 'context' | 'beside'>> {
  return context === undefined ? {} : { context, beside: contextsOf(place).filter((other) => other !== context) }
}
