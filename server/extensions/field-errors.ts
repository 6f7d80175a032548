import { goQuote } from '../machinery/go-quote.ts'
import type { FieldError } from '../machinery/field-errors.ts'
import { shown } from '../machinery/json-values.ts'

/** Field errors with values as Go prints decoded JSON; machinery's are for the built-in types (apimachinery `util/validation/field`). */
const detailed = (head: string, detail: string): string => (detail === '' ? head : `${head}: ${detail}`)

export const invalidValue = (field: string, value: unknown, detail: string): FieldError => ({
  type: 'FieldValueInvalid',
  field,
  body: detailed(`Invalid value: ${shown(value)}`, detail),
})

export const typeInvalid = (field: string, value: unknown, detail: string): FieldError => ({
  type: 'FieldValueTypeInvalid',
  field,
  body: detailed(`Invalid value: ${shown(value)}`, detail),
})

export const unsupportedValue = (field: string, value: unknown, supported: readonly string[]): FieldError => ({
  type: 'FieldValueNotSupported',
  field,
  body: detailed(
    `Unsupported value: ${shown(value)}`,
    supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`,
  ),
})

export const duplicateValue = (field: string, value: unknown): FieldError => ({
  type: 'FieldValueDuplicate',
  field,
  body: `Duplicate value: ${shown(value)}`,
})

/** `max` in bytes or characters: the text says bytes. A negative one has no limit to name. */
export const tooLongValue = (field: string, max: number): FieldError => ({
  type: 'FieldValueTooLong',
  field,
  body: `Too long: ${max >= 0 ? `may not be more than ${max} ${max === 1 ? 'byte' : 'bytes'}` : 'value is too long'}`,
})

export const tooManyValues = (field: string, actual: number, max: number): FieldError => ({
  type: 'FieldValueTooMany',
  field,
  body: `Too many: ${actual}: ${max >= 0 ? `must have at most ${max} ${max === 1 ? 'item' : 'items'}` : 'has too many items'}`,
})

/** A path of nothing, as Go prints one. */
export const NO_PATH = '<nil>'

/** `path.name`, or `name` at the root. */
export const child = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** One error on its own, or all in brackets, each once (apimachinery `util/errors` Aggregate). */
export function aggregate(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map((e) => `${e.field}: ${e.body}`))]
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
}
