import { invalid, type FieldError } from '../../../machinery/field-errors.ts'
import { ensureObject, fillUnset, isSet, numberAt, objectAt, objectsAt } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { checkNotNegative } from '../../core/v1/checks.ts'
import { checkConditions } from '../../meta/v1/conditions.ts'
import { checkAtMostAll, checkIntOrPercent } from '../../meta/v1/int-or-percent.ts'
import { checkEnum, type Validation } from '../../meta/v1/json-checks.ts'
import { validateLabelSelector, type LabelSelector } from '../../meta/v1/validation.ts'

/** Disruption budgets (policy/v1 defaults; apis/policy, validation). */
export function defaultPodDisruptionBudget(obj: KubeObject): void {
  ensureObject(obj, 'spec')
  fillUnset(ensureObject(obj, 'status'), NO_BUDGET)
}

export const NO_BUDGET = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }

export const validatePodDisruptionBudgetStatus: Validation = (obj) => {
  const errors: FieldError[] = []
  checkConditions(errors, objectsAt(obj, 'status.conditions'), 'status.conditions')
  for (const key of Object.keys(NO_BUDGET)) checkNotNegative(errors, numberAt(obj, `status.${key}`), `status.${key}`)
  return errors
}

export const validatePodDisruptionBudget: Validation = (obj) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  if (isSet(spec, 'minAvailable') && isSet(spec, 'maxUnavailable')) {
    // The internal type has no names of its own for JSON.
    const { minAvailable, selector = null, maxUnavailable, unhealthyPodEvictionPolicy = null } = spec!
    const printed = {
      MinAvailable: minAvailable,
      Selector: selector,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy,
    }
    errors.push(invalid('spec', printed, 'minAvailable and maxUnavailable cannot be both set'))
  }
  for (const key of ['minAvailable', 'maxUnavailable']) {
    checkIntOrPercent(errors, spec?.[key], `spec.${key}`)
    checkAtMostAll(errors, spec?.[key], `spec.${key}`)
  }
  validateLabelSelector(errors, objectAt(spec, 'selector') as LabelSelector | undefined, 'spec.selector')
  checkEnum(errors, spec, 'unhealthyPodEvictionPolicy', ['AlwaysAllow', 'IfHealthyBudget'], 'spec.unhealthyPodEvictionPolicy')
  return errors
}
