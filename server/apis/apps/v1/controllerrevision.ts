import { invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { isObject } from '../../../machinery/json-values.ts'
import { isSet, numberAt } from '../../../machinery/json-walk.ts'
import { sameJson } from '../../../machinery/same-json.ts'
import { checkNotNegative } from '../../core/v1/checks.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'

/** Revisions of DaemonSets and StatefulSets: what they remember never changes (apps/validation, ValidateControllerRevisionCreate). */
export const validateControllerRevision: Validation = (obj, old) => {
  const errors: FieldError[] = []
  checkNotNegative(errors, numberAt(obj, 'revision'), 'revision')
  if (old === undefined) {
    if (!isSet(obj, 'data')) errors.push(required('data', 'data is mandatory'))
    else if (!isObject(obj.data)) errors.push(required('data', 'data must be a valid JSON object'))
    // It is compared as it was written.
  } else if (!sameJson(obj.data ?? null, old.data ?? null)) errors.push(invalid('data', obj.data ?? null, IMMUTABLE))
  return errors
}
