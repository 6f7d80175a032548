import type { FieldError } from '../../../machinery/field-errors.ts'
import { textAt } from '../../../machinery/json-walk.ts'
import { dns1123LabelErrors } from '../../../machinery/names.ts'
import { invalidTexts } from '../../core/v1/checks.ts'
import { checkImmutable, checkRequired, type Validation } from '../../meta/v1/json-checks.ts'

/** Runtime classes (apis/node, validation). */
export const validateRuntimeClass: Validation = (obj, old) => {
  const errors: FieldError[] = []
  checkImmutable(errors, obj, old, ['handler'], { printed: false })
  if (old !== undefined) return errors
  const handler = textAt(obj, 'handler')
  if (checkRequired(errors, obj, 'handler')) invalidTexts(errors, 'handler', handler, dns1123LabelErrors(handler))
  return errors
}
