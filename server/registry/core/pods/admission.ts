import type { Pod, PodSpec, Toleration } from '../../../apis/core/v1/types.ts'

/**
 * What two of upstream's admission plugins do to every pod, needing nothing but the pod: Priority (for pods without a class of the
 * cluster's own) and DefaultTolerationSeconds.
 */
const systemPriorities: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
}
const TOLERATION_SECONDS = 300
const unhealthy = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

export function addDefaultTolerations(spec: PodSpec): void {
  for (const key of unhealthy) {
    const tolerated = spec.tolerations?.some((t) => (!t.key || t.key === key) && (!t.effect || t.effect === 'NoExecute'))
    if (tolerated) continue
    const added: Toleration = { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: TOLERATION_SECONDS }
    spec.tolerations = [...(spec.tolerations ?? []), added]
  }
}

/** A pod that names a PriorityClass of the cluster is left to an admission plugin that can look it up. */
export function setPriority(spec: PodSpec): void {
  const priority = spec.priorityClassName ? systemPriorities[spec.priorityClassName] : 0
  if (priority === undefined) return
  spec.priority ??= priority
  spec.preemptionPolicy ??= 'PreemptLowerPriority'
}

/** What the plugins do on update: keep what they set before. */
export function keepAdmitted(pod: Pod, old: Pod): void {
  if (pod.spec.priority === undefined && old.spec.priority !== undefined) pod.spec.priority = old.spec.priority
  if (pod.spec.preemptionPolicy === undefined && old.spec.preemptionPolicy !== undefined) {
    pod.spec.preemptionPolicy = old.spec.preemptionPolicy
  }
  addDefaultTolerations(pod.spec)
}
