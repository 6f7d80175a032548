import { conflict, notFound } from '../../../machinery/status.ts'
import { invalidObject, type FieldError } from '../../../machinery/field-errors.ts'
import { selectorFromObject, type LabelSelectorObject } from '../../../machinery/labels.ts'
import type { GroupResource, KubeObject, ObjectMeta } from '../../../machinery/types.ts'
import { checkNotNegative } from '../../core/v1/checks.ts'
import type { LabelSelector } from '../../meta/v1/validation.ts'

/** autoscaling/v1 Scale: the replicas of a workload as a resource of their own. */
export interface Scale {
  apiVersion: 'autoscaling/v1'
  kind: 'Scale'
  metadata: ObjectMeta
  spec: { replicas?: number }
  status: { replicas: number; selector?: string }
  [field: string]: unknown
}

interface Scalable {
  spec?: { replicas?: number; selector?: LabelSelector | Record<string, string> }
  status?: { replicas?: number }
}

/** The scale of a Deployment, ReplicaSet or StatefulSet, or of a ReplicationController, whose selector is labels and nothing else. */
export function toScale(obj: KubeObject): Scale {
  const { spec, status } = obj as unknown as Scalable
  const wanted = obj.kind === 'ReplicationController' ? { matchLabels: spec?.selector } : spec?.selector
  const { name, namespace, uid, resourceVersion, creationTimestamp } = obj.metadata
  const selector = selectorFromObject(wanted as LabelSelectorObject | undefined)?.toString() ?? ''
  const replicas = spec?.replicas ?? 0
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    // replicas is left out when zero, as Go does for omitempty.
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: status?.replicas ?? 0, ...(selector === '' ? {} : { selector }) },
  }
}

/** Throws Conflict for a scale that names the uid of another object. */
export function checkScaleIdentity(obj: KubeObject, { metadata: { uid } }: KubeObject, { group, resource }: GroupResource): void {
  if (!uid || uid === obj.metadata.uid) return
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${obj.metadata.uid}`
  throw conflict({ group, resource: `${resource}/scale` }, obj.metadata.name ?? '', why)
}

/**
 * The object with the replicas of a scale: a changed copy. Throws Invalid for a negative number; the resourceVersion goes along, for the
 * store to compare.
 */
export function applyScale(obj: KubeObject, scale: KubeObject, resource: GroupResource): KubeObject {
  const name = obj.metadata.name ?? ''
  if (!obj.metadata.resourceVersion) throw notFound({ group: resource.group, resource: `${resource.resource}/scale` }, name)
  const replicas = (scale.spec as { replicas?: number } | undefined)?.replicas ?? 0
  const errors: FieldError[] = []
  checkNotNegative(errors, replicas, 'spec.replicas')
  if (errors.length > 0) throw invalidObject({ group: 'autoscaling', kind: 'Scale' }, name, errors)
  const { resourceVersion } = scale.metadata
  const metadata = { ...obj.metadata }
  if (resourceVersion) metadata.resourceVersion = resourceVersion
  else delete metadata.resourceVersion
  return { ...obj, metadata, spec: { ...(obj.spec as object), replicas } }
}
