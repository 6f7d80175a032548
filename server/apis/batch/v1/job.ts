import { invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import {
  ensureObject,
  fillUnset,
  fillZero,
  isSet,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
  type JsonObject,
} from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { checkCounts, checkSelectorKept, checkSelects, oldTemplateOf, templateOf } from '../../apps/v1/template-checks.ts'
import { selectorValue, sorted, validateTemplate } from '../../apps/v1/workload.ts'
import { defaultPodTemplate } from '../../core/v1/defaults-pod.ts'
import { internalValue } from '../../core/v1/internal-form.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import type { PodTemplateSpec } from '../../core/v1/types.ts'
import { checkDomainPrefixedPath } from '../../core/v1/domain-path.ts'
import { checkMaxBytes } from '../../core/v1/checks.ts'
import { dns1123LabelErrors } from '../../../machinery/names.ts'
import { checkImmutable, selectsAll, type Validation } from '../../meta/v1/json-checks.ts'
import { checkCompletionMode, checkFailurePolicy, checkReplacementPolicy, checkSuccessPolicy } from './job-policies.ts'
import { IMMUTABLE, validateLabelSelector, type LabelSelector } from '../../meta/v1/validation.ts'

/** Jobs (batch/v1 defaults; apis/batch, validation). */
const MAX_INT32 = 2_147_483_647

const textMap = (value: unknown): Record<string, string> | undefined => value as Record<string, string> | undefined

const empty = (value: object | undefined): boolean => Object.keys(value ?? {}).length === 0

function defaultJobSpec(s: JsonObject): void {
  if (s.completions === undefined && s.parallelism === undefined) fillUnset(s, { completions: 1 })
  fillUnset(s, {
    parallelism: 1,
    backoffLimit: s.backoffLimitPerIndex === undefined ? 6 : MAX_INT32,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: s.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
    manualSelector: false,
  })
}

const UID_LABELS = ['controller-uid', 'batch.kubernetes.io/controller-uid']
const NAME_LABELS = ['job-name', 'batch.kubernetes.io/job-name']

/** A job selects its pods by its own uid unless the user takes that over. */
export function generateSelector(obj: KubeObject): void {
  const s = ensureObject(obj, 'spec')
  const labels = ensureObject(ensureObject(ensureObject(s, 'template'), 'metadata'), 'labels')
  // Labels that come from the template (labelsOfTemplate) stay those of the template.
  const follows = obj.metadata.labels === labels
  for (const key of NAME_LABELS) labels[key] ??= obj.metadata.name ?? ''
  for (const key of UID_LABELS) labels[key] ??= obj.metadata.uid
  fillUnset(ensureObject(ensureObject(s, 'selector'), 'matchLabels'), { 'batch.kubernetes.io/controller-uid': obj.metadata.uid })
  if (follows) obj.metadata.labels = labels as Record<string, string>
}

export const defaultFailurePolicy = (holder: JsonObject | undefined): void => {
  for (const rule of objectsAt(holder, 'podFailurePolicy.rules')) {
    for (const pattern of objectsAt(rule, 'onPodConditions')) fillZero(pattern, { status: 'True' })
  }
}

/** A job without labels of its own has those of its template: the same object, so that labels that are generated are the job's too. */
export function labelsOfTemplate(obj: KubeObject): void {
  const labels = textMap(objectAt(obj, 'spec.template.metadata.labels'))
  if (labels !== undefined && !empty(labels) && empty(obj.metadata.labels)) obj.metadata.labels = labels
}

export function defaultJob(obj: KubeObject): void {
  const s = ensureObject(obj, 'spec')
  defaultJobSpec(s)
  labelsOfTemplate(obj)
  defaultPodTemplate(ensureObject(s, 'template') as PodTemplateSpec)
  defaultFailurePolicy(s)
  obj.status ??= {}
}

const JOB_COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
]
const MAX_MANAGED_BY = 63

export function checkJobSpec(errors: FieldError[], spec: JsonObject | undefined, old: JsonObject | undefined, at: string): void {
  checkCounts(errors, spec, at, JOB_COUNTS)
  if (isSet(spec, 'maxFailedIndexes') && !isSet(spec, 'backoffLimitPerIndex'))
    errors.push(required(`${at}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'))
  if (isSet(spec, 'managedBy')) {
    const manager = textAt(spec, 'managedBy')
    checkDomainPrefixedPath(errors, manager, `${at}.managedBy`)
    checkMaxBytes(errors, manager, MAX_MANAGED_BY, `${at}.managedBy`)
  }
  checkCompletionMode(errors, spec, at)
  if (isSet(spec, 'podFailurePolicy')) checkFailurePolicy(errors, spec!, `${at}.podFailurePolicy`)
  if (isSet(spec, 'successPolicy')) {
    if (spec?.completionMode === 'Indexed') checkSuccessPolicy(errors, spec, `${at}.successPolicy`)
    else
      errors.push(invalid(`${at}.successPolicy`, internalValue('SuccessPolicy', spec?.successPolicy), 'requires indexed completion mode'))
  }
  checkReplacementPolicy(errors, spec, `${at}.podReplacementPolicy`)
  const template = templateOf(spec)
  validateTemplate(errors, template, oldTemplateOf(old), `${at}.template`)
  const path = `${at}.template.spec.restartPolicy`
  const restart = template.spec?.restartPolicy ?? ''
  const ends = ['OnFailure', 'Never']
  if (restart === '' || restart === 'Always') errors.push(required(path, 'valid values: "OnFailure", "Never"'))
  else if (!ends.includes(restart)) errors.push(notSupported(path, restart, ends))
  else if (isSet(spec, 'podFailurePolicy') && restart !== 'Never')
    errors.push(invalid(path, restart, 'only "Never" is supported when podFailurePolicy is specified'))
}

/** Without manualSelector, a job's pods have the labels that name it, and it selects them by no others. */
function generatedSelector(errors: FieldError[], obj: JsonObject): void {
  const spec = objectAt(obj, 'spec')
  if (spec?.manualSelector === true || !isSet(spec, 'selector')) return
  const { uid, name } = obj.metadata as { uid?: string; name?: string }
  const labels = textMap(objectAt(spec, 'template.metadata.labels')) ?? {}
  const expected: Record<string, string> = {}
  for (const prefix of ['', 'batch.kubernetes.io/']) {
    for (const [key, value = ''] of [
      [`${prefix}controller-uid`, uid],
      [`${prefix}job-name`, name],
    ] as const) {
      expected[key] = value
      const path = `spec.template.metadata.labels[${key}]`
      if (labels[key] === undefined) errors.push(required(path, `must be '${value}'`))
      else if (labels[key] !== value) errors.push(invalid(path, sorted(labels), `must be '${value}'`))
    }
  }
  // What is wrong with a selector that is none is told elsewhere.
  const wrong: FieldError[] = []
  validateLabelSelector(wrong, spec?.selector as LabelSelector, 'spec.selector')
  if (wrong.length > 0 || selectsAll(spec?.selector, expected)) return
  errors.push(invalid('spec.selector', selectorValue(spec?.selector as LabelSelector), '`selector` not auto-generated'))
}

/** The pods of an indexed job have its name and their index for a hostname. */
function nameAllowsCompletions(errors: FieldError[], obj: JsonObject): void {
  const { name = '' } = obj.metadata as { name?: string }
  const completions = numberAt(obj, 'spec.completions') ?? 0
  if (textAt(obj, 'spec.completionMode') !== 'Indexed' || completions <= 0) return
  const hostname = `${name}-${Number(completions) - 1}`
  if (dns1123LabelErrors(hostname).length > 0)
    errors.push(invalid('metadata.name', name, `will not able to create pod with invalid DNS label: ${hostname}`))
}

/** What is fixed, with the internal type of values that are printed whole. */
const KEPT_BY_JOBS = [
  ['completionMode', 'string'],
  ['podFailurePolicy', '*PodFailurePolicy'],
  ['backoffLimitPerIndex', 'number'],
  ['managedBy', 'string'],
  ['successPolicy', '*SuccessPolicy'],
] as const

/** A job that is suspended, and of which nothing runs, may still be told where its pods go and what they get. */
function isHeld(old: JsonObject): boolean {
  const status = objectAt(old, 'status')
  const suspended = objectsAt(status, 'conditions').some((c) => c.type === 'Suspended' && c.status === 'True')
  return objectAt(old, 'spec')?.suspend === true && (!isSet(status, 'startTime') || suspended) && (numberAt(status, 'active') ?? 0) === 0
}

const DIRECTIVES = ['nodeSelector', 'tolerations', 'schedulingGates'] as const

/** `old` with what may change of a held job taken from `now`. */
function withDirectives(old: JsonObject, now: JsonObject): JsonObject {
  const out: JsonObject = { ...old }
  for (const key of DIRECTIVES) out[key] = now[key]
  const affinity: JsonObject = { ...objectAt(old, 'affinity'), nodeAffinity: objectAt(now, 'affinity.nodeAffinity') }
  if (affinity.nodeAffinity === undefined) delete affinity.nodeAffinity
  out.affinity = Object.keys(affinity).length === 0 && !isSet(now, 'affinity') ? undefined : affinity
  for (const list of ['containers', 'initContainers']) {
    const next = objectsAt(now, list)
    if (next.length === objectsAt(old, list).length)
      out[list] = objectsAt(old, list).map((c, i) => (next[i]!.name === c.name ? { ...c, resources: next[i]!.resources } : c))
  }
  return out
}

function templateKept(errors: FieldError[], obj: JsonObject, old: JsonObject): void {
  const [template, before] = [objectAt(obj, 'spec.template') ?? {}, objectAt(old, 'spec.template') ?? {}]
  const spec = objectAt(template, 'spec') ?? {}
  if (isHeld(old)) {
    if (!semanticEqual(spec, withDirectives(objectAt(before, 'spec') ?? {}, spec)))
      errors.push(invalid('spec.template.spec', internalValue('PodSpec', spec), IMMUTABLE))
  } else if (!semanticEqual(template, before)) {
    const { labels, annotations, ...metadata } = (template.metadata ?? {}) as JsonObject
    const shown = {
      ...metadata,
      ...(labels ? { labels: sorted(labels as Record<string, string>) } : {}),
      ...(annotations ? { annotations } : {}),
    }
    errors.push(invalid('spec.template', { ...shown, Spec: internalValue('PodSpec', spec) }, IMMUTABLE))
  }
}

export const validateJob: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const [spec, before] = [objectAt(obj, 'spec'), objectAt(old, 'spec')]
  if (before === undefined) generatedSelector(errors, obj)
  checkJobSpec(errors, spec, before, 'spec')
  const told = errors.length
  if (isSet(spec, 'selector')) validateLabelSelector(errors, spec?.selector as LabelSelector, 'spec.selector')
  // Of a selector that cannot be read it is not said what it selects.
  const isReadable = errors.length === told
  if (!isSet(spec, 'selector')) errors.push(required('spec.selector'))
  if (isReadable) checkSelects(errors, spec)
  if (old !== undefined && before !== undefined) {
    checkCompletionsKept(errors, spec, before)
    checkSelectorKept(errors, spec, before)
    templateKept(errors, obj, old)
    for (const [key, type] of KEPT_BY_JOBS) {
      const value = spec?.[key]
      if (!semanticEqual(value, before[key]))
        errors.push(invalid(`spec.${key}`, value === undefined ? null : internalValue(type, value), IMMUTABLE))
    }
  }
  nameAllowsCompletions(errors, obj)
  return errors
}

function checkCompletionsKept(errors: FieldError[], spec: JsonObject | undefined, before: JsonObject): void {
  const completions = numberAt(spec, 'completions')
  if (spec?.completionMode !== 'Indexed') checkImmutable(errors, spec, before, ['completions'], { path: 'spec.' })
  else if (completions !== undefined && completions !== before.completions && completions !== spec.parallelism)
    errors.push(invalid('spec.completions', completions, 'can only be modified in tandem with spec.parallelism'))
}
