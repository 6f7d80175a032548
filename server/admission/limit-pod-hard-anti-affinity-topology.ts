import { objectsAt, textAt } from '../machinery/json-walk.ts'
import { forbidden } from '../machinery/status.ts'
import { creates, PODS, updates } from './attributes.ts'
import type { AdmissionPlugin } from './contract.ts'

const HOSTNAME = 'kubernetes.io/hostname'
const TERMS = 'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution'

/** No pod keeps others out of more than its own node (plugin/pkg/admission/antiaffinity). */
export const limitPodHardAntiAffinityTopology: AdmissionPlugin = {
  name: 'LimitPodHardAntiAffinityTopology',
  validate(a) {
    if (!creates(a, PODS) && !updates(a, PODS)) return
    const wide = objectsAt(a.object, TERMS).find((term) => textAt(term, 'topologyKey') !== HOSTNAME)
    if (wide === undefined) return
    const why = `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${textAt(wide, 'topologyKey')} but only key ${HOSTNAME} is allowed`
    throw forbidden(PODS, a.object?.metadata.name ?? '', why)
  },
}
