import type { KubeObject } from '../machinery/types.ts'
import type { Condition, NodeSelectorTerm, Pod, Strings } from './objects.ts'

/** resource.k8s.io/v1: the parts that the scheduler and the controllers read or write, in their JSON form. */
export interface DeviceSelector {
  cel?: { expression: string }
}

export interface DeviceToleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
  tolerationSeconds?: number
}

/** What one kind of device a request asks for. */
export interface DeviceRequestSpec {
  deviceClassName?: string
  selectors?: DeviceSelector[]
  allocationMode?: string
  count?: number
  adminAccess?: boolean
  tolerations?: DeviceToleration[]
  capacity?: { requests?: Strings }
}

export interface DeviceRequest {
  name: string
  exactly?: DeviceRequestSpec
  firstAvailable?: (DeviceRequestSpec & { name: string })[]
}

export interface DeviceConstraint {
  requests?: string[]
  matchAttribute?: string
  distinctAttribute?: string
}

export interface DeviceConfiguration {
  requests?: string[]
  opaque?: unknown
}

export interface DeviceAllocation {
  request: string
  driver: string
  pool: string
  device: string
  adminAccess?: boolean
  tolerations?: DeviceToleration[]
  bindingConditions?: string[]
  bindingFailureConditions?: string[]
  shareID?: string
  consumedCapacity?: Strings
}

export interface Allocation {
  devices?: { results?: DeviceAllocation[]; config?: (DeviceConfiguration & { source: string })[] }
  nodeSelector?: { nodeSelectorTerms: NodeSelectorTerm[] }
  allocationTimestamp?: string
}

export interface ConsumerReference {
  apiGroup?: string
  resource: string
  name: string
  uid: string
}

export interface ResourceClaimSpec {
  devices?: { requests?: DeviceRequest[]; constraints?: DeviceConstraint[]; config?: DeviceConfiguration[] }
}

export interface ResourceClaim extends KubeObject {
  spec?: ResourceClaimSpec
  status?: { allocation?: Allocation; reservedFor?: ConsumerReference[]; devices?: unknown[] }
}

export interface ResourceClaimTemplate extends KubeObject {
  spec?: { metadata?: { labels?: Strings; annotations?: Strings }; spec?: ResourceClaimSpec }
}

export interface DeviceClass extends KubeObject {
  spec?: { selectors?: DeviceSelector[]; config?: DeviceConfiguration[]; extendedResourceName?: string }
}

export interface DeviceAttribute {
  string?: string
  int?: number
  bool?: boolean
  version?: string
}

export interface DeviceTaint {
  key: string
  value?: string
  effect: string
  timeAdded?: string | null
}

export interface CounterSet {
  name: string
  counters?: Record<string, { value: string }>
}

export interface DeviceCapacity {
  value: string
  requestPolicy?: {
    default?: string
    validValues?: string[]
    validRange?: { min?: string; max?: string; step?: string }
  }
}

/** Where something can be used from: one of these. */
export interface NodePlacement {
  nodeName?: string
  nodeSelector?: { nodeSelectorTerms: NodeSelectorTerm[] }
  allNodes?: boolean
}

export interface Device extends NodePlacement {
  name: string
  attributes?: Record<string, DeviceAttribute>
  capacity?: Record<string, DeviceCapacity>
  consumesCounters?: { counterSet: string; counters?: Record<string, { value: string }> }[]
  taints?: DeviceTaint[]
  bindsToNode?: boolean
  bindingConditions?: string[]
  bindingFailureConditions?: string[]
  allowMultipleAllocations?: boolean
}

export interface ResourceSlice extends KubeObject {
  spec?: NodePlacement & {
    driver: string
    pool: { name: string; generation?: number; resourceSliceCount?: number }
    devices?: Device[]
    perDeviceNodeSelection?: boolean
    sharedCounters?: CounterSet[]
  }
}

export interface DeviceTaintRule extends KubeObject {
  spec?: { deviceSelector?: { driver?: string; pool?: string; device?: string }; taint?: DeviceTaint }
  status?: { conditions?: Condition[] }
}

export interface PodResourceClaim {
  name: string
  resourceClaimName?: string
  resourceClaimTemplateName?: string
}

export const podResourceClaims = ({ spec }: Pod): readonly PodResourceClaim[] =>
  (spec?.resourceClaims as readonly PodResourceClaim[] | undefined) ?? []

interface ClaimStatuses {
  resourceClaimStatuses?: { name: string; resourceClaimName?: string }[]
  extendedResourceClaimStatus?: { resourceClaimName?: string }
}

/** The claims that were made for the pod, as its status names them. */
export function podClaimStatuses({ status }: Pod): readonly unknown[] {
  const { resourceClaimStatuses = [], extendedResourceClaimStatus } = (status ?? {}) as ClaimStatuses
  return [resourceClaimStatuses, extendedResourceClaimStatus]
}

/** `missing`: it is still to be made from its template. `none`: it was found to be unnecessary. `unsupported`: the pod names neither. */
export type ClaimName = { name: string; generated: boolean } | 'missing' | 'none' | 'unsupported'

/** The claim behind an entry of a pod's resourceClaims; a generated one must also be looked at for its owner (`isClaimOf`). */
export function resourceClaimName(pod: Pod, entry: PodResourceClaim): ClaimName {
  if (entry.resourceClaimName !== undefined) return { name: entry.resourceClaimName, generated: false }
  if (entry.resourceClaimTemplateName === undefined) return 'unsupported'
  const status = (pod.status as ClaimStatuses | undefined)?.resourceClaimStatuses?.find((s) => s.name === entry.name)
  if (status === undefined) return 'missing'
  return status.resourceClaimName === undefined ? 'none' : { name: status.resourceClaimName, generated: true }
}

/** Names of the pod's claims as far as they are known, the one for its extended resources included. */
export function knownClaimNames(pod: Pod): string[] {
  const names = podResourceClaims(pod).flatMap((entry) => {
    const found = resourceClaimName(pod, entry)
    return typeof found === 'string' ? [] : [found.name]
  })
  const extended = (pod.status as ClaimStatuses | undefined)?.extendedResourceClaimStatus?.resourceClaimName
  return extended === undefined ? names : [...names, extended]
}

/** Why a generated claim is not this pod's; undefined when it is. */
export function foreignResourceClaim(pod: Pod, claim: ResourceClaim): string | undefined {
  const controller = claim.metadata.ownerReferences?.find((o) => o.controller === true)
  if (controller?.uid === pod.metadata.uid) return undefined
  const { namespace, name } = pod.metadata
  return `ResourceClaim ${claim.metadata.namespace}/${claim.metadata.name} was not created for Pod ${namespace}/${name} (Pod is not owner)`
}

export const isReservedFor = (claim: ResourceClaim, pod: Pod): boolean =>
  claim.status?.reservedFor?.some((r) => r.uid === pod.metadata.uid) === true

export const podConsumer = ({ metadata }: Pod): ConsumerReference => ({
  resource: 'pods',
  name: metadata.name ?? '',
  uid: metadata.uid ?? '',
})

/** Put on a claim before it is allocated, so that it does not go while its devices are taken. */
export const CLAIM_FINALIZER = 'resource.kubernetes.io/delete-protection'
/** On a generated claim: the entry of the pod's resourceClaims that it was made for. */
export const POD_CLAIM_ANNOTATION = 'resource.kubernetes.io/pod-claim-name'
