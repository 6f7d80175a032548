import type { Clock } from '../machinery/clock.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { Backoff } from './backoff.ts'
import type { ResourceClient, SelectOptions } from './client.ts'
import { delay } from './rest.ts'
import { keyOf } from './store.ts'
import type { WatchEvent } from './watch-decoder.ts'

/** Where a reflector puts what it sees. */
export interface ReflectorSink<T extends KubeObject> {
  /** The whole collection, after a list or an initial watch. */
  replace(objects: Map<string, T>): void
  put(key: string, obj: T): void
  remove(key: string, obj: T): void
}

export interface ReflectorOptions<T extends KubeObject> {
  source: ResourceClient<T>
  select: Pick<SelectOptions, 'namespace' | 'labelSelector' | 'fieldSelector' | 'metadataOnly'>
  sink: ReflectorSink<T>
  clock: Clock
  signal: AbortSignal
  /** Called on each object before it is kept: drop what nobody reads. Must return an object with the same metadata name. */
  transform?: (obj: T) => T
  onError?: (error: unknown) => void
  random?: () => number
}

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'
const PAGE = 500
// The server ends a watch after its own time at the latest; client-go asks for 5 to 10 minutes, at random.
const MIN_WATCH_SECONDS = 300
// A server may accept sendInitialEvents and ignore it; silence this long before the end mark means it does.
const INITIAL_SILENCE_MS = 30_000

/**
 * Keeps a sink equal to a collection on the server until the signal is aborted.
 *
 * - It starts with a streaming list (KEP-3157) and falls back, for good, to a paged list where the server refuses that.
 * - It resumes a broken watch from the last revision seen, bookmarks included, without listing again.
 * - 410 starts it over; any other error is retried with growing, random waits.
 */
export class Reflector<T extends KubeObject> {
  readonly #o: ReflectorOptions<T>
  readonly #backoff: Backoff
  readonly #random: () => number
  #streaming = true
  /** Revision to resume from; '' means the collection must be read anew. */
  #resourceVersion = ''
  #expired = false

  constructor(options: ReflectorOptions<T>) {
    this.#o = options
    this.#random = options.random ?? Math.random
    this.#backoff = new Backoff({
      clock: options.clock,
      initialMs: 800,
      maxMs: 30_000,
      factor: 2,
      jitter: 1,
      resetMs: 120_000,
      random: this.#random,
    })
  }

  async run(): Promise<void> {
    const { signal, clock, onError } = this.#o
    while (!signal.aborted) {
      try {
        await this.#once()
      } catch (e) {
        if (signal.aborted) return
        if (isExpired(e)) {
          // Asking the cache again ("0") could give the same old revision: the next list must be a fresh one.
          this.#expired = true
          this.#resourceVersion = ''
          continue
        }
        onError?.(e)
        await delay(clock, this.#backoff.next(), signal).catch(() => undefined)
      }
    }
  }

  /** From wherever it stands to the end of one watch. */
  async #once(): Promise<void> {
    if (this.#resourceVersion === '') {
      if (this.#streaming) {
        try {
          return await this.#watchList()
        } catch (e) {
          if (!refusesWatchList(e)) throw e
          this.#streaming = false
        }
      }
      await this.#list()
    }
    const started = this.#o.clock.monotonic()
    const seen = await this.#follow(await this.#open({ resourceVersion: this.#resourceVersion }))
    // A server that closes at once and sends nothing would otherwise be asked in a tight loop.
    if (seen === 0 && this.#o.clock.monotonic() - started < 1000) await delay(this.#o.clock, this.#backoff.next(), this.#o.signal)
  }

  #open(more: { resourceVersion: string; sendInitialEvents?: boolean; signal?: AbortSignal }): Promise<AsyncIterable<WatchEvent<T>>> {
    const { source, select, signal } = this.#o
    return source.watch({
      ...select,
      allowWatchBookmarks: true,
      timeoutSeconds: Math.floor(MIN_WATCH_SECONDS * (1 + this.#random())),
      signal,
      ...(more.sendInitialEvents === true ? { resourceVersionMatch: 'NotOlderThan' as const } : {}),
      ...more,
    })
  }

  async #list(): Promise<void> {
    const { source, select, sink, signal } = this.#o
    const objects = new Map<string, T>()
    let next: string | undefined
    for (;;) {
      const page = await source.list({
        ...select,
        signal,
        limit: PAGE,
        ...(next === undefined ? (this.#expired ? {} : { resourceVersion: '0' }) : { continue: next }),
      })
      for (const item of page.items) this.#keep(objects, item)
      next = page.metadata.continue === '' ? undefined : page.metadata.continue
      if (next !== undefined) continue
      sink.replace(objects)
      this.#expired = false
      this.#resourceVersion = page.metadata.resourceVersion ?? ''
      return
    }
  }

  async #watchList(): Promise<void> {
    const silence = new AbortController()
    const { clock, signal } = this.#o
    const ignored = new WatchListIgnored()
    let timer = clock.setTimeout(() => silence.abort(ignored), INITIAL_SILENCE_MS)
    try {
      const either = AbortSignal.any([signal, silence.signal])
      const events = await this.#open({ resourceVersion: '', sendInitialEvents: true, signal: either })
      const objects = new Map<string, T>()
      const iterator = events[Symbol.asyncIterator]()
      for (;;) {
        const { value: event, done } = await iterator.next()
        if (done === true) {
          silence.signal.throwIfAborted()
          throw new Error('the watch ended before the initial events did')
        }
        timer.cancel()
        if (event.type === 'BOOKMARK' && event.object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true') {
          this.#o.sink.replace(objects)
          this.#expired = false
          this.#resourceVersion = event.object.metadata.resourceVersion ?? ''
          break
        }
        if (event.type === 'DELETED') objects.delete(keyOf(event.object))
        else if (event.type !== 'BOOKMARK') this.#keep(objects, event.object)
        timer = clock.setTimeout(() => silence.abort(ignored), INITIAL_SILENCE_MS)
      }
      await this.#follow({ [Symbol.asyncIterator]: () => iterator })
    } catch (e) {
      throw silence.signal.aborted ? ignored : e
    } finally {
      timer.cancel()
    }
  }

  #keep(objects: Map<string, T>, obj: T): void {
    objects.set(keyOf(obj), this.#o.transform === undefined ? obj : this.#o.transform(obj))
  }

  /** Resolves with the number of events when the server ends the stream. */
  async #follow(events: AsyncIterable<WatchEvent<T>>): Promise<number> {
    const { sink, transform, signal } = this.#o
    let count = 0
    for await (const { type, object } of events) {
      if (signal.aborted) break
      count++
      if (type === 'DELETED') sink.remove(keyOf(object), object)
      else if (type !== 'BOOKMARK') sink.put(keyOf(object), transform === undefined ? object : transform(object))
      this.#resourceVersion = object.metadata.resourceVersion ?? this.#resourceVersion
    }
    return count
  }
}

class WatchListIgnored extends Error {
  override name = 'WatchListIgnored'
}

function isExpired(e: unknown): boolean {
  return isStatusError(e, 'Expired') || isStatusError(e, 'Gone')
}

function refusesWatchList(e: unknown): boolean {
  return e instanceof WatchListIgnored || isStatusError(e, 'Invalid') || isStatusError(e, 'BadRequest')
}
