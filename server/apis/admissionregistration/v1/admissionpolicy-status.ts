import { trimSpace } from '../../../machinery/trim-space.ts'
import { invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { JsonPath, JsonPathError } from '../../../machinery/jsonpath.ts'
import { objectsAt, textAt } from '../../../machinery/json-walk.ts'
import { checkConditions } from '../../meta/v1/conditions.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'

/** What type checking has found in a policy (admissionregistration/validation, validateValidatingAdmissionPolicyStatus). */
export const validatePolicyStatus: Validation = (obj) => {
  const errors: FieldError[] = []
  objectsAt(obj, 'status.typeChecking.expressionWarnings').forEach((warning, i) => {
    const path = `status.typeChecking.expressionWarnings[${i}]`
    if (textAt(warning, 'warning') === '') errors.push(required(`${path}.warning`))
    checkFieldRef(errors, trimSpace(textAt(warning, 'fieldRef')), `${path}.fieldRef`)
  })
  checkConditions(errors, objectsAt(obj, 'status.conditions'), 'status.conditions')
  return errors
}

function checkFieldRef(errors: FieldError[], fieldRef: string, path: string): void {
  if (fieldRef === '') {
    errors.push(required(path))
    return
  }
  try {
    void new JsonPath(fieldRef)
  } catch (e) {
    if (!(e instanceof JsonPathError)) throw e
    errors.push(invalid(path, fieldRef, `invalid JSONPath: ${e.message}`))
  }
}
