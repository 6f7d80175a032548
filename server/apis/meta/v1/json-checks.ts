import { invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { selectorFromObject, type LabelSelectorObject } from '../../../machinery/labels.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import { IMMUTABLE } from './validation.ts'

/** Validation of objects in their JSON form. */

/** What is wrong with an object that has its defaults; `old` is what it replaces, undefined for a new one. */
export type Validation = (obj: JsonObject, old: JsonObject | undefined) => FieldError[]

/** One of the values, or none. An empty text that is there was sent for a pointer, and is none of them. */
export function checkEnum(errors: FieldError[], obj: JsonObject | undefined, key: string, allowed: readonly string[], path = key): void {
  const value = textAt(obj, key)
  if (isSet(obj, key) && !allowed.includes(value)) errors.push(notSupported(path, value, allowed))
}

/** Returns whether the field has a text. */
export function checkRequired(errors: FieldError[], obj: JsonObject | undefined, key: string, path = key): boolean {
  if (textAt(obj, key) !== '') return true
  errors.push(required(path))
  return false
}

/** Fields that keep what they were created with. Where rules are declared with the type, the reference does not print the value. */
export function checkImmutable(
  errors: FieldError[],
  obj: JsonObject | undefined,
  old: JsonObject | undefined,
  keys: readonly string[],
  o: { path?: string; printed?: boolean } = {},
): void {
  if (old === undefined) return
  for (const key of keys) {
    if (semanticEqual(obj?.[key], old[key])) continue
    errors.push(invalid(`${o.path ?? ''}${key}`, o.printed === false ? null : obj?.[key], IMMUTABLE))
  }
}

export function selectsAll(selector: unknown, labels: Record<string, string> | undefined): boolean {
  return selectorFromObject(selector as LabelSelectorObject | undefined)?.matches(labels) === true
}
