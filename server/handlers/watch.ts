import { UndecodableError } from '../cache/undecodable.ts'
import { TooOldError } from '../cache/resource-cache.ts'
import type { CacheEvent } from '../cache/event-ring.ts'
import { eventsBetween } from '../cache/history.ts'
import type { Selection, WatchOutput } from '../cache/watchers.ts'
import type { RequestContext } from '../request/context.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Int64 } from '../machinery/numbers.ts'
import { isStatusError, type Status } from '../machinery/status.ts'
import { parseReadVersion } from '../machinery/resource-version.ts'
import { cacheNotReady, statusFromStorage } from '../registry/generic/errors.ts'
import { CompactedError } from '../storage/contract.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import type { ListQuery } from './query.ts'
import type { WatchMetrics } from './watch-metrics.ts'
import { objectFrames } from './object-frames.ts'
import type { ResourceEncoder } from './encoders/contract.ts'
import { errorFrame } from './encoders/frames.ts'
import { whileFilling } from '../registry/generic/filling.ts'
import { checkStreams, encoderFor } from './respond.ts'
import { asksForSocket, watchSocket } from './watch-socket.ts'
import { takesGzip, zippedHeaders } from './list.ts'
import { ZippedWatch } from './zipped-watch.ts'

/** A watch without timeoutSeconds lives between this and twice this long (kube-apiserver --min-request-timeout). */
export interface WatchLimits {
  minRequestTimeoutSeconds: number
  /** Of what clients outside of this process are sent. */
  metrics?: WatchMetrics
}

/**
 * GET with watch: events in frames until the client goes, the time is up, or the client falls too far behind.
 * @param readQuery throws for what is wrong with it, which is told after what is wrong with the form that is asked for
 */
export async function watchObjects(
  ctx: RequestContext,
  served: ServedResource,
  readQuery: () => ListQuery,
  limits: WatchLimits,
): Promise<void> {
  const encoder = encoderFor(ctx, served)
  const query = readQuery()
  const { store } = served
  const { feed } = store.deps
  // The old path of one namespace's watch has its name where others have the namespace.
  const namespace = served.facts.namespaced ? ctx.requestInfo.namespace : ''
  const selection: Selection = { namespace, labels: query.labels, fields: query.fields }
  const revision = parseReadVersion(query.resourceVersion)
  checkStreams(ctx)
  encoder.check?.()
  const initial = query.sendInitialEvents ?? revision === 0
  // Unset means consistent, "0" any, a number not older than that (KEP-3157).
  const filled = (wait: () => Promise<void>): Promise<void> => whileFilling(ctx.clock, served, wait)
  if (initial && query.resourceVersion === '') await ready(served, () => filled(() => feed.fresh()))
  const wanted = initial ? undefined : revision === 0 ? feed.revision : revision
  const known = wanted === undefined ? filled(() => feed.waitFor(revision)) : history(ctx.clock, served, wanted)
  const past = await known
    .then((events) => {
      store.resource.cache.checkReadable()
      return events
    })
    .catch((e: unknown) => {
      if (e instanceof UndecodableError) throw cacheNotReady(e, store.groupResource)
      if (isStatusError(e) && e.status.code === 429) throw e
      return { failure: e }
    })
  const isSocket = asksForSocket(ctx.exchange)
  const socket = isSocket ? watchSocket(ctx.exchange, encoder.watchContentType) : undefined
  if (isSocket && socket === undefined) return
  const beginsWithList = query.sendInitialEvents === true && query.allowWatchBookmarks
  const zips = beginsWithList && socket === undefined && ctx.uncompressedWatches !== true && takesGzip(ctx)
  const headers = { 'content-type': encoder.watchContentType, ...(zips ? zippedHeaders : {}) }
  const opened = socket ?? ctx.exchange.stream(200, headers)
  const stream = zips ? new ZippedWatch(opened) : opened
  try {
    if (typeof past === 'object' && 'failure' in past) throw past.failure
    const watcher = store.resource.cache.watch(
      selection,
      ctx.exchange.objects === true ? objectFrames(encoder) : encoder.frames,
      encoder.endsWatches === true
        ? new EndAtFirst(stream)
        : encoder.firstFrame === undefined || ctx.exchange.objects === true
          ? stream
          : new FirstFrame(stream, encoder.firstFrame),
      {
        revision: undefined,
        ...past,
        bookmarks: query.allowWatchBookmarks,
        // Whoever begins with what is there is told where that ends, asked for or not (`SetListOptionsDefaults`).
        initialEventsEnd: initial && query.allowWatchBookmarks && ctx.withoutWatchLists !== true,
        ...(ctx.exchange.objects === true ? {} : limits.metrics?.observe(ctx, served, query.sendInitialEvents === true)),
      },
      feed.revision,
    )
    const seconds = query.timeoutSeconds || limits.minRequestTimeoutSeconds * (1 + Math.random())
    const timer = ctx.clock.setTimeout(() => {
      watcher.bookmark(feed.revision)
      watcher.close()
    }, seconds * 1000)
    const gone = (): void => {
      timer.cancel()
      watcher.gone()
    }
    ctx.exchange.onClose(gone)
    socket?.onClose(gone)
  } catch (e) {
    endWithError(ctx, encoder, stream, e, served)
  }
}

/** Waits for the cache. */
async function ready({ store }: ServedResource, wait: () => Promise<void>): Promise<void> {
  try {
    await wait()
    store.resource.cache.checkReadable()
  } catch (e) {
    throw e instanceof UndecodableError ? cacheNotReady(e, store.groupResource) : statusFromStorage(e, store.groupResource, '')
  }
}

/** A watch's output that has no form for its frames. */
class EndAtFirst implements WatchOutput {
  readonly #output: WatchOutput

  constructor(output: WatchOutput) {
    this.#output = output
  }

  write(): boolean {
    this.#output.end()
    return true
  }

  onDrain(callback: () => void): void {
    this.#output.onDrain(callback)
  }

  end(): void {
    this.#output.end()
  }
}

/** A watch's output whose first frame is made another. */
class FirstFrame implements WatchOutput {
  readonly #output: WatchOutput
  readonly #make: (frame: Buffer) => Buffer
  #begun = false

  constructor(output: WatchOutput, make: (frame: Buffer) => Buffer) {
    this.#output = output
    this.#make = make
  }

  write(frame: Buffer): boolean {
    if (this.#begun) return this.#output.write(frame)
    this.#begun = true
    return this.#output.write(this.#make(frame))
  }

  onDrain(callback: () => void): void {
    this.#output.onDrain(callback)
  }

  end(): void {
    this.#output.end()
  }
}

/**
 * For a revision that the ring no longer reaches back to: the events since, from storage. A watch from a revision to come begins now and is silent
 * until then.
 */
async function history(clock: Clock, served: ServedResource, wanted: Int64): Promise<{ revision: number; backlog?: CacheEvent[] }> {
  const { resource, deps } = served.store
  await whileFilling(clock, served, () => deps.feed.settled?.())
  const from = Number(wanted)
  if (from >= resource.cache.ring.floor) return { revision: from }
  // What has to be converted is only known as far back as it was.
  if (resource.converter !== undefined) throw new TooOldError(from, resource.cache.ring.floor)
  const to = deps.feed.revision
  try {
    return { revision: to, backlog: await eventsBetween(deps.storage, resource.schema, from, to) }
  } catch (e) {
    throw e instanceof CompactedError ? new TooOldError(from, e.compactedRevision) : e
  }
}

// Upstream answers 200 and reports a version that is too old inside the stream.
function endWithError(
  { types }: RequestContext,
  encoder: ResourceEncoder,
  stream: { write(b: Buffer): boolean; end(): void },
  e: unknown,
  served: ServedResource,
): void {
  const known = statusFromStorage(e, served.store.groupResource, '')
  if (!isStatusError(known)) throw e
  const status: Status = known.status
  stream.write(errorFrame(encoder.watchContentType.split(';', 1)[0]!, status, types))
  stream.end()
}
