import { invalid, type FieldError } from '../../../machinery/field-errors.ts'
import type { KubeObject, ObjectMeta } from '../../../machinery/types.ts'
import { validateObjectMetaUpdate } from '../../meta/v1/validation.ts'

export interface Lease {
  metadata: ObjectMeta
  spec: {
    holderIdentity?: string
    leaseDurationSeconds?: number
    leaseTransitions?: number
    strategy?: string
    preferredHolder?: string
  }
}

export const leaseOf = (obj: KubeObject): Lease => obj as unknown as Lease

/** Fields of the coordinated leader election, which is off by default and has to be in use already to be kept. */
export function dropCoordination({ spec }: Lease, old: Lease | undefined): void {
  if (old?.spec.strategy !== undefined || old?.spec.preferredHolder !== undefined) return
  delete spec.strategy
  delete spec.preferredHolder
}

/** Leases (coordination/validation ValidateLeaseSpec). */
export function validateLease({ spec }: Lease): FieldError[] {
  const errors: FieldError[] = []
  const { leaseDurationSeconds: duration, leaseTransitions: transitions } = spec
  if (duration !== undefined && duration <= 0) errors.push(invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0'))
  if (transitions !== undefined && transitions < 0) {
    errors.push(invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'))
  }
  return errors
}

export const validateLeaseUpdate = (lease: Lease, old: Lease): FieldError[] => [
  ...validateObjectMetaUpdate(lease.metadata, old.metadata, 'metadata'),
  ...validateLease(lease),
]
