import type { FieldError } from '../../../machinery/field-errors.ts'
import { checkNotNegative } from '../../core/v1/checks.ts'
import { defaultPodTemplate } from '../../core/v1/defaults-pod.ts'
import type { ReplicaSet, WorkloadStatus } from './types.ts'
import { checkCounts, validateSelectorAndTemplate, validateSelectorKept, validateWorkloadMeta } from './workload.ts'

/** ReplicaSets: defaults and rules (apps/v1 defaults, apps/validation ValidateReplicaSet). */
export function defaultReplicaSet(rs: ReplicaSet): void {
  const spec = (rs.spec ??= {})
  spec.replicas ??= 1
  defaultPodTemplate((spec.template ??= {}))
  // status is a struct in Go, printed even when empty.
  rs.status ??= { replicas: 0 }
  rs.status.replicas ??= 0
}

function validateSpec(errors: FieldError[], spec: ReplicaSet['spec'], old: ReplicaSet['spec'] | undefined): void {
  checkNotNegative(errors, spec.replicas, 'spec.replicas')
  checkNotNegative(errors, spec.minReadySeconds, 'spec.minReadySeconds')
  validateSelectorAndTemplate(errors, spec, old)
}

export function validateReplicaSet(rs: ReplicaSet): FieldError[] {
  const errors = validateWorkloadMeta(rs.metadata)
  validateSpec(errors, rs.spec, undefined)
  return errors
}

export function validateReplicaSetUpdate(rs: ReplicaSet, old: ReplicaSet): FieldError[] {
  const errors = validateWorkloadMeta(rs.metadata, old.metadata)
  validateSpec(errors, rs.spec, old.spec)
  validateSelectorKept(errors, rs.spec.selector, old.spec.selector)
  return errors
}

export function validateReplicaSetStatusUpdate(rs: ReplicaSet, old: ReplicaSet): FieldError[] {
  return [...validateWorkloadMeta(rs.metadata, old.metadata), ...replicaCountErrors(rs.status ?? {})]
}

/** What the counts in a status say against each other, of ReplicaSets and ReplicationControllers. */
export function replicaCountErrors(status: WorkloadStatus): FieldError[] {
  const errors: FieldError[] = []
  checkCounts(
    errors,
    status,
    ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration', 'terminatingReplicas'],
    ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
  )
  return errors
}
