import { parseQuantity } from './quantity.ts'
import { type NodeMetrics, type StatsSummary, type Usage, usageOfMetrics, usageOfSummary } from './node-usage.ts'
import { eachOf } from './parallel.ts'

/** Whose usage is told: rows are found by namespace and name. */
export type Measured = 'pods' | 'nodes'

export const usageKey = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`

export interface UsageSource {
  /** A GET of a cluster's API; rejects with ApiError. */
  get(context: string, path: string, signal: AbortSignal): Promise<unknown>
  /** The kubelets of a context may be asked: nodes/proxy is more of a permission than a figure is worth elsewhere. */
  kubelets(context: string): boolean
}

export interface PodMetrics {
  metadata: { name: string; namespace?: string }
  containers?: { usage?: { cpu?: string; memory?: string } }[]
}
export interface PodsSummary extends StatsSummary {
  pods?: { podRef: { name: string; namespace: string }; cpu?: { usageNanoCores?: number }; memory?: { workingSetBytes?: number } }[]
}

const kubeletsAtOnce = 4
const group = 'metrics.k8s.io'

/** What pods or nodes use now: by the metrics API where it is served, else by the kubelets where they may be asked. Undefined where neither tells. */
export async function readUsage(
  source: UsageSource,
  context: string,
  of: Measured,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<Map<string, Usage> | undefined> {
  const groups = (await source.get(context, '/apis', signal)) as { groups?: { name: string }[] }
  if (groups.groups?.some(({ name }) => name === group)) return ofMetrics(source, context, of, namespace, signal)
  return source.kubelets(context) ? ofKubelets(source, context, of, signal) : undefined
}

async function ofMetrics(source: UsageSource, context: string, of: Measured, namespace: string | undefined, signal: AbortSignal) {
  const where = of === 'pods' && namespace ? `namespaces/${encodeURIComponent(namespace)}/pods` : of
  const answer = (await source.get(context, `/apis/${group}/v1beta1/${where}`, signal)) as { items?: unknown[] | null }
  if (of === 'pods') return usageOfPodMetrics((answer.items ?? []) as PodMetrics[])
  return new Map([...usageOfMetrics((answer.items ?? []) as NodeMetrics[])].map(([name, usage]) => [usageKey('', name), usage]))
}

/** A pod uses what its containers do; where one tells nothing, nothing is known of the pod. */
export function usageOfPodMetrics(items: readonly PodMetrics[]): Map<string, Usage> {
  const sum = (containers: PodMetrics['containers'], what: 'cpu' | 'memory'): number | undefined =>
    containers?.reduce<number | undefined>((total, { usage }) => {
      const one = parseQuantity(usage?.[what])
      return total === undefined || one === undefined ? undefined : total + one
    }, 0)
  return new Map(
    items.map(({ metadata, containers }) => [
      usageKey(metadata.namespace, metadata.name),
      containers?.length ? { cpu: sum(containers, 'cpu'), memory: sum(containers, 'memory') } : {},
    ]),
  )
}

async function ofKubelets(source: UsageSource, context: string, of: Measured, signal: AbortSignal): Promise<Map<string, Usage>> {
  const nodes = (await source.get(context, '/api/v1/nodes', signal)) as { items?: { metadata: { name: string } }[] | null }
  const usage = new Map<string, Usage>()
  await eachOf(
    nodes.items ?? [],
    kubeletsAtOnce,
    async ({ metadata: { name } }) => {
      const path = `/api/v1/nodes/${encodeURIComponent(name)}/proxy/stats/summary?only_cpu_and_memory=true`
      // Of a node that does not answer nothing is known; the others' figures are no worse for it.
      const summary = (await source.get(context, path, signal).catch(() => ({}))) as PodsSummary
      if (of === 'nodes') usage.set(usageKey('', name), usageOfSummary(summary))
      else for (const [key, each] of usageOfPods(summary)) usage.set(key, each)
    },
    signal,
  )
  return usage
}

export const usageOfPods = ({ pods = [] }: PodsSummary): [string, Usage][] =>
  pods.map(({ podRef, ...figures }) => [usageKey(podRef.namespace, podRef.name), usageOfSummary({ node: figures })])
