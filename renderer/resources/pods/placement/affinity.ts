import { type LabelSelector, selects } from '../../../kube/label-selector.ts'
import type { AffinityTerm, Pod, PodAffinity, SpreadConstraint } from '../types.ts'

export const requiredTerms = (affinity: PodAffinity | undefined): readonly AffinityTerm[] =>
  affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
export const nearTerms = (pod: Pod): readonly AffinityTerm[] => requiredTerms(pod.spec?.affinity?.podAffinity)
export const apartTerms = (pod: Pod): readonly AffinityTerm[] => requiredTerms(pod.spec?.affinity?.podAntiAffinity)

/** Whether a pod's term means another; `labels` are those of the other's namespace. Without namespaces it is about its own pod's. */
export function termMeans(term: AffinityTerm, owner: Pod, other: Pod, labels: Record<string, string> | undefined): boolean {
  const { namespaces = [], namespaceSelector, labelSelector } = term
  const own = namespaces.length === 0 && namespaceSelector === undefined
  const there = own
    ? owner.metadata.namespace === other.metadata.namespace
    : namespaces.includes(other.metadata.namespace ?? '') || selects(namespaceSelector, labels)
  return there && selects(labelSelector, other.metadata.labels)
}

/** Its constraints that keep it away from nodes; those that only prefer are a score. */
export const hardSpreads = (pod: Pod): readonly SpreadConstraint[] =>
  (pod.spec?.topologySpreadConstraints ?? []).filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule')

/** What a constraint counts: of `matchLabelKeys` the pod's own values. No selector counts nothing. */
export function spreadSelector({ labelSelector, matchLabelKeys = [] }: SpreadConstraint, pod: Pod): LabelSelector | undefined {
  if (!labelSelector) return undefined
  const labels = pod.metadata.labels ?? {}
  const same = matchLabelKeys
    .filter((key) => Object.hasOwn(labels, key))
    .map((key) => ({ key, operator: 'In', values: [labels[key] ?? ''] }))
  return { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...same] }
}
