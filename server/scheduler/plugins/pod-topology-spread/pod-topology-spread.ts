import { isDeepStrictEqual } from 'node:util'
import type { Node, Pod } from '../../../client/objects.ts'
import { MAX_NODE_SCORE, stateKey, unresolvable, unschedulable, type ClusterEvent, type PluginFactory } from '../../framework.ts'
import type { NodeInfo } from '../../node-info.ts'
import type { PodInfo } from '../../pod-info.ts'
import type { PluginArguments } from '../../config/types.ts'
import { constraintsOf, hasAllKeys, HOSTNAME, NodeInclusion, SYSTEM_DEFAULTS, valueOf, type Spread } from './constraints.ts'

type Constraints = (pod: Pod) => Spread[]

const UNEVEN = unschedulable("node(s) didn't match pod topology spread constraints")
const NO_LABEL = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)")

/** One constraint, and how many matching pods each of its domains has. */
interface Domains {
  readonly spread: Spread
  readonly counts: Map<string, number>
  /** The fewest in any domain, until a count changes. */
  fewest: number | undefined
}

interface FilterState {
  readonly domains: readonly Domains[]
  readonly inclusion: NodeInclusion
}

interface ScoreState {
  readonly domains: readonly Domains[]
  readonly weights: readonly number[]
  readonly requireAll: boolean
}

const filterKey = stateKey<FilterState>('PodTopologySpread filter')
const scoreKey = stateKey<ScoreState>('PodTopologySpread score')

const countOn = (node: NodeInfo, { selector, countKey }: Spread, namespace: string): number =>
  selector.empty ? 0 : node.countMatching(countKey, namespace, selector)

function fewest(d: Domains): number {
  d.fewest ??= Math.min(...d.counts.values(), Number.MAX_SAFE_INTEGER)
  return d.counts.size < d.spread.minDomains ? 0 : d.fewest
}

/** Spreads pods over domains: as a filter where the skew is bounded, as a score where it is a wish, and for pods without one. */
export const podTopologySpread: PluginFactory<PluginArguments['PodTopologySpread']> = ({ cache, listers }, args) => {
  const standard = args.defaultingType === 'List' ? (args.defaultConstraints ?? []) : SYSTEM_DEFAULTS
  const hard: Constraints = (pod) => constraintsOf(pod, 'DoNotSchedule', listers, standard)
  // Only the system's defaults count nodes that lack one of the labels (KEP-3243).
  const system = args.defaultingType !== 'List'
  function count(pod: PodInfo, other: PodInfo, node: NodeInfo, state: FilterState | undefined, by: 1 | -1): void {
    if (state === undefined || node.node === undefined || other.pod.metadata.namespace !== pod.pod.metadata.namespace) return
    const spreads = state.domains.map((d) => d.spread)
    if (!hasAllKeys(node.node, spreads)) return
    for (const d of state.domains) {
      if (!d.spread.selector.matches(other.pod.metadata.labels) || !state.inclusion.counts(node.node, d.spread)) continue
      const value = valueOf(node.node, d.spread.topologyKey) ?? ''
      d.counts.set(value, (d.counts.get(value) ?? 0) + by)
      d.fewest = undefined
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

    preFilter({ pod }, state, nodes) {
      const spreads = hard(pod)
      if (spreads.length === 0) return 'skip'
      const inclusion = new NodeInclusion(pod)
      const domains = spreads.map((spread): Domains => ({ spread, counts: new Map(), fewest: undefined }))
      const namespace = pod.metadata.namespace ?? ''
      for (const info of nodes) {
        const node = info.node!
        if (!hasAllKeys(node, spreads)) continue
        for (const d of domains) {
          if (!inclusion.counts(node, d.spread)) continue
          const value = valueOf(node, d.spread.topologyKey) ?? ''
          d.counts.set(value, (d.counts.get(value) ?? 0) + countOn(info, d.spread, namespace))
        }
      }
      state.write(filterKey, { domains, inclusion })
      return undefined
    },
    addPod: (pod, added, node, state) => count(pod, added, node, state.read(filterKey), 1),
    removePod: (pod, removed, node, state) => count(pod, removed, node, state.read(filterKey), -1),

    filter({ pod }, node, state) {
      for (const d of state.read(filterKey)?.domains ?? []) {
        const value = valueOf(node.node, d.spread.topologyKey)
        if (value === undefined) return NO_LABEL
        const self = d.spread.selector.matches(pod.metadata.labels) ? 1 : 0
        if ((d.counts.get(value) ?? 0) + self - fewest(d) > d.spread.maxSkew) return UNEVEN
      }
      return undefined
    },

    preScore({ pod }, state, feasible) {
      const spreads = constraintsOf(pod, 'ScheduleAnyway', listers, standard)
      if (spreads.length === 0) return 'skip'
      const requireAll = !system || (pod.spec?.topologySpreadConstraints ?? []).length > 0
      const domains = spreads.map((spread): Domains => ({ spread, counts: new Map(), fewest: undefined }))
      let taking = 0
      for (const { node } of feasible) {
        if (requireAll && !hasAllKeys(node, spreads)) continue
        taking++
        for (const d of domains) {
          const value = valueOf(node, d.spread.topologyKey)
          if (d.spread.topologyKey !== HOSTNAME && (value !== undefined || !requireAll)) d.counts.set(value ?? '', 0)
        }
      }
      const weights = domains.map((d) => Math.log((d.spread.topologyKey === HOSTNAME ? taking : d.counts.size) + 2))
      countAll(pod, domains, cache.nodes, requireAll)
      state.write(scoreKey, { domains, weights, requireAll })
      return undefined
    },
    score({ pod }, info, state) {
      const s = state.read(scoreKey)
      if (s === undefined || isIgnored(s, info)) return 0
      let score = 0
      for (const [i, d] of s.domains.entries()) {
        const value = valueOf(info.node, d.spread.topologyKey)
        if (value === undefined) continue
        const own = d.spread.topologyKey === HOSTNAME
        const n = own ? countOn(info, d.spread, pod.metadata.namespace ?? '') : (d.counts.get(value) ?? 0)
        score += n * s.weights[i]! + (d.spread.maxSkew - 1)
      }
      return Math.round(score)
    },
    normalize(scores, state, nodes) {
      const s = state.read(scoreKey)
      if (s === undefined) return
      const ignored = nodes.map((n) => isIgnored(s, n))
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

/** A node without a label that one of the pod's own wishes needs scores nothing. */
const isIgnored = ({ requireAll, domains }: ScoreState, { node }: NodeInfo): boolean =>
  requireAll &&
  !hasAllKeys(
    node,
    domains.map((d) => d.spread),
  )

/** Counts domains other than single nodes: those are counted where they are scored. */
function countAll(pod: Pod, domains: readonly Domains[], nodes: readonly NodeInfo[], requireAll: boolean): void {
  const wide = domains.filter((d) => d.spread.topologyKey !== HOSTNAME && [...d.counts.keys()].some((value) => value !== ''))
  if (wide.length === 0) return
  const inclusion = new NodeInclusion(pod)
  const spreads = domains.map((d) => d.spread)
  for (const info of nodes) {
    const node = info.node!
    if (requireAll && !hasAllKeys(node, spreads)) continue
    for (const d of wide) {
      const value = valueOf(node, d.spread.topologyKey)
      const before = value === undefined ? undefined : d.counts.get(value)
      if (value === undefined || before === undefined || !inclusion.counts(node, d.spread)) continue
      d.counts.set(value, before + countOn(info, d.spread, pod.metadata.namespace ?? ''))
    }
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
