import type { PluginArguments } from '../../config/types.ts'
import { MAX_NODE_SCORE, type PluginFactory } from '../../framework.ts'
import type { NodeInfo } from '../../node-info.ts'
import type { PodInfo } from '../../pod-info.ts'
import { deviceTotals, totalsOf, type TotalsOf } from '../dynamic-resources/device-totals.ts'
import { byDevices, capacityOf, requestedOf, resourceSignature } from '../node-resources-fit/scoring.ts'

/** 100 when the first n resources are used to the same degree, less the further apart they are. */
function balance(shares: Float64Array, n: number): number {
  let deviation = 0
  if (n === 2) deviation = Math.abs((shares[0]! - shares[1]!) / 2)
  else if (n > 2) {
    let sum = 0
    for (let i = 0; i < n; i++) sum += shares[i]!
    const mean = sum / n
    let squares = 0
    for (let i = 0; i < n; i++) squares += (shares[i]! - mean) ** 2
    deviation = Math.sqrt(squares / n)
  }
  return Math.trunc((1 - deviation) * MAX_NODE_SCORE)
}

const amountOf = (name: string, { requests }: PodInfo): number => {
  if (name === 'cpu') return requests.milliCpu
  if (name === 'memory') return requests.memory
  return name === 'ephemeral-storage' ? requests.ephemeralStorage : (requests.scalars?.get(name) ?? 0)
}

/** Prefers nodes that the pod makes more evenly used: 75 for no difference, up to 100 better, down to 50 worse. */
export const nodeResourcesBalancedAllocation: PluginFactory<PluginArguments['NodeResourcesBalancedAllocation']> = (
  handle,
  { resources },
) => {
  const names = resources.map((r) => r.name)
  const note = deviceTotals(handle, names)
  // One of each for all: nodes are scored one after the other, some hundred for each pod.
  const after = new Float64Array(names.length)
  const before = new Float64Array(names.length)
  function score(pod: PodInfo, node: NodeInfo, totals: TotalsOf | undefined): number {
    let n = 0
    for (const name of names) {
      const own = capacityOf(name, pod, node)
      const devices = own === 0 ? byDevices(name, pod, node, totals) : undefined
      const capacity = devices?.capacity ?? own
      if (capacity === 0) continue
      const requested = devices?.requested ?? requestedOf(name, pod, node)
      after[n] = Math.min(requested / capacity, 1)
      before[n++] = Math.min((requested - amountOf(name, pod)) / capacity, 1)
    }
    return MAX_NODE_SCORE / 2 + Math.trunc((MAX_NODE_SCORE / 2 + balance(after, n) - balance(before, n)) / 2)
  }
  return {
    name: 'NodeResourcesBalancedAllocation',
    sign: resourceSignature,
    // Pods without requests would all flow to the same node.
    preScore(pod, state) {
      if (names.every((name) => amountOf(name, pod) === 0)) return 'skip'
      note(pod, state)
      return undefined
    },
    score: (pod, node, state) => score(pod, node, totalsOf(state)),
  }
}
