import type { Condition, KubeObject, StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { none, unknown } from '../printed.ts'
import { type Metric, metricLines } from './metrics.ts'

export interface Autoscaler extends KubeObject {
  spec?: {
    scaleTargetRef?: { apiVersion?: string; kind: string; name: string }
    minReplicas?: number
    maxReplicas?: number
    metrics?: Metric[]
  }
  status?: {
    currentReplicas?: number
    desiredReplicas?: number
    lastScaleTime?: string
    currentMetrics?: Metric[] | null
    conditions?: Condition[] | null
  }
}

/** The first of its conditions that says why it does not scale, in that condition's own word. */
export function autoscalerStatus({ status }: Autoscaler): StatusWord {
  const told = (type: string): Condition | undefined => status?.conditions?.find((condition) => condition.type === type)
  const [able, active, limited] = [told('AbleToScale'), told('ScalingActive'), told('ScalingLimited')]
  if (!able && !active) return { text: 'NotObserved', tone: 'muted' }
  if (able?.status === 'False') return { text: able.reason || 'NotAbleToScale', tone: 'bad' }
  if (active?.status === 'False') {
    // Its target has no replicas: somebody's wish, and nothing to mend.
    return active.reason === 'ScalingDisabled'
      ? { text: active.reason, tone: 'muted' }
      : { text: active.reason || 'ScalingInactive', tone: 'bad' }
  }
  if (status?.currentReplicas !== status?.desiredReplicas) return { text: 'Scaling', tone: 'busy' }
  // More would be made if more were allowed. That fewer are not allowed is what a minimum is for.
  if (limited?.status === 'True' && limited.reason === 'TooManyReplicas') return { text: limited.reason, tone: 'warn' }
  return { text: 'Active', tone: 'ok' }
}

export const autoscalerView = viewOf<Autoscaler>({
  namespaced: true,
  status: autoscalerStatus,
  columns: [
    {
      id: 'reference',
      label: 'target',
      type: 'text',
      width: 220,
      cell: ({ spec }) => (spec?.scaleTargetRef ? `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}` : none),
    },
    {
      id: 'targets',
      label: 'metrics',
      type: 'text',
      width: 220,
      cell: ({ spec, status }) =>
        metricLines(spec?.metrics, status?.currentMetrics)
          .map(({ name, current = unknown, target }) => `${name.replace(/^Resource /, '')}: ${current}/${target}`)
          .join(', ') || none,
    },
    { id: 'minpods', label: 'minReplicas', type: 'number', width: 84, cell: ({ spec }) => spec?.minReplicas ?? 1 },
    { id: 'maxpods', label: 'maxReplicas', type: 'number', width: 84, cell: ({ spec }) => spec?.maxReplicas ?? null },
    { id: 'replicas', label: 'current', type: 'number', width: 84, cell: ({ status }) => status?.currentReplicas ?? null },
  ],
})
