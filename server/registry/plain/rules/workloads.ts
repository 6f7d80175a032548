import { invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { scheduleError } from '../../../machinery/cron.ts'
import { parseDuration } from '../../../machinery/go-duration.ts'
import { dns1123LabelErrors } from '../../../machinery/names.ts'
import { selectorValue, sorted, validateRunningTemplate, validateTemplate } from '../../../apis/apps/v1/workload.ts'
import { checkNotNegative } from '../../../apis/core/v1/checks.ts'
import { internalValue } from '../../../apis/core/v1/internal-form.ts'
import { semanticEqual } from '../../../apis/core/v1/semantic-equal.ts'
import type { PodTemplateSpec } from '../../../apis/core/v1/types.ts'
import { IMMUTABLE, validateLabelSelector, type LabelSelector } from '../../../apis/meta/v1/validation.ts'
import { objectAt, objectsAt, type Json } from '../fill.ts'
import { checkEnum, checkKept, checkRequired, checkTexts, isThere, numberOf, selectsAll, textOf, type Rule } from './rule.ts'

/** Jobs, daemon sets and stateful sets (apis/batch and apis/apps, validation). */
const templateOf = (spec: Json | undefined): PodTemplateSpec => (objectAt(spec, 'template') ?? {}) as PodTemplateSpec
const oldTemplateOf = (spec: Json | undefined): PodTemplateSpec | undefined => (spec === undefined ? undefined : templateOf(spec))

function checkCounts(errors: FieldError[], spec: Json | undefined, at: string, keys: readonly string[]): void {
  for (const key of keys) checkNotNegative(errors, numberOf(spec, key), `${at}.${key}`)
}

function checkSelects(errors: FieldError[], spec: Json | undefined): void {
  const { labels } = templateOf(spec).metadata ?? {}
  if (selectsAll(objectAt(spec, 'selector'), labels)) return
  errors.push(invalid('spec.template.metadata.labels', labels ? sorted(labels) : null, '`selector` does not match template `labels`'))
}

function checkSelectorKept(errors: FieldError[], spec: Json | undefined, old: Json | undefined): void {
  if (old === undefined || semanticEqual(spec?.selector, old.selector)) return
  const selector = spec?.selector as LabelSelector | undefined
  errors.push(invalid('spec.selector', selector ? selectorValue(selector) : null, IMMUTABLE))
}

/** What both sets say of their selector; false when it cannot be used. */
function checkSetSelector(errors: FieldError[], spec: Json | undefined, kind: string): void {
  const selector = objectAt(spec, 'selector') as LabelSelector | undefined
  const before = errors.length
  validateLabelSelector(errors, selector, 'spec.selector')
  const usable = errors.length === before
  if (selector && Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions?.length ?? 0) === 0)
    errors.push(invalid('spec.selector', selectorValue(selector), `empty selector is invalid for ${kind}`))
  if (usable) checkSelects(errors, spec)
}

const daemonSet: Rule = (obj, old) => {
  const errors: FieldError[] = []
  const [spec, before] = [objectAt(obj, 'spec'), objectAt(old, 'spec')]
  checkSelectorKept(errors, spec, before)
  checkSetSelector(errors, spec, 'daemonset')
  validateRunningTemplate(errors, templateOf(spec), oldTemplateOf(before), 'DaemonSet')
  checkCounts(errors, spec, 'spec', ['minReadySeconds', 'revisionHistoryLimit'])
  return errors
}

const KEPT_BY_SETS = ['volumeClaimTemplates', 'serviceName', 'podManagementPolicy']

/** The pods' volumes of the claims' names are the set's to make. */
function withClaims(spec: Json | undefined): PodTemplateSpec {
  const template = templateOf(spec)
  const names = objectsAt(spec, 'volumeClaimTemplates').map((c) => textOf(objectAt(c, 'metadata'), 'name'))
  const volumes = template.spec?.volumes?.filter((v) => !names.includes(v.name ?? '')) ?? []
  const claimed = names.map((name) => ({ name, persistentVolumeClaim: { claimName: 'claim' } }))
  const { subdomain: _s, hostname: _h, ...rest } = template.spec ?? {}
  return { ...template, spec: { ...rest, ...(names.length === 0 ? {} : { volumes: [...claimed, ...volumes] }) } } as PodTemplateSpec
}

const statefulSet: Rule = (obj, old) => {
  const errors: FieldError[] = []
  const [spec, before] = [objectAt(obj, 'spec'), objectAt(old, 'spec')]
  const policy = textOf(spec, 'podManagementPolicy')
  if (policy !== 'OrderedReady' && policy !== 'Parallel')
    errors.push(invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"))
  checkCounts(errors, spec, 'spec', ['replicas', 'minReadySeconds'])
  const service = textOf(spec, 'serviceName')
  if (service !== '' && before === undefined) checkTexts(errors, 'spec.serviceName', service, dns1123LabelErrors(service))
  if (!isThere(spec, 'selector')) errors.push(required('spec.selector'))
  checkSetSelector(errors, spec, 'statefulset')
  validateRunningTemplate(errors, withClaims(spec), before === undefined ? undefined : withClaims(before), 'StatefulSet')
  checkSelectorKept(errors, spec, before)
  checkKept(errors, spec, before, KEPT_BY_SETS, { path: 'spec.' })
  return errors
}

const JOB_COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
]

function jobSpec(errors: FieldError[], spec: Json | undefined, old: Json | undefined, at: string): void {
  checkCounts(errors, spec, at, [...JOB_COUNTS, 'maxFailedIndexes'])
  checkEnum(errors, spec, 'completionMode', ['NonIndexed', 'Indexed'], `${at}.completionMode`)
  if (spec?.completionMode === 'Indexed' && !isThere(spec, 'completions'))
    errors.push(required(`${at}.completions`, 'when completion mode is Indexed'))
  const template = templateOf(spec)
  validateTemplate(errors, template, oldTemplateOf(old), `${at}.template`)
  const path = `${at}.template.spec.restartPolicy`
  const restart = template.spec?.restartPolicy ?? ''
  const ends = ['OnFailure', 'Never']
  if (restart === '' || restart === 'Always') errors.push(required(path, 'valid values: "OnFailure", "Never"'))
  else if (!ends.includes(restart)) errors.push(notSupported(path, restart, ends))
}

/** Without manualSelector, a job selects exactly the labels that it was given for its pods. */
function generatedSelector(errors: FieldError[], obj: Json): void {
  const spec = objectAt(obj, 'spec')
  if (spec?.manualSelector === true || !isThere(spec, 'selector')) return
  const { uid, name } = obj.metadata as { uid?: string; name?: string }
  const expected = Object.fromEntries(
    ['', 'batch.kubernetes.io/'].flatMap((p) => [
      [`${p}controller-uid`, uid],
      [`${p}job-name`, name],
    ]),
  )
  if (selectsAll(spec?.selector, expected as Record<string, string>)) return
  errors.push(invalid('spec.selector', selectorValue(spec?.selector as LabelSelector), '`selector` not auto-generated'))
}

const KEPT_BY_JOBS = ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy']

/** A job that is suspended, and of which nothing runs, may still be told where its pods go and what they get. */
function isHeld(old: Json): boolean {
  const status = objectAt(old, 'status')
  const suspended = objectsAt(status, 'conditions').some((c) => c.type === 'Suspended' && c.status === 'True')
  return objectAt(old, 'spec')?.suspend === true && (!isThere(status, 'startTime') || suspended) && (numberOf(status, 'active') ?? 0) === 0
}

const DIRECTIVES = ['nodeSelector', 'tolerations', 'schedulingGates'] as const

/** `old` with what may change of a held job taken from `now`. */
function withDirectives(old: Json, now: Json): Json {
  const out: Json = { ...old }
  for (const key of DIRECTIVES) out[key] = now[key]
  const affinity: Json = { ...objectAt(old, 'affinity'), nodeAffinity: objectAt(now, 'affinity.nodeAffinity') }
  if (affinity.nodeAffinity === undefined) delete affinity.nodeAffinity
  out.affinity = Object.keys(affinity).length === 0 && !isThere(now, 'affinity') ? undefined : affinity
  for (const list of ['containers', 'initContainers']) {
    const next = objectsAt(now, list)
    if (next.length === objectsAt(old, list).length)
      out[list] = objectsAt(old, list).map((c, i) => (next[i]!.name === c.name ? { ...c, resources: next[i]!.resources } : c))
  }
  return out
}

function templateKept(errors: FieldError[], obj: Json, old: Json): void {
  const [template, before] = [objectAt(obj, 'spec.template') ?? {}, objectAt(old, 'spec.template') ?? {}]
  const spec = objectAt(template, 'spec') ?? {}
  if (isHeld(old)) {
    if (!semanticEqual(spec, withDirectives(objectAt(before, 'spec') ?? {}, spec)))
      errors.push(invalid('spec.template.spec', internalValue('PodSpec', spec), IMMUTABLE))
  } else if (!semanticEqual(template, before)) {
    const { labels, annotations, ...metadata } = (template.metadata ?? {}) as Json
    const shown = {
      ...metadata,
      ...(labels ? { labels: sorted(labels as Record<string, string>) } : {}),
      ...(annotations ? { annotations } : {}),
    }
    errors.push(invalid('spec.template', { ...shown, Spec: internalValue('PodSpec', spec) }, IMMUTABLE))
  }
}

const job: Rule = (obj, old) => {
  const errors: FieldError[] = []
  const [spec, before] = [objectAt(obj, 'spec'), objectAt(old, 'spec')]
  jobSpec(errors, spec, before, 'spec')
  if (isThere(spec, 'selector')) validateLabelSelector(errors, spec?.selector as LabelSelector, 'spec.selector')
  else errors.push(required('spec.selector'))
  checkSelects(errors, spec)
  if (old === undefined || before === undefined) {
    generatedSelector(errors, obj)
    return errors
  }
  const completions = numberOf(spec, 'completions')
  if (spec?.completionMode !== 'Indexed') checkKept(errors, spec, before, ['completions'], { path: 'spec.' })
  else if (completions !== undefined && completions !== before.completions && completions !== spec.parallelism)
    errors.push(invalid('spec.completions', completions, 'can only be modified in tandem with spec.parallelism'))
  checkSelectorKept(errors, spec, before)
  templateKept(errors, obj, old)
  checkKept(errors, spec, before, KEPT_BY_JOBS, { path: 'spec.' })
  return errors
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
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function checkSchedule(errors: FieldError[], spec: Json, old: Json | undefined): void {
  const path = 'spec.schedule'
  const schedule = textOf(spec, 'schedule')
  if (!checkRequired(errors, spec, 'schedule', path)) return
  const why = scheduleError(schedule, isDuration)
  if (why !== undefined) errors.push(invalid(path, schedule, why))
  if (!schedule.includes('TZ')) return
  if (!textOf(old, 'schedule').includes('TZ'))
    errors.push(invalid(path, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'))
  else if (isThere(spec, 'timeZone')) errors.push(invalid(path, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'))
}

function checkZone(errors: FieldError[], spec: Json, old: Json | undefined): void {
  if (!isThere(spec, 'timeZone') || (old !== undefined && old.timeZone === spec.timeZone)) return
  const zone = textOf(spec, 'timeZone')
  const refuse = (why: string): void => void errors.push(invalid('spec.timeZone', zone, why))
  if (zone === '') refuse('timeZone must be nil or non-empty string')
  else if (zone.toLowerCase() === 'local') refuse('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')
  else if (!isZone(zone)) refuse(`unknown time zone ${zone}`)
}

const cronJob: Rule = (obj, old) => {
  const errors: FieldError[] = []
  const [spec = {}, before] = [objectAt(obj, 'spec'), objectAt(old, 'spec')]
  const name = textOf(obj.metadata as Json, 'name')
  // Its jobs' names are eleven characters longer.
  if (old === undefined && name.length > MAX_NAME)
    errors.push(invalid('metadata.name', name, `must be no more than ${MAX_NAME} characters`))
  checkSchedule(errors, spec, before)
  checkZone(errors, spec, before)
  checkEnum(errors, spec, 'concurrencyPolicy', ['Allow', 'Forbid', 'Replace'], 'spec.concurrencyPolicy')
  jobSpec(errors, objectAt(spec, 'jobTemplate.spec'), objectAt(before, 'jobTemplate.spec'), 'spec.jobTemplate.spec')
  checkCounts(errors, spec, 'spec', ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'])
  return errors
}

export const workloadRules: Readonly<Record<string, Rule>> = {
  'jobs.batch': job,
  'cronjobs.batch': cronJob,
  'daemonsets.apps': daemonSet,
  'statefulsets.apps': statefulSet,
}
