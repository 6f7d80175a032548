import { type LabelSelector, selects } from '../../kube/label-selector.ts'
import type { KubeObject } from '../../kube/types.ts'

export interface Budget extends KubeObject {
  spec?: { minAvailable?: number | string; maxUnavailable?: number | string; selector?: LabelSelector | null }
}

/** What a deletion does to the pods of one PodDisruptionBudget. */
export interface BudgetImpact {
  namespace: string
  name: string
  /** Pods that it selects now, and how many of them go. */
  covers: number
  going: number
  /** How many of them it wants available. */
  wants: number
  /** Fewer are left than it wants. */
  broken: boolean
}

type PodMeta = { uid: string; namespace: string; labels: Record<string, string> | undefined }

/**
 * The budgets of which pods go. What they want is reckoned from the pods that there are, as the disruption controller does from the
 * controllers' scale (pkg/controller/disruption): percentages are rounded up.
 */
export function budgetImpacts(budgets: readonly Budget[], pods: readonly PodMeta[], going: ReadonlySet<string>): BudgetImpact[] {
  return budgets.flatMap((budget) => {
    const { name, namespace = '' } = budget.metadata
    const covered = pods.filter((pod) => pod.namespace === namespace && selects(budget.spec?.selector, pod.labels))
    const gone = covered.filter((pod) => going.has(pod.uid)).length
    if (gone === 0) return []
    const wants = wanted(budget, covered.length)
    return [{ namespace, name, covers: covered.length, going: gone, wants, broken: covered.length - gone < wants }]
  })
}

function wanted({ spec }: Budget, covers: number): number {
  if (spec?.maxUnavailable !== undefined) return Math.max(0, covers - scaled(spec.maxUnavailable, covers))
  return spec?.minAvailable === undefined ? 0 : scaled(spec.minAvailable, covers)
}

function scaled(value: number | string, of: number): number {
  const percent = /^(\d+)%$/.exec(String(value))
  return percent ? Math.ceil((Number(percent[1]) * of) / 100) : Number(value) || 0
}
