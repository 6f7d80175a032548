import type { Pod, PodAffinity, PodAffinityTerm, Strings } from '../client/objects.ts'
import { selectorFromObject, type LabelSelector } from '../machinery/labels.ts'

/** One term of a pod's affinity to, or from, other pods. */
export interface AffinityTerm {
  readonly topologyKey: string
  readonly namespaces: ReadonlySet<string>
  /** Of namespaces by their labels; undefined selects none. */
  readonly namespaceSelector: LabelSelector | undefined
  readonly selector: LabelSelector | undefined
}

export interface WeightedTerm extends AffinityTerm {
  readonly weight: number
}

export interface PodAffinityTerms {
  readonly required: readonly AffinityTerm[]
  readonly requiredAnti: readonly AffinityTerm[]
  readonly preferred: readonly WeightedTerm[]
  readonly preferredAnti: readonly WeightedTerm[]
}

function termOf(pod: Pod, t: PodAffinityTerm): AffinityTerm {
  const own = (t.namespaces ?? []).length === 0 && t.namespaceSelector === undefined
  return {
    topologyKey: t.topologyKey,
    namespaces: new Set(own ? [pod.metadata.namespace ?? ''] : t.namespaces),
    namespaceSelector: selectorFromObject(t.namespaceSelector),
    selector: selectorFromObject(t.labelSelector),
  }
}

const required = (pod: Pod, a: PodAffinity | undefined): AffinityTerm[] =>
  (a?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((t) => termOf(pod, t))

const preferred = (pod: Pod, a: PodAffinity | undefined): WeightedTerm[] =>
  (a?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((t) => ({ ...termOf(pod, t.podAffinityTerm), weight: t.weight }))

export function affinityTerms(pod: Pod): PodAffinityTerms | undefined {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {}
  if (podAffinity === undefined && podAntiAffinity === undefined) return undefined
  return {
    required: required(pod, podAffinity),
    requiredAnti: required(pod, podAntiAffinity),
    preferred: preferred(pod, podAffinity),
    preferredAnti: preferred(pod, podAntiAffinity),
  }
}

/** Whether the term means the pod; the labels are those of the pod's namespace. */
export function termMatches(term: AffinityTerm, pod: Pod, namespaceLabels: Strings | undefined): boolean {
  const { namespace = '', labels } = pod.metadata
  const there = term.namespaces.has(namespace) || term.namespaceSelector?.matches(namespaceLabels) === true
  return there && term.selector?.matches(labels) === true
}

/** False without terms. */
export function matchesAll(terms: readonly AffinityTerm[], pod: Pod, namespaceLabels: Strings | undefined): boolean {
  return terms.length > 0 && terms.every((t) => termMatches(t, pod, namespaceLabels))
}
