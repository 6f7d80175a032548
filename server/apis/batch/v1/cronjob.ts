import { scheduleError } from '../../../machinery/cron.ts'
import { invalid, invalidNamed, notSupported, type FieldError } from '../../../machinery/field-errors.ts'
import { parseDuration } from '../../../machinery/go-duration.ts'
import { ensureObject, fillUnset, fillZero, isSet, objectAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { checkCounts } from '../../apps/v1/template-checks.ts'
import { selectorValue } from '../../apps/v1/workload.ts'
import { defaultPodTemplate } from '../../core/v1/defaults-pod.ts'
import type { PodTemplateSpec } from '../../core/v1/types.ts'
import { checkEnum, checkRequired, type Validation } from '../../meta/v1/json-checks.ts'
import type { LabelSelector } from '../../meta/v1/validation.ts'
import { isZoneLink } from './zone-links.ts'
import { checkJobSpec, defaultFailurePolicy } from './job.ts'

/** Cron jobs (batch/v1 defaults; apis/batch, validation). */
export function defaultCronJob(obj: KubeObject): void {
  const s = ensureObject(obj, 'spec')
  fillZero(s, { concurrencyPolicy: 'Allow' })
  fillUnset(s, { suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 })
  const jobTemplate = ensureObject(s, 'jobTemplate')
  jobTemplate.metadata ??= {}
  const inner = ensureObject(jobTemplate, 'spec')
  defaultPodTemplate(ensureObject(inner, 'template') as PodTemplateSpec)
  defaultFailurePolicy(inner)
  obj.status ??= {}
}

const MAX_NAME = 52
const ZONE = /^[A-Za-z0-9._+-]+$/

function isDuration(text: string): boolean {
  try {
    parseDuration(text)
    return true
  } catch {
    return false
  }
}

function isZone(name: string): boolean {
  if (!name.split('/').every((part) => ZONE.test(part) && part !== '.' && part !== '..' && !/^[+-]/.test(part))) return false
  try {
    // Names are files elsewhere, with their case. Intl knows links as well, without: the table has those.
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions()
    return timeZone === name || isZoneLink(name)
  } catch {
    return false
  }
}

function checkSchedule(errors: FieldError[], spec: JsonObject, old: JsonObject | undefined): void {
  const path = 'spec.schedule'
  const schedule = textAt(spec, 'schedule')
  if (!checkRequired(errors, spec, 'schedule', path)) return
  const why = scheduleError(schedule, isDuration)
  if (why !== undefined) errors.push(invalid(path, schedule, why))
  if (!schedule.includes('TZ')) return
  if (!textAt(old, 'schedule').includes('TZ'))
    errors.push(invalid(path, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'))
  else if (isSet(spec, 'timeZone')) errors.push(invalid(path, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'))
}

function checkZone(errors: FieldError[], spec: JsonObject, old: JsonObject | undefined): void {
  if (!isSet(spec, 'timeZone') || (old !== undefined && old.timeZone === spec.timeZone)) return
  const zone = textAt(spec, 'timeZone')
  const refuse = (why: string): void => void errors.push(invalidNamed('spec.timeZone', zone, why))
  if (zone === '') refuse('timeZone must be nil or non-empty string')
  else if (zone.toLowerCase() === 'local') refuse('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')
  else if (!isZone(zone)) refuse(`unknown time zone ${zone}`)
}

/** Each job's selector is made for it. */
function checkGenerated(errors: FieldError[], job: JsonObject | undefined, at: string): void {
  if (isSet(job, 'selector'))
    errors.push(invalid(`${at}.selector`, selectorValue(job?.selector as LabelSelector), '`selector` will be auto-generated'))
  if (job?.manualSelector === true) errors.push(notSupported(`${at}.manualSelector`, true, ['nil', 'false']))
}

export const validateCronJob: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const [spec = {}, before] = [objectAt(obj, 'spec'), objectAt(old, 'spec')]
  checkSchedule(errors, spec, before)
  checkCounts(errors, spec, 'spec', ['startingDeadlineSeconds'])
  checkZone(errors, spec, before)
  checkEnum(errors, spec, 'concurrencyPolicy', ['Allow', 'Forbid', 'Replace'], 'spec.concurrencyPolicy')
  checkJobSpec(errors, objectAt(spec, 'jobTemplate.spec'), objectAt(before, 'jobTemplate.spec'), 'spec.jobTemplate.spec')
  checkGenerated(errors, objectAt(spec, 'jobTemplate.spec'), 'spec.jobTemplate.spec')
  checkCounts(errors, spec, 'spec', ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'])
  const name = textAt(obj.metadata as JsonObject, 'name')
  // Its jobs' names are eleven characters longer.
  if (old === undefined && name.length > MAX_NAME)
    errors.push(invalid('metadata.name', name, `must be no more than ${MAX_NAME} characters`))
  return errors
}
