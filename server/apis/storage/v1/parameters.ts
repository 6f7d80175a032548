import { invalid, required, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import { byteLength, qualifiedNameErrors } from '../../../machinery/names.ts'
import { invalidTexts } from '../../core/v1/checks.ts'

/** Who makes volumes and how: of storage and attribute classes (apis/storage, validation). */
const MAX_PARAMETERS = 512
const MAX_BYTES = 256 * 1024

export function checkProvisioner(errors: FieldError[], name: string, path: string): void {
  const lower = name.toLowerCase()
  if (name === '') errors.push(required(path))
  else invalidTexts(errors, path, lower, qualifiedNameErrors(lower))
}

export function checkParameters(
  errors: FieldError[],
  parameters: Readonly<Record<string, string>> | undefined,
  path: string,
  needed: boolean,
): void {
  const entries = Object.entries(parameters ?? {})
  if (entries.length > MAX_PARAMETERS) {
    errors.push(tooLong(path, MAX_PARAMETERS))
    return
  }
  let size = 0
  for (const [key, value] of entries) {
    if (key === '') errors.push(invalid(path, key, 'field can not be empty.'))
    size += byteLength(key) + byteLength(value)
  }
  if (size > MAX_BYTES) errors.push(tooLong(path, MAX_BYTES))
  if (needed && entries.length === 0) errors.push(required(path, 'must contain at least one key/value pair'))
}
