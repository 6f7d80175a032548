import { ensureObject, fillUnset, objectAt } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
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
