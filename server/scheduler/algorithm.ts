import { CycleState, type FilterOutcome, type Plugin, type RejectedNode, type Rejection } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'
import type { EnabledPlugin } from './plugins/index.ts'

export type Decision =
  | { nodeName: string; state: CycleState; feasible: number }
  | { nodeName: undefined; outcome: FilterOutcome; rejectedBy: ReadonlySet<string> }

/** Where a pod goes: the filters leave the feasible nodes, the scores choose one of them. */
export class SchedulingAlgorithm {
  readonly #plugins: readonly EnabledPlugin[]
  readonly #random: () => number
  /** Large clusters are not searched to the end: each search goes on where the last one stopped. */
  #start = 0

  constructor(plugins: readonly EnabledPlugin[], random: () => number = Math.random) {
    this.#plugins = plugins
    this.#random = random
  }

  decide(pod: PodInfo, nodes: readonly NodeInfo[]): Decision {
    const state = new CycleState()
    const before = this.#preFilter(pod, state, nodes)
    if (before.preFilter !== undefined) return this.#nowhere(pod, nodes, before, [], [], 0, state)
    const rejected: RejectedNode[] = []
    const feasible = this.#filter(pod, before.candidates, before.filters, state, nodes.length, rejected)
    if (feasible.length === 0) {
      const ruledOut = nodes.length - before.candidates.length
      return this.#nowhere(pod, nodes, before, rejected, before.pinnedBy, ruledOut, state)
    }
    const best = feasible.length === 1 ? feasible[0]! : this.#best(pod, feasible, state)
    return { nodeName: best.name, state, feasible: feasible.length }
  }

  #preFilter(pod: PodInfo, state: CycleState, nodes: readonly NodeInfo[]) {
    const filters: Plugin[] = []
    const pinnedBy: string[] = []
    let names: ReadonlySet<string> | undefined
    for (const { plugin } of this.#plugins) {
      const result = plugin.preFilter?.(pod, state)
      if (result === 'skip') continue
      if (plugin.filter !== undefined) filters.push(plugin)
      if (result === undefined) continue
      if ('reject' in result) return { preFilter: { plugin: plugin.name, rejection: result.reject } }
      pinnedBy.push(plugin.name)
      const { nodeNames } = result
      names = names === undefined ? nodeNames : new Set([...names].filter((n) => nodeNames.has(n)))
    }
    const candidates = names === undefined ? nodes : nodes.filter((n) => names.has(n.name))
    return { preFilter: undefined, filters, pinnedBy, candidates }
  }

  #filter(
    pod: PodInfo,
    candidates: readonly NodeInfo[],
    filters: readonly Plugin[],
    state: CycleState,
    total: number,
    rejected: RejectedNode[],
  ): NodeInfo[] {
    const wanted = Math.min(enoughNodes(total), candidates.length)
    const feasible: NodeInfo[] = []
    let looked = 0
    for (; looked < candidates.length && feasible.length < wanted; looked++) {
      const node = candidates[(this.#start + looked) % candidates.length]!
      const refusal = firstRefusal(filters, pod, node, state)
      if (refusal === undefined) feasible.push(node)
      else rejected.push({ node, ...refusal })
    }
    this.#start = candidates.length === 0 ? 0 : (this.#start + looked) % candidates.length
    return feasible
  }

  #best(pod: PodInfo, nodes: readonly NodeInfo[], state: CycleState): NodeInfo {
    const totals = new Float64Array(nodes.length)
    for (const { plugin, weight } of this.#plugins) {
      if (plugin.score === undefined || plugin.preScore?.(pod, state, nodes) === 'skip') continue
      const scores = nodes.map((node) => plugin.score!(pod, node, state))
      plugin.normalize?.(scores)
      for (let i = 0; i < scores.length; i++) totals[i]! += scores[i]! * weight
    }
    // Among equals each has the same chance.
    let best = 0
    let equals = 1
    for (let i = 1; i < nodes.length; i++) {
      if (totals[i]! > totals[best]!) {
        best = i
        equals = 1
      } else if (totals[i] === totals[best] && this.#random() < 1 / ++equals) best = i
    }
    return nodes[best]!
  }

  #nowhere(
    pod: PodInfo,
    nodes: readonly NodeInfo[],
    { preFilter }: Pick<FilterOutcome, 'preFilter'>,
    rejected: readonly RejectedNode[],
    pinnedBy: readonly string[],
    ruledOut: number,
    state: CycleState,
  ): Decision {
    const rejectedBy = new Set(rejected.map((r) => r.plugin))
    if (preFilter !== undefined) rejectedBy.add(preFilter.plugin)
    if (ruledOut > 0) for (const name of pinnedBy) rejectedBy.add(name)
    const filters = this.#plugins.map((p) => p.plugin).filter((p) => p.filter !== undefined)
    const outcome: FilterOutcome = {
      totalNodes: nodes.length,
      rejected,
      ruledOut,
      ruledOutBy: pinnedBy,
      preFilter,
      fitsWithout: (node, removed) => fitsWithout(filters, pod, node, removed, state),
    }
    return { nodeName: undefined, outcome, rejectedBy }
  }
}

/** How many feasible nodes are enough to choose from: all of up to 100, then half, falling to 5 % (percentageOfNodesToScore 0). */
export function enoughNodes(total: number): number {
  if (total < 100) return total
  const percent = Math.max(50 - Math.floor(total / 125), 5)
  return Math.max(Math.floor((total * percent) / 100), 100)
}

function firstRefusal(filters: readonly Plugin[], pod: PodInfo, node: NodeInfo, state: CycleState) {
  for (const plugin of filters) {
    const rejection = plugin.filter!(pod, node, state)
    if (rejection !== undefined) return { plugin: plugin.name, rejection }
  }
  return undefined
}

/** Asks the filters with some pods taken off, and puts them back; the cycle runs without a pause, so nobody sees it. */
function fitsWithout(
  filters: readonly Plugin[],
  pod: PodInfo,
  node: NodeInfo,
  removed: readonly PodInfo[],
  state: CycleState,
): Rejection | undefined {
  for (const p of removed) node.removePod(p.uid)
  try {
    return firstRefusal(filters, pod, node, state)?.rejection
  } finally {
    for (const p of removed) node.addPod(p)
  }
}
