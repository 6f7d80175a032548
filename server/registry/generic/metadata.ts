import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { formatTime } from '../../machinery/clock.ts'
import { invalid, invalidObject } from '../../machinery/field-errors.ts'
import { badRequest, StatusError } from '../../machinery/status.ts'
import type { GroupResource, KubeObject } from '../../machinery/types.ts'
import type { StrategyContext } from './strategy.ts'

/** Takes the request's namespace over; an object that names another is refused (apiserver `EnsureObjectNamespaceMatchesRequestNamespace`). */
export function ensureNamespace(obj: KubeObject, namespace: string, namespaced: boolean): void {
  const own = obj.metadata.namespace ?? ''
  if (!namespaced) {
    // Cluster-scoped objects with a namespace are left to validation, which forbids it.
    return
  }
  if (own === '') obj.metadata.namespace = namespace
  else if (own !== namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
}

/** System fields of a new object; what a client sent for them is not kept. */
export function fillSystemMetadata(obj: KubeObject, ctx: StrategyContext): void {
  const meta = obj.metadata
  // etcd3 store: "resourceVersion should not be set on objects to be created" reaches the client as a bare 500.
  if (meta.resourceVersion) throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created')
  delete meta.deletionTimestamp
  delete meta.deletionGracePeriodSeconds
  delete meta.selfLink
  delete meta.managedFields
  delete meta.generation
  meta.uid = randomUUID()
  meta.creationTimestamp = formatTime(ctx.clock.now())
}

/** Fields that no update changes; taken from the stored object when the client left them out. */
export function keepSystemMetadata(obj: KubeObject, old: KubeObject): void {
  const [meta, was] = [obj.metadata, old.metadata]
  if (!meta.uid) meta.uid = was.uid
  if (!meta.creationTimestamp) meta.creationTimestamp = was.creationTimestamp
  copyOrDelete(meta, was, 'deletionTimestamp')
  copyOrDelete(meta, was, 'deletionGracePeriodSeconds')
  copyOrDelete(meta, was, 'generation')
  copyOrDelete(meta, was, 'generateName', meta.generateName)
  delete meta.selfLink
  delete meta.managedFields
}

function copyOrDelete<K extends 'deletionTimestamp' | 'deletionGracePeriodSeconds' | 'generation' | 'generateName'>(
  meta: KubeObject['metadata'],
  was: KubeObject['metadata'],
  field: K,
  own?: unknown,
): void {
  if (own !== undefined) return
  if (was[field] === undefined) delete meta[field]
  else meta[field] = was[field]
}

/** True when two objects differ outside metadata and status: what metadata.generation counts. */
export function desiredStateDiffers(a: KubeObject, b: KubeObject): boolean {
  const strip = ({ metadata: _m, status: _s, apiVersion: _a, kind: _k, ...rest }: KubeObject): object => rest
  return !isDeepStrictEqual(strip(a), strip(b))
}

/** An update must name a version where strategies do not take one without. The error names the resource where others name the kind. */
export function unconditionalUpdate({ groupResource: { group, resource } }: { groupResource: GroupResource }, name: string): Error {
  return invalidObject({ group, kind: resource }, name, [invalid('metadata.resourceVersion', 0, 'must be specified for an update')])
}
