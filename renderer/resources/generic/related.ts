import { type LabelSelector, selects } from '../../kube/label-selector.ts'
import type { Listed } from './use-lists.ts'
import { isRecord, type KubeObject } from '../../kube/types.ts'

const selectorIn = (object: KubeObject, field: string): unknown => {
  const { spec } = object as { spec?: unknown }
  return isRecord(spec) ? spec[field] : undefined
}

const has = (of: unknown): of is Record<string, string> => isRecord(of) && Object.keys(of).length > 0

/** Whether an object of a kind is for the pods of this workload, or for itself. */
const rules: Readonly<Record<string, (object: KubeObject, workload: KubeObject, labels: Record<string, string>) => boolean>> = {
  // A Service without a selector has none of its own; one that selects pods says so by labels.
  services: (object, _, labels) => {
    const selector = selectorIn(object, 'selector')
    return has(selector) && selects({ matchLabels: selector }, labels)
  },
  'horizontalpodautoscalers.autoscaling': (object, workload) => {
    const target = selectorIn(object, 'scaleTargetRef')
    // A ReplicaSet has as many replicas as its Deployment is scaled to.
    const owner = workload.metadata.ownerReferences?.find(({ controller }) => controller)
    const scaled = [{ kind: workload.kind, name: workload.metadata.name }, ...(owner ? [owner] : [])]
    return isRecord(target) && scaled.some(({ kind, name }) => target.kind === kind && target.name === name)
  },
  'poddisruptionbudgets.policy': (object, _, labels) => selects(selectorIn(object, 'selector') as LabelSelector | undefined, labels),
  'networkpolicies.networking.k8s.io': (object, _, labels) => selects((selectorIn(object, 'podSelector') ?? {}) as LabelSelector, labels),
}

export const relatedKinds: readonly string[] = Object.keys(rules)

/** Of these objects of the workload's namespace, those that have a say in it or lead to it. */
export const relatedTo = (workload: KubeObject, labels: Record<string, string>, objects: readonly Listed[]): Listed[] =>
  objects.filter(({ key, object }) => rules[key]?.(object, workload, labels))
