import { forbiddenField, invalid, invalidObject, type FieldError } from '../machinery/field-errors.ts'
import { goInt64Error, isYes, parseGoInt64, type Query } from '../machinery/query.ts'
import { badRequest } from '../machinery/status.ts'
import { formatSeconds, parseTime, TimeParseError, ZERO_SECONDS } from '../machinery/time.ts'

/** Which part of a log is wanted (core/v1 PodLogOptions), as a client says it in a query. */
interface LogOptions {
  readonly sinceSeconds: bigint | undefined
  /** Seconds since the epoch. */
  readonly sinceTime: number | undefined
  readonly tailLines: bigint | undefined
  readonly limitBytes: bigint | undefined
}

function integer(query: Query, name: string): bigint | undefined {
  const text = query.get(name)
  if (text === undefined) return undefined
  const value = parseGoInt64(text)
  if (value === undefined) throw badRequest(goInt64Error(text))
  return value
}

/** Nothing and `null` are the zero time. */
function time(query: Query, name: string): number | undefined {
  const text = query.get(name)
  if (text === undefined) return undefined
  if (text === '' || text === 'null') return ZERO_SECONDS
  try {
    return parseTime(text, 'time').seconds
  } catch (e) {
    if (e instanceof TimeParseError) throw badRequest(e.message)
    throw e
  }
}

/** In the order in which upstream converts them: of several that are no values, the first is told. */
const optionsOf = (query: Query): LogOptions => ({
  sinceSeconds: integer(query, 'sinceSeconds'),
  sinceTime: time(query, 'sinceTime'),
  tailLines: integer(query, 'tailLines'),
  limitBytes: integer(query, 'limitBytes'),
})

/** core/validation ValidatePodLogOptions. One stream alone is had with a gate that is off (PodLogsQuerySplitStreams). */
function validateLogOptions({ tailLines, limitBytes, sinceSeconds, sinceTime }: LogOptions, hasStream: boolean): FieldError[] {
  const errors: FieldError[] = []
  if (tailLines !== undefined && tailLines < 0n) errors.push(invalid('tailLines', tailLines, 'must be greater than or equal to 0'))
  if (limitBytes !== undefined && limitBytes < 1n) errors.push(invalid('limitBytes', limitBytes, 'must be greater than 0'))
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    errors.push(forbiddenField('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified'))
  } else if (sinceSeconds !== undefined && sinceSeconds < 1n) errors.push(invalid('sinceSeconds', sinceSeconds, 'must be greater than 0'))
  if (hasStream) errors.push(forbiddenField('stream', 'may not be specified'))
  return errors
}

/**
 * What a kubelet is asked for, as a query.
 * @param pod its name
 * @throws StatusError 400 for what are no options, 422 for wrong ones
 */
export function logQuery(pod: string, query: Query): string {
  const options = optionsOf(query)
  const errors = validateLogOptions(options, query.get('stream') !== undefined)
  if (errors.length > 0) throw invalidObject({ group: '', kind: 'PodLogOptions' }, pod, errors)
  const out = new URLSearchParams()
  for (const name of ['follow', 'previous', 'timestamps'] as const) {
    const value = query.get(name)
    if (value !== undefined && isYes(value)) out.set(name, 'true')
  }
  for (const name of ['sinceSeconds', 'tailLines', 'limitBytes'] as const) {
    const value = options[name]
    if (value !== undefined) out.set(name, String(value))
  }
  const since = options.sinceTime === undefined ? null : formatSeconds(options.sinceTime)
  if (since !== null) out.set('sinceTime', since)
  return out.toString()
}
