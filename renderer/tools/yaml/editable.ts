import { changedPaths } from '../../kube/managed-fields.ts'
import type { Resource } from '../../kube/resource.ts'
import { isRecord, type KubeObject } from '../../kube/types.ts'

/** What the server fills in itself: nobody edits it. */
const serversOwn = [
  'managedFields',
  'resourceVersion',
  'uid',
  'creationTimestamp',
  'generation',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const

/** A status with an address of its own is ignored by a change of the object. */
const hidesStatus = (resource: Resource): boolean => resource.subresources.includes('status')

/** What there is to edit of an object. */
export function editable(object: KubeObject, resource: Resource): unknown {
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([key]) => !(serversOwn as readonly string[]).includes(key)))
  const { apiVersion, kind, metadata: _, status, ...rest } = object as KubeObject & { status?: unknown }
  // In one order, wherever the object was read.
  return { apiVersion, kind, metadata, ...rest, ...(status === undefined || hidesStatus(resource) ? {} : { status }) }
}

/** Whether there is the same to edit of both, in whatever order their fields come. */
export const saysTheSame = (a: KubeObject, b: KubeObject, resource: Resource): boolean =>
  changedPaths(editable(a, resource), editable(b, resource)).length === 0

/** The whole object again, as what was typed has it; only the version that it was typed for will be replaced. */
export function whole(typed: unknown, base: KubeObject, resource: Resource): unknown {
  if (!isRecord(typed)) return typed
  const { resourceVersion, uid } = base.metadata
  const { status } = base as { status?: unknown }
  return {
    ...typed,
    metadata: { ...(isRecord(typed.metadata) ? typed.metadata : {}), resourceVersion, uid },
    ...(hidesStatus(resource) && status !== undefined ? { status } : {}),
  }
}

/** A copy under no name yet, without what is of the one object only: for a new one. */
export function duplicate(object: KubeObject, resource: Resource): unknown {
  const copy = editable(object, resource)
  if (!isRecord(copy) || !isRecord(copy.metadata)) return copy
  const { ownerReferences: _, finalizers: __, annotations, ...metadata } = copy.metadata
  const kept = Object.entries(isRecord(annotations) ? annotations : {}).filter(
    ([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration' && key !== 'deployment.kubernetes.io/revision',
  )
  const named = { ...metadata, name: `${object.metadata.name}-copy`, ...(kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {}) }
  const { status: ___, ...rest } = copy
  return { ...rest, metadata: named }
}
