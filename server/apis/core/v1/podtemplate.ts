import type { FieldError } from '../../../machinery/field-errors.ts'
import { ensureObject, objectAt } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { validateTemplate } from '../../apps/v1/workload.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { defaultPodTemplate } from './defaults-pod.ts'
import { podWarnings } from './pod-warnings.ts'
import type { PodTemplateSpec } from './types.ts'

/** Pod templates (core/v1 defaults; core/validation ValidatePodTemplate). */
export function defaultPodTemplateObject(obj: KubeObject): void {
  defaultPodTemplate(ensureObject(obj, 'template') as PodTemplateSpec)
}

const templateOf = (obj: object | undefined): PodTemplateSpec => (objectAt(obj, 'template') ?? {}) as PodTemplateSpec

export const validatePodTemplateObject: Validation = (obj, old) => {
  const errors: FieldError[] = []
  validateTemplate(errors, templateOf(obj), old === undefined ? undefined : templateOf(old), 'template')
  return errors
}

/** Of an update that changes nothing but metadata there are none. */
export const podTemplateWarnings = (obj: KubeObject, old?: KubeObject): readonly string[] => {
  if (old !== undefined && obj.metadata.generation === old.metadata.generation) return []
  const { spec = {}, metadata = {} } = templateOf(obj)
  return podWarnings(spec, metadata, 'template.')
}
