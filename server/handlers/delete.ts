import { IGNORE_READ_ERRORS, invalidOptions, isDryRun, validateDeleteOptions } from '../apis/meta/v1/options.ts'
import { decodeRequest } from '../codec/request.ts'
import { bodyMediaType } from '../codec/negotiation.ts'
import type { RequestContext } from '../request/context.ts'
import { invalid } from '../machinery/field-errors.ts'
import { isYes } from '../machinery/query.ts'
import { inTurns, Slice } from '../machinery/slice.ts'
import { conflict, isStatusError } from '../machinery/status.ts'
import type { DeleteOptions } from '../registry/generic/delete.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import { schemaOfType } from '../scheme/schema.ts'
import { readBody } from './read-body.ts'
import { strategyContext } from './context.ts'
import { itemsOf, pageOf } from './list.ts'
import { parseInt64, type ListQuery } from './query.ts'
import { respondEntry, respondObject, encoderFor, successStatus } from './respond.ts'
import { deleteFrom } from '../registry/generic/delete.ts'

interface DeleteQuery extends DeleteOptions {
  dryRun: boolean
  /** As the client has them. */
  given: Readonly<Record<string, unknown>>
}

/** DeleteOptions from the body, or from the query where there is no body. */
async function readDeleteOptions(ctx: RequestContext, served: ServedResource): Promise<DeleteQuery> {
  const body = await readBody(ctx)
  const q = ctx.requestInfo.query
  let raw: Record<string, unknown> = {}
  if (body.length > 0) {
    const expected = {
      group: '',
      version: 'v1',
      kind: 'DeleteOptions',
      schema: schemaOfType(ctx.types.typeOf('', 'v1', 'DeleteOptions')!),
      bare: true,
    }
    const media = bodyMediaType(ctx.exchange.headers['content-type'], ctx.cbor)
    raw = (await decodeRequest(body, media, expected, 'Ignore', ctx.types)).object
  } else {
    const grace = parseInt64(q, 'gracePeriodSeconds')
    if (grace !== undefined) raw.gracePeriodSeconds = grace
    const orphan = q.get('orphanDependents')
    if (orphan !== undefined) raw.orphanDependents = isYes(orphan)
    const policy = q.get('propagationPolicy')
    if (policy !== undefined) raw.propagationPolicy = policy
    const ignored = q.get(IGNORE_READ_ERRORS)
    if (ignored !== undefined) raw[IGNORE_READ_ERRORS] = isYes(ignored)
    if (q.has('dryRun')) raw.dryRun = [...q.getAll('dryRun')]
    // Of a collection the same parameter says too which version of it is listed.
    const [uid, resourceVersion] = [q.get('uid') ?? '', q.get('resourceVersion') ?? '']
    if (uid !== '' || resourceVersion !== '')
      raw.preconditions = { ...(uid === '' ? {} : { uid }), ...(resourceVersion === '' ? {} : { resourceVersion }) }
  }
  validateDeleteOptions(raw)
  const { kind: _k, apiVersion: _a, metadata: _m, ...given } = raw
  const options: DeleteQuery = { ...(raw as DeleteOptions), dryRun: isDryRun(raw.dryRun), given }
  const { delete: warning } = served.store.resource.warnings
  if (warning !== undefined && options.propagationPolicy === undefined && options.orphanDependents === undefined) {
    ctx.warnings.push(warning)
  }
  return options
}

/** DELETE of one object: the object or a Status. 202 where it waits and the client said of its dependents that they go too, in the old field. */
export async function deleteObject(ctx: RequestContext, served: ServedResource): Promise<void> {
  const encoder = encoderFor(ctx, served)
  const { dryRun, given, ...options } = await readDeleteOptions(ctx, served)
  const { namespace, name } = ctx.requestInfo
  const { store } = served
  if (given[IGNORE_READ_ERRORS] === true) await refuseReadable(served, namespace, name)
  const result = await deleteFrom(store, { namespace, name, options, context: strategyContext(ctx, { dryRun, options: given }) })
  const code = !result.gone && options.orphanDependents === false ? 202 : 200
  if (!result.gone || store.resource.strategy.returnDeletedObject === true) return respondEntry(ctx, encoder, result.entry, code)
  const { uid } = (await inTurns(result.entry.reading(), new Slice())).metadata
  const { group, resource } = store.groupResource
  encoder.check?.()
  respondObject(ctx, successStatus({ name, ...(group === '' ? {} : { group }), kind: resource, ...(uid === undefined ? {} : { uid }) }))
}

/** Only what cannot be read may be deleted unread; that ends here as every delete of it does, since nothing is thrown away unread. */
async function refuseReadable({ store }: ServedResource, namespace: string, name: string): Promise<void> {
  try {
    await store.get(namespace, name)
  } catch (e) {
    if (isStatusError(e, 'NotFound')) throw e
    return
  }
  const why = 'unsafe deletion is not allowed because the object is decodable from storage'
  const storageError = `StorageError: invalid object, Code: 4, Key: ${store.keyOf(namespace, name)}, ResourceVersion: 0`
  throw conflict(store.groupResource, name, `${storageError}, AdditionalErrorMsg: ${why}`)
}

/** How many deletes of a collection run at once (kube-apiserver --delete-collection-workers is 1; ours share group commits). */
const WORKERS = 32

/** DELETE of a collection: every object that is there now and that the selectors see. Answers with the list of them. */
export async function deleteCollection(ctx: RequestContext, served: ServedResource, query: ListQuery): Promise<void> {
  const encoder = encoderFor(ctx, served)
  const { dryRun, given, ...options } = await readDeleteOptions(ctx, served)
  if (given[IGNORE_READ_ERRORS] === true) {
    const why = 'is not allowed with DELETECOLLECTION, try again after removing the option'
    throw invalidOptions('DeleteOptions', [invalid(IGNORE_READ_ERRORS, true, why)])
  }
  const { namespace } = ctx.requestInfo
  const { store } = served
  // Upstream lists by pages, of which a version without more is that of the first (`registry/generic/registry`, DeleteCollection).
  const { resourceVersion, resourceVersionMatch: match, continueToken } = query
  const isExact = match === '' && continueToken === '' && resourceVersion !== '' && !/^0+$/.test(resourceVersion)
  const asked: ListQuery = isExact ? { ...query, resourceVersionMatch: 'Exact' } : query
  const page = await pageOf(ctx, served, asked, { namespace, labels: query.labels, fields: query.fields }, true)
  const entries = [...page.entries]
  const context = strategyContext(ctx, { dryRun, options: given })
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < entries.length) {
      const e = entries[next++]!
      try {
        await deleteFrom(store, { namespace: e.namespace, name: e.name, options, context, ofCollection: true })
      } catch (error) {
        if (!isStatusError(error, 'NotFound')) throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(WORKERS, entries.length) }, worker))
  // What was listed, as it was then.
  ctx.exchange.respond(200, { 'content-type': encoder.contentType }, encoder.list(await itemsOf(encoder, entries), page.meta))
}
