import { UndecodableError } from '../../cache/undecodable.ts'
import type { Entry } from '../../cache/entry.ts'
import { copyingJson } from '../../machinery/copy-json.ts'
import { formatTime } from '../../machinery/clock.ts'
import { secondsToMs } from '../../machinery/go-duration.ts'
import type { Int64 } from '../../machinery/numbers.ts'
import { conflict, isStatusError, notFound } from '../../machinery/status.ts'
import { inTurns, Slice } from '../../machinery/slice.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { admit } from './attributes.ts'
import { translated, undecodableObject } from './errors.ts'
import type { Store } from './store.ts'
import type { TryUpdateResult } from './stored-resource.ts'
import type { Strategy, StrategyContext } from './strategy.ts'

export interface DeleteOptions {
  gracePeriodSeconds?: Int64
  preconditions?: { uid?: string; resourceVersion?: string }
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  orphanDependents?: boolean
}

export interface DeleteRequest {
  namespace: string
  name: string
  options: DeleteOptions
  context: StrategyContext
  /** It goes with its collection: admission is not told its name. */
  ofCollection?: boolean
  /** Admission has looked at what asks for this (an eviction). */
  admitted?: boolean
}

export interface DeleteResult {
  /** The object as it is now, or as it was last. */
  entry: Entry
  /** False while it waits for finalizers or its grace period. */
  gone: boolean
}

/**
 * Deletes at once, or marks the object and lets finalizers, its grace period or (for a namespace) its content go first
 * (apiserver `registry/rest/delete.go` and `registry/generic/registry/store.go`).
 */
export async function deleteFrom(store: Store, request: DeleteRequest): Promise<DeleteResult> {
  const { context } = request
  let outcome = await step(store, request)
  while (outcome.next === 'delete' && !context.dryRun) {
    // The mark has made a new version; whoever asked for the old one has been served.
    const { resourceVersion: _, ...preconditions } = request.options.preconditions ?? {}
    try {
      outcome = await step(store, { ...request, options: { ...request.options, preconditions }, context: outcome.context })
    } catch (e) {
      // Whoever saw the mark first (a kubelet, for a pod without grace) may have been faster: it is gone as was asked.
      if (!isStatusError(e, 'NotFound')) throw e
      return { entry: outcome.entry, gone: true }
    }
  }
  const gone = outcome.next !== 'wait'
  if (outcome.next === 'done' && !context.dryRun) await store.resource.strategy.afterDelete?.(outcome.entry.object(), context)
  return { entry: outcome.entry, gone }
}

/** What is left to do after a write: nothing, the delete itself, or to wait. */
type Next = 'done' | 'delete' | 'wait'

/** @returns as its context that of the next step: admission is told there what it was told here */
async function step(store: Store, request: DeleteRequest): Promise<{ entry: Entry; next: Next; context: StrategyContext }> {
  const { namespace, name } = request
  let next: Next = 'wait'
  let { context } = request
  const entry = await deleting(store, name, () =>
    store.guaranteedUpdate(
      namespace,
      name,
      async (current) => {
        if (current === undefined) throw notFound(store.groupResource, name)
        const slice = new Slice()
        const old = await inTurns(current.reading(), slice)
        checkDeletePreconditions(store, request.options.preconditions, old)
        const end = gracefulEnd(old, request.options, store.resource.strategy, context.clock.now())
        // A delete that is under way and is asked for again changes nothing, finalizers included, and nobody is asked about it.
        if (end === 'pending') return { action: 'keep' }
        context = withGracePeriod(request, old, end?.period)
        if (request.admitted !== true) await admitted(store, { ...request, context }, old)
        const [change, then] = await markedOrGone(store, request, old, end, slice)
        next = then
        return change
      },
      context.dryRun,
    ),
  )
  return { entry: entry!, next, context }
}

/** Upstream reads an object before it deletes it: one that cannot be shown fails as a read does. */
const deleting = <T>(store: Store, name: string, work: () => Promise<T>): Promise<T> =>
  translated(store.groupResource, name, () =>
    work().catch((e: unknown) => {
      throw e instanceof UndecodableError ? undecodableObject(e.objects[0]!) : e
    }),
  )

/** Admission sees the period that a delete has come to, and of a collection the one that was asked for. */
function withGracePeriod({ context, options, ofCollection }: DeleteRequest, old: KubeObject, settled: Int64 | undefined): StrategyContext {
  if (ofCollection === true) return context
  const { gracePeriodSeconds: asked } = options
  const wanted = asked !== undefined && asked < 0 ? 1 : asked
  const gracePeriodSeconds = settled === undefined || isSet(old.metadata.deletionTimestamp) ? wanted : settled
  return gracePeriodSeconds === undefined ? context : { ...context, options: { ...context.options, gracePeriodSeconds } }
}

/** Upstream asks both halves of admission before each of the two steps, with nothing but the old object to look at. */
async function admitted(store: Store, { namespace, name, context, ofCollection = false }: DeleteRequest, old: KubeObject): Promise<void> {
  await admit(store, { operation: 'DELETE', subresource: '', namespace, name: ofCollection ? '' : name, old, context })
}

/**
 * apiserver `registry/rest/delete.go`, BeforeDelete: it names the kind where other conflicts name the resource. Some kinds look first, and
 * have words of their own.
 */
export function checkDeletePreconditions(store: Store, p: DeleteOptions['preconditions'], old: KubeObject): void {
  const { group, kind } = store.resource
  const { name = '', uid, resourceVersion } = old.metadata
  const { ownPreconditions: own } = store.resource.strategy
  const refuse = (what: string, wanted: string, stored: string | undefined, then: string): Error =>
    own === undefined
      ? conflict(
          { group, resource: kind },
          name,
          `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${stored}). The object might have been ${then}`,
        )
      : store.conflict(name, `${own} failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${stored}`)
  if (p?.uid !== undefined && p.uid !== uid) throw refuse('UID', p.uid, uid, 'deleted and then recreated')
  if (p?.resourceVersion !== undefined && p.resourceVersion !== resourceVersion) {
    throw refuse('ResourceVersion', p.resourceVersion, resourceVersion, 'modified')
  }
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null

interface GracefulEnd {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly period: Int64
}

/**
 * When an object of a kind with grace periods is to be gone (apiserver `registry/rest/delete.go`, BeforeDelete). A second delete may shorten
 * the period, counted from the first one, and not into the past; `pending` where it does not. Undefined: the period is over, or the kind has none.
 */
function gracefulEnd(
  obj: KubeObject,
  { gracePeriodSeconds: asked }: DeleteOptions,
  strategy: Strategy,
  now: number,
): GracefulEnd | 'pending' | undefined {
  if (strategy.gracePeriod === undefined) return undefined
  const { deletionTimestamp, deletionGracePeriodSeconds: stored } = obj.metadata
  if (!isSet(deletionTimestamp)) {
    const period = strategy.gracePeriod(obj, asked) ?? 0
    return { at: now + secondsToMs(period), period }
  }
  if (!stored) return undefined
  const [current, wanted] = [stored < 0 ? 1 : stored, asked !== undefined && asked < 0 ? 1 : asked]
  if (wanted === undefined || wanted >= current) return 'pending'
  const at = Date.parse(deletionTimestamp!) - secondsToMs(current) + secondsToMs(wanted)
  if (at >= now) return { at, period: wanted }
  return { at: now, period: wanted === 0 ? 0 : 1 }
}

/** A large object takes longer at a step than others may have to wait: between steps they get their turn. */
async function markedOrGone(
  store: Store,
  request: DeleteRequest,
  old: KubeObject,
  end: GracefulEnd | undefined,
  slice: Slice,
): Promise<[TryUpdateResult, Next]> {
  const { strategy, schema } = store.resource
  const { options, context } = request
  const obj = await inTurns(copyingJson(old), slice)
  const meta = obj.metadata
  if (strategy.beginDelete !== undefined && !meta.deletionTimestamp) {
    strategy.beginDelete(obj, context)
    return [{ action: 'put', value: await inTurns(store.encoding(obj), slice), parts: schema.indexOf(obj) }, 'wait']
  }
  const now = context.clock.now()
  const finalizers = wantedFinalizers(meta.finalizers ?? [], options, strategy.defaultGarbageCollectionPolicy)
  if (finalizers.length > 0) meta.finalizers = finalizers
  else delete meta.finalizers
  const waits = (end?.period ?? 0) > 0 || finalizers.length > 0 || strategy.waitsForContent?.(obj) === true
  // Kinds with a grace period are marked in a write of its own even when it is over at once: watchers see both, as upstream.
  if (!waits && end === undefined) return [{ action: 'delete' }, 'done']
  const pending = isSet(meta.deletionTimestamp)
  if (end !== undefined) meta.deletionTimestamp = formatTime(end.at)
  else if (!pending || Date.parse(meta.deletionTimestamp!) > now) meta.deletionTimestamp = formatTime(now)
  meta.deletionGracePeriodSeconds = end?.period ?? 0
  if (!pending && meta.generation !== undefined) meta.generation++
  strategy.markDeleted?.(obj)
  if (slice.over) await slice.next()
  const value = await inTurns(store.encoding(obj), slice)
  if (slice.over) await slice.next()
  const before = await inTurns(store.encoding(old), slice)
  if (slice.over) await slice.next()
  if (!value.equals(before)) return [{ action: 'put', value, parts: schema.indexOf(obj) }, waits ? 'wait' : 'delete']
  return waits ? [{ action: 'keep' }, 'wait'] : [{ action: 'delete' }, 'done']
}

/**
 * Garbage collection's finalizers follow the propagation policy. Without one, those present stay, and the resource's own policy holds
 * (apiserver `registry/generic/registry/store.go`, deletionFinalizersForGarbageCollection).
 */
function wantedFinalizers(present: readonly string[], o: DeleteOptions, byDefault: Strategy['defaultGarbageCollectionPolicy']): string[] {
  const rest = present.filter((f) => f !== 'orphan' && f !== 'foregroundDeletion')
  if (byDefault === 'Unsupported') return rest
  const policy = o.propagationPolicy ?? (o.orphanDependents === undefined ? undefined : o.orphanDependents ? 'Orphan' : 'Background')
  // What an earlier delete has said counts before what the kind does by default.
  const before = present.find((f) => f === 'orphan' || f === 'foregroundDeletion')
  const orphans = before === undefined ? byDefault === 'OrphanDependents' : before === 'orphan'
  if (policy === undefined ? orphans : policy === 'Orphan') rest.push('orphan')
  if (policy === undefined ? before === 'foregroundDeletion' : policy === 'Foreground') rest.push('foregroundDeletion')
  return rest
}
