import { semanticEqual } from '../apis/core/v1/semantic-equal.ts'
import type { NodeStatus, PodSpec } from '../apis/core/v1/types.ts'
import type { Entry } from '../cache/entry.ts'
import { compareQuantity, parseJsonQuantity } from '../machinery/quantity.ts'
import { isOf, PODS } from './attributes.ts'
import type { AdmissionPlugin } from './contract.ts'
import { refusal } from './refusal.ts'

/** Features that a kubelet must have for a change of a pod, by name (component-helpers `nodedeclaredfeatures/features`). */
const NEEDED: readonly (readonly [feature: string, needs: (old: PodSpec, next: PodSpec) => boolean])[] = [
  [
    'InPlacePodLevelResourcesVerticalScaling',
    (old, next) => (old.resources != null || next.resources != null) && !semanticEqual(old.resources, next.resources, 'resources'),
  ],
  [
    'InPlacePodVerticalScalingInitContainers',
    (old, next) =>
      (old.initContainers ?? []).some(
        (c, i) => c.restartPolicy !== 'Always' && !semanticEqual(c.resources, next.initContainers?.[i]?.resources, 'resources'),
      ),
  ],
  ['InPlacePodVerticalScalingMemoryBackedVolumes', memoryVolumeResized],
]

function memoryVolumeResized(old: PodSpec, next: PodSpec): boolean {
  const [before, now] = [old.volumes ?? [], next.volumes ?? []]
  if (before.length !== now.length) return false
  return now.some(({ name, emptyDir }, i) => {
    const [size, last] = [emptyDir?.sizeLimit, before[i]!.emptyDir?.sizeLimit]
    if (before[i]!.name !== name || emptyDir?.medium !== 'Memory' || size == null || last == null) return false
    return compareQuantity(parseJsonQuantity(size), parseJsonQuantity(last)) !== 0
  })
}

/** A pod is changed only into what its node says that it can do (KEP-5328; plugin/pkg/admission/nodedeclaredfeatures). */
export const nodeDeclaredFeatureValidator = (node: (name: string) => Entry | undefined): AdmissionPlugin => ({
  name: 'NodeDeclaredFeatureValidator',
  validate(a) {
    if (a.operation !== 'UPDATE' || !isOf(a, PODS) || (a.subresource !== '' && a.subresource !== 'resize')) return
    const [old, next] = [(a.oldObject!.spec ?? {}) as PodSpec, (a.object!.spec ?? {}) as PodSpec]
    // A generation counts changes of the spec.
    if (!next.nodeName || a.object!.metadata.generation === a.oldObject!.metadata.generation) return
    const needed = NEEDED.flatMap(([feature, needs]) => (needs(old, next) ? [feature] : []))
    if (needed.length === 0) return
    const found = node(next.nodeName)?.view() as { status?: NodeStatus } | undefined
    if (found === undefined) throw refusal(a, `node ${JSON.stringify(next.nodeName)} not found`)
    const missing = needed.filter((feature) => !found.status?.declaredFeatures?.includes(feature))
    if (missing.length === 0) return
    throw refusal(a, `pod update requires features ${missing.join(', ')} which are not available on node ${JSON.stringify(next.nodeName)}`)
  },
})
