import { isPodLevelResource, quantityOfText } from './resource-lists.ts'
import type { PodSpec, ResourceRequirements } from './types.ts'

export type QosClass = 'BestEffort' | 'Burstable' | 'Guaranteed'

function ofResource(resources: ResourceRequirements, name: 'cpu' | 'memory'): QosClass {
  const request = resources.requests?.[name]
  const limit = resources.limits?.[name]
  if (request === undefined && limit === undefined) return 'BestEffort'
  const r = request === undefined ? 0n : quantityOfText(request).nano
  const l = limit === undefined ? 0n : quantityOfText(limit).nano
  if (r !== l) return 'Burstable'
  return r === 0n ? 'BestEffort' : 'Guaranteed'
}

function ofRequirements(resources: ResourceRequirements | undefined): QosClass {
  if (!resources || (!resources.requests && !resources.limits)) return 'BestEffort'
  const cpu = ofResource(resources, 'cpu')
  return cpu === ofResource(resources, 'memory') ? cpu : 'Burstable'
}

const hasPodLevel = (r: ResourceRequirements): boolean =>
  [...Object.keys(r.requests ?? {}), ...Object.keys(r.limits ?? {})].some(isPodLevelResource)

/** The quality-of-service class that requests and limits of cpu and memory amount to (status.qosClass). */
export function podQos(spec: PodSpec): QosClass {
  if (spec.resources && hasPodLevel(spec.resources)) return ofRequirements(spec.resources)
  let pod: QosClass | undefined
  for (const list of [spec.initContainers, spec.containers]) {
    for (const c of list ?? []) {
      const own = ofRequirements(c.resources)
      if (own === 'Burstable' || (pod !== undefined && pod !== own)) return 'Burstable'
      pod = own
    }
  }
  return pod ?? 'BestEffort'
}
