import type { Int64 } from '../../../machinery/numbers.ts'
import { invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { selectorFromObject, type LabelSelectorObject } from '../../../machinery/labels.ts'
import { IMMUTABLE } from '../../../apis/meta/v1/validation.ts'
import { semanticEqual } from '../../../apis/core/v1/semantic-equal.ts'
import type { Strategy } from '../../generic/strategy.ts'
import type { Json } from '../fill.ts'

/** What is wrong with an object, or with what it makes of `old`. Objects have their defaults. */
export type Rule = (obj: Json, old: Json | undefined) => FieldError[]

/** The same rule for creates and updates. */
export const strategyOf = (rule: Rule): Pick<Strategy, 'validate' | 'validateUpdate'> => ({
  validate: (obj) => rule(obj, undefined),
  validateUpdate: (obj, old) => rule(obj, old as Json),
})

export const textOf = (obj: Json | undefined, key: string): string => (typeof obj?.[key] === 'string' ? (obj[key] as string) : '')
export const numberOf = (obj: Json | undefined, key: string): Int64 | undefined =>
  typeof obj?.[key] === 'number' || typeof obj?.[key] === 'bigint' ? (obj[key] as Int64) : undefined
export const textsOf = (obj: Json | undefined, key: string): string[] => (Array.isArray(obj?.[key]) ? (obj[key] as string[]) : [])
export const isThere = (obj: Json | undefined, key: string): boolean => obj?.[key] !== undefined && obj[key] !== null

export function checkTexts(errors: FieldError[], path: string, value: string, texts: readonly string[]): void {
  for (const text of texts) errors.push(invalid(path, value, text))
}

/** One of the values, or nothing at all. */
export function checkEnum(errors: FieldError[], obj: Json | undefined, key: string, allowed: readonly string[], path = key): void {
  const value = textOf(obj, key)
  if (value !== '' && !allowed.includes(value)) errors.push(notSupported(path, value, allowed))
}

export function checkRequired(errors: FieldError[], obj: Json | undefined, key: string, path = key): boolean {
  if (textOf(obj, key) !== '') return true
  errors.push(required(path))
  return false
}

/** Fields that keep what they were created with. Where rules are declared with the type, the reference does not print the value. */
export function checkKept(
  errors: FieldError[],
  obj: Json | undefined,
  old: Json | undefined,
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
