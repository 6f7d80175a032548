import type { PluginArguments } from '../../config/types.ts'
import type { Node, Pod, Strings } from '../../../client/objects.ts'
import { matchesAll, termMatches, type AffinityTerm, type PodAffinityTerms } from '../../affinity-terms.ts'
import {
  MAX_NODE_SCORE,
  stateKey,
  unresolvable,
  unschedulable,
  type ClusterEvent,
  type Handle,
  type PluginFactory,
} from '../../framework.ts'
import type { NodeInfo } from '../../node-info.ts'
import type { PodInfo } from '../../pod-info.ts'
import { TopologyCounts } from './topology-counts.ts'

const AFFINITY = unresolvable("node(s) didn't match pod affinity rules")
const ANTI_AFFINITY = unschedulable("node(s) didn't match pod anti-affinity rules")
const EXISTING_ANTI_AFFINITY = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules")

interface FilterState {
  /** How many pods, by topology value, do not suffer the pod; match all its affinity terms; match its anti-affinity terms. */
  existingAnti: TopologyCounts
  affinity: TopologyCounts
  anti: TopologyCounts
  namespaceLabels: Strings | undefined
}

const filterKey = stateKey<FilterState>('InterPodAffinity filter')
const scoreKey = stateKey<TopologyCounts>('InterPodAffinity score')
const NO_TERMS: PodAffinityTerms = { required: [], requiredAnti: [], preferred: [], preferredAnti: [] }
const termsOf = (pod: PodInfo): PodAffinityTerms => pod.affinity ?? NO_TERMS

const labelsOf = ({ node }: NodeInfo): Strings | undefined => node?.metadata.labels

/** Pods near other pods, or not near them: required as a filter, preferred as a score. The other pods' anti-affinity counts as well. */
export const interPodAffinity: PluginFactory<PluginArguments['InterPodAffinity']> = (handle, args) => {
  // Of a pod that another one requires near it, this much is a preference in return.
  const { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods = false } = args
  const namespaceLabels = (namespace: string | undefined): Strings | undefined =>
    handle.listers.namespaces.get(namespace ?? '')?.metadata.labels
  const matches = (term: AffinityTerm, other: Pod): boolean => termMatches(term, other, namespaceLabels(other.metadata.namespace))

  function count(state: FilterState, pod: PodInfo, other: PodInfo, node: NodeInfo, by: 1 | -1): void {
    const labels = labelsOf(node)
    for (const term of termsOf(other).requiredAnti) {
      if (termMatches(term, pod.pod, state.namespaceLabels)) state.existingAnti.add(labels, term.topologyKey, by)
    }
    const own = pod.affinity
    if (own === undefined) return
    if (own.required.length > 0 && matchesAll(own.required, other.pod, namespaceLabels(other.pod.metadata.namespace))) {
      for (const term of own.required) state.affinity.add(labels, term.topologyKey, by)
    }
    for (const term of own.requiredAnti) if (matches(term, other.pod)) state.anti.add(labels, term.topologyKey, by)
  }

  return {
    name: 'InterPodAffinity',
    events: [
      {
        on: ['AssignedPodAdd', 'AssignedPodUpdate', 'AssignedPodDelete'],
        changes: ['labels'],
        helps: (pod, e) => podHelps(pod, e, matches, handle),
      },
      { on: ['PodUpdate'], changes: ['labels'] },
      { on: ['NodeAdd', 'NodeUpdate'], changes: ['labels'], helps: nodeHelps },
    ],

    preFilter(pod, state, nodes) {
      const own = termsOf(pod)
      const mine = own.required.length > 0 || own.requiredAnti.length > 0
      const withTerms = handle.cache.nodesWithRequiredAntiAffinity
      if (!mine && withTerms.size === 0) return 'skip'
      const filter: FilterState = {
        existingAnti: new TopologyCounts(),
        affinity: new TopologyCounts(),
        anti: new TopologyCounts(),
        namespaceLabels: namespaceLabels(pod.pod.metadata.namespace),
      }
      for (const node of mine ? nodes : withTerms) {
        for (const other of (mine ? node.pods : node.withRequiredAntiAffinity).values()) count(filter, pod, other, node, 1)
      }
      if (!mine && filter.existingAnti.empty) return 'skip'
      state.write(filterKey, filter)
      return undefined
    },
    addPod(pod, added, node, state) {
      const filter = state.read(filterKey)
      if (filter !== undefined) count(filter, pod, added, node, 1)
    },
    removePod(pod, removed, node, state) {
      const filter = state.read(filterKey)
      if (filter !== undefined) count(filter, pod, removed, node, -1)
    },

    filter(pod, node, state) {
      const filter = state.read(filterKey)
      if (filter === undefined) return undefined
      const labels = labelsOf(node)
      const { required, requiredAnti } = termsOf(pod)
      if (required.length > 0) {
        if (required.some((t) => labels === undefined || !Object.hasOwn(labels, t.topologyKey))) return AFFINITY
        const near = required.every((t) => filter.affinity.at(labels, t.topologyKey) > 0)
        // The first of a group of pods that want to be together has nobody to be with.
        const first = filter.affinity.empty && matchesAll(required, pod.pod, filter.namespaceLabels)
        if (!near && !first) return AFFINITY
      }
      if (requiredAnti.some((t) => filter.anti.at(labels, t.topologyKey) > 0)) return ANTI_AFFINITY
      return filter.existingAnti.hitsAny(labels) ? EXISTING_ANTI_AFFINITY : undefined
    },

    preScore(pod, state) {
      const own = termsOf(pod)
      const mine = own.preferred.length > 0 || own.preferredAnti.length > 0
      const withTerms = handle.cache.nodesWithAffinity
      if (!mine && (ignorePreferredTermsOfExistingPods || withTerms.size === 0)) return 'skip'
      const scores = new TopologyCounts()
      const ownLabels = namespaceLabels(pod.pod.metadata.namespace)
      for (const node of mine ? handle.cache.nodes : withTerms) {
        const labels = labelsOf(node)
        for (const other of (mine ? node.pods : node.withAffinity).values()) {
          for (const t of own.preferred) if (matches(t, other.pod)) scores.add(labels, t.topologyKey, t.weight)
          for (const t of own.preferredAnti) if (matches(t, other.pod)) scores.add(labels, t.topologyKey, -t.weight)
          const theirs = other.affinity
          if (theirs === undefined) continue
          for (const t of theirs.required) if (termMatches(t, pod.pod, ownLabels)) scores.add(labels, t.topologyKey, hardPodAffinityWeight)
          for (const t of theirs.preferred) if (termMatches(t, pod.pod, ownLabels)) scores.add(labels, t.topologyKey, t.weight)
          for (const t of theirs.preferredAnti) if (termMatches(t, pod.pod, ownLabels)) scores.add(labels, t.topologyKey, -t.weight)
        }
      }
      if (scores.empty) return 'skip'
      state.write(scoreKey, scores)
      return undefined
    },
    score: (_pod, node, state) => state.read(scoreKey)?.sum(labelsOf(node)) ?? 0,
    normalize(scores) {
      const min = Math.min(...scores)
      const range = Math.max(...scores) - min
      for (let i = 0; i < scores.length; i++) scores[i] = range === 0 ? 0 : Math.trunc((MAX_NODE_SCORE * (scores[i]! - min)) / range)
    },
  }
}

type Matches = (term: AffinityTerm, other: Pod) => boolean

/** A pod that comes may be one to be near; one that goes, or changes, may be one that was in the way. */
function podHelps(pod: PodInfo, e: ClusterEvent, matches: Matches, handle: Handle): boolean {
  const { required, requiredAnti } = termsOf(pod)
  const wanted = (other: Pod): boolean => required.length > 0 && required.every((t) => matches(t, other))
  const unwanted = (other: Pod): boolean => requiredAnti.some((t) => matches(t, other))
  if (e.type === 'AssignedPodAdd') return wanted(e.pod.pod)
  if (e.type === 'AssignedPodUpdate') {
    const [now, before] = [e.pod.pod, e.old.pod]
    return (!wanted(before) && wanted(now)) || (unwanted(before) && !unwanted(now))
  }
  if (e.type !== 'AssignedPodDelete') return false
  if (unwanted(e.pod.pod)) return true
  const labels = handle.listers.namespaces.get(pod.pod.metadata.namespace ?? '')?.metadata.labels
  return termsOf(e.pod).requiredAnti.some((t) => termMatches(t, pod.pod, labels))
}

/** A node helps when it is a new place to be near somebody, or away from them. */
function nodeHelps(pod: PodInfo, e: ClusterEvent): boolean {
  if (e.type !== 'NodeAdd' && e.type !== 'NodeUpdate') return false
  const { required, requiredAnti } = termsOf(pod)
  const value = (node: Node | undefined, key: string): string | undefined => node?.metadata.labels?.[key]
  const now = e.node.node
  if (e.type === 'NodeAdd') return requiredAnti.length > 0 || required.some((t) => value(now, t.topologyKey) !== undefined)
  const changed = (t: AffinityTerm): boolean => value(now, t.topologyKey) !== value(e.old, t.topologyKey)
  return required.some((t) => changed(t) && value(now, t.topologyKey) !== undefined) || requiredAnti.some(changed)
}
