import { invalid, notSupported, required, tooLong, tooMany, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { byteLength, dns1123LabelErrors, labelValueErrors, qualifiedNameErrors } from '../../../machinery/names.ts'
import { checkMaxBytes, checkQualifiedName, checkSubdomain, invalidTexts } from '../../core/v1/checks.ts'
import { checkDriverName } from '../../core/v1/volume-sources.ts'

/** Parts of several kinds of device resources (apis/resource, validation). */
const MAX_POOL_NAME = 253
const MAX_SELECTORS = 32
const MAX_CONFIG = 32
export const MAX_EXPRESSION = 10 * 1024
const MAX_PARAMETERS = 10 * 1024
const EFFECTS = ['NoExecute', 'NoSchedule', 'None']
const OPERATORS = ['Equal', 'Exists']

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

const MAX_ID = 32
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/
const NO_IDENTIFIER =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')"

function checkIdentifier(errors: FieldError[], id: string, path: string): void {
  if (id.length > MAX_ID) errors.push(tooLong(path, MAX_ID))
  if (!IDENTIFIER.test(id)) errors.push(invalid(path, id, NO_IDENTIFIER))
}

/** The name of an attribute with the domain that it belongs to (`+k8s:format=k8s-resource-fully-qualified-name`). */
export function checkAttributeName(errors: FieldError[], name: string, path: string): void {
  const [domain = '', id, ...more] = name.split('/')
  if (id === undefined) checkIdentifier(errors, name, path)
  else if (more.length === 0) {
    if (domain === '') errors.push(invalid(path, '', 'prefix must not be empty'))
    else checkDriverName(errors, domain, path)
    if (id === '') errors.push(invalid(path, '', 'name must not be empty'))
    else checkIdentifier(errors, id, path)
  }
  if (id === undefined) errors.push(invalid(path, name, 'a fully qualified name must be a domain and a name separated by a slash'))
}

export function checkEffect(errors: FieldError[], effect: string, path: string): void {
  if (!EFFECTS.includes(effect)) errors.push(notSupported(path, effect, EFFECTS))
}

/** @param before the taint as it was: an effect that was taken stays */
export function checkTaint(errors: FieldError[], taint: JsonObject, before: JsonObject | undefined, path: string): void {
  const [value, effect] = [textAt(taint, 'value'), textAt(taint, 'effect')]
  checkQualifiedName(errors, textAt(taint, 'key'), `${path}.key`)
  if (value !== '') invalidTexts(errors, `${path}.value`, value, labelValueErrors(value))
  if (before !== undefined && textAt(before, 'effect') === effect) return
  if (effect === '') errors.push(required(`${path}.effect`))
  else checkEffect(errors, effect, `${path}.effect`)
}

export function checkDeviceToleration(errors: FieldError[], toleration: JsonObject, path: string): void {
  const [key, operator, value, effect] = ['key', 'operator', 'value', 'effect'].map((field) => textAt(toleration, field)) as [
    string,
    string,
    string,
    string,
  ]
  if (key !== '') invalidTexts(errors, `${path}.key`, key, qualifiedNameErrors(key))
  if (operator === 'Exists') {
    if (value !== '') errors.push(invalid(`${path}.value`, value, 'must be empty for operator `Exists`'))
  } else if (operator === 'Equal') invalidTexts(errors, `${path}.value`, value, labelValueErrors(value))
  else if (operator === '') errors.push(required(`${path}.operator`))
  else errors.push(notSupported(`${path}.operator`, operator, OPERATORS))
  if (effect !== '') checkEffect(errors, effect, `${path}.effect`)
}

/** Whether a list is short enough to look at what is in it. */
export function checkSize(errors: FieldError[], list: readonly unknown[], max: number, path: string): boolean {
  if (list.length <= max) return true
  errors.push(tooMany(path, list.length, max))
  return false
}

/** What is in an expression is told last (`device-expressions.ts`). */
export function checkSelectors(errors: FieldError[], selectors: readonly JsonObject[], path: string): void {
  if (!checkSize(errors, selectors, MAX_SELECTORS, path)) return
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
  if (!checkSize(errors, config, MAX_CONFIG, path)) return
  config.forEach((item, i) => {
    const at = `${path}[${i}]`
    each?.(item, at)
    const opaque = objectAt(item, 'opaque')
    if (opaque === undefined) {
      errors.push(required(`${at}.opaque`))
      return
    }
    checkDriverName(errors, textAt(opaque, 'driver'), `${at}.opaque.driver`, true)
    const { parameters } = opaque
    const where = `${at}.opaque.parameters`
    if (parameters === undefined || parameters === null) errors.push(required(where))
    else if (byteLength(JSON.stringify(parameters)) > MAX_PARAMETERS) errors.push(tooLong(where, MAX_PARAMETERS))
    else if (objectAt(opaque, 'parameters') === undefined) errors.push(invalid(where, '<value omitted>', 'must be a valid JSON object'))
  })
}

export const tolerationsOf = (errors: FieldError[], obj: JsonObject, path: string): void =>
  objectsAt(obj, 'tolerations').forEach((t, i) => checkDeviceToleration(errors, t, `${path}.tolerations[${i}]`))
