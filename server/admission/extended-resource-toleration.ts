import { isExtendedResource } from '../apis/core/v1/resources.ts'
import type { PodSpec, Toleration } from '../apis/core/v1/types.ts'
import { creates, PODS, updates } from './attributes.ts'
import type { AdmissionPlugin } from './contract.ts'
import { matches } from './tolerations.ts'

/** Pods that ask for a vendor's resource go to nodes that are kept for it (plugin/pkg/admission/extendedresourcetoleration). */
export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  mutate(a) {
    if (!creates(a, PODS) && !updates(a, PODS)) return
    const spec = (a.object!.spec ?? {}) as PodSpec
    const asked = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap((c) => Object.keys(c.resources?.requests ?? {}))
    for (const key of [...new Set(asked)].filter(isExtendedResource).sort())
      tolerate(spec, { key, operator: 'Exists', effect: 'NoSchedule' })
  },
}

function tolerate(spec: PodSpec, toleration: Toleration): void {
  const tolerations = spec.tolerations ?? []
  const at = tolerations.findIndex((t) => matches(t, toleration))
  if (at < 0) spec.tolerations = [...tolerations, toleration]
  else if (tolerations[at]!.tolerationSeconds != null) spec.tolerations = tolerations.map((t) => (matches(t, toleration) ? toleration : t))
}
