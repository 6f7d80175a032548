import { parseQuantity } from './quantity.ts'

/** What a node uses now: cores and bytes; a figure that is not known is not there. */
export interface Usage {
  cpu?: number
  memory?: number
}

/** The part of the kubelet's `/stats/summary` (kubelet/pkg/apis/stats/v1alpha1) that is read here. */
export interface StatsSummary {
  node?: { cpu?: { usageNanoCores?: number }; memory?: { workingSetBytes?: number } }
}

/** metrics.k8s.io/v1beta1. */
export interface NodeMetrics {
  metadata: { name: string }
  usage?: { cpu?: string; memory?: string }
}

/** The first rate needs two readings: until then a kubelet leaves it out. */
export function usageOfSummary({ node }: StatsSummary): Usage {
  const nanos = node?.cpu?.usageNanoCores
  return { cpu: nanos === undefined ? undefined : nanos / 1e9, memory: node?.memory?.workingSetBytes }
}

export const usageOfMetrics = (items: readonly NodeMetrics[]): Map<string, Usage> =>
  new Map(items.map(({ metadata, usage }) => [metadata.name, { cpu: parseQuantity(usage?.cpu), memory: parseQuantity(usage?.memory) }]))
