import type { GroupResource } from '../machinery/types.ts'
import type { AdmissionAttributes } from './contract.ts'

export const PODS: GroupResource = { group: '', resource: 'pods' }
export const CLAIMS: GroupResource = { group: '', resource: 'persistentvolumeclaims' }

export const isOf = ({ resource }: AdmissionAttributes, r: GroupResource): boolean =>
  resource.resource === r.resource && resource.group === r.group

/** A create of the resource itself. */
export const creates = (a: AdmissionAttributes, r: GroupResource): boolean => a.operation === 'CREATE' && a.subresource === '' && isOf(a, r)

/** An update of the resource itself. */
export const updates = (a: AdmissionAttributes, r: GroupResource): boolean => a.operation === 'UPDATE' && a.subresource === '' && isOf(a, r)
