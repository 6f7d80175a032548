import { escapedJson } from '../../../machinery/json-escape.ts'
import { duplicate, invalid, invalidUnprinted, required, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, listAt, numberAt, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { checkNotNegative } from '../../core/v1/checks.ts'
import { internalValue } from '../../core/v1/internal-form.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import { checkCounts } from '../../apps/v1/template-checks.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'
import { indexCount, overlap } from './indexes.ts'

/**
 * The status of a job (apis/batch, validation; registry/batch/job, getStatusValidationOptions): whoever manages a job keeps its conditions,
 * counters and times in step. Most rules hold only where what they speak of changes, so that a status that is wrong already can be mended.
 */
interface View {
  spec: JsonObject | undefined
  status: JsonObject
  is(condition: string): boolean
  count(key: string): number
}

function view(obj: JsonObject): View {
  const status = objectAt(obj, 'status') ?? {}
  const conditions = objectsAt(status, 'conditions')
  return {
    spec: objectAt(obj, 'spec'),
    status,
    is: (type) => conditions.some((c) => c.type === type && c.status === 'True'),
    count: (key) => Number(numberAt(status, key) ?? 0),
  }
}

const finished = (v: View): boolean => v.is('Complete') || v.is('Failed')
const CONDITIONS = 'status.conditions'
const nullable = (v: View, key: string): unknown => v.status[key] ?? null

function checkUncounted(errors: FieldError[], status: JsonObject): void {
  const seen = new Set<unknown>()
  for (const key of ['succeeded', 'failed']) {
    listAt(status, `uncountedTerminatedPods.${key}`).forEach((uid, i) => {
      const path = `status.uncountedTerminatedPods.${key}[${i}]`
      if (uid === '') errors.push(invalid(path, uid, 'must not be empty'))
      // Of a type of its own (types.UID), which is told as JSON.
      else if (seen.has(uid)) errors.push({ ...duplicate(path, uid), body: `Duplicate value: ${escapedJson(uid)}` })
      else seen.add(uid)
    })
  }
}

/** One rule a line: when it is looked at, when it is broken, what is said then. */
function* transitions(now: View, old: View): IterableIterator<readonly [looked: boolean, broken: boolean, error: () => FieldError]> {
  const differs = (key: string): boolean => !semanticEqual(nullable(now, key), nullable(old, key))
  const flips = (type: string): boolean => now.is(type) !== old.is(type)
  const over = finished(now)
  const ended = over !== finished(old)
  const [complete, failed] = [flips('Complete'), flips('Failed')]
  const conditions = (text: string) => () => invalidUnprinted(CONDITIONS, text)
  const value = (key: string, text: string) => () => invalid(`status.${key}`, nullable(now, key), text)
  const missing = (key: string, text: string) => () => required(`status.${key}`, text)
  const has = (key: string): boolean => isSet(now.status, key)
  const started = textAt(now.status, 'startTime')
  const completed = textAt(now.status, 'completionTime')
  const [startChanged, completionChanged] = [differs('startTime'), differs('completionTime')]
  const isComplete = now.is('Complete')
  yield [complete || failed, isComplete && now.is('Failed'), conditions('cannot set Complete=True and Failed=true conditions')]
  yield [
    complete || flips('FailureTarget'),
    isComplete && now.is('FailureTarget'),
    conditions('cannot set Complete=True and FailureTarget=true conditions'),
  ]
  yield [
    complete || completionChanged,
    has('completionTime') && !isComplete,
    value('completionTime', 'cannot set completionTime when there is no Complete=True condition'),
  ]
  yield [
    complete || completionChanged,
    !has('completionTime') && isComplete,
    missing('completionTime', 'completionTime is required for Complete jobs'),
  ]
  yield [
    startChanged || completionChanged,
    started !== '' && completed !== '' && Date.parse(completed) < Date.parse(started),
    value('completionTime', 'must be equal to or after `startTime`'),
  ]
  yield [
    failed || differs('failedIndexes'),
    now.is('Failed') && !now.is('FailureTarget'),
    conditions('cannot set Failed=True condition without the FailureTarget=true condition'),
  ]
  yield [
    complete || flips('SuccessCriteriaMet'),
    isComplete && !now.is('SuccessCriteriaMet'),
    conditions('cannot set Complete=True condition without the SuccessCriteriaMet=true condition'),
  ]
  yield [
    ended || now.count('active') !== old.count('active'),
    over && now.count('active') > 0,
    () => invalid('status.active', now.count('active'), 'active>0 is invalid for finished job'),
  ]
  const noWork = now.spec?.suspend === true && now.spec.completions === 0
  yield [(ended || startChanged) && !noWork, over && started === '', missing('startTime', 'startTime is required for finished job')]
  const uncounted = ['succeeded', 'failed'].some((key) => listAt(now.status, `uncountedTerminatedPods.${key}`).length > 0)
  yield [
    ended || differs('uncountedTerminatedPods'),
    over && uncounted,
    () =>
      invalid(
        'status.uncountedTerminatedPods',
        internalValue('UncountedTerminatedPods', now.status.uncountedTerminatedPods),
        'must be empty for finished job',
      ),
  ]
}

function checkIndexes(errors: FieldError[], now: View, old: View): void {
  const completions = numberAt(now.spec, 'completions')
  const [done, failed] = [textAt(now.status, 'completedIndexes'), textAt(now.status, 'failedIndexes')]
  const perIndex = isSet(now.spec, 'backoffLimitPerIndex')
  const doneChanged = done !== textAt(old.status, 'completedIndexes')
  const failedChanged = nullable(now, 'failedIndexes') !== nullable(old, 'failedIndexes')
  const hasFailed = isSet(now.status, 'failedIndexes')
  const parsed = (key: string, text: string): void => {
    const found = indexCount(text, Number(completions))
    if (typeof found === 'string') errors.push(invalid(`status.${key}`, text, `error parsing ${key}: ${found}`))
  }
  if (doneChanged && completions !== undefined) parsed('completedIndexes', done)
  if (failedChanged && completions !== undefined && perIndex && hasFailed) parsed('failedIndexes', failed)
  if (doneChanged && done !== '' && now.spec?.completionMode !== 'Indexed')
    errors.push(invalid('status.completedIndexes', done, 'cannot set non-empty completedIndexes when non-indexed completion mode'))
  if (failedChanged && !perIndex && hasFailed)
    errors.push(invalid('status.failedIndexes', failed, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'))
  if (!(doneChanged || failedChanged) || completions === undefined || !hasFailed) return
  const both = overlap(done, failed, Number(completions))
  if (both !== undefined)
    errors.push(invalid('status.failedIndexes', failed, `failedIndexes and completedIndexes overlap at index: ${both}`))
}

function checkPods(errors: FieldError[], now: View, old: View): void {
  const [ready, terminating] = [numberAt(now.status, 'ready'), numberAt(now.status, 'terminating')]
  const over = finished(now)
  const terminatingChanged = nullable(now, 'terminating') !== nullable(old, 'terminating')
  if ((over !== finished(old) || terminatingChanged) && over && (terminating ?? 0) > 0)
    errors.push(invalid('status.terminating', terminating, 'terminating>0 is invalid for finished job'))
  const changed = nullable(now, 'ready') !== nullable(old, 'ready') || now.count('active') !== old.count('active')
  if (changed && ready !== undefined && ready > now.count('active'))
    errors.push(invalid('status.ready', ready, 'cannot set more ready pods than active'))
}

function checkSuccess(errors: FieldError[], now: View): void {
  const met = now.is('SuccessCriteriaMet')
  if (met && now.is('Failed')) errors.push(invalidUnprinted(CONDITIONS, 'cannot set SuccessCriteriaMet=True and Failed=true conditions'))
  if (met && now.is('FailureTarget'))
    errors.push(invalidUnprinted(CONDITIONS, 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions'))
  if (isSet(now.spec, 'successPolicy') && !met && now.is('Complete')) {
    const text = 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True'
    errors.push(invalidUnprinted(CONDITIONS, text))
  }
}

/** What never goes back: terminal conditions, counters, times. */
function checkKept(errors: FieldError[], now: View, old: View): void {
  for (const type of ['Failed', 'Complete', 'FailureTarget'])
    if (old.is(type) && !now.is(type)) errors.push(invalidUnprinted(CONDITIONS, `cannot disable the terminal ${type}=True condition`))
  if (now.count('failed') < old.count('failed'))
    errors.push(invalid('status.failed', now.count('failed'), 'cannot decrease the failed counter'))
  // A job whose parallelism is its completions may be scaled down.
  const scales = now.spec?.completionMode === 'Indexed' && now.spec.completions === now.spec.parallelism
  if (!scales && now.count('succeeded') < old.count('succeeded'))
    errors.push(invalid('status.succeeded', now.count('succeeded'), 'cannot decrease the succeeded counter'))
  const [completed, before] = [nullable(now, 'completionTime'), nullable(old, 'completionTime')]
  if (completed !== null && before !== null && completed !== before) errors.push(invalid('status.completionTime', completed, IMMUTABLE))
  const starts = nullable(old, 'startTime') !== null && nullable(now, 'startTime') !== nullable(old, 'startTime')
  const resumed = objectsAt(now.status, 'conditions').some((c) => c.type === 'Suspended' && c.status === 'False')
  if (starts && !(old.is('Suspended') && resumed) && now.spec?.suspend !== true)
    errors.push(invalid('status.startTime', nullable(now, 'startTime'), 'field is immutable for unsuspended job once set'))
  if (old.is('SuccessCriteriaMet') && !now.is('SuccessCriteriaMet'))
    errors.push(invalidUnprinted(CONDITIONS, 'cannot disable the SuccessCriteriaMet=True condition'))
  if (old.is('Complete') && !old.is('SuccessCriteriaMet') && now.is('SuccessCriteriaMet'))
    errors.push(invalidUnprinted(CONDITIONS, 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions'))
}

export const validateJobStatus: Validation = (obj, before) => {
  const errors: FieldError[] = []
  const [now, old] = [view(obj), view(before ?? {})]
  checkCounts(errors, now.status, 'status', ['active', 'succeeded', 'failed'])
  for (const key of ['ready', 'terminating']) checkNotNegative(errors, numberAt(now.status, key), `status.${key}`)
  checkUncounted(errors, now.status)
  for (const [looked, broken, error] of transitions(now, old)) if (looked && broken) errors.push(error())
  checkIndexes(errors, now, old)
  checkPods(errors, now, old)
  checkSuccess(errors, now)
  checkKept(errors, now, old)
  return errors
}
