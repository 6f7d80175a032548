import { invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../../../machinery/names.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import { checkConditions } from '../../meta/v1/conditions.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'

/** Migrations of stored objects to another version (apis/storagemigration, validation). */
export const validateStorageVersionMigration: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const [group, resource] = [textAt(obj, 'spec.resource.group'), textAt(obj, 'spec.resource.resource')]
  const [groupTexts, resourceTexts] = [dns1123SubdomainErrors(group), dns1035LabelErrors(resource)]
  if (resource === '') errors.push(required('spec.resource.resource', 'resource is required to be set'))
  else if (resourceTexts.length > 0) errors.push(invalid('spec.resource.resource', resource, resourceTexts.join(',')))
  if (group !== '' && groupTexts.length > 0) errors.push(invalid('spec.resource.group', group, groupTexts.join(',')))
  if (old !== undefined && !semanticEqual(obj.spec, old.spec)) errors.push(invalid('spec', { Resource: { group, resource } }, IMMUTABLE))
  return errors
}

const is = (obj: JsonObject | undefined, type: string): boolean =>
  objectsAt(obj, 'status.conditions').find((c) => c.type === type)?.status === 'True'

export const validateStorageVersionMigrationStatus: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const [version, before] = [textAt(obj, 'status.resourceVersion'), textAt(old, 'status.resourceVersion')]
  const conditions = objectsAt(obj, 'status.conditions')
  const refuse = (text: string): void => void errors.push(invalid('status.conditions', conditions, text))
  if (version !== '' && !/^[1-9]\d*$/.test(version))
    errors.push(invalid('status.resourceVersion', version, `resource version is not well formed: ${version}`))
  checkConditions(errors, conditions, 'status.conditions')
  if (before !== '' && before !== version) errors.push(invalid('status.resourceVersion', version, IMMUTABLE))
  if (is(obj, 'Succeeded') && is(obj, 'Failed')) refuse('Both success and failed conditions cannot be true at the same time')
  if (is(old, 'Succeeded') && !is(obj, 'Succeeded')) refuse('Success condition cannot be set to false once it is true')
  if (is(old, 'Failed') && !is(obj, 'Failed')) refuse('Failed condition cannot be set to false once it is true')
  return errors
}
