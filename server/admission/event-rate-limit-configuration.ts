import { errorText } from '../machinery/error-text.ts'
import { invalid, invalidPrinted, notSupported, type FieldError } from '../machinery/field-errors.ts'
import type { GoFields } from '../machinery/go-fields.ts'
import { versionedConfiguration } from './configuration.ts'
import type { EventLimit } from './event-rate-limit.ts'

const TYPES: readonly EventLimit['type'][] = ['Namespace', 'Server', 'SourceAndObject', 'User']
const CACHE_SIZE = 4096

/**
 * What EventRateLimit is told: at least one limit (eventratelimit `apis/eventratelimit/validation`).
 * @throws Error of one sentence
 */
export function readEventRateLimitConfiguration(value: unknown): readonly EventLimit[] {
  const limits =
    value === undefined ? [] : versionedConfiguration(value, 'eventratelimit.admission.k8s.io/v1alpha1').objects('limits', 'Limit')
  const errors: FieldError[] =
    limits.length === 0 ? [invalidPrinted('limits', value === undefined ? 'null' : '[]', 'must not be empty')] : []
  const read = limits.map((limit, i) => readLimit(limit, `limits[${i}]`, errors))
  if (errors.length > 0) throw new Error(errorText(errors.map((e) => `${e.field}: ${e.body}`)))
  return read
}

function readLimit(limit: GoFields, path: string, errors: FieldError[]): EventLimit {
  const type = limit.text('type') as EventLimit['type']
  if (!TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, TYPES))
  const positive = (field: string): number => {
    const n = limit.int32(field)
    if (n <= 0) errors.push(invalid(`${path}.${field}`, n, 'must be positive'))
    return n
  }
  const [burst, qps] = [positive('burst'), positive('qps')]
  const size = limit.int32('cacheSize')
  if (type !== 'Server' && size < 0) errors.push(invalid(`${path}.cacheSize`, size, 'must not be negative'))
  return { type, burst, qps, cacheSize: type === 'Server' ? 1 : size || CACHE_SIZE }
}
