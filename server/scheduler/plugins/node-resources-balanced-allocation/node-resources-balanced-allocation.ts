import type { PluginArguments } from '../../config/types.ts'
import { MAX_NODE_SCORE, type PluginFactory } from '../../framework.ts'
import type { NodeInfo } from '../../node-info.ts'
import type { PodInfo } from '../../pod-info.ts'
import { capacityOf, requestedOf } from '../node-resources-fit/scoring.ts'

/** 100 when the resources are used to the same degree, less the further apart they are. */
function balance(shares: readonly number[]): number {
  const n = shares.length
  let deviation = 0
  if (n === 2) deviation = Math.abs((shares[0]! - shares[1]!) / 2)
  else if (n > 2) {
    const mean = shares.reduce((sum, s) => sum + s, 0) / n
    deviation = Math.sqrt(shares.reduce((sum, s) => sum + (s - mean) ** 2, 0) / n)
  }
  return Math.trunc((1 - deviation) * MAX_NODE_SCORE)
}

const amountOf = (name: string, { requests }: PodInfo): number => {
  if (name === 'cpu') return requests.milliCpu
  if (name === 'memory') return requests.memory
  return name === 'ephemeral-storage' ? requests.ephemeralStorage : (requests.scalars?.get(name) ?? 0)
}

/** Prefers nodes that the pod makes more evenly used: 75 for no difference, up to 100 better, down to 50 worse. */
export const nodeResourcesBalancedAllocation: PluginFactory<PluginArguments['NodeResourcesBalancedAllocation']> = (_, { resources }) => {
  const names = resources.map((r) => r.name)
  function score(pod: PodInfo, node: NodeInfo): number {
    const after: number[] = []
    const before: number[] = []
    for (const name of names) {
      const capacity = capacityOf(name, pod, node)
      if (capacity === 0) continue
      const requested = requestedOf(name, pod, node)
      after.push(Math.min(requested / capacity, 1))
      before.push(Math.min((requested - amountOf(name, pod)) / capacity, 1))
    }
    return MAX_NODE_SCORE / 2 + Math.trunc((MAX_NODE_SCORE / 2 + balance(after) - balance(before)) / 2)
  }
  return {
    name: 'NodeResourcesBalancedAllocation',
    // Pods without requests would all flow to the same node.
    preScore: (pod) => (names.every((name) => amountOf(name, pod) === 0) ? 'skip' : undefined),
    score,
  }
}
