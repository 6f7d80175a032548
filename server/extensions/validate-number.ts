import { goFloat } from '../machinery/numbers.ts'
import { invalidValue } from './field-errors.ts'
import { floatOf, int64Of, kindOf } from '../machinery/json-values.ts'
import type { Schema } from './structural.ts'
import { invalidIssue, isJsonInteger, type Issue } from './issue.ts'

/** Limits of numbers (kube-openapi `validate/validator.go` numberValidator). Integers are compared as such, with limits cut to integers. */
export function numberIssues(s: Schema, value: unknown, path: string): Issue[] {
  const v = s.validation
  const type = s.types.length === 1 ? s.types[0]! : ''
  const range = rangeOf(type, s.format)
  // Nothing to check: neither limits nor a range that the value can miss.
  if (v.multipleOf === undefined && v.maximum === undefined && v.minimum === undefined && fitsRange(range, value)) return []
  const issues: Issue[] = []
  const inRange = (number: unknown, what: string): boolean => {
    if (fitsRange(range, number)) return true
    issues.push(outOfRange(what, range, path))
    return false
  }
  inRange(value, 'Checked')
  const isInt = kindOf(value) === 'int64'
  if (v.multipleOf !== undefined) multiple(issues, path, value, v.multipleOf, inRange(v.multipleOf, 'MultipleOf') && isInt)
  if (v.minimum !== undefined) {
    const asInt = inRange(v.minimum, 'Minimum boundary') && isInt
    limit(issues, path, value, v.minimum, v.exclusiveMinimum, asInt, 'greater', (a, b) => a < b)
  }
  if (v.maximum !== undefined) {
    const asInt = inRange(v.maximum, 'Maximum boundary') && isInt
    limit(issues, path, value, v.maximum, v.exclusiveMaximum, asInt, 'less', (a, b) => a > b)
  }
  return issues
}

interface Range {
  readonly type: string
  readonly format: string
}

function rangeOf(type: string, format: string): Range {
  const known = type === 'integer' ? ['int32', 'int64'] : type === 'number' ? ['float', 'double'] : []
  return { type: type === 'integer' || type === 'number' ? type : '', format: known.includes(format) ? format : '' }
}

const MAX_FLOAT32 = 3.4028235677973366e38

function fitsRange({ type, format }: Range, value: unknown): boolean {
  if (type === 'number') return format !== 'float' || Math.abs(floatOf(value)) < MAX_FLOAT32
  if (type !== 'integer') return true
  const float = floatOf(value)
  if (format === 'int32') return Number.isInteger(float) && float >= -2147483648 && float <= 2147483647
  return kindOf(value) === 'int64' || (Number.isInteger(float) && float >= -(2 ** 63) && float < 2 ** 63)
}

function outOfRange(what: string, { type, format }: Range, path: string): Issue {
  const of = format === '' ? `${type} (default format)` : `${type} with format ${format}`
  const text = `${what} value must be of type ${of} in ${path}`
  return { text, error: (field) => invalidValue(field, '', text) }
}

function multiple(issues: Issue[], path: string, value: unknown, factor: number, asInt: boolean): void {
  if (asInt) {
    const whole = int64Of(factor)
    if (whole <= 0n) issues.push(notPositive(path, String(whole), int64Of(factor)))
    else if (int64Of(value) % whole !== 0n) issues.push(invalidIssue(path, value, `${path} in body should be a multiple of ${whole}`))
    return
  }
  const float = floatOf(value)
  if (factor <= 0) issues.push(notPositive(path, goFloat(factor), factor))
  else if (!isJsonInteger(factor < 1 ? (1 / factor) * float : float / factor)) {
    issues.push(invalidIssue(path, value, `${path} in body should be a multiple of ${goFloat(factor)}`))
  }
}

const notPositive = (path: string, shown: string, factor: unknown): Issue =>
  invalidIssue(path, factor, `factor MultipleOf declared for ${path} must be positive: ${shown}`)

function limit(
  issues: Issue[],
  path: string,
  value: unknown,
  bound: number,
  exclusive: boolean,
  asInt: boolean,
  word: 'greater' | 'less',
  beyond: (a: number | bigint, b: number | bigint) => boolean,
): void {
  const [a, b] = asInt ? [int64Of(value), int64Of(bound)] : [floatOf(value), bound]
  if (!beyond(a, b) && !(exclusive && a === b)) return
  const shown = typeof b === 'bigint' ? String(b) : goFloat(b)
  issues.push(invalidIssue(path, value, `${path} in body should be ${word} than ${exclusive ? '' : 'or equal to '}${shown}`))
}
