import { forbiddenField, invalid, invalidNamed, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { percentErrors } from '../../../machinery/names.ts'
import { checkNotNegative, NOT_NEGATIVE } from '../../core/v1/checks.ts'
import { defaultPodTemplate } from '../../core/v1/defaults-pod.ts'
import type { IntOrString } from '../../core/v1/types.ts'
import { checkCounts, validateSelectorAndTemplate, validateSelectorKept, validateWorkloadMeta } from './workload.ts'
import type { Deployment, DeploymentSpec, WorkloadStatus } from './types.ts'

/** Deployments: defaults and rules (apps/v1 defaults, apps/validation ValidateDeployment). */
export function defaultDeployment(d: Deployment): void {
  const spec = (d.spec ??= {})
  spec.replicas ??= 1
  const strategy = (spec.strategy ??= {})
  if (!strategy.type) strategy.type = 'RollingUpdate'
  if (strategy.type === 'RollingUpdate') {
    const rolling = (strategy.rollingUpdate ??= {})
    rolling.maxUnavailable ??= '25%'
    rolling.maxSurge ??= '25%'
  }
  spec.revisionHistoryLimit ??= 10
  spec.progressDeadlineSeconds ??= 600
  defaultPodTemplate((spec.template ??= {}))
  // status is a struct in Go, printed even when empty.
  d.status ??= {}
}

function validatePercentOrCount(errors: FieldError[], value: IntOrString, path: string): void {
  if (typeof value === 'string') for (const text of percentErrors(value)) errors.push(invalidNamed(path, value, text))
  else if (value < 0) errors.push(invalid(path, value, NOT_NEGATIVE))
}

const percent = (v: IntOrString): number | undefined =>
  typeof v === 'string' && percentErrors(v).length === 0 ? Number(v.slice(0, -1)) : undefined

// A string that is no percentage counts as Go's IntValue does: its number, or 0.
const amount = (v: IntOrString): number => percent(v) ?? (typeof v === 'string' ? (/^[+-]?\d+$/.test(v) ? Number(v) : 0) : v)

function validateStrategy(errors: FieldError[], strategy: NonNullable<DeploymentSpec['strategy']>, path: string): void {
  const { type, rollingUpdate } = strategy
  if (type === 'Recreate') {
    if (rollingUpdate) errors.push(forbiddenField(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'"))
    return
  }
  if (type !== 'RollingUpdate') {
    const value = {
      Type: type ?? '',
      RollingUpdate: rollingUpdate ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 } : null,
    }
    errors.push(notSupported(path, value, ['Recreate', 'RollingUpdate']))
    return
  }
  if (!rollingUpdate) {
    errors.push(required(`${path}.rollingUpdate`, 'this should be defaulted and never be nil'))
    return
  }
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate
  const at = `${path}.rollingUpdate`
  validatePercentOrCount(errors, maxUnavailable, `${at}.maxUnavailable`)
  validatePercentOrCount(errors, maxSurge, `${at}.maxSurge`)
  if (amount(maxUnavailable) === 0 && amount(maxSurge) === 0) {
    errors.push(invalid(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'))
  }
  if ((percent(maxUnavailable) ?? 0) > 100) errors.push(invalid(`${at}.maxUnavailable`, maxUnavailable, 'must not be greater than 100%'))
}

function validateSpec(errors: FieldError[], spec: DeploymentSpec, old: DeploymentSpec | undefined): void {
  checkNotNegative(errors, spec.replicas, 'spec.replicas')
  validateSelectorAndTemplate(errors, spec, old)
  validateStrategy(errors, spec.strategy ?? {}, 'spec.strategy')
  checkNotNegative(errors, spec.minReadySeconds, 'spec.minReadySeconds')
  checkNotNegative(errors, spec.revisionHistoryLimit, 'spec.revisionHistoryLimit')
  const deadline = spec.progressDeadlineSeconds
  if (deadline === undefined) return
  checkNotNegative(errors, deadline, 'spec.progressDeadlineSeconds')
  if (deadline <= (spec.minReadySeconds ?? 0)) {
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'))
  }
}

export function validateDeployment(d: Deployment): FieldError[] {
  const errors: FieldError[] = validateWorkloadMeta(d.metadata)
  validateSpec(errors, d.spec, undefined)
  return errors
}

export function validateDeploymentUpdate(d: Deployment, old: Deployment): FieldError[] {
  const errors = validateWorkloadMeta(d.metadata, old.metadata)
  validateSpec(errors, d.spec, old.spec)
  validateSelectorKept(errors, d.spec.selector, old.spec.selector)
  return errors
}

export function validateDeploymentStatusUpdate(d: Deployment, old: Deployment): FieldError[] {
  const errors = validateWorkloadMeta(d.metadata, old.metadata)
  const status: WorkloadStatus = d.status ?? {}
  checkCounts(
    errors,
    status,
    [
      'observedGeneration',
      'replicas',
      'updatedReplicas',
      'readyReplicas',
      'availableReplicas',
      'unavailableReplicas',
      'terminatingReplicas',
      'collisionCount',
    ],
    ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
  )
  const collisions = status.collisionCount
  const before = old.status?.collisionCount
  if (before !== undefined && (collisions === undefined || collisions < before)) {
    errors.push(invalid('status.collisionCount', collisions ?? 0, 'cannot be decremented'))
  }
  return errors
}
