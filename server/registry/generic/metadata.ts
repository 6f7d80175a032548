import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { formatTime } from '../../machinery/clock.ts'
import { hasEmpty } from '../../machinery/empty-fields.ts'
import { invalid, invalidObject, type FieldError } from '../../machinery/field-errors.ts'
import { goUintError } from '../../machinery/go-uint.ts'
import { badRequest, StatusError } from '../../machinery/status.ts'
import type { GroupResource, KubeObject, ObjectMeta } from '../../machinery/types.ts'
import type { StrategyContext } from './strategy.ts'

/** Takes the request's namespace over; an object that names another is refused (apiserver `EnsureObjectNamespaceMatchesRequestNamespace`). */
export function ensureNamespace(obj: KubeObject, namespace: string, namespaced: boolean): void {
  const own = obj.metadata.namespace ?? ''
  if (!namespaced) delete obj.metadata.namespace
  else if (own === '') obj.metadata.namespace = namespace
  else if (own !== namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
}

/** What a client says of a new object's system fields is not kept, nor shown to anybody (apiserver `WipeObjectMetaSystemFields`). */
export function wipeSystemMetadata(meta: ObjectMeta): void {
  delete meta.uid
  delete meta.creationTimestamp
  delete meta.deletionTimestamp
  delete meta.deletionGracePeriodSeconds
  delete meta.selfLink
}

/** System fields of a new object. */
export function fillSystemMetadata(obj: KubeObject, ctx: StrategyContext): void {
  const meta = obj.metadata
  wipeSystemMetadata(meta)
  meta.uid = randomUUID()
  meta.creationTimestamp = formatTime(ctx.clock.now())
}

/** A new object has no version yet. What is wrong with it otherwise is said first; the store's text (etcd3/store.go) reaches the client as a bare 500. */
export function refuseVersion({ metadata }: KubeObject): void {
  const { resourceVersion = '' } = metadata
  // What is no number of a version is taken for none.
  if (goUintError(resourceVersion) === undefined && !/^0+$/.test(resourceVersion))
    throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created')
  delete metadata.resourceVersion
}

/**
 * Fields that no update changes (apiserver `registry/rest/update.go`, BeforeUpdate): some are kept whatever the client says, some only when
 * it leaves them out; a change of those is left to validation. A selfLink is taken out on the way to storage, which a dry run does not go.
 */
export function keepSystemMetadata(obj: KubeObject, old: KubeObject, dryRun: boolean): void {
  const [meta, was] = [obj.metadata, old.metadata]
  if (!meta.uid) meta.uid = was.uid
  keep(meta, was, 'creationTimestamp')
  keep(meta, was, 'generation')
  if (was.deletionTimestamp) meta.deletionTimestamp = was.deletionTimestamp
  if (!isUnset(was.deletionGracePeriodSeconds) && isUnset(meta.deletionGracePeriodSeconds)) keep(meta, was, 'deletionGracePeriodSeconds')
  if (!dryRun) delete meta.selfLink
}

const isUnset = (value: unknown): boolean => value === undefined || value === null

function keep<K extends keyof ObjectMeta>(meta: ObjectMeta, was: ObjectMeta, field: K): void {
  if (was[field] === undefined) delete meta[field]
  else meta[field] = was[field]
}

/** When equal owners were found, where that is not at once. */
export const AFTER_ADMISSION = ' after mutating admission happens'

/** Equal owners are kept once, which the client is told (apiserver `endpoints/handlers/rest.go`). */
export function dedupeOwners(meta: ObjectMeta, warn: (text: string) => void, when: '' | typeof AFTER_ADMISSION = ''): void {
  const owners = meta.ownerReferences
  if (owners === undefined || owners === null || owners.length < 2) return
  // In normal form equal references have equal texts.
  const seen = new Set<string>()
  const again: string[] = []
  const kept = owners.filter((o) => {
    const text = JSON.stringify(o)
    const known = seen.has(text)
    if (known) again.push(o.uid)
    else seen.add(text)
    return !known
  })
  if (kept.length === owners.length) return
  meta.ownerReferences = kept
  warn(
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${again.join(', ')}`,
  )
}

const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])

/** Built-in kinds take no short finalizers but their own (core validation, ValidateObjectMeta). */
export function finalizerNameErrors(meta: ObjectMeta): FieldError[] {
  const errors: FieldError[] = []
  for (const [i, f] of (meta.finalizers ?? []).entries()) {
    if (f.includes('/') || STANDARD_FINALIZERS.has(f)) continue
    errors.push(invalid(`metadata.finalizers[${i}]`, f, 'name is neither a standard finalizer name nor is it fully qualified'))
  }
  return errors
}

/** True when two objects differ outside metadata and status: what metadata.generation counts. */
export function desiredStateDiffers(a: KubeObject, b: KubeObject): boolean {
  const strip = ({ metadata: _m, status: _s, apiVersion: _a, kind: _k, ...rest }: KubeObject): object => rest
  return !isDeepStrictEqual(strip(a), strip(b))
}

/**
 * A strategy's part of an update where an empty list or map in the field, each time that it is sent, is another generation: none is stored,
 * and upstream compares with reflect.DeepEqual.
 */
export const countingEmpty =
  (field: string) =>
  (obj: KubeObject, old: KubeObject): void => {
    if (hasEmpty(obj, field)) obj.metadata.generation = (old.metadata.generation ?? 0) + 1
  }

/** An update must name a version where strategies do not take one without. The error names the resource where others name the kind. */
export function unconditionalUpdate({ groupResource: { group, resource } }: { groupResource: GroupResource }, name: string): Error {
  return invalidObject({ group, kind: resource }, name, [invalid('metadata.resourceVersion', 0, 'must be specified for an update')])
}
