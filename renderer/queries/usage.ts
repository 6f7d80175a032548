import { useQueries, useQuery } from '@tanstack/react-query'
import { baseContext } from '../kube/acting.ts'
import { clusterPath, requestJson } from '../kube/fetch.ts'
import { resourceKey, resourcePath } from '../kube/resource.ts'
import { type NodeMetrics, type StatsSummary, type Usage, usageOfMetrics, usageOfSummary } from '../kube/node-usage.ts'
import { local } from './contexts.ts'
import { useResource } from './discovery.ts'

const refreshMs = 10_000
const none: ReadonlyMap<string, Usage> = new Map()

/**
 * What nodes use now, by name. On the control plane of this window the kubelets themselves are asked; elsewhere the metrics API where it
 * is served, since nodes/proxy is more of a permission than a figure is worth. A node about which nothing is known is not in the map.
 */
export function useNodeUsage(context: string, names: readonly string[]): ReadonlyMap<string, Usage> {
  const isLocal = baseContext(context) === local
  const own = useSummaries(context, isLocal ? names : [])
  const metrics = useMetrics(context, !isLocal && names.length > 0, names.length === 1 ? names[0] : undefined)
  return isLocal ? own : metrics
}

function useSummaries(context: string, names: readonly string[]): ReadonlyMap<string, Usage> {
  return useQueries({
    queries: names.map((name) => ({
      queryKey: ['node-usage', context, name],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const path = `/api/v1/nodes/${encodeURIComponent(name)}/proxy/stats/summary?only_cpu_and_memory=true`
        return { name, usage: usageOfSummary(await requestJson<StatsSummary>(clusterPath(context, path), { signal })) }
      },
      refetchInterval: refreshMs,
      retry: false,
    })),
    // What was known before a kubelet stopped answering is not what the node uses now.
    combine: (answers) => new Map(answers.flatMap(({ data, isError }) => (data && !isError ? [[data.name, data.usage] as const] : []))),
  })
}

function useMetrics(context: string, enabled: boolean, name: string | undefined): ReadonlyMap<string, Usage> {
  const resource = useResource(context, 'nodes.metrics.k8s.io')
  const { data, isError } = useQuery({
    queryKey: ['node-metrics', context, resource && resourceKey(resource), name],
    queryFn: async ({ signal }) => {
      if (!resource) return none
      const answer = await requestJson<NodeMetrics | { items: NodeMetrics[] | null }>(
        clusterPath(context, resourcePath(resource, '', name)),
        {
          signal,
        },
      )
      return usageOfMetrics('items' in answer ? (answer.items ?? []) : [answer as NodeMetrics])
    },
    enabled: enabled && resource !== undefined,
    refetchInterval: refreshMs,
    retry: false,
  })
  return isError ? none : (data ?? none)
}
