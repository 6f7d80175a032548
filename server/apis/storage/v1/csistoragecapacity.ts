import { invalid, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, textAt } from '../../../machinery/json-walk.ts'
import { selectorValue } from '../../apps/v1/workload.ts'
import { checkSubdomain, NOT_NEGATIVE } from '../../core/v1/checks.ts'
import { quantityOfText } from '../../core/v1/resource-lists.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE, validateLabelSelector, type LabelSelector } from '../../meta/v1/validation.ts'

/** How much a driver has left, where: the place is fixed (apis/storage, ValidateCSIStorageCapacity). */
export const validateCsiStorageCapacity: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const topology = obj.nodeTopology as LabelSelector | undefined
  const className = textAt(obj, 'storageClassName')
  validateLabelSelector(errors, topology, 'nodeTopology')
  checkSubdomain(errors, className, 'storageClassName')
  if (isSet(obj, 'capacity')) {
    const capacity = quantityOfText(obj.capacity as string)
    if (capacity.nano < 0n) errors.push(invalid('capacity', capacity.text, NOT_NEGATIVE))
  }
  if (old === undefined) return errors
  if (!semanticEqual(topology, old.nodeTopology)) errors.push(invalid('nodeTopology', topology ? selectorValue(topology) : null, IMMUTABLE))
  if (className !== textAt(old, 'storageClassName')) errors.push(invalid('storageClassName', className, IMMUTABLE))
  return errors
}
