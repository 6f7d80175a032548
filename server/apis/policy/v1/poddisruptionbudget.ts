import { invalid, type FieldError } from '../../../machinery/field-errors.ts'
import { ensureObject, fillUnset, isSet, objectAt } from '../../../machinery/json-walk.ts'
import { percentErrors } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { invalidTexts, NOT_NEGATIVE } from '../../core/v1/checks.ts'
import { checkEnum, type Validation } from '../../meta/v1/json-checks.ts'
import { validateLabelSelector, type LabelSelector } from '../../meta/v1/validation.ts'

/** Disruption budgets (policy/v1 defaults; apis/policy, validation). */
export function defaultPodDisruptionBudget(obj: KubeObject): void {
  ensureObject(obj, 'spec')
  fillUnset(ensureObject(obj, 'status'), NO_BUDGET)
}

export const NO_BUDGET = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }

function checkShare(errors: FieldError[], value: unknown, at: string): void {
  if (typeof value === 'number') {
    if (value < 0) errors.push(invalid(at, value, NOT_NEGATIVE))
  } else if (typeof value === 'string') {
    const texts = percentErrors(value)
    invalidTexts(errors, at, value, texts)
    if (texts.length === 0 && Number(value.slice(0, -1)) > 100) errors.push(invalid(at, value, 'must not be greater than 100%'))
  }
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
  for (const key of ['minAvailable', 'maxUnavailable']) checkShare(errors, spec?.[key], `spec.${key}`)
  validateLabelSelector(errors, objectAt(spec, 'selector') as LabelSelector | undefined, 'spec.selector')
  checkEnum(errors, spec, 'unhealthyPodEvictionPolicy', ['AlwaysAllow', 'IfHealthyBudget'], 'spec.unhealthyPodEvictionPolicy')
  return errors
}
