import { trimSpace } from '../../../machinery/trim-space.ts'
import { required, type FieldError } from '../../../machinery/field-errors.ts'
import { objectsAt, textAt } from '../../../machinery/json-walk.ts'
import { checkConditions } from '../../meta/v1/conditions.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'

/** What type checking has found in a policy (admissionregistration/validation, validateValidatingAdmissionPolicyStatus). */
export const validatePolicyStatus: Validation = (obj) => {
  const errors: FieldError[] = []
  objectsAt(obj, 'status.typeChecking.expressionWarnings').forEach((warning, i) => {
    const path = `status.typeChecking.expressionWarnings[${i}]`
    if (textAt(warning, 'warning') === '') errors.push(required(`${path}.warning`))
    if (trimSpace(textAt(warning, 'fieldRef')) === '') errors.push(required(`${path}.fieldRef`))
  })
  checkConditions(errors, objectsAt(obj, 'status.conditions'), 'status.conditions')
  return errors
}
