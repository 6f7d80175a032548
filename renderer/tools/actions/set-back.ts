import type { KubeObject } from '../../kube/types.ts'

export interface AutoscalerMeta extends KubeObject {
  spec?: {
    scaleTargetRef?: { apiVersion?: string; kind: string; name: string }
    minReplicas?: number
    maxReplicas?: number
  }
}

/** Who has a say in the number of replicas of `object`, and what becomes of the number that is wished for. */
export interface SetBack {
  /** Of the object that is scaled. */
  object: string
  kind: string
  name: string
  /** `stops`: nobody scales it at 0; `becomes`: another number at once; `moves`: another one when its metrics say so; `owned`: its owner sets it. */
  how: 'stops' | 'becomes' | 'moves' | 'owned'
  min?: number
  max?: number
  to?: number
}

const groupOf = (apiVersion = ''): string => (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '')

/**
 * As the autoscaler's loop decides before it looks at a metric (pkg/controller/podautoscaler, `reconcileAutoscaler`): at 0 replicas it
 * stands still, unless 0 is its minimum; above and below its bounds it takes the bound.
 */
export function setBackBy(object: KubeObject, wish: number, autoscalers: readonly AutoscalerMeta[]): SetBack[] {
  const { name, namespace, ownerReferences = [] } = object.metadata
  const of = { object: namespace ? `${namespace}/${name}` : name }
  const owner = ownerReferences.find(({ controller }) => controller)
  const found: SetBack[] = owner ? [{ ...of, kind: owner.kind, name: owner.name, how: 'owned' }] : []
  for (const { metadata, spec } of autoscalers) {
    const target = spec?.scaleTargetRef
    if (metadata.namespace !== namespace || target?.kind !== object.kind || target?.name !== name) continue
    if (target?.apiVersion !== undefined && groupOf(target.apiVersion) !== groupOf(object.apiVersion)) continue
    const [min, max] = [spec?.minReplicas ?? 1, spec?.maxReplicas ?? Number.POSITIVE_INFINITY]
    const to = Math.min(Math.max(wish, min), max)
    const how = wish === 0 && min !== 0 ? 'stops' : to === wish ? 'moves' : 'becomes'
    found.push({ ...of, kind: 'HorizontalPodAutoscaler', name: metadata.name, how, min, max, to })
  }
  return found
}
