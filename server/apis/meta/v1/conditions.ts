import { duplicate, invalid, notSupported, required, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, numberAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { byteLength, regexText } from '../../../machinery/names.ts'
import { checkQualifiedName } from '../../core/v1/checks.ts'

/** metav1.Condition in a status (apimachinery meta/v1/validation, ValidateConditions). */
const STATUSES = ['False', 'True', 'Unknown']
const REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?'
const reasonPattern = new RegExp(`^${REASON}$`)
const REASON_TEXT =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'"
const MAX_REASON = 1024
const MAX_MESSAGE = 32 * 1024

function checkCondition(errors: FieldError[], condition: JsonObject, path: string): void {
  const [type, status, reason] = [textAt(condition, 'type'), textAt(condition, 'status'), textAt(condition, 'reason')]
  if (type === '') errors.push(required(`${path}.type`, 'is required'))
  else checkQualifiedName(errors, type, `${path}.type`)
  if (status === '') errors.push(required(`${path}.status`))
  else if (!STATUSES.includes(status)) errors.push(notSupported(`${path}.status`, status, STATUSES))
  const generation = numberAt(condition, 'observedGeneration')
  if (generation !== undefined && generation < 0)
    errors.push(invalid(`${path}.observedGeneration`, generation, 'must be greater than or equal to zero'))
  if (!isSet(condition, 'lastTransitionTime')) errors.push(required(`${path}.lastTransitionTime`))
  if (reason === '') errors.push(required(`${path}.reason`))
  else {
    if (!reasonPattern.test(reason)) {
      const text = regexText(REASON_TEXT, REASON, 'my_name', 'MY_NAME', 'MyName', 'ReasonA,ReasonB', 'ReasonA:ReasonB')
      errors.push(invalid(`${path}.reason`, reason, text))
    }
    if (byteLength(reason) > MAX_REASON) errors.push(tooLong(`${path}.reason`, MAX_REASON))
  }
  if (byteLength(textAt(condition, 'message')) > MAX_MESSAGE) errors.push(tooLong(`${path}.message`, MAX_MESSAGE))
}

export function checkConditions(errors: FieldError[], conditions: readonly JsonObject[], path: string): void {
  const seen = new Set<unknown>()
  conditions.forEach((condition, i) => {
    if (seen.has(condition.type)) errors.push(duplicate(`${path}[${i}]`, condition.type))
    seen.add(condition.type)
    checkCondition(errors, condition, `${path}[${i}]`)
  })
}
