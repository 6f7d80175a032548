import type { FieldError } from '../../../machinery/field-errors.ts'
import { objectAt, objectsAt } from '../../../machinery/json-walk.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { checkConfig, checkSelectors } from './device-parts.ts'

/** Classes of devices (apis/resource, ValidateDeviceClass), without what is declared with its type (`declared-rules.ts`). */
export const validateDeviceClass: Validation = (obj) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  checkSelectors(errors, objectsAt(spec, 'selectors'), 'spec.selectors')
  checkConfig(errors, objectsAt(spec, 'config'), 'spec.config')
  return errors
}
