import type { Int64 } from '../../../machinery/numbers.ts'
import { enoughErrors, invalid, invalidNamed, notSupported, required, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import {
  byteLength,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  idErrors,
  portNameErrors,
  portNumberErrors,
  qualifiedNameErrors,
} from '../../../machinery/names.ts'
import type { IntOrString } from './types.ts'

/** Small checks that many fields share. Each appends what is wrong to `errors`; paths are as Go prints them. */
export const NOT_NEGATIVE = 'must be greater than or equal to 0'
export const POSITIVE = 'must be greater than zero'
export const FILE_MODE_RANGE = 'must be a number between 0 and 0777 (octal), both inclusive'

export function invalidTexts(errors: FieldError[], path: string, value: unknown, texts: readonly string[]): void {
  if (enoughErrors(errors)) return
  for (const text of texts) errors.push(invalid(path, value, text))
}

/** The same of a value whose type in Go is a name of its own, or a pointer: it is printed as JSON. */
export function invalidNamedTexts(errors: FieldError[], path: string, value: unknown, texts: readonly string[]): void {
  for (const text of texts) errors.push(invalidNamed(path, value, text))
}

export function checkLabel(errors: FieldError[], value: string, path: string): void {
  invalidTexts(errors, path, value, dns1123LabelErrors(value))
}

export function checkSubdomain(errors: FieldError[], value: string, path: string): void {
  invalidTexts(errors, path, value, dns1123SubdomainErrors(value))
}

export function checkQualifiedName(errors: FieldError[], value: string, path: string): void {
  invalidTexts(errors, path, value, qualifiedNameErrors(value))
}

export function checkNotNegative(errors: FieldError[], value: Int64 | undefined | null, path: string): void {
  if (value !== undefined && value !== null && value < 0) errors.push(invalid(path, value, NOT_NEGATIVE))
}

export function checkPositive(errors: FieldError[], value: number, path: string): void {
  if (value <= 0) errors.push(invalid(path, value, POSITIVE))
}

export function checkId(errors: FieldError[], value: Int64 | undefined | null, path: string): void {
  if (value !== undefined && value !== null) invalidTexts(errors, path, value, idErrors(value))
}

export function checkFileMode(errors: FieldError[], mode: number | undefined | null, path: string): void {
  if (mode !== undefined && mode !== null && (mode > 0o777 || mode < 0)) errors.push(invalid(path, mode, FILE_MODE_RANGE))
}

/** Requires a value that is one of `allowed`, in the order the message lists them. */
export function checkOneOf(errors: FieldError[], value: string | undefined, allowed: readonly string[], path: string): void {
  if (!value) errors.push(required(path))
  else if (!allowed.includes(value)) errors.push(notSupported(path, value, allowed))
}

export function checkRequired(errors: FieldError[], value: string | undefined | null, path: string): void {
  if (!value) errors.push(required(path))
}

export function checkPort(errors: FieldError[], port: IntOrString | undefined, path: string): void {
  if (typeof port === 'string') invalidTexts(errors, path, port, portNameErrors(port))
  else invalidTexts(errors, path, port ?? 0, portNumberErrors(port ?? 0))
}

export function checkNoBacksteps(errors: FieldError[], target: string, path: string): void {
  if (target.includes('..') && target.split('/').includes('..')) errors.push(invalid(path, target, "must not contain '..'"))
}

/** A relative path that stays below where it starts. */
export function checkDescendingPath(errors: FieldError[], target: string, path: string): void {
  if (target.startsWith('/')) errors.push(invalid(path, target, 'must be a relative path'))
  checkNoBacksteps(errors, target, path)
}

/** A descending path that does not begin with `..`, which the kubelet keeps for itself. */
export function checkLocalPath(errors: FieldError[], target: string, path: string): void {
  checkDescendingPath(errors, target, path)
  if (target.startsWith('..') && !target.startsWith('../')) errors.push(invalid(path, target, "must not start with '..'"))
}

/** As rules count that are declared with the type. */
export function checkMaxCharacters(errors: FieldError[], value: string, max: number, path: string): void {
  if ([...value].length > max)
    errors.push({ type: 'FieldValueTooLong', field: path, body: `Too long: may not be more than ${max} characters` })
}

export function checkMaxBytes(errors: FieldError[], value: string, max: number, path: string): void {
  if (byteLength(value) > max) errors.push(tooLong(path, max))
}
