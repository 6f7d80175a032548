import { goQuote } from './go-quote.ts'
import { type GroupVersionKind } from './types.ts'
import { StatusError, type StatusCause } from './status.ts'

/** apimachinery `util/validation/field`: error types, their texts, and how they add up to a 422 Status. */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'InternalError'
  | 'FieldValueTypeInvalid'

export interface FieldError {
  type: FieldErrorType
  /** Dotted path as Go prints it: `spec.containers[0].name`, `metadata.labels[a]`. */
  field: string
  /** The text after `field: `. */
  body: string
}

/** A value as Go's `field.Error` prints it: strings quoted, scalars bare, the rest as JSON. */
export function goValue(value: unknown): string {
  if (value === undefined || value === null) return 'null'
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  return goJsonText(value)
}

const UNSAFE = /[<>&\u2028\u2029]/g

/** JSON as Go's encoder writes it: what could mean something in HTML or to old JavaScript is escaped. */
export const goJsonText = (value: unknown, indent?: number): string =>
  (JSON.stringify(value, null, indent) ?? 'null').replace(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

const withDetail = (head: string, detail: string): string => (detail === '' ? head : `${head}: ${detail}`)

export const required = (field: string, detail = ''): FieldError => ({
  type: 'FieldValueRequired',
  field,
  body: withDetail('Required value', detail),
})
export const invalid = (field: string, value: unknown, detail: string): FieldError => ({
  type: 'FieldValueInvalid',
  field,
  body: withDetail(`Invalid value: ${goValue(value)}`, detail),
})
/** An invalid value as goValue prints it: for one that many errors show, so that it is printed once. */
export const invalidPrinted = (field: string, printed: string, detail: string): FieldError => ({
  type: 'FieldValueInvalid',
  field,
  body: withDetail(`Invalid value: ${printed}`, detail),
})
/** An invalid text whose type in Go is no plain string (an enumeration, IntOrString): it is printed as JSON. */
export const invalidNamed = (field: string, value: unknown, detail: string): FieldError => invalidPrinted(field, goJsonText(value), detail)
/** An invalid value that is not shown (Go's `field.OmitValueType`). */
export const invalidUnprinted = (field: string, detail: string): FieldError => ({
  type: 'FieldValueInvalid',
  field,
  body: withDetail('Invalid value', detail),
})
// Of lists that nobody changes: one text may stand in as many errors as are told.
const supportedTexts = new WeakMap<readonly string[], string>()

function supportedText(supported: readonly string[]): string {
  const known = supportedTexts.get(supported)
  if (known !== undefined) return known
  const text = supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`
  supportedTexts.set(supported, text)
  return text
}

/** @param supported is not changed afterwards */
export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError => ({
  type: 'FieldValueNotSupported',
  field,
  // Values of enumerations have types of their own in Go, which print as JSON.
  body: withDetail(`Unsupported value: ${goJsonText(value)}`, supportedText(supported)),
})
/** The same for a value that is a plain text in Go. */
export const textNotSupported = (field: string, value: string, supported: readonly string[]): FieldError => ({
  ...notSupported(field, value, supported),
  body: `Unsupported value: ${goQuote(value)}: supported values: ${supported.map(goQuote).join(', ')}`,
})
export const duplicate = (field: string, value: unknown): FieldError => ({
  type: 'FieldValueDuplicate',
  field,
  body: `Duplicate value: ${goValue(value)}`,
})
export const notFoundValue = (field: string, value: unknown): FieldError => ({
  type: 'FieldValueNotFound',
  field,
  body: `Not found: ${goValue(value)}`,
})
export const forbiddenField = (field: string, detail: string): FieldError => ({
  type: 'FieldValueForbidden',
  field,
  body: withDetail('Forbidden', detail),
})
/** `max` in bytes; the value itself is omitted from the text, as upstream does since 1.32. */
export const tooLong = (field: string, max: number): FieldError => ({
  type: 'FieldValueTooLong',
  field,
  body: `Too long: may not be more than ${max} bytes`,
})
/** What the server itself fails at: `Internal error: …`. */
export const internalError = (field: string, detail: string): FieldError => ({
  type: 'InternalError',
  field,
  body: `Internal error: ${detail}`,
})
export const tooMany = (field: string, actual: number, max: number): FieldError => ({
  type: 'FieldValueTooMany',
  field,
  body: `Too many: ${actual}: must have at most ${max} items`,
})

/** Adds errors of which there may be as many as a body has items: too many for the arguments of one call of push. */
export function addErrors(to: FieldError[], more: readonly FieldError[]): void {
  for (const error of more) to.push(error)
}

/** So many are told of one object. The reference tells all, and needs minutes for a hundred thousand. */
const MAX_ERRORS = 10_000
/** And so many characters: each item of a list may have an error that shows all of it. */
const MAX_CHARACTERS = 3_000_000

/** Whether there are as many errors as are told: what looks through a client's map or list need not look on. */
export const enoughErrors = (errors: readonly FieldError[]): boolean => errors.length >= MAX_ERRORS

/** As many of the errors as are told. */
export function toldErrors(all: readonly FieldError[]): readonly FieldError[] {
  let count = 0
  let characters = 0
  while (count < all.length && count < MAX_ERRORS && characters < MAX_CHARACTERS) characters += all[count++]!.body.length
  return count === all.length ? all : all.slice(0, count)
}

/**
 * 422 Invalid with one cause a field error, each once (apimachinery `NewInvalid`).
 * @param first told before the others, as often as they stand there
 */
export function invalidObject(
  gvk: Pick<GroupVersionKind, 'group' | 'kind'>,
  name: string,
  all: readonly FieldError[],
  first: readonly FieldError[] = [],
): StatusError {
  const errors = toldErrors(all)
  const keyOf = (e: FieldError): string => `${e.type} ${e.field}: ${e.body}`
  const causeOf = (e: FieldError): StatusCause => ({ reason: e.type, message: e.body, field: e.field })
  const texts = [...new Set([...first, ...errors].map((e) => `${e.field}: ${e.body}`))]
  const seen = new Set(first.map(keyOf))
  const causes = toldErrors(first).map(causeOf)
  for (const e of errors) {
    const key = keyOf(e)
    if (seen.has(key)) continue
    seen.add(key)
    causes.push(causeOf(e))
  }
  const text = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
  const kind = gvk.group === '' ? gvk.kind : `${gvk.kind}.${gvk.group}`
  return new StatusError(422, 'Invalid', `${kind} ${goQuote(name)} is invalid: ${text}`, {
    ...(name === '' ? {} : { name }),
    ...(gvk.group === '' ? {} : { group: gvk.group }),
    ...(gvk.kind === '' ? {} : { kind: gvk.kind }),
    causes,
  })
}
