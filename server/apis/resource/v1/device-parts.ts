import { invalid, required, tooLong, tooMany, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { byteLength, dns1123LabelErrors, labelValueErrors } from '../../../machinery/names.ts'
import { checkMaxBytes, checkQualifiedName, checkSubdomain, invalidTexts } from '../../core/v1/checks.ts'

/** Parts of several kinds of device resources (apis/resource, validation). */
const MAX_POOL_NAME = 253
const MAX_SELECTORS = 32
const MAX_CONFIG = 32
export const MAX_EXPRESSION = 10 * 1024
const MAX_PARAMETERS = 10 * 1024

export function checkPoolName(errors: FieldError[], name: string, path: string): void {
  if (name === '') {
    errors.push(required(path))
    return
  }
  checkMaxBytes(errors, name, MAX_POOL_NAME, path)
  for (const part of name.split('/')) checkSubdomain(errors, part, path)
}

/** Of a device, a request or a sub-request. */
export function checkShortName(errors: FieldError[], name: string, path: string): void {
  invalidTexts(errors, path, name, dns1123LabelErrors(name))
}

/** Its effect is judged by what its type declares. */
export function checkTaint(errors: FieldError[], taint: JsonObject, path: string): void {
  const value = textAt(taint, 'value')
  checkQualifiedName(errors, textAt(taint, 'key'), `${path}.key`)
  if (value !== '') invalidTexts(errors, `${path}.value`, value, labelValueErrors(value))
}

export function checkDeviceToleration(errors: FieldError[], toleration: JsonObject, path: string): void {
  const [operator, value] = [textAt(toleration, 'operator'), textAt(toleration, 'value')]
  if (operator === 'Exists') {
    if (value !== '') errors.push(invalid(`${path}.value`, value, 'must be empty for operator `Exists`'))
  } else if (operator === 'Equal') invalidTexts(errors, `${path}.value`, value, labelValueErrors(value))
}

/** Whether a list is short enough to look at what is in it. */
export function checkSize(errors: FieldError[], list: readonly unknown[], max: number, path: string): boolean {
  if (list.length <= max) return true
  errors.push(tooMany(path, list.length, max))
  return false
}

/** What is in an expression is told last (`device-expressions.ts`). */
export function checkSelectors(errors: FieldError[], selectors: readonly JsonObject[], path: string): void {
  if (selectors.length > MAX_SELECTORS) return
  selectors.forEach((selector, i) => {
    const at = `${path}[${i}].cel`
    if (!isSet(selector, 'cel')) errors.push(required(at))
    else if (byteLength(textAt(selector, 'cel.expression')) > MAX_EXPRESSION) errors.push(tooLong(`${at}.expression`, MAX_EXPRESSION))
  })
}

/** `each` says what a claim's configuration has besides. */
export function checkConfig(
  errors: FieldError[],
  config: readonly JsonObject[],
  path: string,
  each?: (item: JsonObject, at: string) => void,
): void {
  if (config.length > MAX_CONFIG) return
  config.forEach((item, i) => {
    const at = `${path}[${i}]`
    each?.(item, at)
    const opaque = objectAt(item, 'opaque')
    if (opaque === undefined) {
      errors.push(required(`${at}.opaque`))
      return
    }
    checkOpaque(errors, opaque, `${at}.opaque`)
  })
}

/** Its driver is judged by what its type declares. */
export function checkOpaque(errors: FieldError[], opaque: JsonObject, path: string): void {
  const { parameters } = opaque
  const at = `${path}.parameters`
  if (parameters === undefined || parameters === null) errors.push(required(at))
  else if (byteLength(JSON.stringify(parameters)) > MAX_PARAMETERS) errors.push(tooLong(at, MAX_PARAMETERS))
  else if (objectAt(opaque, 'parameters') === undefined) errors.push(invalid(at, '<value omitted>', 'must be a valid JSON object'))
}

export const tolerationsOf = (errors: FieldError[], obj: JsonObject, path: string): void =>
  objectsAt(obj, 'tolerations').forEach((t, i) => checkDeviceToleration(errors, t, `${path}.tolerations[${i}]`))

/** What tells devices of claims, and shares of them, apart. */
export const deviceKey = (device: unknown): string =>
  JSON.stringify(['driver', 'pool', 'device', 'shareID'].map((field) => textAt(device, field)))
