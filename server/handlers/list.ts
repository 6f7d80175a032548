import { UndecodableError } from '../cache/undecodable.ts'
import type { Entry } from '../cache/entry.ts'
import { gzipOf, storedPiece } from '../cache/gzip-stitch.ts'
import type { Cut, Piece, Run } from '../cache/chunk.ts'
import type { ItemForm } from '../cache/item-form.ts'
import { selects, type Selection } from '../cache/watchers.ts'
import type { RequestContext } from '../request/context.ts'
import type { Int64 } from '../machinery/numbers.ts'
import { parseResourceVersion } from '../machinery/resource-version.ts'
import { Slice } from '../machinery/slice.ts'
import { StatusError } from '../machinery/status.ts'
import type { ListMeta } from '../machinery/types.ts'
import { cacheNotReady, statusFromStorage, translated, undecodableList } from '../registry/generic/errors.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import type { Store } from '../registry/generic/store.ts'
import { CompactedError, type KeyValue, type ListResult } from '../storage/contract.ts'
import { decodeContinue, encodeContinue } from './continue-token.ts'
import type { ListMetrics } from './list-metrics.ts'
import type { ListQuery } from './query.ts'
import type { ListEnds, ResourceEncoder } from './encoders/contract.ts'
import { joinItems } from './encoders/json.ts'
import { encoderFor } from './respond.ts'
import type { ResponseHeaders } from '../serving/exchange.ts'
import { whileFilling } from '../registry/generic/filling.ts'
import { inSlices } from './slices.ts'
import { itemOf, respondInParts, STREAM_ABOVE } from './stream-list.ts'

/** Answers above this size are compressed when the client takes gzip (apiserver `writers.go`, defaultGzipThresholdBytes). */
const GZIP_THRESHOLD = 128 * 1024

/**
 * GET of a collection.
 * @param readQuery throws for what is wrong with it, which is told after what is wrong with the form that is asked for
 */
export async function listObjects(
  ctx: RequestContext,
  served: ServedResource,
  readQuery: () => ListQuery,
  metrics?: ListMetrics,
): Promise<void> {
  const encoder = encoderFor(ctx, served)
  const query = readQuery()
  const { namespace } = ctx.requestInfo
  const selection: Selection = { namespace, labels: query.labels, fields: query.fields }
  await prepare(served, selection)
  const page = await pageOf(ctx, served, query, selection, false, metrics)
  metrics?.observe(served, page.fromStorage !== undefined, ...lookedAt(served, selection, page))
  const headers = { 'content-type': encoder.contentType }
  const { joined } = encoder
  if (page.cuts === undefined || joined === undefined) return respondItems(ctx, headers, encoder, page)
  const zips = acceptsGzip(ctx)
  const { pieces, size } = await piecesOf(page.cuts, joined.form, zips, ctx.signal)
  if (ctx.signal.aborted) return
  const count = page.cuts.reduce((n, cut) => n + cut.entries.length, 0)
  const ends = joined.ends(page.meta, size, count)
  if (size >= GZIP_THRESHOLD && zips) return respondStitched(ctx, headers, ends, pieces)
  ctx.exchange.respond(
    200,
    headers,
    joinItems(
      ends,
      pieces.map((p) => p.bytes),
    ),
  )
}

/**
 * Makes in slices what is remembered with the entries; not all of it when `signal` fires before the last. Of a large list that is to be
 * compressed each piece is, on other threads, while the next is made.
 */
async function piecesOf(
  cuts: readonly Cut[],
  form: ItemForm,
  zips: boolean,
  signal: AbortSignal,
): Promise<{ pieces: Piece[]; size: number }> {
  const pieces: Piece[] = []
  let size = 0
  let zipped = 0
  const slice = new Slice()
  for (const cut of cuts) {
    if (slice.over) await slice.next()
    if (!cut.has(form)) await inSlices(cut.entries, (e) => cut.prepare(form, e), slice, signal)
    if (signal.aborted) break
    const piece = cut.piece(form)
    pieces.push(piece)
    size += piece.bytes.length
    // Whoever waits for it hears that it failed.
    if (zips && size >= GZIP_THRESHOLD) for (; zipped < pieces.length; zipped++) pieces[zipped]!.deflated().catch(() => undefined)
  }
  return { pieces, size }
}

export const zippedHeaders = { 'content-encoding': 'gzip', vary: 'Accept-Encoding' }

async function respondItems(
  ctx: RequestContext,
  headers: ResponseHeaders,
  encoder: ResourceEncoder,
  { entries, meta }: Page,
): Promise<void> {
  if (encoder.ends === undefined || entries.length <= (encoder.streamAbove ?? STREAM_ABOVE) || ctx.exchange.method === 'HEAD') {
    const items = await itemsOf(encoder, entries, ctx.signal)
    // Nobody is there any more who would take it.
    if (ctx.signal.aborted) return
    return respondMaybeGzip(ctx, headers, encoder.list(items, meta))
  }
  await respondInParts(ctx, acceptsGzip(ctx) ? { ...headers, ...zippedHeaders } : headers, encoder, encoder.ends(meta), entries)
}

/** The parts of a list, made in slices; not all of them when `signal` fires before the last. */
export async function itemsOf(encoder: ResourceEncoder, entries: readonly Entry[], signal?: AbortSignal): Promise<Buffer[]> {
  const items: Buffer[] = []
  const slice = new Slice()
  for (const e of entries) {
    if (slice.over) await slice.next()
    if (signal?.aborted) break
    const item = itemOf(encoder, e)
    items.push(item instanceof Promise ? await item : item)
  }
  return items
}

/** Parses beforehand, in slices, what selectors look at: a page is then cut from the cache in one go, at one revision. */
async function prepare(served: ServedResource, { namespace, labels, fields }: Selection): Promise<void> {
  if (labels.empty && fields.empty) return
  await inSlices([...served.store.resource.cache.list.entries({ namespace })], (e) => void e.parts)
}

/** By name alone (apiserver `responsewriters.ContentEncodingSupported`): one with a weight is passed over. */
export const takesGzip = ({ exchange }: RequestContext): boolean =>
  /(?:^|,)\s*gzip\s*(?:,|$)/.test(exchange.headers['accept-encoding'] ?? '')

const acceptsGzip = (ctx: RequestContext): boolean => ctx.uncompressed !== true && takesGzip(ctx)

// Each chunk is compressed once, apart from the others, and kept until one of its objects changes.
async function respondStitched(
  ctx: RequestContext,
  headers: ResponseHeaders,
  { head, tail, between }: ListEnds,
  parts: readonly Piece[],
): Promise<void> {
  const deflated = await Promise.all(parts.map((p) => p.deflated()))
  const separator = between.length > 0 ? storedPiece(between) : undefined
  const pieces = [storedPiece(head)]
  for (const piece of deflated) {
    if (separator !== undefined && pieces.length > 1) pieces.push(separator)
    pieces.push(piece)
  }
  pieces.push(storedPiece(tail))
  ctx.exchange.respond(200, { ...headers, ...zippedHeaders }, gzipOf(pieces))
}

async function respondMaybeGzip(ctx: RequestContext, headers: ResponseHeaders, body: Buffer[]): Promise<void> {
  const size = body.reduce((n, b) => n + b.length, 0)
  if (size < GZIP_THRESHOLD || !acceptsGzip(ctx)) return ctx.exchange.respond(200, headers, body)
  const { gzip } = await import('node:zlib')
  const zipped = await new Promise<Buffer>((resolve, reject) => {
    gzip(Buffer.concat(body), { level: 1 }, (e, b) => (e === null ? resolve(b) : reject(e)))
  })
  ctx.exchange.respond(200, { ...headers, ...zippedHeaders }, zipped)
}

/** How many objects were looked at for a page, and how many are on it. */
function lookedAt({ store }: ServedResource, { namespace, labels, fields }: Selection, page: Page): [fetched: number, returned: number] {
  const returned = page.cuts === undefined ? page.entries.length : page.cuts.reduce((n, cut) => n + cut.entries.length, 0)
  if (page.fromStorage !== undefined) return [page.fromStorage, returned]
  if (labels.empty && fields.empty) return [returned, returned]
  return [store.resource.cache.list.runs({ namespace }).reduce((n, run) => n + run.length, 0), returned]
}

interface Page {
  /** So many objects were read from storage for it; absent: it is the cache's. */
  readonly fromStorage?: number
  /** The same as pieces of the cache's chunks, when the page is a plain range of it. */
  cuts: readonly Cut[] | undefined
  readonly entries: readonly Entry[]
  meta: ListMeta
}

/** Below this key is what is listed; tokens are relative to it. */
const listedPrefix = ({ store }: ServedResource, { namespace }: Selection): string =>
  namespace === '' ? store.resource.schema.prefix : `${store.resource.schema.prefix}${namespace}/`

/** What a list sees: the newest state, any state, one not older than, or exactly a revision; cut to a page. */
export async function pageOf(
  { clock }: Pick<RequestContext, 'clock'>,
  served: ServedResource,
  query: ListQuery,
  selection: Selection,
  inPages = false,
  metrics?: ListMetrics,
): Promise<Page> {
  const { store } = served
  const { feed } = store.deps
  if (query.continueToken !== '') {
    const token = decodeContinue(query.continueToken)
    if (query.resourceVersion !== '' && query.resourceVersion !== '0') {
      throw new StatusError(400, 'BadRequest', 'specifying resource version is not allowed when using continue')
    }
    const after = listedPrefix(served, selection) + token.start.replace(/\0$/, '')
    // A negative revision means "go on with whatever is there now" (KEP-365).
    if (token.revision <= 0) {
      await translated(store.groupResource, '', () => feed.fresh())
      return cachePage(served, query, selection, after)
    }
    return exactPage(served, query, selection, token.revision, after)
  }
  const wanted = parseResourceVersion(query.resourceVersion)
  const exact = query.resourceVersionMatch === 'Exact' || (query.resourceVersionMatch === '' && wanted > 0 && query.limit > 0)
  if (exact) return exactPage(served, query, selection, wanted, undefined)
  const fill = (): Promise<void> | undefined =>
    query.resourceVersion === '' ? feed.fresh() : wanted > 0 ? feed.waitFor(wanted) : feed.settled?.()
  // What can be read without the cache need not hurry.
  const fromStorage = isPage(query, selection, inPages)
  const waited = query.resourceVersion === '0' ? undefined : metrics?.waiting(served, query.resourceVersion === '')
  const unshown = await ready(served, fromStorage ? fill : () => whileFilling(clock, served, fill)).catch((e: unknown) => {
    waited?.(false)
    throw e
  })
  waited?.(unshown === undefined)
  if (unshown !== undefined) return pageWithoutCache(served, query, selection, unshown, inPages)
  // "Any" lists ignore the limit, as upstream's watch cache does.
  const limit = query.resourceVersion === '0' ? 0 : query.limit
  return cachePage(served, { ...query, limit }, selection, undefined)
}

/** Waits for the cache. Returns why it cannot be filled, where what is stored cannot be converted. */
async function ready({ store }: ServedResource, wait: () => Promise<void> | undefined): Promise<UndecodableError | undefined> {
  try {
    await wait()
    store.resource.cache.checkReadable()
    return undefined
  } catch (e) {
    if (e instanceof UndecodableError) return e
    throw statusFromStorage(e, store.groupResource, '')
  }
}

const isPage = ({ limit }: ListQuery, { labels, fields }: Selection, inPages: boolean): boolean =>
  (limit > 0 || inPages) && labels.empty && fields.empty

/**
 * A page of all there is can be read from storage; for all else the cache is needed (apiserver `cacher/delegator.go`).
 * @param inPages whether upstream reads by pages what is no page: a collection that is deleted
 */
async function pageWithoutCache(
  served: ServedResource,
  query: ListQuery,
  selection: Selection,
  e: UndecodableError,
  inPages: boolean,
): Promise<Page> {
  const { store } = served
  if (!isPage(query, selection, inPages)) throw cacheNotReady(e, store.groupResource)
  return translated(store.groupResource, '', async () =>
    historyPage(served, query, selection, await store.deps.storage.currentRevision(), undefined, e),
  )
}

function cachePage(served: ServedResource, query: ListQuery, selection: Selection, after: string | undefined): Page {
  const { store } = served
  const { cache } = store.resource
  const { revision } = store.deps.feed
  const range = after === undefined ? { namespace: selection.namespace } : { namespace: selection.namespace, after }
  const everything = selection.labels.empty && selection.fields.empty
  if (everything) return runPage(cache.list.runs(range), query.limit, revision, listedPrefix(served, selection))
  if (query.limit > 0) return cut(served, query, cache.list.entries(range), selection, revision)
  return { cuts: undefined, entries: [...cache.select(selection, after)], meta: { resourceVersion: String(revision) } }
}

/** A page of all there is. */
function runPage(all: readonly Run[], limit: number, revision: number, prefix: string): Page {
  const meta: ListMeta = { resourceVersion: String(revision) }
  const total = all.reduce((n, run) => n + run.length, 0)
  let runs = all
  if (limit > 0 && total > limit) {
    runs = taken(all, limit)
    const { chunk, to } = runs.at(-1)!
    meta.continue = encodeContinue({ revision, start: `${chunk.entries[to - 1]!.key.slice(prefix.length)}\0` })
    meta.remainingItemCount = total - limit
  }
  // Cut at once: a run is good only until its chunk changes.
  const cuts = runs.map((run) => run.cut())
  return {
    ...{ cuts, meta },
    get entries() {
      return cuts.flatMap((c) => c.entries)
    },
  }
}

function taken(all: readonly Run[], limit: number): Run[] {
  const runs: Run[] = []
  for (let left = limit; left > 0; left -= runs.at(-1)!.length) runs.push(all[runs.length]!.take(left))
  return runs
}

/** The first `limit` entries that the selection sees, and a token when anything comes after them, seen or not. */
function cut(served: ServedResource, query: ListQuery, source: Iterable<Entry>, selection: Selection, revision: number): Page {
  const prefix = listedPrefix(served, selection)
  const meta: ListMeta = { resourceVersion: String(revision) }
  const entries: Entry[] = []
  for (const e of source) {
    if (entries.length === query.limit) {
      meta.continue = encodeContinue({ revision, start: `${entries.at(-1)!.key.slice(prefix.length)}\0` })
      break
    }
    if (selects(selection, e)) entries.push(e)
  }
  return { cuts: undefined, entries, meta }
}

const STORAGE_PAGE = 1000

/** A state in the past: from the cache when nothing has changed since, else from storage's history. */
async function exactPage(
  served: ServedResource,
  query: ListQuery,
  selection: Selection,
  wanted: Int64,
  after: string | undefined,
): Promise<Page> {
  const { store } = served
  const { cache } = store.resource
  return translated(store.groupResource, '', async () => {
    const unshown = await ready(served, () => store.deps.feed.waitFor(wanted))
    // What the feed has come to is a number that is exact.
    const revision = Number(wanted)
    if (unshown === undefined && cache.lastChange <= revision && cache.ring.floor <= revision) {
      const page = cachePage(served, query, selection, after)
      page.meta.resourceVersion = String(revision)
      if (page.meta.continue !== undefined) page.meta.continue = encodeContinue({ ...decodeContinue(page.meta.continue), revision })
      return page
    }
    try {
      return await historyPage(served, query, selection, revision, after)
    } catch (e) {
      if (e instanceof CompactedError && query.continueToken !== '') throw expiredContinue(query, after!, listedPrefix(served, selection))
      throw e
    }
  })
}

/**
 * A page at a revision, read from storage.
 * @param known objects that cannot be shown, of which nobody is asked again
 */
async function historyPage(
  served: ServedResource,
  query: ListQuery,
  selection: Selection,
  revision: number,
  after: string | undefined,
  known?: UndecodableError,
): Promise<Page> {
  const { store } = served
  const prefix = listedPrefix(served, selection)
  const read = (limit: number, from = after): Promise<ListResult> =>
    store.deps.storage.list(prefix, { revision, limit, ...(from === undefined ? {} : { after: from }) })
  const meta: ListMeta = { resourceVersion: String(revision) }
  if (query.limit > 0 && selection.labels.empty && selection.fields.empty) {
    const { items, more, remaining } = await read(query.limit)
    const entries = await shownEntries(store, items, known)
    if (more) meta.continue = encodeContinue({ revision, start: `${entries.at(-1)!.key.slice(prefix.length)}\0` })
    if (more) meta.remainingItemCount = remaining
    return { cuts: undefined, entries, meta, fromStorage: items.length }
  }
  const found: Entry[] = []
  let looked = 0
  let from = after
  let count = 0
  for (;;) {
    const page = await read(STORAGE_PAGE, from)
    looked += page.items.length
    for (const e of await shownEntries(store, page.items)) {
      const seen = selects(selection, e)
      if (seen) count++
      // A page ends where something comes after it, be it seen or not.
      if (seen || query.limit > 0) found.push(e)
    }
    from = page.items.at(-1)?.key
    if (!page.more || (query.limit > 0 && count > query.limit)) break
  }
  const page = query.limit > 0 ? cut(served, query, found, selection, revision) : { cuts: undefined, entries: found, meta }
  return { ...page, fromStorage: looked }
}

/**
 * @param known which cannot, as has been found out just now
 * @throws StatusError for all of them that cannot be shown
 */
async function shownEntries(store: Store, items: readonly KeyValue[], known?: UndecodableError): Promise<Entry[]> {
  const failed = known?.objects.filter(({ key, revision }) => items.some((kv) => kv.key === key && kv.modRevision === revision)) ?? []
  if (failed.length > 0) throw undecodableList(new UndecodableError(failed), store.groupResource)
  try {
    return await store.entriesOf(items)
  } catch (e) {
    throw e instanceof UndecodableError ? undecodableList(e, store.groupResource) : e
  }
}

/** 410 with a token that goes on from the newest state, as upstream's `handleCompactedErrorForPaging`. */
function expiredContinue(query: ListQuery, after: string, prefix: string): StatusError {
  const token = encodeContinue({ revision: -1, start: `${after.slice(prefix.length)}\0` })
  const error = new StatusError(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  )
  ;(error.status.metadata as ListMeta).continue = token
  return error
}
