import { isDeepStrictEqual } from 'node:util'
import { invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { ensureObject, fillUnset, fillZero, isSet, numberAt, objectAt, objectsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { checkCounts, checkSelectorKept, checkSelects, oldTemplateOf, templateOf } from '../../apps/v1/template-checks.ts'
import { selectorValue, sorted, validateTemplate } from '../../apps/v1/workload.ts'
import { defaultPodTemplate } from '../../core/v1/defaults-pod.ts'
import { internalValue } from '../../core/v1/internal-form.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import type { PodTemplateSpec } from '../../core/v1/types.ts'
import { checkEnum, checkImmutable, selectsAll, type Validation } from '../../meta/v1/json-checks.ts'
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
  const own = obj.metadata.labels ?? {}
  const follows = isDeepStrictEqual(own, labels) && !empty(own)
  for (const key of NAME_LABELS) labels[key] ??= obj.metadata.name ?? ''
  for (const key of UID_LABELS) labels[key] ??= obj.metadata.uid
  fillUnset(ensureObject(ensureObject(s, 'selector'), 'matchLabels'), { 'batch.kubernetes.io/controller-uid': obj.metadata.uid })
  // Labels that are those of the template stay so.
  if (follows) obj.metadata.labels = { ...labels } as Record<string, string>
}

export const defaultFailurePolicy = (holder: JsonObject | undefined): void => {
  for (const rule of objectsAt(holder, 'podFailurePolicy.rules')) {
    for (const pattern of objectsAt(rule, 'onPodConditions')) fillZero(pattern, { status: 'True' })
  }
}

export function labelsOfTemplate(obj: KubeObject): void {
  const labels = textMap(objectAt(obj, 'spec.template.metadata.labels'))
  if (labels !== undefined && empty(obj.metadata.labels)) obj.metadata.labels = { ...labels }
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
]

export function checkJobSpec(errors: FieldError[], spec: JsonObject | undefined, old: JsonObject | undefined, at: string): void {
  checkCounts(errors, spec, at, [...JOB_COUNTS, 'maxFailedIndexes'])
  checkEnum(errors, spec, 'completionMode', ['NonIndexed', 'Indexed'], `${at}.completionMode`)
  if (spec?.completionMode === 'Indexed' && !isSet(spec, 'completions'))
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
function generatedSelector(errors: FieldError[], obj: JsonObject): void {
  const spec = objectAt(obj, 'spec')
  if (spec?.manualSelector === true || !isSet(spec, 'selector')) return
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
  checkJobSpec(errors, spec, before, 'spec')
  if (isSet(spec, 'selector')) validateLabelSelector(errors, spec?.selector as LabelSelector, 'spec.selector')
  else errors.push(required('spec.selector'))
  checkSelects(errors, spec)
  if (old === undefined || before === undefined) {
    generatedSelector(errors, obj)
    return errors
  }
  const completions = numberAt(spec, 'completions')
  if (spec?.completionMode !== 'Indexed') checkImmutable(errors, spec, before, ['completions'], { path: 'spec.' })
  else if (completions !== undefined && completions !== before.completions && completions !== spec.parallelism)
    errors.push(invalid('spec.completions', completions, 'can only be modified in tandem with spec.parallelism'))
  checkSelectorKept(errors, spec, before)
  templateKept(errors, obj, old)
  checkImmutable(errors, spec, before, KEPT_BY_JOBS, { path: 'spec.' })
  return errors
}
