import { forbiddenField, type FieldError } from '../../../machinery/field-errors.ts'
import { objectAt, textAt } from '../../../machinery/json-walk.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { checkParameters, checkProvisioner } from './parameters.ts'

/** Classes of a volume's attributes: nothing of one changes (apis/storage, ValidateVolumeAttributesClass). */
export const validateVolumeAttributesClass: Validation = (obj, old) => {
  const errors: FieldError[] = []
  if (old !== undefined) {
    for (const key of ['driverName', 'parameters'])
      if (!semanticEqual(obj[key], old[key])) errors.push(forbiddenField(key, `updates to ${key} are forbidden.`))
  }
  checkProvisioner(errors, textAt(obj, 'driverName'), 'driverName')
  checkParameters(errors, objectAt(obj, 'parameters') as Record<string, string> | undefined, 'parameters', true)
  return errors
}
