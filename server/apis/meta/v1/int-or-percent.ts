import { invalid, invalidNamed, type FieldError } from '../../../machinery/field-errors.ts'
import { percentErrors } from '../../../machinery/names.ts'
import { NOT_NEGATIVE } from '../../core/v1/checks.ts'

/** Numbers that may be a share of all instead (apps/validation, ValidatePositiveIntOrPercent and IsNotMoreThan100Percent). */
export function checkIntOrPercent(errors: FieldError[], value: unknown, at: string): void {
  if (typeof value === 'string') for (const text of percentErrors(value)) errors.push(invalidNamed(at, value, text))
  if (typeof value === 'number' && value < 0) errors.push(invalid(at, value, NOT_NEGATIVE))
}

const percentOf = (value: unknown): number | undefined =>
  typeof value === 'string' && percentErrors(value).length === 0 ? Number(value.slice(0, -1)) : undefined

export function checkAtMostAll(errors: FieldError[], value: unknown, at: string): void {
  if ((percentOf(value) ?? 0) > 100) errors.push(invalidNamed(at, value, 'must not be greater than 100%'))
}

const INTEGER = /^[+-]?\d+$/

/** The number of either, or that a text spells; 0 for what is none (`intstr.IntOrString`, IntValue). */
export const intOrPercent = (value: unknown): number =>
  percentOf(value) ?? (typeof value === 'number' ? value : typeof value === 'string' && INTEGER.test(value) ? Number(value) : 0)
