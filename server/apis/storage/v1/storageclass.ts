import { invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { fillUnset, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { qualifiedNameErrors } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { invalidTexts } from '../../core/v1/checks.ts'
import { checkEnum, checkImmutable, checkRequired, type Validation } from '../../meta/v1/json-checks.ts'

/** Storage classes (storage/v1 defaults; apis/storage, validation): most of one is fixed once it is there. */
export function defaultStorageClass(obj: KubeObject): void {
  fillUnset(obj as JsonObject, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' })
}

const FIXED = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode']

export const validateStorageClass: Validation = (obj, old) => {
  const errors: FieldError[] = []
  checkImmutable(errors, obj, old, FIXED, { printed: false })
  if (old !== undefined) return errors
  if (checkRequired(errors, obj, 'provisioner')) {
    const provisioner = textAt(obj, 'provisioner').toLowerCase()
    invalidTexts(errors, 'provisioner', provisioner, qualifiedNameErrors(provisioner))
  }
  for (const key in (obj.parameters ?? {}) as JsonObject) if (key === '') errors.push(invalid('parameters', key, 'field can not be empty.'))
  checkEnum(errors, obj, 'reclaimPolicy', ['Delete', 'Retain'])
  const mode = textAt(obj, 'volumeBindingMode')
  const modes = ['Immediate', 'WaitForFirstConsumer']
  if (mode === '') errors.push(required('volumeBindingMode'))
  else if (!modes.includes(mode)) errors.push(notSupported('volumeBindingMode', mode, modes))
  return errors
}
