import { isDeepStrictEqual } from 'node:util'
import type { Node, Pod } from '../../../client/objects.ts'
import { MAX_NODE_SCORE, stateKey, unresolvable, unschedulable, type ClusterEvent, type PluginFactory } from '../../framework.ts'
import type { DomainCounts } from '../../domain-counts.ts'
import type { NodeInfo } from '../../node-info.ts'
import type { CountedPods } from '../../pod-counts.ts'
import type { PodInfo } from '../../pod-info.ts'
import type { PluginArguments } from '../../config/types.ts'
import { constraintsOf, hasAllKeys, HOSTNAME, NodeInclusion, SYSTEM_DEFAULTS, valueOf, type Spread } from './constraints.ts'

type Constraints = (pod: Pod) => Spread[]

const UNEVEN = unschedulable("node(s) didn't match pod topology spread constraints")
const NO_LABEL = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)")

/** One constraint, and how many matching pods each domain has that counts for it. */
interface Counted {
  readonly spread: Spread
  readonly pods: CountedPods
  readonly domains: DomainCounts
}

interface FilterState {
  /** With what would be otherwise, by domain, if pods were put on a node or taken from it. */
  readonly constraints: readonly (Counted & { readonly changes: Map<string, number> })[]
}

interface ScoreState {
  readonly constraints: readonly Counted[]
  readonly weights: readonly number[]
  /** Nodes that lack one of these labels score nothing. */
  readonly needed: readonly Spread[]
}

const filterKey = stateKey<FilterState>('PodTopologySpread filter')
const scoreKey = stateKey<ScoreState>('PodTopologySpread score')

/** Spreads pods over domains: as a filter where the skew is bounded, as a score where it is a wish, and for pods without one. */
export const podTopologySpread: PluginFactory<PluginArguments['PodTopologySpread']> = ({ cache, listers }, args) => {
  const standard = args.defaultingType === 'List' ? (args.defaultConstraints ?? []) : SYSTEM_DEFAULTS
  const hard: Constraints = (pod) => constraintsOf(pod, 'DoNotSchedule', listers, standard)
  // Only the system's defaults count nodes that lack one of the labels (KEP-3243).
  const system = args.defaultingType !== 'List'
  function counted(pod: Pod, spreads: readonly Spread[], needed: readonly Spread[]): Counted[] {
    const inclusion = new NodeInclusion(cache.nodeSets, pod, needed)
    return spreads.map((spread) => {
      const pods = cache.pods.of(pod.metadata.namespace ?? '', spread.selector)
      return { spread, pods, domains: pods.in(inclusion.of(spread)) }
    })
  }

  function count(pod: PodInfo, other: PodInfo, node: NodeInfo, state: FilterState | undefined, by: 1 | -1): void {
    if (state === undefined || other.pod.metadata.namespace !== pod.pod.metadata.namespace) return
    for (const { spread, domains, changes } of state.constraints) {
      const domain = domains.domainOf(node)
      if (domain === undefined || !spread.selector.matches(other.pod.metadata.labels)) continue
      const change = (changes.get(domain) ?? 0) + by
      if (change === 0) changes.delete(domain)
      else changes.set(domain, change)
    }
  }

  return {
    name: 'PodTopologySpread',
    events: [
      {
        on: ['AssignedPodAdd', 'AssignedPodUpdate', 'AssignedPodDelete'],
        changes: ['labels'],
        helps: (pod, e) => podHelps(pod, e, hard),
      },
      { on: ['PodUpdate'], changes: ['tolerations', 'labels'], helps: (pod, e) => ownChangeHelps(pod, e, hard) },
      { on: ['NodeAdd', 'NodeUpdate', 'NodeDelete'], changes: ['labels', 'taints'], helps: (pod, e) => nodeHelps(pod, e, hard) },
    ],

    preFilter({ pod }, state) {
      const spreads = hard(pod)
      if (spreads.length === 0) return 'skip'
      const constraints = counted(pod, spreads, spreads).map((c) => ({ ...c, changes: new Map<string, number>() }))
      state.write(filterKey, { constraints })
      return undefined
    },
    addPod: (pod, added, node, state) => count(pod, added, node, state.read(filterKey), 1),
    removePod: (pod, removed, node, state) => count(pod, removed, node, state.read(filterKey), -1),

    filter({ pod }, node, state) {
      for (const { spread, domains, changes } of state.read(filterKey)?.constraints ?? []) {
        const value = valueOf(node.node, spread.topologyKey)
        if (value === undefined) return NO_LABEL
        const self = spread.selector.matches(pod.metadata.labels) ? 1 : 0
        const there = domains.at(value) + (changes.get(value) ?? 0)
        const fewest = domains.size < spread.minDomains ? 0 : (domains.fewest(changes) ?? Number.MAX_SAFE_INTEGER)
        if (there + self - fewest > spread.maxSkew) return UNEVEN
      }
      return undefined
    },

    preScore({ pod }, state, feasible) {
      const spreads = constraintsOf(pod, 'ScheduleAnyway', listers, standard)
      if (spreads.length === 0) return 'skip'
      const needed = !system || (pod.spec?.topologySpreadConstraints ?? []).length > 0 ? spreads : []
      const constraints = counted(pod, spreads, needed)
      const taking = needed.length === 0 ? feasible : feasible.filter(({ node }) => hasAllKeys(node, needed))
      const weights = spreads.map(({ topologyKey }) => {
        const size = topologyKey === HOSTNAME ? taking.length : new Set(taking.map(({ node }) => valueOf(node, topologyKey) ?? '')).size
        return Math.log(size + 2)
      })
      state.write(scoreKey, { constraints, weights, needed })
      return undefined
    },
    score(_pod, info, state) {
      const s = state.read(scoreKey)
      if (s === undefined || !hasAllKeys(info.node, s.needed)) return 0
      let score = 0
      for (const [i, { spread, pods, domains }] of s.constraints.entries()) {
        const value = valueOf(info.node, spread.topologyKey)
        if (value === undefined) continue
        const n = spread.topologyKey === HOSTNAME ? pods.on(info) : domains.at(value)
        score += n * s.weights[i]! + (spread.maxSkew - 1)
      }
      return Math.round(score)
    },
    normalize(scores, state, nodes) {
      const s = state.read(scoreKey)
      if (s === undefined) return
      const ignored = nodes.map(({ node }) => !hasAllKeys(node, s.needed))
      const counted = scores.filter((_, i) => ignored[i] !== true)
      const max = Math.max(0, ...counted)
      const min = Math.min(...counted)
      for (let i = 0; i < scores.length; i++) {
        if (ignored[i] === true) scores[i] = 0
        else scores[i] = max === 0 ? MAX_NODE_SCORE : Math.trunc((MAX_NODE_SCORE * (max + min - scores[i]!)) / max)
      }
    },
  }
}

const matchesAny = (spreads: readonly Spread[], pod: Pod): boolean => spreads.some((c) => c.selector.matches(pod.metadata.labels))

/** Labels that change a pod's part in a constraint. */
function partChanged(spreads: readonly Spread[], now: Pod, before: Pod): boolean {
  return spreads.some((c) => c.selector.matches(now.metadata.labels) !== c.selector.matches(before.metadata.labels))
}

function podHelps({ pod }: PodInfo, e: ClusterEvent, constraints: Constraints): boolean {
  if (e.type !== 'AssignedPodAdd' && e.type !== 'AssignedPodUpdate' && e.type !== 'AssignedPodDelete') return false
  if (e.pod.pod.metadata.namespace !== pod.metadata.namespace) return false
  const spreads = constraints(pod)
  return e.type === 'AssignedPodUpdate' ? partChanged(spreads, e.pod.pod, e.old.pod) : matchesAny(spreads, e.pod.pod)
}

function ownChangeHelps({ pod }: PodInfo, e: ClusterEvent, constraints: Constraints): boolean {
  if (e.type !== 'PodUpdate') return false
  const spreads = constraints(pod)
  const tolerates = !isDeepStrictEqual(e.pod.pod.spec?.tolerations, e.old.pod.spec?.tolerations)
  return (tolerates && spreads.some((c) => c.honorTaints)) || partChanged(spreads, e.pod.pod, e.old.pod)
}

function nodeHelps({ pod }: PodInfo, e: ClusterEvent, constraints: Constraints): boolean {
  if (e.type !== 'NodeAdd' && e.type !== 'NodeUpdate' && e.type !== 'NodeDelete') return false
  const spreads = constraints(pod)
  if (e.type === 'NodeDelete') return hasAllKeys(e.old, spreads)
  const now: Node | undefined = e.node.node
  if (e.type === 'NodeAdd') return hasAllKeys(now, spreads)
  if (hasAllKeys(now, spreads) !== hasAllKeys(e.old, spreads)) return true
  const moved = spreads.some((c) => valueOf(now, c.topologyKey) !== valueOf(e.old, c.topologyKey))
  return hasAllKeys(now, spreads) && (moved || !isDeepStrictEqual(now?.spec?.taints, e.old.spec?.taints))
}
