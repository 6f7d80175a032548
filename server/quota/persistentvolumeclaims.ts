import { quantityOfText } from '../apis/core/v1/resource-lists.ts'
import { textAt, valueAt } from '../machinery/json-walk.ts'
import { compareQuantity, roundUp, type Quantity } from '../machinery/quantity.ts'
import type { KubeObject } from '../machinery/types.ts'
import { ONE, type Amounts } from './amounts.ts'
import { objectCountName, type Evaluator } from './evaluator.ts'
import { selects } from './quota.ts'

/** What claims use, also by storage class (pkg/quota/v1/evaluator/core/persistent_volume_claims.go). */
const CLAIMS = { group: '', resource: 'persistentvolumeclaims' }
const COUNT = objectCountName(CLAIMS)
const STORAGE = 'requests.storage'
const BY_CLASS = '.storageclass.storage.k8s.io/'

export const claimEvaluator: Evaluator = {
  resource: CLAIMS,
  // What is allocated to a claim is told in its status, and may be more than what is asked for.
  handles: ({ operation, subresource }) =>
    (subresource === '' && (operation === 'CREATE' || operation === 'UPDATE')) || (subresource === 'status' && operation === 'UPDATE'),
  counts: (name) =>
    name === COUNT || [CLAIMS.resource, STORAGE].some((resource) => name === resource || name.endsWith(`${BY_CLASS}${resource}`)),
  inScope: (scope, claim) => scope.scopeName === 'VolumeAttributesClass' && selects(scope, attributesClasses(claim)),
  usage: claimUsage,
}

/** The classes of volume attributes that a claim has, wants or is on its way to. */
export const attributesClasses = (claim: KubeObject): string[] =>
  ['spec.volumeAttributesClassName', 'status.currentVolumeAttributesClassName', 'status.modifyVolumeStatus.targetVolumeAttributesClassName']
    .map((path) => textAt(claim, path))
    .filter((name, i, all) => name !== '' && all.indexOf(name) === i)

/** Text of the storage that is allocated to the claim. */
export const allocatedStorage = (claim: KubeObject): string | undefined =>
  valueAt(claim, 'status.allocatedResources.storage') as string | undefined

/** In whole bytes: quotas are. */
function storageOf(claim: KubeObject): Quantity | undefined {
  const asked = valueAt(claim, 'spec.resources.requests.storage') as string | undefined
  if (asked === undefined) return undefined
  const [request, allocated] = [roundUp(quantityOfText(asked), 0), allocatedStorage(claim)]
  if (allocated === undefined) return request
  const more = quantityOfText(allocated)
  return compareQuantity(more, request) > 0 ? roundUp(more, 0) : request
}

function claimUsage(claim: KubeObject): Amounts {
  const used = new Map<string, Quantity>([
    [CLAIMS.resource, ONE],
    [COUNT, ONE],
  ])
  const storageClass = claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? textAt(claim, 'spec.storageClassName')
  const storage = storageOf(claim)
  if (storage !== undefined) used.set(STORAGE, storage)
  if (storageClass === '') return used
  used.set(`${storageClass}${BY_CLASS}${CLAIMS.resource}`, ONE)
  if (storage !== undefined) used.set(`${storageClass}${BY_CLASS}${STORAGE}`, storage)
  return used
}
