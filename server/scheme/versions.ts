/** Conversion between the versions of a kind. */
import { carryEmpty } from '../machinery/empty-fields.ts'
import { type KubeObject, apiVersionOf } from '../machinery/types.ts'
import { normalize } from './check.ts'
import { keepReset } from './decode-typed.ts'
import { fromV1beta1, toV1beta1 } from './conversion/custom-resource-definitions.ts'
import { coreToEvents, eventsToCore } from './conversion/events.ts'
import { toV1, toV2 } from './conversion/horizontal-pod-autoscalers.ts'
import { budgetFromV1beta1 } from './conversion/pod-disruption-budgets.ts'
import { scheme } from './index.ts'

export interface GroupVersion {
  group: string
  version: string
}

type Convert = (object: Record<string, unknown>) => Record<string, unknown>

/** By `kind from to`. What is missing here has the same shape in both versions. */
const converters = new Map<string, Convert>([
  ['Event v1 events.k8s.io/v1', coreToEvents],
  ['Event events.k8s.io/v1 v1', eventsToCore],
  ['HorizontalPodAutoscaler autoscaling/v2 autoscaling/v1', toV1],
  ['HorizontalPodAutoscaler autoscaling/v1 autoscaling/v2', toV2],
  ['PodDisruptionBudget policy/v1beta1 policy/v1', budgetFromV1beta1],
  ['CustomResourceDefinition apiextensions.k8s.io/v1 apiextensions.k8s.io/v1beta1', toV1beta1],
  ['CustomResourceDefinition apiextensions.k8s.io/v1beta1 apiextensions.k8s.io/v1', fromV1beta1],
])

/**
 * The object in another version of its kind, in that version's normal form; the object itself when the versions are the same.
 * The object must be well typed (server/scheme/check.ts).
 */
export function convert(object: KubeObject, from: GroupVersion, to: GroupVersion): KubeObject {
  if (from.group === to.group && from.version === to.version) return object
  const kind = object.kind ?? ''
  const apiVersion = apiVersionOf(to.group, to.version)
  const found = converters.get(`${kind} ${apiVersionOf(from.group, from.version)} ${apiVersion}`)
  const made = { ...(found === undefined ? object : found(object)), apiVersion }
  const type = scheme.typeOf(to.group, to.version, kind)
  if (type === undefined) return made as KubeObject
  const normal = normalize(type, made) as KubeObject
  keepReset(normal, object)
  carryEmpty(made, normal)
  return normal
}
