import { CycleState, type FilterOutcome, type Plugin, type RejectedNode, type Trial } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import { NominatedPods } from './nominated-pods.ts'
import type { PodInfo } from './pod-info.ts'
import type { EnabledPlugin } from './plugins/index.ts'

export type Decision =
  | { nodeName: string; state: CycleState; feasible: number }
  | { nodeName: undefined; outcome: FilterOutcome; rejectedBy: ReadonlySet<string> }

/** Where a pod goes: the filters leave the feasible nodes, the scores choose one of them. */
export class SchedulingAlgorithm {
  readonly #plugins: readonly EnabledPlugin[]
  readonly #nominated: NominatedPods
  readonly #random: () => number
  /** Large clusters are not searched to the end: each search goes on where the last one stopped. */
  #start = 0

  constructor(plugins: readonly EnabledPlugin[], nominated: NominatedPods = new NominatedPods(), random: () => number = Math.random) {
    this.#plugins = plugins
    this.#nominated = nominated
    this.#random = random
  }

  decide(pod: PodInfo, nodes: readonly NodeInfo[]): Decision {
    const state = new CycleState()
    const before = this.#preFilter(pod, state, nodes)
    if (before.preFilter !== undefined) return this.#nowhere(pod, nodes, before, [], [], 0, state)
    const nominated = this.#nominated.nodeOf(pod.uid)
    const promised = nominated === '' ? undefined : before.candidates.find((n) => n.name === nominated)
    if (promised !== undefined && this.#refusal(before.filters, pod, promised, state) === undefined) {
      return { nodeName: promised.name, state, feasible: 1 }
    }
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
      const result = plugin.preFilter?.(pod, state, nodes)
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
      const refusal = this.#refusal(filters, pod, node, state)
      if (refusal === undefined) feasible.push(node)
      else rejected.push({ node, ...refusal })
    }
    this.#start = candidates.length === 0 ? 0 : (this.#start + looked) % candidates.length
    return feasible
  }

  /**
   * Why the pod may not go to the node. Pods of no lower priority that are promised room there are counted as if they were there already;
   * but the pod must fit without them as well: they may go elsewhere.
   */
  #refusal(filters: readonly Plugin[], pod: PodInfo, node: NodeInfo, state: CycleState) {
    const expected = this.#nominated.on(node.name).filter((p) => p.uid !== pod.uid && p.priority >= pod.priority && !node.pods.has(p.uid))
    if (expected.length > 0) {
      const trial = new NodeTrial(this.#plugins, pod, node, state)
      try {
        for (const p of expected) trial.add(p)
        const refusal = firstRefusal(filters, pod, node, state)
        if (refusal !== undefined) return refusal
      } finally {
        trial.end()
      }
    }
    return firstRefusal(filters, pod, node, state)
  }

  #trial(filters: readonly Plugin[], pod: PodInfo, node: NodeInfo, state: CycleState): Trial {
    const trial = new NodeTrial(this.#plugins, pod, node, state)
    return {
      remove: (p) => trial.remove(p),
      add: (p) => trial.add(p),
      refusal: () => this.#refusal(filters, pod, node, state)?.rejection,
      end: () => trial.end(),
    }
  }

  #best(pod: PodInfo, nodes: readonly NodeInfo[], state: CycleState): NodeInfo {
    const totals = new Float64Array(nodes.length)
    for (const { plugin, weight } of this.#plugins) {
      if (plugin.score === undefined || plugin.preScore?.(pod, state, nodes) === 'skip') continue
      const scores = nodes.map((node) => plugin.score!(pod, node, state))
      plugin.normalize?.(scores, state, nodes)
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
    before: { preFilter: FilterOutcome['preFilter']; filters?: readonly Plugin[] },
    rejected: readonly RejectedNode[],
    pinnedBy: readonly string[],
    ruledOut: number,
    state: CycleState,
  ): Decision {
    const { preFilter } = before
    const rejectedBy = new Set(rejected.map((r) => r.plugin))
    if (preFilter !== undefined) rejectedBy.add(preFilter.plugin)
    if (ruledOut > 0) for (const name of pinnedBy) rejectedBy.add(name)
    const filters = before.filters ?? []
    const outcome: FilterOutcome = {
      totalNodes: nodes.length,
      rejected,
      ruledOut,
      ruledOutBy: pinnedBy,
      preFilter,
      trial: (node) => this.#trial(filters, pod, node, state),
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

/** Takes pods off a node and puts others there, and undoes it all at the end; the cycle runs without a pause, so nobody sees it. */
class NodeTrial {
  readonly #plugins: readonly EnabledPlugin[]
  readonly #pod: PodInfo
  readonly #node: NodeInfo
  readonly #state: CycleState
  readonly #before: ReadonlyMap<string, PodInfo>

  constructor(plugins: readonly EnabledPlugin[], pod: PodInfo, node: NodeInfo, state: CycleState) {
    this.#plugins = plugins
    this.#pod = pod
    this.#node = node
    this.#state = state
    this.#before = new Map(node.pods)
  }

  add(p: PodInfo): void {
    this.#node.addPod(p)
    for (const { plugin } of this.#plugins) plugin.addPod?.(this.#pod, p, this.#node, this.#state)
  }

  remove(p: PodInfo): void {
    this.#node.removePod(p.uid)
    for (const { plugin } of this.#plugins) plugin.removePod?.(this.#pod, p, this.#node, this.#state)
  }

  end(): void {
    for (const p of [...this.#node.pods.values()]) if (!this.#before.has(p.uid)) this.remove(p)
    for (const p of this.#before.values()) if (!this.#node.pods.has(p.uid)) this.add(p)
  }
}
