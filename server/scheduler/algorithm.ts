import type { HttpExtender } from './extender.ts'
import { CycleState, EXTENDER, type FilterOutcome, type Plugin, type RejectedNode, type Trial } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import type { NodeVerdict, Signature } from './node-verdict.ts'
import { NominatedPods } from './nominated-pods.ts'
import type { PodInfo } from './pod-info.ts'
import type { Profile } from './profile.ts'
import { Signatures } from './signatures.ts'

export type Decision =
  | { nodeName: string; state: CycleState; feasible: number }
  | { nodeName: undefined; outcome: FilterOutcome; rejectedBy: ReadonlySet<string>; state: CycleState }

/** A plugin with its place among the filters of the profile. */
type Placed = readonly [place: number, plugin: Plugin]

/** The filters that a pod is to pass, in their order. */
interface Filters {
  readonly signature: Signature
  /** Those that go by the pod's signature, and the others. */
  readonly signed: readonly Placed[]
  readonly unsigned: readonly Placed[]
}

interface Before {
  preFilter: FilterOutcome['preFilter']
  filters: Filters
  pinnedBy: readonly string[]
  candidates: readonly NodeInfo[]
}

/** What is known when every filter has been asked. */
interface Search {
  readonly before: Before
  readonly state: CycleState
  readonly feasible: readonly NodeInfo[]
  readonly rejected: readonly RejectedNode[]
}

/** Where a pod of a profile goes: the filters leave the feasible nodes, the scores choose one of them. */
export class SchedulingAlgorithm {
  readonly #profile: Profile
  readonly #nominated: NominatedPods
  readonly #random: () => number
  readonly #signatures: Signatures
  /** The scores of the nodes that are left, one pod after the other. */
  #totals = new Float64Array(0)
  /** Large clusters are not searched to the end: each search goes on where the last one stopped. */
  #start = 0

  constructor(profile: Profile, nominated: NominatedPods = new NominatedPods(), random: () => number = Math.random) {
    this.#profile = profile
    this.#nominated = nominated
    this.#random = random
    this.#signatures = new Signatures([...profile.points.filter, ...profile.points.score])
  }

  decide(pod: PodInfo, nodes: readonly NodeInfo[]): Decision {
    const search = this.#search(pod, nodes, [])
    return search.feasible.length === 0 ? this.#nowhere(pod, nodes, search) : this.#choose(pod, search.feasible, search)
  }

  /** The same with extenders, which are asked one after the other; nobody else is scheduled meanwhile. @throws Error of one that may not fail */
  async decideWith(pod: PodInfo, nodes: readonly NodeInfo[], extenders: readonly HttpExtender[]): Promise<Decision> {
    const search = this.#search(pod, nodes, extenders)
    const rejected = [...search.rejected]
    let { feasible } = search
    for (const extender of extenders) {
      if (feasible.length === 0 || !extender.filters) continue
      try {
        const answer = await extender.filter(pod.pod, feasible)
        for (const r of answer.rejected) rejected.push(r)
        feasible = answer.left
      } catch (e) {
        if (!extender.isIgnorable) throw e
      }
    }
    // A node may have gone while they were asked.
    feasible = feasible.filter((n) => n.node !== undefined)
    if (feasible.length === 0) {
      const named = search.feasible.length > 0 ? [EXTENDER] : []
      return this.#nowhere(pod, nodes, { ...search, rejected, feasible }, named)
    }
    const more = new Map<string, number>()
    const scores = feasible.length === 1 ? [] : extenders.filter((x) => x.prioritizes).map((x) => x.prioritize(pod.pod, feasible))
    for (const result of await Promise.allSettled(scores)) {
      // One that does not answer has no say.
      if (result.status === 'rejected') continue
      for (const [name, score] of result.value) more.set(name, (more.get(name) ?? 0) + score)
    }
    return this.#choose(
      pod,
      feasible.filter((n) => n.node !== undefined),
      search,
      more,
    )
  }

  #choose(pod: PodInfo, feasible: readonly NodeInfo[], { state, before }: Search, more?: ReadonlyMap<string, number>): Decision {
    if (feasible.length === 0) throw new Error('the nodes are gone')
    const best = feasible.length === 1 ? feasible[0]! : this.#best(pod, feasible, state, before.filters.signature, more)
    return { nodeName: best.name, state, feasible: feasible.length }
  }

  #search(pod: PodInfo, nodes: readonly NodeInfo[], extenders: readonly HttpExtender[]): Search {
    const state = new CycleState()
    const before = this.#preFilter(pod, state, nodes)
    if (before.preFilter !== undefined) return { before, state, feasible: [], rejected: [] }
    const nominated = this.#nominated.nodeOf(pod.uid)
    const promised = nominated === '' ? undefined : before.candidates.find((n) => n.name === nominated)
    if (promised !== undefined && this.#refusal(before.filters, pod, promised, state) === undefined) {
      return { before, state, feasible: [promised], rejected: [] }
    }
    const rejected: RejectedNode[] = []
    // Where nobody has a preference, or a say in which of them it may be, the first will do.
    const isChosen = this.#profile.points.score.length > 0 || extenders.some((x) => x.filters || x.prioritizes)
    const enough = isChosen ? enoughNodes(before.candidates.length, this.#profile.percentageOfNodesToScore) : 1
    const feasible = this.#filter(pod, before.candidates, before.filters, state, enough, rejected)
    return { before, state, feasible, rejected }
  }

  #preFilter(pod: PodInfo, state: CycleState, nodes: readonly NodeInfo[]): Before {
    const signature = this.#signatures.of(pod)
    const skipped = new Set<Plugin>()
    const pinnedBy: string[] = []
    let names: ReadonlySet<string> | undefined
    for (const plugin of this.#profile.points.preFilter) {
      const result = plugin.preFilter?.(pod, state, nodes)
      if (result === 'skip') skipped.add(plugin)
      if (result === undefined || result === 'skip') continue
      if ('reject' in result)
        return {
          preFilter: { plugin: plugin.name, rejection: result.reject },
          filters: { signature, signed: [], unsigned: [] },
          pinnedBy: [],
          candidates: [],
        }
      pinnedBy.push(plugin.name)
      const { nodeNames } = result
      names = names === undefined ? nodeNames : new Set([...names].filter((n) => nodeNames.has(n)))
    }
    const candidates = names === undefined ? nodes : nodes.filter((n) => names.has(n.name))
    const [signed, unsigned]: [Placed[], Placed[]] = [[], []]
    for (const [place, plugin] of this.#profile.points.filter.entries()) {
      if (plugin.filter === undefined || skipped.has(plugin)) continue
      ;(signature.plugins.has(plugin) ? signed : unsigned).push([place, plugin])
    }
    return { preFilter: undefined, filters: { signature, signed, unsigned }, pinnedBy, candidates }
  }

  #filter(
    pod: PodInfo,
    candidates: readonly NodeInfo[],
    filters: Filters,
    state: CycleState,
    wanted: number,
    rejected: RejectedNode[],
  ): NodeInfo[] {
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
  #refusal(filters: Filters, pod: PodInfo, node: NodeInfo, state: CycleState) {
    const promised = this.#nominated.on(node.name)
    // Hardly ever any; this is asked of each node for each pod.
    if (promised.length === 0) return firstRefusal(filters, pod, node, state)
    const expected = promised.filter((p) => p.uid !== pod.uid && p.priority >= pod.priority && !node.pods.has(p.uid))
    if (expected.length > 0) {
      const trial = new NodeTrial(this.#profile.points.preFilter, pod, node, state)
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

  #trial(filters: Filters, pod: PodInfo, node: NodeInfo, state: CycleState): Trial {
    const trial = new NodeTrial(this.#profile.points.preFilter, pod, node, state)
    return {
      remove: (p) => trial.remove(p),
      add: (p) => trial.add(p),
      refusal: () => this.#refusal(filters, pod, node, state)?.rejection,
      end: () => trial.end(),
    }
  }

  #best(pod: PodInfo, nodes: readonly NodeInfo[], state: CycleState, signature: Signature, more?: ReadonlyMap<string, number>): NodeInfo {
    const { points, weights } = this.#profile
    const skipped = new Set(points.preScore.filter((plugin) => plugin.preScore?.(pod, state, nodes) === 'skip'))
    const plugins = points.score.filter((plugin) => !skipped.has(plugin) && plugin.score !== undefined && plugin.isSilent?.(state) !== true)
    const signed = plugins.filter((plugin) => signature.plugins.has(plugin))
    const plain = signed.filter((plugin) => plugin.normalize === undefined)
    const relative = signed.filter((plugin) => plugin.normalize !== undefined)
    const weightOf = (plugin: Plugin): number => weights.get(plugin.name) ?? 1
    if (this.#totals.length < nodes.length) this.#totals = new Float64Array(nodes.length)
    const totals = this.#totals
    const scores = relative.map(() => new Array<number>(nodes.length))
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]!
      // It may have changed while an extender was asked; what its filters say now is not known.
      const verdict = node.verdict(signature) ?? verdictOf(signature, undefined, Infinity)
      if (Number.isNaN(verdict.sum)) scoreSigned(verdict, plain, relative, weightOf, pod, node, state)
      totals[i] = verdict.sum
      for (let k = 0; k < scores.length; k++) scores[k]![i] = verdict.relative[k]!
    }
    const add = (plugin: Plugin, of: number[]): void => {
      plugin.normalize?.(of, state, nodes)
      const weight = weightOf(plugin)
      for (let i = 0; i < of.length; i++) totals[i]! += of[i]! * weight
    }
    for (const [k, plugin] of relative.entries()) add(plugin, scores[k]!)
    for (const plugin of plugins) {
      if (signature.plugins.has(plugin)) continue
      const of = nodes.map((node) => plugin.score!(pod, node, state))
      add(plugin, of)
    }
    if (more !== undefined) for (let i = 0; i < nodes.length; i++) totals[i]! += more.get(nodes[i]!.name) ?? 0
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

  #nowhere(pod: PodInfo, nodes: readonly NodeInfo[], { before, state, rejected }: Search, named: readonly string[] = []): Decision {
    const { preFilter, filters, pinnedBy } = before
    const ruledOut = preFilter === undefined ? nodes.length - before.candidates.length : 0
    const rejectedBy = new Set([...rejected.map((r) => r.plugin), ...named])
    if (preFilter !== undefined) rejectedBy.add(preFilter.plugin)
    if (ruledOut > 0) for (const name of pinnedBy) rejectedBy.add(name)
    const outcome: FilterOutcome = {
      totalNodes: nodes.length,
      rejected,
      ruledOut,
      ruledOutBy: pinnedBy,
      preFilter,
      trial: (node) => this.#trial(filters, pod, node, state),
    }
    return { nodeName: undefined, outcome, rejectedBy, state }
  }
}

/** How many feasible nodes are enough to choose from: all of up to 100, then half, falling to 5 % where no percentage is given. */
export function enoughNodes(total: number, percentageOfNodesToScore = 0): number {
  if (total < 100) return total
  const percent = percentageOfNodesToScore === 0 ? Math.max(50 - Math.floor(total / 125), 5) : percentageOfNodesToScore
  return Math.max(Math.floor((total * percent) / 100), 100)
}

/** The first filter's that refuses, whether it was asked now or before. */
function firstRefusal({ signature, signed, unsigned }: Filters, pod: PodInfo, node: NodeInfo, state: CycleState): NodeVerdict['refusal'] {
  let verdict = node.verdict(signature)
  if (verdict === undefined) node.addVerdict((verdict = signedVerdict(signature, signed, pod, node, state)))
  for (const [place, plugin] of unsigned) {
    if (place > verdict.place) break
    const rejection = plugin.filter!(pod, node, state)
    if (rejection !== undefined) return { plugin: plugin.name, rejection }
  }
  return verdict.refusal
}

function signedVerdict(signature: Signature, signed: readonly Placed[], pod: PodInfo, node: NodeInfo, state: CycleState): NodeVerdict {
  for (const [place, plugin] of signed) {
    const rejection = plugin.filter!(pod, node, state)
    if (rejection !== undefined) return verdictOf(signature, { plugin: plugin.name, rejection }, place)
  }
  return verdictOf(signature, undefined, Infinity)
}

const verdictOf = (signature: Signature, refusal: NodeVerdict['refusal'], place: number): NodeVerdict => ({
  ...{ signature, refusal, place },
  ...{ sum: NaN, relative: NOTHING, next: undefined },
})

const NOTHING: readonly number[] = []
/** One for all: thousands of nodes are looked through for each pod, and mostly there is nothing that tells them apart. */
const ZEROS: readonly (readonly number[])[] = [NOTHING, [0], [0, 0]]

function scoreSigned(
  verdict: NodeVerdict,
  plain: readonly Plugin[],
  relative: readonly Plugin[],
  weightOf: (plugin: Plugin) => number,
  pod: PodInfo,
  node: NodeInfo,
  state: CycleState,
): void {
  let sum = 0
  for (const plugin of plain) sum += plugin.score!(pod, node, state) * weightOf(plugin)
  const each = relative.map((plugin) => plugin.score!(pod, node, state))
  verdict.sum = sum
  verdict.relative = (each.every((score) => score === 0) ? ZEROS[each.length] : undefined) ?? each
}

/** Takes pods off a node and puts others there, and undoes it all at the end; the cycle runs without a pause, so nobody sees it. */
class NodeTrial {
  readonly #plugins: readonly Plugin[]
  readonly #pod: PodInfo
  readonly #node: NodeInfo
  readonly #state: CycleState
  readonly #before: ReadonlyMap<string, PodInfo>

  constructor(plugins: readonly Plugin[], pod: PodInfo, node: NodeInfo, state: CycleState) {
    this.#plugins = plugins
    this.#pod = pod
    this.#node = node
    this.#state = state
    this.#before = new Map(node.pods)
  }

  add(p: PodInfo): void {
    this.#node.addPod(p)
    for (const plugin of this.#plugins) plugin.addPod?.(this.#pod, p, this.#node, this.#state)
  }

  remove(p: PodInfo): void {
    this.#node.removePod(p.uid)
    for (const plugin of this.#plugins) plugin.removePod?.(this.#pod, p, this.#node, this.#state)
  }

  end(): void {
    for (const p of [...this.#node.pods.values()]) if (!this.#before.has(p.uid)) this.remove(p)
    for (const p of this.#before.values()) if (!this.#node.pods.has(p.uid)) this.add(p)
  }
}
