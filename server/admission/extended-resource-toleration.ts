import { tolerationIdentity } from '../apis/core/v1/tolerations.ts'
import { isExtendedResource } from '../apis/core/v1/resources.ts'
import type { PodSpec, Toleration } from '../apis/core/v1/types.ts'
import { creates, PODS, updates } from './attributes.ts'
import type { AdmissionPlugin } from './contract.ts'

/** Pods that ask for a vendor's resource go to nodes that are kept for it (plugin/pkg/admission/extendedresourcetoleration). */
export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  mutate(a) {
    if (!creates(a, PODS) && !updates(a, PODS)) return
    const spec = (a.object!.spec ?? {}) as PodSpec
    const asked = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap((c) => Object.keys(c.resources?.requests ?? {}))
    const keys = [...new Set(asked)].filter(isExtendedResource).sort()
    if (keys.length > 0) spec.tolerations = tolerating(spec.tolerations ?? [], keys)
  },
}

/** Tolerations with one for each key; the first that there is says whether all of its kind are replaced. */
function tolerating(tolerations: readonly Toleration[], keys: readonly string[]): Toleration[] {
  const wanted = new Map(
    keys.map((key) => {
      const toleration: Toleration = { key, operator: 'Exists', effect: 'NoSchedule' }
      return [tolerationIdentity(toleration), toleration]
    }),
  )
  const replaced = new Map<string, boolean>()
  const kept = tolerations.map((t) => {
    const id = tolerationIdentity(t)
    const mine = wanted.get(id)
    if (mine === undefined) return t
    if (!replaced.has(id)) replaced.set(id, t.tolerationSeconds != null)
    return replaced.get(id) === true ? mine : t
  })
  return [...kept, ...[...wanted].filter(([id]) => !replaced.has(id)).map(([, t]) => t)]
}
