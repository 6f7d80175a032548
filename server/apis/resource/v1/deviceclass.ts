import { invalid, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, objectAt, objectsAt, textAt } from '../../../machinery/json-walk.ts'
import { isExtendedResource } from '../../core/v1/resources.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { checkConfig, checkSelectors } from './device-parts.ts'

/** Classes of devices (apis/resource, ValidateDeviceClass). */
export const validateDeviceClass: Validation = (obj) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  checkSelectors(errors, objectsAt(spec, 'selectors'), 'spec.selectors')
  checkConfig(errors, objectsAt(spec, 'config'), 'spec.config')
  const name = textAt(spec, 'extendedResourceName')
  if (isSet(spec, 'extendedResourceName') && !isExtendedResource(name))
    errors.push(
      invalid(
        'spec.extendedResourceName',
        name,
        name.includes('/')
          ? 'must be a valid extended resource name'
          : "a name must be a domain-prefixed path, such as 'example.com/my-prop'",
      ),
    )
  return errors
}
