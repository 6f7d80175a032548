import { useQuery } from '@tanstack/react-query'
import { toApiError } from '../kube/api-error.ts'
import { clusterPath, requestJson } from '../kube/fetch.ts'
import { byName } from '../kube/order.ts'
import { can, type Resource, resourceKey, resourcePath } from '../kube/resource.ts'
import type { KubeList } from '../kube/types.ts'
import { useResources } from './discovery.ts'

export interface Content {
  key: string
  kind: string
  count: number
}

const refreshMs = 15_000
/** What is told by the hundred and is nobody's aim, and what is said of objects that are counted already. */
const noise = new Set(['events', 'events.events.k8s.io', 'pods.metrics.k8s.io'])

/** A kind that is not among what is shown, and why. */
export interface Unlisted {
  kind: string
  code: number
  message: string
}

/** What a namespace holds, as far as it can be seen. */
export interface Contents {
  of: Content[]
  /** Kinds that could not be listed: the namespace may be full of them. */
  unlisted: Unlisted[]
}

/**
 * How many objects of each kind a namespace holds; kinds of which there are none are left out. Lists of one object each: the server says
 * how many more there are. Undefined until it has.
 */
export function useContents(context: string, namespace: string): Contents | undefined {
  const all = useResources(context)
  const kinds = all.filter((r) => r.namespaced && can(r, 'list') && !noise.has(resourceKey(r)))
  const { data } = useQuery({
    queryKey: ['contents', context, namespace, kinds.map(resourceKey).join()],
    queryFn: ({ signal }) => countAll(context, namespace, kinds, signal),
    enabled: kinds.length > 0,
    refetchInterval: refreshMs,
    retry: false,
  })
  return data
}

async function countAll(context: string, namespace: string, kinds: readonly Resource[], signal: AbortSignal): Promise<Contents> {
  const unlisted: Unlisted[] = []
  const counts = await Promise.all(
    kinds.map(async (resource) => {
      try {
        return await countOf(context, namespace, resource, signal)
      } catch (thrown) {
        const { code, message } = toApiError(thrown)
        // No longer served, or for single objects only.
        if (code !== 404 && code !== 405) unlisted.push({ kind: resource.kind, code, message })
        return 0
      }
    }),
  )
  const found = kinds.flatMap((resource, index) => {
    const count = counts[index] ?? 0
    return count > 0 ? [{ key: resourceKey(resource), kind: resource.kind, count }] : []
  })
  unlisted.sort((a, b) => byName(a.kind, b.kind))
  return { of: found.sort((a, b) => byName(a.kind, b.kind) || byName(a.key, b.key)), unlisted }
}

const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'

async function countOf(context: string, namespace: string, resource: Resource, signal: AbortSignal): Promise<number> {
  const path = clusterPath(context, `${resourcePath(resource, namespace)}?limit=1`)
  const list = await requestJson<KubeList>(path, { signal, headers: { accept: metadataOnly } })
  return (list.items ?? []).length + (list.metadata.remainingItemCount ?? 0)
}
