// Long because the whole way of a write stands on one page: who may change an object or refuse it.
import { goQuote } from '../../machinery/go-quote.ts'
import { isDeepStrictEqual } from 'node:util'
import { validateObjectMetaUpdate } from '../../apis/meta/v1/validation.ts'
import type { Entry } from '../../cache/entry.ts'
import { copyingJson, copyJson } from '../../machinery/copy-json.ts'
import { addErrors, type FieldError } from '../../machinery/field-errors.ts'
import { generateName } from '../../machinery/generate-name.ts'
import { goUintError } from '../../machinery/go-uint.ts'
import { inTurns, type Pausing, Slice } from '../../machinery/slice.ts'
import { alreadyExists, badRequest, generatedNameExists, notFound, StatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { forgetEmptyLists } from '../../scheme/empty-lists.ts'
import { KeyExistsError, RequestTooLargeError } from '../../storage/contract.ts'
import { mutate, validate, type Admitted } from './attributes.ts'
import { statusFromStorage, translated } from './errors.ts'
import {
  AFTER_ADMISSION,
  dedupeOwners,
  desiredStateDiffers,
  ensureNamespace,
  fillSystemMetadata,
  keepSystemMetadata,
  refuseVersion,
  unconditionalUpdate,
  wipeSystemMetadata,
} from './metadata.ts'
import type { Store } from './store.ts'
import type { TryUpdateResult } from './stored-resource.ts'
import type { Reservation, Strategy, StrategyContext } from './strategy.ts'
import type { UpdateRules } from './update-rules.ts'

/**
 * The way of every write, of every kind and subresource. Who may change an object or refuse it stands on this page and nowhere else:
 *
 *   create   default → field manager → mutating admission → system fields → reserve → prepare → validate → validating admission → insert
 *   update   change → default → field manager → mutating admission → keep system fields → reserve → prepare → validate → validating admission → guarded write
 *
 * A large object takes longer at a step than others may have to wait: between steps they get their turn.
 * Objects come decoded and converted to the stored version. The server's own writes go the same way, with `context.internal` set.
 */

export interface CreateRequest {
  /** Is changed. */
  object: KubeObject
  namespace: string
  context: StrategyContext
  /** The object came of a server-side apply, which has said already who owns what. */
  applied?: boolean
  /** Through which it came, where an update of one creates the object. */
  subresource?: string
  /** Asked before validating admission is, where the request was let through as another than a create. Throws a StatusError. */
  authorize?: () => Promise<void>
}

/** Names that are tried for metadata.generateName (KEP-4420). */
const NAME_TRIES = 8

/** Creates an object; returns it as stored. All failures are StatusErrors. */
export async function createIn(store: Store, request: CreateRequest): Promise<Entry> {
  const { object, namespace, context, subresource = '' } = request
  const { resource } = store
  const slice = new Slice()
  wipeSystemMetadata(object.metadata)
  ensureNamespace(object, namespace, resource.namespaced)
  dedupeOwners(object.metadata, context.warn)
  resource.strategy.default?.(object, context.clock.now())
  if (slice.over) await slice.next()
  if (request.applied !== true) await trackFields(store, undefined, object, subresource, context, slice)
  if (slice.over) await slice.next()
  await mutateTracked(store, { operation: 'CREATE', subresource, namespace, name: object.metadata.name ?? '', object, context })
  forgetEmpty(store, object)
  ensureNamespace(object, namespace, resource.namespaced)
  dedupeOwners(object.metadata, context.warn, AFTER_ADMISSION)
  const { name, generateName: base } = object.metadata
  if (name || !base) return store.accepted(await attempt(store, request), context)
  // A name that is taken is found out by the write; each try prepares an object of its own, since kinds put the name into other fields.
  for (let tries = 1; ; tries++) {
    const named = await namedCopy(object, slice)
    named.metadata.name = resource.strategy.namesAreNotGenerated === true ? base : generateName(base)
    try {
      return store.accepted(await attempt(store, { ...request, object: named }), context)
    } catch (e) {
      if (!(e instanceof StatusError && e.reason === 'AlreadyExists' && tries < NAME_TRIES)) throw e
    }
  }
}

/** A copy to be given a name. What managers own is the same whatever the name is, and nobody changes it. */
async function namedCopy(object: KubeObject, slice: Slice): Promise<KubeObject> {
  const { managedFields } = object.metadata
  if (managedFields === undefined) return inTurns(copyingJson(object), slice)
  const bare: KubeObject = { ...object, metadata: { ...object.metadata, managedFields: [] } }
  const copy = await inTurns(copyingJson(bare), slice)
  copy.metadata.managedFields = managedFields.map((entry) => ({ ...(entry as object) }))
  return copy
}

/** From the name to the write. What was reserved for the object is given back when it is refused. */
async function attempt(store: Store, { object, namespace, context, applied, authorize, subresource = '' }: CreateRequest): Promise<Entry> {
  let reservation: Reservation | undefined
  const slice = new Slice()
  try {
    fillSystemMetadata(object, context)
    // Storage of a status reserves nothing (a service's address), whatever it creates.
    reservation = subresource === '' ? await store.resource.strategy.beginCreate?.(object, context) : undefined
    await prepareCreate(store, object, context, slice)
    await authorize?.()
    await validate(store, { operation: 'CREATE', subresource, namespace, name: object.metadata.name ?? '', object, context })
    if (slice.over) await slice.next()
    if (!context.dryRun) refuseVersion(object)
    const entry = await store.insert(object, context).catch((e: unknown) => {
      if (!isTooLarge(e, applied)) throw e
      delete object.metadata.managedFields
      return store.insert(object, context)
    })
    await reservation?.commit()
    return entry
  } catch (e) {
    await reservation?.undo()
    throw await createError(store, e, object)
  }
}

/** Whether what the store does not take may be tried without its owners, which can be large; an apply cannot do without (apiserver `handlers/create.go`). */
const isTooLarge = (e: unknown, applied = false): boolean => e instanceof RequestTooLargeError && !applied

async function prepareCreate(store: Store, obj: KubeObject, context: StrategyContext, slice: Slice): Promise<void> {
  const { strategy } = store.resource
  const [quiet, warn] = warnedAtTheEnd(context)
  if (strategy.keepStatusOnCreate !== true && store.hasStatus) delete obj.status
  strategy.dropDisabled?.(obj, undefined)
  if (slice.over) await slice.next()
  strategy.prepareForCreate?.(obj, quiet)
  if (store.countsGenerations) obj.metadata.generation = 1
  if (slice.over) await slice.next()
  const ofMetadata = strategy.isOfOtherType?.(obj) === true ? [] : store.metaErrors(obj)
  addErrors(ofMetadata, store.finalizerErrors(obj))
  if (slice.over) await slice.next()
  const own = await found(strategy.validating?.(obj, undefined, quiet) ?? strategy.validate?.(obj, quiet) ?? [], slice)
  const errors = strategy.judgesMetadataLast === true && own.length > 0 ? [] : ofMetadata
  addErrors(errors, own)
  if (slice.over) await slice.next()
  if (strategy.validateRules !== undefined) addErrors(errors, await inTurns(strategy.validateRules(obj, undefined, errors, quiet), slice))
  if (errors.length > 0) throw store.invalid(obj, errors)
  // A kind may take names that a path cannot hold, which is found after its own rules (apiserver `registry/rest/create.go`, BeforeCreate).
  const ofPath = strategy.nameErrors === undefined ? [] : store.pathErrors(obj)
  if (ofPath.length > 0) throw store.invalid(obj, ofPath)
  warn()
  strategy.canonicalize?.(obj)
}

async function createError(store: Store, e: unknown, { metadata }: KubeObject): Promise<unknown> {
  const { name = '', namespace = '', generateName: base = '' } = metadata
  if (!(e instanceof KeyExistsError)) return statusFromStorage(e, store.groupResource, name)
  const there = await store.stored(store.keyOf(namespace, name)).catch(() => undefined)
  const deleted = Boolean(there?.object().metadata.deletionTimestamp)
  const first = deleted ? 'object is being deleted: ' : ''
  // Whoever gives a beginning as well is told of the name as of one that was made (apiserver `registry/rest/create.go`, CheckGeneratedNameError).
  return base === '' ? alreadyExists(store.groupResource, name, first) : generatedNameExists(store.groupResource, name, first)
}

export interface UpdateRequest {
  namespace: string
  name: string
  context: StrategyContext
  rules: UpdateRules
  /** Makes the wanted object from the current one; may run again, may not change `current`. Called with undefined only when a create is allowed. */
  change(current: KubeObject | undefined): KubeObject | Promise<KubeObject>
  /** Where a missing object is created (PUT on some resources, an apply): refuses who may not. */
  authorizeCreate?: (() => Promise<void>) | undefined
  /** `change` is a patch: equal owners are looked for when admission has seen it. */
  patches?: boolean
  /** `change` is a server-side apply, which has said already who owns what. */
  applied?: boolean
  /** The object's uid, where the client says for which one the update is. */
  uid?: string | undefined
  /** The newest state that the caller knows of. */
  from?: Entry
}

export interface UpdateResult {
  entry: Entry
  created: boolean
}

/** Update or patch with optimistic concurrency; an update that changes nothing writes nothing. */
export async function updateIn(store: Store, request: UpdateRequest): Promise<UpdateResult> {
  const { namespace, name, context } = request
  let created = false
  const deleted: { last?: Entry | undefined } = {}
  let tracked = true
  const write = (): Promise<Entry | undefined> =>
    store.guaranteedUpdate(
      namespace,
      name,
      async (current) => {
        created = current === undefined
        if (current === undefined) {
          // The create flow has its own rules; guaranteedUpdate() writes nothing here.
          if (request.authorizeCreate === undefined) throw notFound(store.groupResource, name)
          return { action: 'keep' }
        }
        const next = await nextState(store, request, current, tracked)
        deleted.last = next.action === 'delete' ? next.last : undefined
        return next
      },
      context.dryRun,
      request.from,
    )
  const entry = await translated(store.groupResource, name, () =>
    write().catch((e: unknown) => {
      if (!isTooLarge(e, request.applied)) throw e
      tracked = false
      return write()
    }),
  )
  const { last } = deleted
  if (last !== undefined) {
    if (!context.dryRun) await store.resource.strategy.afterDelete?.(last.object(), context)
    return { entry: last, created: false }
  }
  if (entry !== undefined && !created) {
    if (request.rules.subresource === '') store.accepted(entry, context)
    return { entry, created: false }
  }
  checkUid(store, request, '')
  const object = await request.change(undefined)
  const fault = object.metadata.resourceVersion ? goUintError(object.metadata.resourceVersion) : undefined
  if (fault !== undefined) throw new StatusError(500, '', fault)
  // Whatever version the client thought of, there is none: a dry run shows it.
  if (!context.dryRun) delete object.metadata.resourceVersion
  const { subresource } = request.rules
  const create = { object, namespace, context, applied: request.applied === true, subresource, authorize: request.authorizeCreate! }
  return { entry: await createIn(store, create), created: true }
}

/**
 * From the current state to what is to be written.
 * @param tracked whether it is said who owns what
 */
async function nextState(store: Store, request: UpdateRequest, current: Entry, tracked: boolean): Promise<TryUpdateResult> {
  const { context, rules } = request
  const { strategy } = store.resource
  const slice = new Slice()
  const old = await inTurns(current.reading(), slice)
  checkUid(store, request, old.metadata.uid ?? '')
  let obj = await request.change(old)
  if (slice.over) await slice.next()
  checkIdentity(store, obj, request)
  if (request.patches !== true) dedupeOwners(obj.metadata, context.warn)
  if (rules.defaulted === true) strategy.default?.(obj, context.clock.now())
  else if (rules.subresource === 'status') strategy.defaultStatus?.(obj)
  if (slice.over) await slice.next()
  if (!tracked) delete obj.metadata.managedFields
  else if (request.applied !== true) await trackFields(store, old, obj, rules.subresource, context, slice)
  if (slice.over) await slice.next()
  obj = await mutated(store, request, obj, old)
  forgetEmpty(store, obj)
  dedupeOwners(obj.metadata, context.warn, AFTER_ADMISSION)
  checkVersion(store, obj, current)
  keepSystemMetadata(obj, old, context.dryRun)
  const begin = rules.subresource === '' ? strategy.beginUpdate : rules.subresource === 'status' ? strategy.beginStatusUpdate : undefined
  const reservation = await begin?.call(strategy, obj, old, context)
  try {
    const next = await prepared(store, request, current, obj, old, slice)
    if (reservation === undefined) return next
    if (next.action !== 'keep') return { ...next, reservation }
    await reservation.undo()
    return next
  } catch (e) {
    await reservation?.undo()
    throw e
  }
}

function updateOf({ context, rules, namespace, name }: UpdateRequest, object: KubeObject, old: KubeObject): Admitted {
  const { subresource, shown } = rules
  const write = { operation: 'UPDATE', subresource, namespace, name, context } as const
  return shown === undefined ? { ...write, object, old } : { ...write, kind: shown.kind, object: shown.of(object), old: shown.of(old) }
}

/** The object as mutating admission leaves it. */
async function mutated(store: Store, request: UpdateRequest, obj: KubeObject, old: KubeObject): Promise<KubeObject> {
  const { admitted, shown } = request.rules
  if (admitted === true || (shown !== undefined && shown.into === undefined)) return obj
  const update = updateOf(request, obj, old)
  const before = shown === undefined ? undefined : copyJson(update.object)
  await mutateTracked(store, update)
  if (shown === undefined) ensureNamespace(obj, request.namespace, store.resource.namespaced)
  return shown === undefined || isDeepStrictEqual(before, update.object) ? obj : shown.into!(obj, update.object!)
}

/** Whoever changes managedFields on the way has to leave them readable: otherwise they are as they were (apiserver `managedfields/admission.go`). */
async function mutateTracked(store: Store, write: Admitted): Promise<void> {
  const { object, context } = write
  const before = object?.metadata.managedFields
  await mutate(store, write)
  const after = object?.metadata.managedFields
  if (after === undefined || after === before) return
  const why = unreadableManagers(after)
  if (why === undefined) return
  if (before === undefined) delete object!.metadata.managedFields
  else object!.metadata.managedFields = before
  context.warn(
    `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${why}`,
  )
}

/** The first thing that keeps managedFields from being read, in the words of their decoder. */
function unreadableManagers(entries: readonly unknown[]): string | undefined {
  for (const [i, entry] of (entries as readonly Record<string, unknown>[]).entries()) {
    const { operation, apiVersion, fieldsType } = entry
    if (operation !== 'Apply' && operation !== 'Update') return 'operation must be `Apply` or `Update`'
    if (!apiVersion) return 'apiVersion must not be empty'
    if (!fieldsType) return `missing fieldsType in managed fields entry ${i}`
    if (fieldsType !== 'FieldsV1') return `invalid fieldsType ${goQuote(String(fieldsType))} in managed fields entry ${i}`
  }
  return undefined
}

/** The part of an update between its object and its write. */
async function prepared(
  store: Store,
  request: UpdateRequest,
  current: Entry,
  obj: KubeObject,
  old: KubeObject,
  slice: Slice,
): Promise<TryUpdateResult> {
  const { context, rules } = request
  const { strategy, schema, cache } = store.resource
  const [quiet, warn] = warnedAtTheEnd(context)
  const counts = store.countsGenerations && rules.keepsGeneration !== true
  const differed = counts && strategy.generation === 'asSent' && desiredStateDiffers(obj, old)
  strategy.dropDisabled?.(obj, old)
  if (slice.over) await slice.next()
  rules.prepare(obj, old, quiet)
  if (slice.over) await slice.next()
  if (differed || (counts && strategy.generation !== 'asSent' && desiredStateDiffers(obj, old)))
    obj.metadata.generation = (old.metadata.generation ?? 0) + 1
  if (slice.over) await slice.next()
  const ofMetadata = store.updatedMetaErrors(obj)
  const onUpdate = validateObjectMetaUpdate(obj.metadata, old.metadata, 'metadata')
  const errors = [...ofMetadata, ...onUpdate]
  addErrors(errors, store.ownNameErrors(obj, rules.subresource))
  addErrors(errors, store.finalizerErrors(obj))
  if (slice.over) await slice.next()
  addErrors(errors, await found(rules.validate(obj, old, quiet), slice))
  if (slice.over) await slice.next()
  // What rules forgive is told of beside what they do not.
  if (strategy.validateRules !== undefined) addErrors(errors, await inTurns(strategy.validateRules(obj, old, errors, context), slice))
  if (errors.length > 0) {
    const { repeatsMetadataErrors: times } = strategy
    const repeated = times === undefined ? [] : [...Array<FieldError[]>(times).fill(ofMetadata).flat(), ...onUpdate, ...onUpdate]
    throw store.invalid(obj, errors, repeated)
  }
  warn()
  strategy.canonicalize?.(obj)
  if (rules.admitted !== true) await validate(store, updateOf(request, obj, old))
  if (slice.over) await slice.next()
  const value = await inTurns(encodingUpdate(store, obj, old, current), slice)
  // The answer to the update that deletes is the object as the client wanted it.
  if (finished(obj, strategy)) return { action: 'delete', last: cache.dryRunEntry(current.key, value, schema.indexOf(obj), current) }
  if (current.isStoredAs(value) ?? value.equals(await inTurns(store.encoding(old), slice))) return { action: 'keep' }
  return { action: 'put', value, parts: schema.indexOf(obj), ttlSeconds: strategy.ttlSeconds?.(obj) }
}

/** To rules, and in storage, an empty list is none. */
function forgetEmpty({ resource }: Store, obj: KubeObject): void {
  const { facts } = resource.objectSchema
  if (facts !== undefined) forgetEmptyLists(facts, obj)
}

/** Says who owns what the write has changed; what nobody tracks stays as it is stored. */
async function trackFields(
  store: Store,
  old: KubeObject | undefined,
  obj: KubeObject,
  subresource: string,
  context: StrategyContext,
  slice: Slice,
): Promise<void> {
  const { fieldManager, clock } = context
  if (fieldManager !== undefined) {
    const by = { manager: fieldManager.manager, now: clock.now() }
    return inTurns(store.resource.fields.update(old, obj, subresource, by, fieldManager.apiVersion), slice)
  }
  if (old?.metadata.managedFields === undefined) delete obj.metadata.managedFields
  else obj.metadata.managedFields = old.metadata.managedFields
}

/**
 * The bytes of an updated object. When nothing but the times of its managers is new, nothing is: strategies and admission have taken the
 * change back, and the times are those of before (apiserver `fieldmanager/equality.go`).
 */
function* encodingUpdate(store: Store, obj: KubeObject, old: KubeObject, current: Entry): Pausing<Buffer> {
  const value = yield* store.encoding(obj)
  const [now, before] = [obj.metadata.managedFields, old.metadata.managedFields]
  if (now === undefined || before === undefined || now.length !== before.length || current.isStoredAs(value) === true) return value
  const earlier = yield* store.encoding(old)
  // Times are equally long: other lengths say that something else has changed.
  if (earlier.length !== value.length) return value
  const timed = (now as { time?: string }[]).map((entry, i) => ({ ...entry, time: (before[i] as { time?: string }).time }))
  const again = yield* store.encoding({ ...obj, metadata: { ...obj.metadata, managedFields: timed } })
  return again.equals(earlier) ? again : value
}

const found = (errors: FieldError[] | Pausing<FieldError[]>, slice: Slice): FieldError[] | Promise<FieldError[]> =>
  Array.isArray(errors) ? errors : inTurns(errors, slice)

/** Only an object that is right is worth most warnings: the context to warn through, and what hands them on. */
function warnedAtTheEnd(context: StrategyContext): [StrategyContext, () => void] {
  const texts: string[] = []
  return [
    { ...context, warn: (text) => void texts.push(text), warnAnyway: (text) => context.warn(text) },
    () => texts.forEach((text) => context.warn(text)),
  ]
}

function checkVersion(store: Store, obj: KubeObject, current: Entry): void {
  const sent = obj.metadata.resourceVersion ?? ''
  const based = /^0+$/.test(sent) ? '' : sent
  const fault = based === '' ? undefined : goUintError(based)
  if (fault !== undefined) throw new StatusError(500, '', fault)
  if (based !== '' && based !== String(current.revision)) throw store.conflict(current.name)
  if (based === '' && store.resource.strategy.allowUnconditionalUpdate === false) throw unconditionalUpdate(store, current.name)
  obj.metadata.resourceVersion = String(current.revision)
}

function checkIdentity(store: Store, obj: KubeObject, request: UpdateRequest): void {
  const { name, namespace } = request
  const own = obj.metadata.name ?? ''
  ensureNamespace(obj, namespace, store.resource.namespaced)
  if (own === '') throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (own !== name) throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`)
}

/** A PUT that names a uid is for that object and no other; storage's words for it, as upstream. */
function checkUid(store: Store, { uid, namespace, name, context }: UpdateRequest, own: string): void {
  if (uid === undefined || uid === '' || uid === own) return
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${own}`
  // Upstream's storage knows no better version here than 0. A dry run does not get as far as the prefix of all keys (`/registry`).
  const stored = store.keyOf(namespace, name)
  const key = context.dryRun ? stored.replace(/^\/[^/]+/, '') : stored
  throw store.conflict(name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`)
}

/** Marked for deletion with nothing left to wait for: the update that removes the last finalizer deletes the object. */
function finished(obj: KubeObject, strategy: Strategy): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = obj.metadata
  if (!deletionTimestamp || (finalizers?.length ?? 0) > 0 || (deletionGracePeriodSeconds ?? 0) > 0) return false
  return strategy.waitsForContent?.(obj) !== true
}
