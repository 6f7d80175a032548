import { emptyAt } from '../../../machinery/empty-fields.ts'
import {
  duplicate,
  invalid,
  invalidUnprinted,
  notSupported,
  required,
  tooLong,
  tooMany,
  type FieldError,
} from '../../../machinery/field-errors.ts'
import { goQuote } from '../../../machinery/go-quote.ts'
import { isSet, listAt, numberAt, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { checkNotNegative, checkQualifiedName } from '../../core/v1/checks.ts'
import { indexCount } from './indexes.ts'

/** What a job says of its completions, failures and success (apis/batch, validation). */
const MAX_INDEXES = 100_000
/** Above so many completions a backoff limit per index has lower bounds. */
const MANY_COMPLETIONS = 100_000
const LIMIT_OF_MANY = 10_000
const MAX_RULES = 20
const MAX_EXIT_CODES = 255
const MAX_CONDITIONS = 20
const MAX_SUCCEEDED_INDEXES = 64 * 1024

const valid = (values: readonly string[]): string => `valid values: [${values.map(goQuote).join(' ')}]`

const count = (spec: JsonObject | undefined, key: string): number | undefined => {
  const value = numberAt(spec, key)
  return value === undefined ? undefined : Number(value)
}

export function checkCompletionMode(errors: FieldError[], spec: JsonObject | undefined, at: string): void {
  const mode = textAt(spec, 'completionMode')
  const [completions, parallelism, failed] = [count(spec, 'completions'), count(spec, 'parallelism'), count(spec, 'maxFailedIndexes')]
  if (isSet(spec, 'completionMode') && mode !== 'NonIndexed' && mode !== 'Indexed')
    errors.push(notSupported(`${at}.completionMode`, mode, ['NonIndexed', 'Indexed']))
  if (mode === 'Indexed') {
    if (completions === undefined) errors.push(required(`${at}.completions`, 'when completion mode is Indexed'))
    if (parallelism !== undefined && parallelism > MAX_INDEXES) {
      const text = `must be less than or equal to ${MAX_INDEXES} when completion mode is Indexed`
      errors.push(invalid(`${at}.parallelism`, parallelism, text))
    }
    if (completions !== undefined && failed !== undefined && failed > completions)
      errors.push(invalid(`${at}.maxFailedIndexes`, failed, 'must be less than or equal to completions'))
    if (failed !== undefined && failed > MAX_INDEXES)
      errors.push(invalid(`${at}.maxFailedIndexes`, failed, `must be less than or equal to ${MAX_INDEXES}`))
    if (completions !== undefined && completions > MANY_COMPLETIONS && isSet(spec, 'backoffLimitPerIndex'))
      checkManyCompletions(errors, parallelism, failed, at)
  }
  if (isSet(spec, 'completionMode') && mode !== 'NonIndexed') return
  for (const key of ['backoffLimitPerIndex', 'maxFailedIndexes'])
    if (isSet(spec, key)) errors.push(invalid(`${at}.${key}`, spec![key], 'requires indexed completion mode'))
}

function checkManyCompletions(errors: FieldError[], parallelism: number | undefined, failed: number | undefined, at: string): void {
  if (failed === undefined)
    errors.push(required(`${at}.maxFailedIndexes`, `must be specified when completions is above ${MANY_COMPLETIONS}`))
  const text = `must be less than or equal to ${LIMIT_OF_MANY} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`
  if (parallelism !== undefined && parallelism > LIMIT_OF_MANY) errors.push(invalid(`${at}.parallelism`, parallelism, text))
  if (failed !== undefined && failed > LIMIT_OF_MANY) errors.push(invalid(`${at}.maxFailedIndexes`, failed, text))
}

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const OPERATORS = ['In', 'NotIn']
const STATUSES = ['False', 'True', 'Unknown']

export function checkFailurePolicy(errors: FieldError[], spec: JsonObject, path: string): void {
  const rules = objectsAt(spec, 'podFailurePolicy.rules')
  if (rules.length > MAX_RULES) errors.push(tooMany(`${path}.rules`, rules.length, MAX_RULES))
  const containers = new Set(
    [...objectsAt(spec, 'template.spec.containers'), ...objectsAt(spec, 'template.spec.initContainers')].map((c) => textAt(c, 'name')),
  )
  rules.forEach((rule, i) => checkFailureRule(errors, rule, isSet(spec, 'backoffLimitPerIndex'), containers, `${path}.rules[${i}]`))
}

function checkFailureRule(errors: FieldError[], rule: JsonObject, perIndex: boolean, containers: ReadonlySet<string>, path: string): void {
  const action = textAt(rule, 'action')
  if (action === '') errors.push(required(`${path}.action`, valid(ACTIONS)))
  else if (action === 'FailIndex') {
    if (!perIndex) errors.push(invalid(`${path}.action`, action, 'requires the backoffLimitPerIndex to be set'))
  } else if (!ACTIONS.includes(action)) errors.push(notSupported(`${path}.action`, action, ACTIONS))
  const codes = objectAt(rule, 'onExitCodes')
  const conditions = objectsAt(rule, 'onPodConditions')
  if (codes !== undefined) checkExitCodes(errors, codes, containers, `${path}.onExitCodes`)
  if (conditions.length > MAX_CONDITIONS) errors.push(tooMany(`${path}.onPodConditions`, conditions.length, MAX_CONDITIONS))
  conditions.forEach((c, i) => {
    const [status, at] = [textAt(c, 'status'), `${path}.onPodConditions[${i}]`]
    checkQualifiedName(errors, textAt(c, 'type'), `${at}.type`)
    if (status === '') errors.push(required(`${at}.status`, valid(STATUSES)))
    else if (!STATUSES.includes(status)) errors.push(notSupported(`${at}.status`, status, STATUSES))
  })
  if (codes !== undefined && conditions.length > 0)
    errors.push(invalidUnprinted(path, 'specifying both OnExitCodes and OnPodConditions is not supported'))
  if (codes === undefined && conditions.length === 0)
    errors.push(invalidUnprinted(path, 'specifying one of OnExitCodes and OnPodConditions is required'))
}

function checkExitCodes(errors: FieldError[], codes: JsonObject, containers: ReadonlySet<string>, path: string): void {
  const operator = textAt(codes, 'operator')
  if (operator === '') errors.push(required(`${path}.operator`, valid(OPERATORS)))
  else if (!OPERATORS.includes(operator)) errors.push(notSupported(`${path}.operator`, operator, OPERATORS))
  const name = textAt(codes, 'containerName')
  if (isSet(codes, 'containerName') && !containers.has(name)) {
    const text = 'must be one of the container or initContainer names in the pod template'
    errors.push(invalid(`${path}.containerName`, name, text))
  }
  const values = listAt(codes, 'values') as number[]
  if (values.length === 0)
    errors.push(invalid(`${path}.values`, codes.values ?? emptyAt(codes, 'values') ?? null, 'at least one value is required'))
  else if (values.length > MAX_EXIT_CODES) errors.push(tooMany(`${path}.values`, values.length, MAX_EXIT_CODES))
  const seen = new Set<number>()
  values.forEach((value, i) => {
    if (operator === 'In' && value === 0) errors.push(invalid(`${path}.values[${i}]`, value, 'must not be 0 for the In operator'))
    if (seen.has(value)) errors.push(duplicate(`${path}.values[${i}]`, value))
    seen.add(value)
  })
  if (values.some((value, i) => i > 0 && values[i - 1]! > value)) errors.push(invalid(`${path}.values`, values, 'must be ordered'))
}

/** Of an indexed job. Completions that are missing count as none, which is an error of its own. */
export function checkSuccessPolicy(errors: FieldError[], spec: JsonObject, path: string): void {
  const rules = objectsAt(spec, 'successPolicy.rules')
  const completions = count(spec, 'completions') ?? 0
  if (rules.length === 0) errors.push(required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified'))
  if (rules.length > MAX_RULES) errors.push(tooMany(`${path}.rules`, rules.length, MAX_RULES))
  rules.forEach((rule, i) => checkSuccessRule(errors, rule, completions, `${path}.rules[${i}]`))
}

function checkSuccessRule(errors: FieldError[], rule: JsonObject, completions: number, path: string): void {
  const wanted = count(rule, 'succeededCount')
  const named = isSet(rule, 'succeededIndexes')
  if (wanted === undefined && !named) errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'))
  let total = 0
  if (named) {
    const indexes = textAt(rule, 'succeededIndexes')
    if (Buffer.byteLength(indexes) > MAX_SUCCEEDED_INDEXES) errors.push(tooLong(`${path}.succeededIndexes`, MAX_SUCCEEDED_INDEXES))
    const found = indexCount(indexes, completions)
    if (typeof found === 'number') total = found
    else errors.push(invalid(`${path}.succeededIndexes`, indexes, `error parsing succeededIndexes: ${found}`))
  }
  if (wanted === undefined) return
  const at = `${path}.succeededCount`
  checkNotNegative(errors, wanted, at)
  if (wanted > completions)
    errors.push(invalid(at, wanted, `must be less than or equal to ${completions} (the number of specified completions)`))
  if (named && wanted > total) {
    const text = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`
    errors.push(invalid(at, wanted, text))
  }
}

export function checkReplacementPolicy(errors: FieldError[], spec: JsonObject | undefined, path: string): void {
  if (!isSet(spec, 'podReplacementPolicy')) return
  const policy = textAt(spec, 'podReplacementPolicy')
  const allowed = isSet(spec, 'podFailurePolicy') ? ['Failed'] : ['Failed', 'TerminatingOrFailed']
  if (!allowed.includes(policy)) errors.push(notSupported(path, policy, allowed))
}
