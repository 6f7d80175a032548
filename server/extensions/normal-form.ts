import { setOwn } from '../machinery/own.ts'
import { JsonNumber } from '../machinery/numbers.ts'
import { compareText, isObject, type JsonObject } from './json-values.ts'

/**
 * A value as Go writes decoded JSON: the fields of objects in the order of their names, floats without their spelling. Equal values have
 * equal texts in this form. Parts that are in it already are shared.
 */
export function normalForm(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value.map(normalForm)
    return items.some((item, i) => item !== value[i]) ? items : value
  }
  if (value instanceof JsonNumber) return floatForm(value)
  return isObject(value) ? sortedForm(value) : value
}

/** An object by its fields; what is undefined is left out. */
export function sortedForm(value: JsonObject): JsonObject {
  const names = Object.keys(value)
  let isSame = true
  for (let i = 1; i < names.length && isSame; i++) isSame = compareText(names[i - 1]!, names[i]!) <= 0
  if (!isSame) names.sort(compareText)
  const out: JsonObject = {}
  for (const name of names) {
    const field = normalForm(value[name])
    if (field !== value[name] || field === undefined) isSame = false
    if (field === undefined) continue
    setOwn(out, name, field)
  }
  return isSame ? value : out
}

/** Go's ParseInt takes -0 for an integer; of floats it keeps the sign. */
function floatForm(number: JsonNumber): unknown {
  if (number.literal === '-0') return 0
  return Object.is(number.value, -0) || !Number.isFinite(number.value) ? number : number.value
}
