import type { FieldError } from '../machinery/field-errors.ts'
import { invalidValue } from './field-errors.ts'

/** One thing that is wrong. `path` begins with a dot only where the reference's does. */
export interface Issue {
  /** Absent for a combination of schemas: the reference tells its path in the text only. */
  readonly path?: string
  /** By which the reference knows issues apart, and shows each once. */
  readonly text: string
  readonly error: (field: string) => FieldError
}

export function invalidIssue(path: string, value: unknown, text: string): Issue {
  return { path, text, error: (field) => invalidValue(field, value, text) }
}

/** go-openapi's IsFloat64AJSONInteger: within 2⁵³ and nearly whole. */
export function isJsonInteger(value: unknown): boolean {
  const float = typeof value === 'object' ? (value as { value: number }).value : Number(value)
  if (!Number.isFinite(float) || Math.abs(float) > Number.MAX_SAFE_INTEGER) return false
  const rounded = Math.sign(float) * Math.round(Math.abs(float))
  if (float === rounded) return true
  return rounded !== 0 && Math.abs(float - rounded) < 1e-9 * Math.abs(rounded)
}
