import { quantityOfText } from '../apis/core/v1/resource-lists.ts'
import type { Entry } from '../cache/entry.ts'
import { textAt, valueAt } from '../machinery/json-walk.ts'
import { compareQuantity, parseQuantity, type Quantity } from '../machinery/quantity.ts'
import { qualified } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { CLAIMS, updates } from './attributes.ts'
import type { AdmissionPlugin } from './contract.ts'
import { refusal } from './refusal.ts'

const FINALIZERS: ReadonlyMap<string, string> = new Map([
  ['persistentvolumes', 'kubernetes.io/pv-protection'],
  ['persistentvolumeclaims', 'kubernetes.io/pvc-protection'],
  ['volumeattributesclasses.storage.k8s.io', 'kubernetes.io/vac-protection'],
])

/** What is in use does not go before its protection's controller says so (plugin/pkg/admission/storage/storageobjectinuseprotection). */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  mutate(a) {
    if (a.operation !== 'CREATE' || a.subresource !== '') return
    const finalizer = FINALIZERS.get(qualified(a.resource))
    if (finalizer === undefined) return
    const { metadata } = a.object!
    if (metadata.finalizers?.includes(finalizer) !== true) metadata.finalizers = [...(metadata.finalizers ?? []), finalizer]
  },
}

const ZERO = parseQuantity('0')

const sizeOf = (claim: KubeObject | undefined): Quantity => {
  const size = valueAt(claim, 'spec.resources.requests.storage') as string | undefined
  return size === undefined ? ZERO : quantityOfText(size)
}

const classOf = (claim: KubeObject): string =>
  claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? textAt(claim, 'spec.storageClassName')

/** A claim grows where it is bound and its class can do it (plugin/pkg/admission/storage/persistentvolume/resize). */
export function persistentVolumeClaimResize(storageClass: (name: string) => Entry | undefined): AdmissionPlugin {
  const expands = (claim: KubeObject, old: KubeObject): boolean => {
    const name = classOf(claim)
    return name !== '' && name === classOf(old) && storageClass(name)?.view().allowVolumeExpansion === true
  }
  return {
    name: 'PersistentVolumeClaimResize',
    validate(a) {
      if (!updates(a, CLAIMS) || compareQuantity(sizeOf(a.object), sizeOf(a.oldObject)) <= 0) return
      if (textAt(a.oldObject, 'status.phase') !== 'Bound') throw refusal(a, 'Only bound persistent volume claims can be expanded')
      if (expands(a.object!, a.oldObject!)) return
      const why = 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize'
      throw refusal(a, why)
    },
  }
}
