import { type ApiError, type StatusCause, statusError, toApiError } from './api-error.ts'
import { Backoff, type Clock } from './clock.ts'
import type { FeedCodec, TableColumnDefinition } from './codec.ts'
import { isRecord, type KubeObject } from './types.ts'
import type { WatchHandlers } from './watch-socket.ts'

export type FeedPhase = 'connecting' | 'listing' | 'live' | 'resuming' | 'retrying' | 'stopped'

/** What a feed is doing, as plain data for the interface. */
export interface FeedState {
  phase: FeedPhase
  /** The first full set has arrived: an empty list is really empty. */
  synced: boolean
  /** Until when what is shown was known to be current, for a feed that has been live and is not now; milliseconds. */
  liveUntil?: number
  retryAt?: number
  /** Why it is not current. While it is tried again the last reason stands, until the cluster has said something better. */
  error?: { code: number; reason: string; message: string; request: string; body: string; causes: StatusCause[] }
}

/** What it shows cannot be relied on, whether it waits for the next try or is at it. */
export const isTroubled = ({ phase, error }: FeedState): boolean => phase === 'retrying' || error !== undefined

export interface FeedTransport {
  /** Rejects with ApiError. */
  list(path: string, accept: string, signal: AbortSignal): Promise<unknown>
  watch(path: string, accept: string, handlers: WatchHandlers): { close(): void }
}

export interface FeedSink {
  columns(definitions: TableColumnDefinition[]): void
  upsert(object: KubeObject): void
  remove(object: KubeObject): void
  beginReplace(): void
  endReplace(): void
  state(state: FeedState): void
}

/** Whether the server streams lists; learned once per context and shared by its feeds. */
export interface ServerTraits {
  watchList: 'unknown' | 'yes' | 'no'
}

const pageSize = 500
/** A server that takes sendInitialEvents but ignores it never sends the closing bookmark. */
const quietLimit = 5_000
/**
 * The same of one collection of a server that streams others: another server behind the same address has it, whose APIService was
 * registered. A long list may be so long in coming.
 */
const patientLimit = 30_000
/** A watch that was not answered for so long, by a cluster that lives, says as little as one that never speaks. */
const unansweredFor = 120_000
/** A stream that lived this long was a good one: the next failure starts the waits anew. */
const goodStream = 5_000

/**
 * Keeps a sink equal to a collection: streaming list where the server has it, else pages and then a watch; resumes from the last
 * resourceVersion after any end, and lists again when that one has expired. It never gives up; each wait is stated in `state`.
 */
export class Reflector {
  readonly #path: string
  readonly #query: string
  readonly #codec: FeedCodec
  readonly #transport: FeedTransport
  readonly #sink: FeedSink
  readonly #clock: Clock
  readonly #traits: ServerTraits
  readonly #backoff: Backoff
  #abort = new AbortController()
  #watch: { close(): void } | undefined
  #cancelTimer: (() => void) | undefined
  #version = ''
  #synced = false
  #openedAt = 0
  #spoke = false
  #phase: FeedPhase = 'connecting'
  #liveUntil: number | undefined
  #trouble: FeedState['error']

  constructor(init: {
    /** The collection's path, without a query. */
    path: string
    /** Selectors, `fieldSelector=…&labelSelector=…`, or ''. */
    query: string
    codec: FeedCodec
    transport: FeedTransport
    sink: FeedSink
    clock: Clock
    traits: ServerTraits
    random?: () => number
  }) {
    this.#path = init.path
    this.#query = init.query
    this.#codec = init.codec
    this.#transport = init.transport
    this.#sink = init.sink
    this.#clock = init.clock
    this.#traits = init.traits
    this.#backoff = new Backoff(500, 30_000, init.random ?? Math.random)
  }

  /** The last resourceVersion seen; '' before the first. */
  get version(): string {
    return this.#version
  }

  start(): void {
    this.#state('connecting')
    this.#relist()
  }

  stop(): void {
    this.#abort.abort()
    this.#quiet()
    this.#watch?.close()
    this.#watch = undefined
    this.#state('stopped')
  }

  /** Ends a wait early. */
  kick(): void {
    if (this.#pendingRetry) this.#pendingRetry()
  }

  #pendingRetry: (() => void) | undefined

  #relist(): void {
    this.#version = ''
    if (this.#traits.watchList === 'no') void this.#listPages()
    else this.#streamList()
  }

  #streamList(): void {
    this.#sink.beginReplace()
    this.#state('listing')
    this.#open('sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=', true)
    this.#expectBookmark()
  }

  #expectBookmark(): void {
    this.#cancelTimer?.()
    const streams = this.#traits.watchList === 'yes'
    this.#cancelTimer = this.#clock.after(streams ? patientLimit : quietLimit, () => {
      // Meanwhile another feed may have found out that this server does.
      if (!streams && this.#traits.watchList === 'yes') return this.#expectBookmark()
      if (!streams) this.#traits.watchList = 'no'
      this.#watch?.close()
      void this.#listPages()
    })
  }

  async #listPages(): Promise<void> {
    this.#quiet()
    this.#state('listing')
    const signal = this.#abort.signal
    this.#sink.beginReplace()
    let next = ''
    try {
      do {
        const query = [this.#query, `limit=${pageSize}`, next && `continue=${encodeURIComponent(next)}`].filter(Boolean).join('&')
        const page = await this.#transport.list(`${this.#path}?${query}`, this.#codec.accept, signal)
        if (signal.aborted) return
        this.#learnColumns(page)
        for (const object of this.#codec.objects(page)) this.#sink.upsert(object)
        this.#recovered()
        const meta = this.#codec.meta(page)
        this.#version = meta.resourceVersion ?? ''
        next = meta.continue ?? ''
      } while (next)
    } catch (thrown) {
      if (signal.aborted) return
      // A continue token that has expired: the list starts over after a wait like any other failure.
      return this.#fail(toApiError(thrown, `GET ${this.#path}`))
    }
    this.#sink.endReplace()
    this.#synced = true
    this.#state('connecting')
    this.#resume()
  }

  #resume(): void {
    this.#open(`resourceVersion=${encodeURIComponent(this.#version)}`, false)
  }

  #open(parameters: string, initial: boolean): void {
    this.#watch?.close()
    const path = `${this.#path}?${[this.#query, 'watch=1&allowWatchBookmarks=true', parameters].filter(Boolean).join('&')}`
    this.#openedAt = this.#clock.now()
    this.#spoke = false
    const current: { watch?: { close(): void } } = {}
    // Anything that arrives after this stream was replaced belongs to nobody.
    const ours = (): boolean => this.#watch === current.watch && !this.#abort.signal.aborted
    current.watch = this.#transport.watch(path, this.#codec.watchAccept ?? this.#codec.accept, {
      open: () => {
        if (ours() && !initial) this.#state('live')
      },
      data: (events) => {
        if (ours()) this.#receive(events)
      },
      end: (silent = false) => {
        if (ours()) this.#ended(silent && !this.#spoke)
      },
      error: (status, body) => {
        if (ours()) this.#refused(status, body, initial, path)
      },
      lost: () => {
        if (ours()) this.#lost()
      },
    })
    this.#watch = current.watch
  }

  #receive(events: unknown[]): void {
    this.#spoke = true
    for (const event of events) {
      if (!isRecord(event)) continue
      if (event.type === 'ERROR') return this.#errorEvent(event.object)
      this.#learnColumns(event.object)
      if (event.type === 'BOOKMARK') this.#bookmark(event.object)
      else this.#apply(event.type, event.object)
    }
    this.#recovered()
    if (this.#cancelTimer && !this.#synced) this.#expectBookmark()
  }

  #apply(type: unknown, body: unknown): void {
    for (const object of this.#codec.objects(body)) {
      if (type === 'DELETED') this.#sink.remove(object)
      else this.#sink.upsert(object)
      if (this.#synced) this.#version = object.metadata.resourceVersion ?? this.#version
    }
  }

  #bookmark(body: unknown): void {
    const meta = this.#codec.meta(body)
    if (meta.resourceVersion) this.#version = meta.resourceVersion
    if (!meta.initialEventsEnd) return
    this.#traits.watchList = 'yes'
    this.#quiet()
    this.#sink.endReplace()
    this.#synced = true
    this.#state('live')
  }

  #errorEvent(status: unknown): void {
    this.#watch?.close()
    const error = statusError(isRecord(status) ? status : {}, 500, `WATCH ${this.#path}`)
    if (error.code === 410) this.#expired()
    else this.#fail(error)
  }

  #refused(status: number, body: unknown, initial: boolean, path: string): void {
    this.#quiet()
    if (status === 410) return this.#expired()
    // Older servers refuse the parameters of a streaming list as invalid.
    if (initial && (status === 400 || status === 422)) {
      this.#traits.watchList = 'no'
      return void this.#listPages()
    }
    this.#fail(statusError(isRecord(body) ? body : { message: String(body ?? '') }, status, `WATCH ${path}`))
  }

  #expired(): void {
    this.#synced = false
    this.#state('resuming')
    this.#relistSoon()
  }

  #relistSoon(): void {
    this.#wait(this.#recent() ? this.#backoff.next() : 0, () => this.#relist())
  }

  /** `mute`: not even a bookmark came, which is no sign that nothing has happened. What there is is read. */
  #ended(mute: boolean): void {
    this.#quiet()
    this.#state('resuming')
    const wait = this.#recent() ? this.#backoff.next() : (this.#backoff.reset(), 0)
    this.#wait(wait, () => (mute && this.#synced ? void this.#listPages() : this.#again()))
  }

  /** The socket is gone; it asks again by itself, so the watch is only registered anew. */
  #lost(): void {
    this.#quiet()
    // The gateway is gone: what the cluster said before is not why.
    this.#trouble = undefined
    this.#state('retrying')
    this.#again()
  }

  #again(): void {
    if (this.#synced && this.#version) this.#resume()
    else this.#relist()
  }

  #fail(error: ApiError): void {
    this.#quiet()
    this.#watch?.close()
    this.#watch = undefined
    const wait = this.#backoff.next()
    const unanswered = error.code === 504 && this.#synced && this.#clock.now() - this.#openedAt >= unansweredFor
    this.#state('retrying', error, this.#clock.now() + wait)
    this.#wait(wait, () => {
      if (error.code === 410) this.#relist()
      else if (unanswered) void this.#listPages()
      else this.#again()
    })
  }

  #wait(ms: number, run: () => void): void {
    this.#quiet()
    const go = (): void => {
      this.#quiet()
      if (!this.#abort.signal.aborted) run()
    }
    this.#pendingRetry = go
    this.#cancelTimer = this.#clock.after(ms, go)
  }

  #recent(): boolean {
    return this.#clock.now() - this.#openedAt < goodStream
  }

  #quiet(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#pendingRetry = undefined
  }

  #learnColumns(body: unknown): void {
    const columns = this.#codec.columns(body)
    if (columns) this.#sink.columns(columns)
  }

  /** The cluster speaks again, though what it says may not be whole yet. */
  #recovered(): void {
    if (!this.#trouble) return
    this.#trouble = undefined
    this.#state(this.#phase)
  }

  #state(phase: FeedPhase, error?: ApiError, retryAt?: number): void {
    if (phase === 'live' || phase === 'stopped') this.#trouble = undefined
    if (error) this.#trouble = plainOf(error)
    if (phase === 'live') this.#liveUntil = undefined
    else if (this.#phase === 'live') this.#liveUntil = this.#clock.now()
    this.#phase = phase
    this.#sink.state({ phase, synced: this.#synced, liveUntil: this.#liveUntil, error: this.#trouble, retryAt })
  }
}

const plainOf = ({ code, reason, message, request, body, causes }: ApiError): NonNullable<FeedState['error']> => ({
  code,
  reason,
  message,
  request,
  body,
  causes,
})
