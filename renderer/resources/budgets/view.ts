import type { LabelSelector } from '../../kube/label-selector.ts'
import type { Condition, KubeObject, StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'

export interface Budget extends KubeObject {
  spec?: {
    minAvailable?: number | string
    maxUnavailable?: number | string
    selector?: LabelSelector
    unhealthyPodEvictionPolicy?: string
  }
  status?: {
    observedGeneration?: number
    currentHealthy?: number
    desiredHealthy?: number
    expectedPods?: number
    disruptionsAllowed?: number
    conditions?: Condition[] | null
  }
}

/** In the words of its DisruptionAllowed condition. */
export function budgetStatus({ status }: Budget): StatusWord {
  if (status?.observedGeneration === undefined) return { text: 'NotObserved', tone: 'muted' }
  const told = status.conditions?.find(({ type }) => type === 'DisruptionAllowed')
  if (told?.reason === 'SyncFailed') return { text: told.reason, tone: 'bad' }
  if ((status.expectedPods ?? 0) === 0) return { text: 'NoPods', tone: 'muted' }
  const { currentHealthy = 0, desiredHealthy = 0, disruptionsAllowed = 0 } = status
  if (currentHealthy < desiredHealthy) return { text: 'InsufficientPods', tone: 'bad' }
  // As many are well as must be: nothing is broken, and no drain gets past it.
  return disruptionsAllowed === 0 ? { text: 'InsufficientPods', tone: 'warn' } : { text: 'SufficientPods', tone: 'ok' }
}

export const budgetView = viewOf<Budget>({
  namespaced: true,
  status: budgetStatus,
  columns: [
    { id: 'min available', label: 'minAvailable', type: 'text', width: 110, cell: ({ spec }) => String(spec?.minAvailable ?? none) },
    { id: 'max unavailable', label: 'maxUnavailable', type: 'text', width: 120, cell: ({ spec }) => String(spec?.maxUnavailable ?? none) },
    { id: 'allowed disruptions', label: 'allowed', type: 'number', width: 90, cell: ({ status }) => status?.disruptionsAllowed ?? null },
    {
      id: 'healthy',
      label: 'healthy',
      type: 'text',
      width: 90,
      cell: ({ status }) => (status?.currentHealthy === undefined ? none : `${status.currentHealthy}/${status.expectedPods ?? 0}`),
    },
  ],
})
