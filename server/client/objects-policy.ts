import type { LabelSelectorObject } from '../machinery/labels.ts'
import type { Int64 } from '../machinery/numbers.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { IntOrString } from './objects.ts'

/** policy/v1, as far as control loops read or write it, in its JSON form. */

/** metav1.Condition: every field but observedGeneration is required. */
export interface MetaCondition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  observedGeneration?: Int64
  lastTransitionTime: string
  reason: string
  message: string
}

export interface PodDisruptionBudget extends KubeObject {
  spec?: { minAvailable?: IntOrString; maxUnavailable?: IntOrString; selector?: LabelSelectorObject; unhealthyPodEvictionPolicy?: string }
  status?: {
    observedGeneration?: Int64
    /** When an eviction was let through, by pod name. */
    disruptedPods?: Record<string, string>
    disruptionsAllowed: number
    currentHealthy: number
    desiredHealthy: number
    expectedPods: number
    conditions?: MetaCondition[]
  }
}

/** The conditions with one added or changed; its transition time (RFC 3339) moves only when its status does (apimachinery SetStatusCondition). */
export function setMetaCondition(
  conditions: readonly MetaCondition[] | undefined,
  condition: Omit<MetaCondition, 'lastTransitionTime'>,
  now: string,
): MetaCondition[] {
  const old = conditions?.find((c) => c.type === condition.type)
  const { type, status, observedGeneration, reason, message } = condition
  const next: MetaCondition = {
    type,
    status,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    lastTransitionTime: old?.status === status ? old.lastTransitionTime : now,
    reason,
    message,
  }
  return old === undefined ? [...(conditions ?? []), next] : conditions!.map((c) => (c === old ? next : c))
}
