import { duplicate, forbiddenField, invalid, required, tooMany, type FieldError } from '../../../machinery/field-errors.ts'
import { listAt, objectAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { addQuantity, compareQuantity, integerValue, tryQuantity, type Quantity } from '../../../machinery/quantity.ts'

/** In what amounts a device's capacity is given away (apis/resource, validateRequestPolicy). */
const MAX_OPTIONS = 10
const MAX_INT64 = 2n ** 63n - 1n

/** @param capacity the device's, with its value */
export function checkRequestPolicy(errors: FieldError[], capacity: JsonObject, policy: JsonObject, path: string): void {
  const range = objectAt(policy, 'validRange')
  const values = listAt(policy, 'validValues').map(tryQuantity) as Quantity[]
  const [all, standard] = [tryQuantity(capacity.value)!, tryQuantity(policy.default)]
  if (values.length > 0 && range !== undefined) {
    const why = 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time'
    errors.push(forbiddenField(path, why))
  } else if (values.length > 0) {
    if (standard === undefined) errors.push(required(`${path}.default`, 'required when validValues is defined'))
    else checkValues(errors, standard, all, values, `${path}.validValues`)
  } else if (range !== undefined) {
    if (standard === undefined) errors.push(required(`${path}.default`, 'required when validRange is defined'))
    else checkRange(errors, standard, all, range, `${path}.validRange`)
  }
}

function checkValues(errors: FieldError[], standard: Quantity, all: Quantity, values: readonly Quantity[], path: string): void {
  values.forEach((value, i) => {
    const next = values[i + 1]
    if (next !== undefined && compareQuantity(value, next) > 0)
      errors.push(invalid(`${path}[${i + 1}]`, next.text, 'values must be sorted in ascending order'))
  })
  let hasStandard = false
  if (values.length > MAX_OPTIONS) errors.push(tooMany(path, values.length, MAX_OPTIONS))
  else {
    values.forEach((value, i) => {
      if (compareQuantity(value, all) > 0)
        errors.push(invalid(`${path}[${i}]`, value.text, `option is larger than capacity value: ${all.text}`))
      hasStandard ||= compareQuantity(value, standard) === 0
    })
    const seen = new Set<bigint>()
    values.forEach((value, i) => {
      const whole = integerValue(value)
      if (seen.has(whole)) errors.push(duplicate(`${path}[${i}]`, String(whole)))
      seen.add(whole)
    })
  }
  if (!hasStandard) errors.push(invalid(path, standard.text, 'default value is not valid according to the requestPolicy'))
}

function checkRange(errors: FieldError[], standard: Quantity, all: Quantity, range: JsonObject, path: string): void {
  const [min, max, step] = ['min', 'max', 'step'].map((key) => tryQuantity(range[key]))
  if (min === undefined) return void errors.push(required(`${path}.min`, 'required when validRange is defined'))
  if (compareQuantity(min, all) > 0) errors.push(invalid(`${path}.min`, min.text, `min is larger than capacity value: ${all.text}`))
  if (compareQuantity(standard, min) < 0) errors.push(invalid(`${path}.default`, standard.text, `default is less than min: ${min.text}`))
  if (max !== undefined) {
    if (compareQuantity(min, max) > 0) errors.push(invalid(`${path}.max`, min.text, `min is larger than max: ${max.text}`))
    if (compareQuantity(max, all) > 0) errors.push(invalid(`${path}.max`, max.text, `max is larger than capacity value: ${all.text}`))
    if (compareQuantity(standard, max) > 0) errors.push(invalid(`${path}.default`, standard.text, `default is more than max: ${max.text}`))
  }
  if (step === undefined) return
  if (step.nano <= 0n) return void errors.push(invalid(`${path}.step`, step.text, 'must be greater than zero'))
  const first = addQuantity(min, step)
  if (compareQuantity(first, all) > 0)
    errors.push(invalid(`${path}.step`, step.text, `one step ${first.text} is larger than capacity value: ${all.text}`))
  const before = errors.length
  for (const [name, value] of Object.entries({ default: standard, min, max, step })) {
    if (value !== undefined) checkInt64(errors, value, `${path}.${name}`)
  }
  if (errors.length > before) return
  for (const value of [standard, max]) {
    if (value === undefined || (integerValue(value) - integerValue(min)) % integerValue(step) === 0n) continue
    errors.push(invalid(`${path}.step`, value.text, `value is not a multiple of a given step (${step.text}) from (${min.text})`))
  }
}

function checkInt64(errors: FieldError[], value: Quantity, path: string): void {
  if (value.nano < 0n) errors.push(invalid(path, value.text, 'must be greater than or equal to 0'))
  else if (integerValue(value) > MAX_INT64) errors.push(invalid(path, value.text, `must not be larger than ${MAX_INT64}`))
}
