import { ensureObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { defaultPodTemplate } from './defaults-pod.ts'
import type { PodTemplateSpec } from './types.ts'

/** Defaults of pod templates (core/v1 defaults). */
export function defaultPodTemplateObject(obj: KubeObject): void {
  defaultPodTemplate(ensureObject(obj, 'template') as PodTemplateSpec)
}
