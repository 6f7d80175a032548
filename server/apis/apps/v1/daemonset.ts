import type { FieldError } from '../../../machinery/field-errors.ts'
import { ensureObject, fillUnset, fillZero, objectAt } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { defaultPodTemplate } from '../../core/v1/defaults-pod.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import type { PodTemplateSpec } from '../../core/v1/types.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { checkCounts, checkSelectorKept, checkSetSelector, oldTemplateOf, templateOf } from './template-checks.ts'
import { validateRunningTemplate } from './workload.ts'

/** Daemon sets (apps/v1 defaults; apis/apps, validation). */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

export const NO_DAEMONS = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 }

export function defaultDaemonSet(obj: KubeObject): void {
  const s = ensureObject(obj, 'spec')
  const update = ensureObject(s, 'updateStrategy')
  fillZero(update, { type: 'RollingUpdate' })
  if (update.type === 'RollingUpdate') fillUnset(ensureObject(update, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 })
  fillUnset(s, { revisionHistoryLimit: 10 })
  defaultPodTemplate(ensureObject(s, 'template') as PodTemplateSpec)
  fillUnset(ensureObject(obj, 'status'), NO_DAEMONS)
}

// The old count of template changes, which clients may not set, lives on in an annotation.
export function countTemplateGeneration(obj: KubeObject, old: KubeObject): void {
  const before = old.metadata.annotations?.[TEMPLATE_GENERATION] ?? '1'
  const changed = !semanticEqual(objectAt(obj, 'spec.template'), objectAt(old, 'spec.template'))
  ;(obj.metadata.annotations ??= {})[TEMPLATE_GENERATION] = changed ? String(Number(before) + 1) : before
}

export function startTemplateGeneration(obj: KubeObject): void {
  ;(obj.metadata.annotations ??= {})[TEMPLATE_GENERATION] ??= '1'
}

export const validateDaemonSet: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const [spec, before] = [objectAt(obj, 'spec'), objectAt(old, 'spec')]
  checkSelectorKept(errors, spec, before)
  checkSetSelector(errors, spec, 'daemonset')
  validateRunningTemplate(errors, templateOf(spec), oldTemplateOf(before), 'DaemonSet')
  checkCounts(errors, spec, 'spec', ['minReadySeconds', 'revisionHistoryLimit'])
  return errors
}
