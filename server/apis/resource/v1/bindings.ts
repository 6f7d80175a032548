import { emptyAt } from '../../../machinery/empty-fields.ts'
import { duplicate, invalid, type FieldError } from '../../../machinery/field-errors.ts'
import { textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { checkQualifiedName } from '../../core/v1/checks.ts'

/** Conditions that a device waits for, and those that say that it waits in vain (apis/resource, validateDeviceBindingParameters). */
const MAX = 4

export function checkBindings(errors: FieldError[], device: JsonObject, path: string): void {
  const [conditions, failures] = [textsAt(device, 'bindingConditions'), textsAt(device, 'bindingFailureConditions')]
  const [at, failuresAt] = [`${path}.bindingConditions`, `${path}.bindingFailureConditions`]
  // That there are too many is declared with the type.
  if (conditions.length <= MAX) conditions.forEach((name, i) => checkQualifiedName(errors, name, `${at}[${i}]`))
  if (failures.length <= MAX) failures.forEach((name, i) => checkQualifiedName(errors, name, `${failuresAt}[${i}]`))
  const seen = new Set<string>()
  conditions.forEach((name, i) => {
    if (seen.has(name)) errors.push(duplicate(`${at}[${i}]`, name))
    seen.add(name)
  })
  const failed = new Set<string>()
  failures.forEach((name, i) => {
    if (failed.has(name)) errors.push(duplicate(`${failuresAt}[${i}]`, name))
    failed.add(name)
    if (seen.has(name))
      errors.push(invalid(`${failuresAt}[${i}]`, name, 'bindingFailureConditions must not overlap with bindingConditions'))
  })
  if (conditions.length === 0 && failures.length > 0)
    errors.push(invalid(at, emptyAt(device, 'bindingConditions'), 'bindingConditions are required to use bindingFailureConditions'))
  if (failures.length === 0 && conditions.length > 0)
    errors.push(
      invalid(failuresAt, emptyAt(device, 'bindingFailureConditions'), 'bindingFailureConditions are required to use bindingConditions'),
    )
}
