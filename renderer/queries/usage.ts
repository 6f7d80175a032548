import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { baseContext } from '../kube/acting.ts'
import { clusterPath, requestJson } from '../kube/fetch.ts'
import { resourceKey, resourcePath } from '../kube/resource.ts'
import { type NodeMetrics, type StatsSummary, type Usage, usageOfMetrics, usageOfSummary } from '../kube/node-usage.ts'
import { type UsageHistory, withReading } from '../kube/usage-history.ts'
import { type Measured, type PodMetrics, type PodsSummary, usageKey, usageOfPodMetrics, usageOfPods } from '../kube/usage-source.ts'
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

/** One reading after so long a pause is no part of the same course. */
const pauseMs = 3 * refreshMs

/** A pod, or a node, whose usage is followed. */
export interface UsageOf {
  of: Measured
  namespace: string
  name: string
  /** Where its kubelet is, which is asked on the control plane of this window. */
  node: string
}

/**
 * What one pod or node has used since it was first looked at, a reading each ten seconds; from where the lists have it. Undefined until
 * it is known whether anybody tells, and empty where nobody does. The course outlives the pane that shows it for a while.
 */
export function useUsageHistory(context: string, { of, namespace, name, node }: UsageOf): UsageHistory | undefined {
  const client = useQueryClient()
  const isLocal = baseContext(context) === local
  const metrics = useResource(context, `${of}.metrics.k8s.io`)
  const queryKey = ['usage-history', context, of, namespace, name, node]
  const { data, isError } = useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<UsageHistory> => {
      const path =
        isLocal || !metrics
          ? `/api/v1/nodes/${encodeURIComponent(node)}/proxy/stats/summary?only_cpu_and_memory=true`
          : resourcePath(metrics, namespace, name)
      const answer = await requestJson<unknown>(clusterPath(context, path), { signal })
      const before = client.getQueryState<UsageHistory>(queryKey)
      const known = before?.data !== undefined && Date.now() - before.dataUpdatedAt < pauseMs ? before.data : []
      return withReading(known, readingOf(answer, of, isLocal || !metrics, usageKey(of === 'pods' ? namespace : '', name)))
    },
    enabled: node !== '' && (isLocal || metrics !== undefined),
    refetchInterval: refreshMs,
    retry: false,
  })
  return isError ? noReadings : data
}

const noReadings: UsageHistory = []

function readingOf(answer: unknown, of: Measured, summary: boolean, key: string): Usage {
  if (summary) return (of === 'nodes' ? usageOfSummary(answer as StatsSummary) : new Map(usageOfPods(answer as PodsSummary)).get(key)) ?? {}
  return (
    (of === 'nodes'
      ? usageOfMetrics([answer as NodeMetrics]).get((answer as NodeMetrics).metadata.name)
      : usageOfPodMetrics([answer as PodMetrics]).get(key)) ?? {}
  )
}
