import type { Entry } from '../cache/entry.ts'
import { gzipOf, storedPiece } from '../cache/gzip-stitch.ts'
import type { Chunk } from '../cache/chunk.ts'
import { selects, type Selection } from '../cache/watchers.ts'
import type { RequestContext } from '../filters/context.ts'
import { parseResourceVersion } from '../machinery/resource-version.ts'
import { StatusError } from '../machinery/status.ts'
import { apiVersionOf, type ListMeta } from '../machinery/types.ts'
import { translated } from '../registry/generic/errors.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import { CompactedError } from '../storage/contract.ts'
import { decodeContinue, encodeContinue } from './continue-token.ts'
import type { ListQuery } from './query.ts'
import { listHead, type Shape } from './representation.ts'
import { shapeFor } from './respond.ts'
import { inSlices } from './slices.ts'

/** Answers above this size are compressed when the client takes gzip (apiserver `writers.go`, defaultGzipThresholdBytes). */
const GZIP_THRESHOLD = 128 * 1024
const END = Buffer.from(']}\n')
const COMMA = Buffer.from(',')

/** GET of a collection. */
export async function listObjects(ctx: RequestContext, served: ServedResource, query: ListQuery): Promise<void> {
  const shape = shapeFor(ctx, served)
  const { namespace } = ctx.requestInfo
  const selection: Selection = { namespace, labels: query.labels, fields: query.fields }
  await prepare(served, query, selection, shape)
  const page = await pageOf(served, query, selection)
  const headers = { 'content-type': shape.contentType }
  const wholeChunks = page.chunks !== undefined && shape.raw
  if (!wholeChunks) return respondMaybeGzip(ctx, headers, shape.list(await itemsOf(shape, page.entries), page.meta))
  const head = listHead(`${served.facts.kind}List`, apiVersionOf(served.facts.group, served.facts.version), page.meta)
  const size = page.chunks!.reduce((n, c) => n + c.joined().length, 0)
  if (size >= GZIP_THRESHOLD && acceptsGzip(ctx)) return respondStitched(ctx, headers, head, page.chunks!)
  const body: Buffer[] = [head]
  for (const c of page.chunks!) {
    if (body.length > 1) body.push(COMMA)
    body.push(c.joined())
  }
  body.push(END)
  ctx.exchange.respond(200, headers, body)
}

/** The parts of a list, made in slices. */
export async function itemsOf(shape: Shape, entries: Iterable<Entry>): Promise<Buffer[]> {
  const items: Buffer[] = []
  await inSlices([...entries], (e) => void items.push(shape.item(e)))
  return items
}

/**
 * Does beforehand, in slices, what is remembered with the entries: a page is then cut from the cache in one go, at one
 * revision, and only what was written meanwhile is left to do.
 */
async function prepare(served: ServedResource, query: ListQuery, selection: Selection, shape: Shape): Promise<void> {
  const { list } = served.store.resource.cache
  const { namespace } = selection
  if (!selection.labels.empty || !selection.fields.empty) await inSlices([...list.entries({ namespace })], (e) => void e.parts)
  else if (shape.raw && query.limit <= 0) await inSlices([...list.chunks({ namespace })], (c) => void c.joined())
}

function acceptsGzip(ctx: RequestContext): boolean {
  return /(?:^|,)\s*gzip\s*(?:;|,|$)/.test(ctx.exchange.headers['accept-encoding'] ?? '')
}

// Each chunk is compressed once, apart from the others, and kept until one of its objects changes.
async function respondStitched(
  ctx: RequestContext,
  headers: Record<string, string>,
  head: Buffer,
  chunks: readonly Chunk[],
): Promise<void> {
  const deflated = await Promise.all(chunks.map((c) => c.deflated()))
  const comma = storedPiece(COMMA)
  const pieces = [storedPiece(head)]
  for (const [i, piece] of deflated.entries()) {
    if (i > 0) pieces.push(comma)
    pieces.push(piece)
  }
  pieces.push(storedPiece(END))
  ctx.exchange.respond(200, { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' }, gzipOf(pieces))
}

async function respondMaybeGzip(ctx: RequestContext, headers: Record<string, string>, body: Buffer[]): Promise<void> {
  const size = body.reduce((n, b) => n + b.length, 0)
  if (size < GZIP_THRESHOLD || !acceptsGzip(ctx)) return ctx.exchange.respond(200, headers, body)
  const { gzip } = await import('node:zlib')
  const zipped = await new Promise<Buffer>((resolve, reject) => {
    gzip(Buffer.concat(body), { level: 1 }, (e, b) => (e === null ? resolve(b) : reject(e)))
  })
  ctx.exchange.respond(200, { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' }, zipped)
}

interface Page {
  /** Whole chunks of the cache when the page is a plain range of it. */
  chunks: readonly Chunk[] | undefined
  entries: Iterable<Entry>
  meta: ListMeta
}

/** What a list sees: the newest state, any state, one not older than, or exactly a revision; cut to a page. */
export async function pageOf(served: ServedResource, query: ListQuery, selection: Selection): Promise<Page> {
  const { store } = served
  const { feed } = store.deps
  const { cache } = store.resource
  if (query.continueToken !== '') {
    const token = decodeContinue(query.continueToken)
    if (query.resourceVersion !== '' && query.resourceVersion !== '0') {
      throw new StatusError(400, 'BadRequest', 'specifying resource version is not allowed when using continue')
    }
    const after = cache.schema.prefix + token.start.replace(/\0$/, '')
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
  if (query.resourceVersion === '') await translated(store.groupResource, '', () => feed.fresh())
  else if (wanted > 0) await translated(store.groupResource, '', () => feed.waitFor(wanted))
  // "Any" lists ignore the limit, as upstream's watch cache does.
  const limit = query.resourceVersion === '0' ? 0 : query.limit
  return cachePage(served, { ...query, limit }, selection, undefined)
}

function cachePage(served: ServedResource, query: ListQuery, selection: Selection, after: string | undefined): Page {
  const { store } = served
  const { cache } = store.resource
  const meta: ListMeta = { resourceVersion: String(store.deps.feed.revision) }
  const everything = selection.labels.empty && selection.fields.empty
  const range = after === undefined ? { namespace: selection.namespace } : { namespace: selection.namespace, after }
  if (query.limit <= 0) {
    if (everything && after === undefined) {
      const chunks = cache.list.chunks(range)
      return { chunks, entries: entriesOf(chunks), meta }
    }
    return { chunks: undefined, entries: [...cache.select(selection, after)], meta }
  }
  return cut(
    served,
    query,
    cache.list.entries(range),
    selection,
    store.deps.feed.revision,
    everything ? () => remaining(cache.list.chunks(range), after) : undefined,
  )
}

function remaining(chunks: readonly Chunk[], after: string | undefined): number {
  return chunks.reduce((n, c) => n + (after === undefined ? c.entries.length : c.entries.filter((e) => e.key > after).length), 0)
}

function* entriesOf(chunks: readonly Chunk[]): IterableIterator<Entry> {
  for (const c of chunks) yield* c.entries
}

/** The first `limit` entries that the selection sees, and a token when anything comes after them, seen or not. */
function cut(
  served: ServedResource,
  query: ListQuery,
  source: Iterable<Entry>,
  selection: Selection,
  revision: number,
  total: (() => number) | undefined,
): Page {
  const { prefix } = served.store.resource.schema
  const meta: ListMeta = { resourceVersion: String(revision) }
  const entries: Entry[] = []
  for (const e of source) {
    if (entries.length === query.limit) {
      meta.continue = encodeContinue({ revision, start: `${entries.at(-1)!.key.slice(prefix.length)}\0` })
      if (total !== undefined) meta.remainingItemCount = total() - entries.length
      break
    }
    if (selects(selection, e)) entries.push(e)
  }
  return { chunks: undefined, entries, meta }
}

const STORAGE_PAGE = 1000

/** A state in the past: from the cache when nothing has changed since, else from storage's history. */
async function exactPage(
  served: ServedResource,
  query: ListQuery,
  selection: Selection,
  revision: number,
  after: string | undefined,
): Promise<Page> {
  const { store } = served
  const { cache, schema } = store.resource
  return translated(store.groupResource, '', async () => {
    await store.deps.feed.waitFor(revision)
    if (cache.lastChange <= revision && cache.ring.floor <= revision) {
      const page = cachePage(served, query, selection, after)
      page.meta.resourceVersion = String(revision)
      if (page.meta.continue !== undefined) page.meta.continue = encodeContinue({ ...decodeContinue(page.meta.continue), revision })
      return page
    }
    try {
      return await historyPage()
    } catch (e) {
      if (e instanceof CompactedError && query.continueToken !== '') throw expiredContinue(query, after!, schema.prefix)
      throw e
    }
  })

  async function historyPage(): Promise<Page> {
    const prefix = selection.namespace === '' ? schema.prefix : `${schema.prefix}${selection.namespace}/`
    const everything = selection.labels.empty && selection.fields.empty
    const found: Entry[] = []
    let from = after
    let left = 0
    let count = 0
    for (;;) {
      const limit = query.limit > 0 && everything ? query.limit + 1 - found.length : STORAGE_PAGE
      const page = await store.deps.storage.list(prefix, { revision, limit, ...(from === undefined ? {} : { after: from }) })
      for (const kv of page.items) {
        const e = cache.entryOf(kv)
        const seen = selects(selection, e)
        if (seen) count++
        // A page ends where something comes after it, be it seen or not.
        if (seen || query.limit > 0) found.push(e)
      }
      left = page.remaining
      from = page.items.at(-1)?.key
      if (!page.more || (query.limit > 0 && count > query.limit)) break
    }
    if (query.limit <= 0) return { chunks: undefined, entries: found, meta: { resourceVersion: String(revision) } }
    return cut(served, query, found, selection, revision, everything ? () => found.length + left : undefined)
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
