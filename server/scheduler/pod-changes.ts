import { isDeepStrictEqual } from 'node:util'
import { podClaimStatuses } from '../client/objects-resource.ts'
import type { Pod } from '../client/objects.ts'

export const hasNode = (pod: Pod): boolean => pod.spec?.nodeName !== undefined && pod.spec.nodeName !== ''

/** Whether nothing changed that scheduling looks at; status fields that hold resources count. */
export function sameDemand(a: Pod, b: Pod): boolean {
  return (
    a.metadata.generation === b.metadata.generation &&
    isDeepStrictEqual(a.metadata.labels, b.metadata.labels) &&
    (a.metadata.generation !== undefined || isDeepStrictEqual(a.spec, b.spec)) &&
    (a.metadata.deletionTimestamp ?? null) === (b.metadata.deletionTimestamp ?? null) &&
    isDeepStrictEqual(resizeOf(a), resizeOf(b)) &&
    isDeepStrictEqual(podClaimStatuses(a), podClaimStatuses(b))
  )
}

const resizeOf = (pod: Pod) => pod.status?.containerStatuses?.map((s) => [s.name, s.resources?.requests, s.allocatedResources])
