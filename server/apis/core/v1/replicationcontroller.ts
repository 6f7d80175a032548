import { required, type FieldError } from '../../../machinery/field-errors.ts'
import { ensureObject, fillUnset, isSet, numberAt, objectAt } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { unselected, validateRunningTemplate } from '../../apps/v1/workload.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { checkNotNegative } from './checks.ts'
import { defaultPodTemplate } from './defaults-pod.ts'
import type { PodTemplateSpec } from './types.ts'

/** Defaults of replication controllers (core/v1 defaults). */
export function defaultReplicationController(obj: KubeObject): void {
  const s = ensureObject(obj, 'spec')
  fillUnset(s, { replicas: 1 })
  fillUnset(ensureObject(obj, 'status'), { replicas: 0 })
  if (s.template === undefined) return
  const labels = objectAt(s, 'template.metadata.labels') as Record<string, string> | undefined
  if (labels !== undefined) {
    if (Object.keys(s.selector ?? {}).length === 0) s.selector = { ...labels }
    if (Object.keys(obj.metadata.labels ?? {}).length === 0) obj.metadata.labels = { ...labels }
  }
  defaultPodTemplate(ensureObject(s, 'template') as PodTemplateSpec)
}

export const validateReplicationController: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec') ?? {}
  const selector = (objectAt(spec, 'selector') ?? {}) as Record<string, string>
  checkNotNegative(errors, numberAt(spec, 'minReadySeconds'), 'spec.minReadySeconds')
  if (Object.keys(selector).length === 0) errors.push(required('spec.selector'))
  checkNotNegative(errors, numberAt(spec, 'replicas'), 'spec.replicas')
  if (!isSet(spec, 'template')) {
    errors.push(required('spec.template'))
    return errors
  }
  const template = spec.template as PodTemplateSpec
  const labels = template.metadata?.labels
  if (Object.entries(selector).some(([key, value]) => labels?.[key] !== value)) errors.push(unselected(template))
  validateRunningTemplate(errors, template, objectAt(old, 'spec.template') as PodTemplateSpec | undefined, 'ReplicationController')
  return errors
}
