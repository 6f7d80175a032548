import { numberAt, objectAt, objectsAt, textAt, type JsonObject } from '../machinery/json-walk.ts'
import { subtractQuantity, type Quantity } from '../machinery/quantity.ts'
import type { KubeObject } from '../machinery/types.ts'
import { addTo, count, ONE, raiseTo, type Amounts } from './amounts.ts'
import { objectCountName, type Evaluator } from './evaluator.ts'
import { isExtendedForQuota, podUsage } from './pods.ts'

/** What claims for devices use, by device class (pkg/quota/v1/evaluator/core/resource_claims.go). */
const RESOURCE_CLAIMS = { group: 'resource.k8s.io', resource: 'resourceclaims' }
const COUNT = objectCountName(RESOURCE_CLAIMS)
const DEVICES = '.deviceclass.resource.k8s.io/devices'
const IMPLICIT = 'requests.deviceclass.resource.kubernetes.io/'
/** As many devices as one claim can get, where it asks for all (AllocationResultsMaxSize). */
const MOST = 32

export interface DeviceLookup {
  /** All DeviceClasses. */
  classes(): Iterable<KubeObject>
  pod(namespace: string, name: string): KubeObject | undefined
  /** Claims of the namespace that stand for the extended resources of the pod with this uid. */
  extendedClaimsOf(namespace: string, podUid: string): Iterable<KubeObject>
}

const EXTENDED_CLAIM = 'resource.kubernetes.io/extended-resource-claim'

/** The uid of the pod for whose extended resources the claim was made. */
export function extendedClaimOwner({ metadata }: KubeObject): { name: string; uid: string } | undefined {
  if (metadata.annotations?.[EXTENDED_CLAIM] !== 'true') return undefined
  const owner = metadata.ownerReferences?.find((o) => o.controller === true)
  return owner?.kind === 'Pod' && owner.apiVersion === 'v1' ? owner : undefined
}

export function resourceClaimEvaluator(lookup: DeviceLookup, now: () => number): Evaluator {
  return {
    resource: RESOURCE_CLAIMS,
    handles: ({ operation, subresource }) => subresource === '' && (operation === 'CREATE' || operation === 'UPDATE'),
    counts(name) {
      if (name === COUNT || name.endsWith(DEVICES)) return true
      if (name.startsWith(IMPLICIT) && extendedOf(lookup, name.slice(IMPLICIT.length)) !== '') return true
      return isExtendedForQuota(name) && hasClassOf(lookup, name.slice('requests.'.length))
    },
    usage: (claim) => usageOf(lookup, claim, now()),
  }
}

/** The extended resource that a class's devices also go by. */
function extendedOf({ classes }: DeviceLookup, name: string): string {
  for (const c of classes()) if (c.metadata.name === name) return textAt(c, 'spec.extendedResourceName')
  return ''
}

function hasClassOf({ classes }: DeviceLookup, resource: string): boolean {
  for (const c of classes()) {
    if (textAt(c, 'spec.extendedResourceName') === resource || `deviceclass.resource.kubernetes.io/${c.metadata.name}` === resource)
      return true
  }
  return false
}

function usageOf(lookup: DeviceLookup, claim: KubeObject, now: number): Amounts {
  const used = new Map<string, Quantity>([[COUNT, ONE]])
  for (const request of objectsAt(claim, 'spec.devices.requests')) {
    const alternatives = objectsAt(request, 'firstAvailable')
    const exactly = objectAt(request, 'exactly')
    if (alternatives.length > 0) {
      const worst = new Map<string, Quantity>()
      for (const one of alternatives) raiseTo(worst, devicesOf(one))
      addTo(used, new Map([...worst].filter(([, n]) => n.nano > 0n)))
    } else if (exactly !== undefined) addTo(used, devicesOf(exactly))
  }
  addExtended(lookup, used, claim, now)
  return used
}

function devicesOf(request: JsonObject): Amounts {
  const mode = textAt(request, 'allocationMode')
  const devices = mode === 'All' ? MOST : mode === 'ExactCount' ? Number(numberAt(request, 'count') ?? 0) : 0
  return new Map([[`${textAt(request, 'deviceClassName')}${DEVICES}`, count(devices)]])
}

/** The same devices under the names of extended resources, without those that the claim's pod is charged for. */
function addExtended(lookup: DeviceLookup, used: Map<string, Quantity>, claim: KubeObject, now: number): void {
  const names = [...used].flatMap(([name, devices]): [string, Quantity][] => {
    const className = name.endsWith(DEVICES) ? name.slice(0, -DEVICES.length) : ''
    if (className === '') return []
    const extended = extendedOf(lookup, className)
    return [[`${IMPLICIT}${className}`, devices], ...(extended === '' ? [] : [[`requests.${extended}`, devices] as [string, Quantity]])]
  })
  if (names.length === 0) return
  const charged = chargedToPod(lookup, claim, now)
  for (const [name, devices] of names) {
    const already = charged?.get(name)
    const rest = already === undefined ? devices : subtractQuantity(devices, already)
    if (rest.nano > 0n) used.set(name, rest)
  }
}

/** What the quota has counted for the pod that this claim was made for; only one claim of a pod is that. */
function chargedToPod(lookup: DeviceLookup, claim: KubeObject, now: number): Amounts | undefined {
  const owner = extendedClaimOwner(claim)
  const { name = '', namespace = '' } = claim.metadata
  const pod = owner === undefined ? undefined : lookup.pod(namespace, owner.name)
  if (owner === undefined || pod === undefined || pod.metadata.uid !== owner.uid) return undefined
  const status = objectAt(pod, 'status.extendedResourceClaimStatus')
  if (status !== undefined && textAt(status, 'resourceClaimName') !== name) return undefined
  if (status === undefined) {
    const made = ({ metadata }: KubeObject): number => Date.parse(metadata.creationTimestamp ?? '') || 0
    for (const other of lookup.extendedClaimsOf(namespace, owner.uid)) {
      const order = made(other) - made(claim)
      if (order < 0 || (order === 0 && (other.metadata.name ?? '') < name)) return undefined
    }
  }
  return podUsage(pod, now)
}
