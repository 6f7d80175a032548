import { invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { goInt64Error, parseGoInt64 } from '../../../machinery/query.ts'
import { badRequest } from '../../../machinery/status.ts'
import { ensureObject, fillUnset, fillZero, objectAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { defaultPodTemplate } from '../../core/v1/defaults-pod.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import type { PodTemplateSpec } from '../../core/v1/types.ts'
import { checkAtMostAll, checkIntOrPercent, intOrPercent } from '../../meta/v1/int-or-percent.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { checkCollisions, checkCounts, checkSelectorKept, checkSetSelector, oldTemplateOf, templateOf } from './template-checks.ts'
import { validateRunningTemplate } from './workload.ts'

/** Daemon sets (apps/v1 defaults; apis/apps, validation). */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

export const NO_DAEMONS = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 }

export function defaultDaemonSet(obj: KubeObject): void {
  const s = ensureObject(obj, 'spec')
  const update = ensureObject(s, 'updateStrategy')
  fillZero(update, { type: 'RollingUpdate' })
  if (update.type === 'RollingUpdate') fillUnset(ensureObject(update, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 })
  // Of another type they are no pointers inside (apis/apps): what is not said is 0.
  else fillUnset(objectAt(update, 'rollingUpdate'), { maxUnavailable: 0, maxSurge: 0 })
  fillUnset(s, { revisionHistoryLimit: 10 })
  defaultPodTemplate(ensureObject(s, 'template') as PodTemplateSpec)
  fillUnset(ensureObject(obj, 'status'), NO_DAEMONS)
  readTemplateGeneration(obj)
}

/**
 * The old count of template changes, which clients may not set, lives on in an annotation. Go makes a number of it, 0 where there is none,
 * and an annotation of that: whoever writes the object is said to own it.
 */
export function readTemplateGeneration({ metadata }: KubeObject): void {
  const text = metadata.annotations?.[TEMPLATE_GENERATION] ?? '0'
  const value = parseGoInt64(text)
  if (value === undefined) throw badRequest(`DaemonSet in version "v1" cannot be handled as a DaemonSet: ${goInt64Error(text)}`)
  ;(metadata.annotations ??= {})[TEMPLATE_GENERATION] = String(value)
}

/** What is wrong with that annotation. */
export function templateGenerationFault({ metadata }: KubeObject): string | undefined {
  const text = metadata.annotations?.[TEMPLATE_GENERATION] ?? '0'
  return parseGoInt64(text) === undefined ? goInt64Error(text) : undefined
}

export function keepTemplateGeneration(obj: KubeObject, old: KubeObject): void {
  ;(obj.metadata.annotations ??= {})[TEMPLATE_GENERATION] = old.metadata.annotations?.[TEMPLATE_GENERATION] ?? '0'
}

export function countTemplateGeneration(obj: KubeObject, old: KubeObject): void {
  const before = old.metadata.annotations?.[TEMPLATE_GENERATION] ?? '1'
  const changed = !semanticEqual(objectAt(obj, 'spec.template'), objectAt(old, 'spec.template'))
  ;(obj.metadata.annotations ??= {})[TEMPLATE_GENERATION] = changed ? String(Number(before) + 1) : before
}

export function startTemplateGeneration({ metadata }: KubeObject): void {
  const annotations = (metadata.annotations ??= {})
  if (!(Number(annotations[TEMPLATE_GENERATION]) >= 1)) annotations[TEMPLATE_GENERATION] = '1'
}

export const validateDaemonSet: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const [spec, before] = [objectAt(obj, 'spec'), objectAt(old, 'spec')]
  checkSelectorKept(errors, spec, before)
  checkSetSelector(errors, spec, 'daemonset')
  validateRunningTemplate(errors, templateOf(spec), oldTemplateOf(before), 'DaemonSet')
  checkCounts(errors, spec, 'spec', ['minReadySeconds'])
  checkUpdateStrategy(errors, objectAt(spec, 'updateStrategy') ?? {})
  checkCounts(errors, spec, 'spec', ['revisionHistoryLimit'])
  return errors
}

const ROLLING = 'spec.updateStrategy.rollingUpdate'

function checkUpdateStrategy(errors: FieldError[], strategy: JsonObject): void {
  const type = textAt(strategy, 'type')
  const rolling = objectAt(strategy, 'rollingUpdate')
  if (type === 'OnDelete') return
  if (type !== 'RollingUpdate') {
    const printed = { Type: type, RollingUpdate: rolling === undefined ? null : internalRolling(rolling) }
    errors.push(notSupported('spec.updateStrategy', printed, ['RollingUpdate', 'OnDelete']))
    return
  }
  if (rolling === undefined) {
    errors.push(required(ROLLING))
    return
  }
  const { maxUnavailable, maxSurge } = rolling
  checkIntOrPercent(errors, maxUnavailable, `${ROLLING}.maxUnavailable`)
  checkIntOrPercent(errors, maxSurge, `${ROLLING}.maxSurge`)
  checkAtMostAll(errors, maxUnavailable, `${ROLLING}.maxUnavailable`)
  checkAtMostAll(errors, maxSurge, `${ROLLING}.maxSurge`)
  const [unavailable, surge] = [intOrPercent(maxUnavailable) !== 0, intOrPercent(maxSurge) !== 0]
  if (unavailable && surge) errors.push(invalid(`${ROLLING}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'))
  if (!unavailable && !surge) errors.push(required(`${ROLLING}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'))
}

const internalRolling = ({ maxUnavailable = 0, maxSurge = 0 }: JsonObject): JsonObject => ({
  MaxUnavailable: maxUnavailable,
  MaxSurge: maxSurge,
})

const STATUS_COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
]

export const validateDaemonSetStatus: Validation = (obj, old) => {
  const errors: FieldError[] = []
  checkCounts(errors, objectAt(obj, 'status'), 'status', STATUS_COUNTS)
  checkCollisions(errors, obj, old)
  return errors
}
