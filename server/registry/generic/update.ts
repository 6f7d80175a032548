import type { Entry } from '../../cache/entry.ts'
import { copyJson } from '../../machinery/copy-json.ts'
import type { FieldError } from '../../machinery/field-errors.ts'
import { badRequest, notFound, StatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { validateObjectMetaUpdate } from '../../apis/meta/v1/validation.ts'
import { translated } from './errors.ts'
import { dedupeOwners, desiredStateDiffers, ensureNamespace, keepSystemMetadata, unconditionalUpdate } from './metadata.ts'
import type { GuardedChange, Store } from './store.ts'
import type { Strategy, StrategyContext } from './strategy.ts'

/** Which part of an object an update may change, and the rules for it: the main resource, `/status`, or another subresource. */
export interface UpdateRules {
  subresource: string
  prepare(obj: KubeObject, old: KubeObject, context: StrategyContext): void
  validate(obj: KubeObject, old: KubeObject, context: StrategyContext): FieldError[]
}

export interface UpdateRequest {
  namespace: string
  name: string
  context: StrategyContext
  rules: UpdateRules
  /** Makes the wanted object from the current one; may run again, may not change `current`. Called with undefined only when a create is allowed. */
  change(current: KubeObject | undefined): KubeObject | Promise<KubeObject>
  /** Whether a missing object is created (PUT on some resources). */
  createIfMissing?: boolean
  /** The object's uid, where the client says for which one the update is. */
  uid?: string | undefined
}

export interface UpdateResult {
  entry: Entry
  created: boolean
}

/** The rules of PUT and PATCH on the object itself. */
export function mainRules(store: Store): UpdateRules {
  const { strategy } = store.resource
  return {
    subresource: '',
    prepare(obj, old, context) {
      if (store.hasStatus) copyField(obj, old, 'status')
      strategy.prepareForUpdate?.(obj, old, context)
    },
    validate: (obj, old, context) => strategy.validateUpdate?.(obj, old, context) ?? strategy.validate?.(obj, context) ?? [],
  }
}

/** The rules of `/status`: everything else stays as it is (apiserver `registry/rest`, ResetObjectMetaForStatus). */
export function statusRules(store: Store): UpdateRules {
  const { strategy } = store.resource
  return {
    subresource: 'status',
    prepare(obj, old, context) {
      if (strategy.prepareForStatusUpdate !== undefined) return strategy.prepareForStatusUpdate(obj, old, context)
      const { status, metadata } = obj
      for (const field of Object.keys(obj)) delete obj[field]
      Object.assign(obj, copyJson(old))
      if (!store.resource.traits.statusAlone) obj.metadata = metadata
      if (status === undefined) delete obj.status
      else obj.status = status
    },
    validate: (obj, old, context) => strategy.validateStatusUpdate?.(obj, old, context) ?? [],
  }
}

function copyField(to: KubeObject, from: KubeObject, field: string): void {
  if (from[field] === undefined) delete to[field]
  else to[field] = copyJson(from[field])
}

/** Update or patch with optimistic concurrency; an update that changes nothing writes nothing. */
export async function updateObject(store: Store, request: UpdateRequest): Promise<UpdateResult> {
  const { namespace, name, context } = request
  let created = false
  const deleted: { last?: Entry | undefined } = {}
  const entry = await translated(store.groupResource, name, () =>
    store.guarded(
      namespace,
      name,
      async (current) => {
        created = current === undefined
        if (current === undefined) {
          // The create flow has its own rules; guarded() writes nothing here.
          if (request.createIfMissing !== true) throw notFound(store.groupResource, name)
          return { action: 'keep' }
        }
        const next = await nextState(store, request, current)
        deleted.last = next.action === 'delete' ? next.last : undefined
        return next
      },
      context.dryRun,
    ),
  )
  const { last } = deleted
  if (last !== undefined) {
    if (!context.dryRun) await store.resource.strategy.afterDelete?.(last.object())
    return { entry: last, created: false }
  }
  if (entry !== undefined && !created) {
    if (request.rules.subresource === '') store.accepted(entry, context)
    return { entry, created: false }
  }
  checkUid(store, request, '')
  const obj = await request.change(undefined)
  // Whatever version the client thought of, there is none.
  delete obj.metadata.resourceVersion
  return { entry: await store.create(obj, namespace, context), created: true }
}

async function nextState(store: Store, request: UpdateRequest, current: Entry): Promise<GuardedChange> {
  const { context, rules, name } = request
  const { strategy } = store.resource
  const old = current.object()
  checkUid(store, request, old.metadata.uid ?? '')
  const obj = await request.change(old)
  checkIdentity(store, obj, request)
  const sent = obj.metadata.resourceVersion ?? ''
  const based = /^0+$/.test(sent) ? '' : sent
  if (based !== '' && !/^\d+$/.test(based))
    throw new StatusError(500, '', `strconv.ParseUint: parsing ${JSON.stringify(based)}: invalid syntax`)
  if (based !== '' && based !== String(current.revision)) throw store.conflict(name)
  if (based === '' && store.resource.traits.versionedUpdates) throw unconditionalUpdate(store, name)
  obj.metadata.resourceVersion = String(current.revision)
  keepSystemMetadata(obj, old)
  dedupeOwners(obj.metadata, context.warn)
  if (rules.subresource === '') {
    strategy.default?.(obj)
    if (strategy.beginUpdate !== undefined) {
      const reservation = await strategy.beginUpdate(obj, old, context)
      try {
        const next = await prepared(store, request, current, obj, old)
        if (next.action !== 'keep') return { ...next, reservation }
        await reservation.undo()
        return next
      } catch (e) {
        await reservation.undo()
        throw e
      }
    }
  }
  return prepared(store, request, current, obj, old)
}

/** The part of an update between its object and its write: strategy, admission, validation. */
async function prepared(store: Store, request: UpdateRequest, current: Entry, obj: KubeObject, old: KubeObject): Promise<GuardedChange> {
  const { context, rules, namespace, name } = request
  const { strategy, schema } = store.resource
  const warnings: string[] = []
  // Only an object that is right is worth a warning.
  const quiet = { ...context, warn: (text: string) => void warnings.push(text) }
  rules.prepare(obj, old, quiet)
  if (store.countsGenerations && desiredStateDiffers(obj, old)) obj.metadata.generation = (old.metadata.generation ?? 0) + 1
  const admitted = store.deps.admission.admit({
    operation: 'UPDATE',
    resource: store.resource,
    subresource: rules.subresource,
    namespace,
    name,
    object: obj,
    old,
    context,
  })
  if (admitted !== undefined) await admitted
  const errors = [
    ...store.metaErrors(obj),
    ...validateObjectMetaUpdate(obj.metadata, old.metadata, 'metadata'),
    ...rules.validate(obj, old, quiet),
  ]
  if (errors.length > 0) throw store.invalid(obj, dedupe(errors))
  for (const text of warnings) context.warn(text)
  strategy.canonicalize?.(obj)
  const value = store.encode(obj)
  // The answer to the update that deletes is the object as the client wanted it.
  if (finished(obj, strategy))
    return { action: 'delete', last: store.resource.cache.preview(current.key, value, schema.indexOf(obj), current) }
  if (current.isStoredAs(value) ?? value.equals(store.encode(old))) return { action: 'keep' }
  return { action: 'put', value, parts: schema.indexOf(obj), ttlSeconds: strategy.ttlSeconds?.(obj) }
}

// Generic and strategy checks overlap as they do upstream, where one list is built by one function.
function dedupe(errors: FieldError[]): FieldError[] {
  const seen = new Set<string>()
  return errors.filter((e) => {
    const key = `${e.type} ${e.field} ${e.body}`
    return !seen.has(key) && seen.add(key) !== undefined
  })
}

function checkIdentity(store: Store, obj: KubeObject, request: UpdateRequest): void {
  const { name, namespace } = request
  const own = obj.metadata.name ?? ''
  if (own === '') throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (own !== name) throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`)
  ensureNamespace(obj, namespace, store.resource.namespaced)
}

/** A PUT that names a uid is for that object and no other; storage's words for it, as upstream. */
function checkUid(store: Store, { uid, namespace, name }: UpdateRequest, own: string): void {
  if (uid === undefined || uid === '' || uid === own) return
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${own}`
  // Upstream's storage knows no better version here than 0.
  const key = store.keyOf(namespace, name)
  throw store.conflict(name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`)
}

/** Marked for deletion with nothing left to wait for: the update that removes the last finalizer deletes the object. */
function finished(obj: KubeObject, strategy: Strategy): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = obj.metadata
  if (!deletionTimestamp || (finalizers?.length ?? 0) > 0 || (deletionGracePeriodSeconds ?? 0) > 0) return false
  return strategy.waitsForContent?.(obj) !== true
}
