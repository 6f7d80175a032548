import { useQuery } from '@tanstack/react-query'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import { inOrder } from '../../kube/in-order.ts'
import { can, resourceKey, resourcePath } from '../../kube/resource.ts'
import type { KubeList, KubeObject } from '../../kube/types.ts'
import { useResources } from '../../queries/discovery.ts'

const refreshMs = 15_000

export interface Listed {
  /** The kind's resource key. */
  key: string
  kind: string
  object: KubeObject
}

/**
 * All objects of several kinds in one namespace, read anew from time to time: for what is asked about one object, and changes seldom.
 * `unread`: the kinds that could not be. Undefined until there is an answer; a kind that the cluster does not serve is left out.
 */
export function useLists(
  context: string,
  namespace: string,
  keys: readonly string[],
): { objects: readonly Listed[]; unread: readonly string[] } | undefined {
  const kinds = useResources(context).filter((r) => keys.includes(resourceKey(r)) && can(r, 'list'))
  const { data } = useQuery({
    queryKey: ['lists', context, namespace, kinds.map(resourceKey).join()],
    enabled: kinds.length > 0,
    refetchInterval: refreshMs,
    retry: false,
    queryFn: async ({ signal }) => {
      const unread = new Map<string, string>()
      const lists = kinds.map(async (resource): Promise<Listed[]> => {
        const path = clusterPath(context, resourcePath(resource, namespace))
        const read = await requestJson<KubeList>(path, { signal }).catch(() => undefined)
        if (read === undefined) unread.set(resourceKey(resource), resource.kind)
        return (read?.items ?? []).map((object) => ({ key: resourceKey(resource), kind: resource.kind, object }))
      })
      return { objects: (await Promise.all(lists)).flat(), unread: [...inOrder(kinds.map(resourceKey), unread).values()] }
    },
  })
  return data
}
