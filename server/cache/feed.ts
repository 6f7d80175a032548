// Long because what joins the feed, what it replays and what it lists anew must be seen together: each keeps the others from losing an event.
import type { Int64 } from '../machinery/numbers.ts'
import type { Clock, Timer } from '../machinery/clock.ts'
import {
  CompactedError,
  StorageUnavailableError,
  type KeyValue,
  type Storage,
  type StorageEvent,
  type StorageWatch,
} from '../storage/contract.ts'
import { RingBudget } from './event-ring.ts'
import type { ResourceCache } from './resource-cache.ts'

export interface FeedLog {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
}

export interface FeedOptions {
  storage: Storage
  /** Key prefix of everything, with a slash at its end: `/registry/`. */
  prefix: string
  clock: Clock
  log: FeedLog
  /** How many revisions before the newest one the start goes back, so that watches can resume across a restart. */
  replay?: number
}

/** The revision asked for is not there yet; becomes a retryable 504. */
export class TooNewError extends Error {
  override name = 'TooNewError'
  readonly requested: Int64
  readonly current: number
  constructor(requested: Int64, current: number) {
    super(`Too large resource version: ${requested}, current: ${current}`)
    this.requested = requested
    this.current = current
  }
}

const PAGE = 5000
const WAIT_MS = 3000
const FIRST_RETRY_MS = 100
const MAX_RETRY_MS = 5000

/** A cache on its way into the feed. */
interface Joining {
  /** Its events since the list was asked for. */
  readonly events: StorageEvent[]
  /** Everything was listed anew meanwhile: events are missing. */
  relisted: boolean
}

/**
 * One storage watch on the whole prefix that feeds every resource's cache in revision order.
 * - `revision` is the newest revision of which every cache has seen everything; it never goes back while the process lives.
 * - A lost watch is resumed at the next revision, without a gap; if that revision is compacted, everything is listed anew
 *   and all watchers are closed, so that none misses an event.
 */
export class Feed {
  readonly #options: FeedOptions
  /** By name; several where versions of a resource are kept apart. */
  readonly #caches = new Map<string, readonly ResourceCache[]>()
  readonly #rings = new RingBudget()
  /** Caches in whose place others have come since the last tick. */
  readonly #retired = new Set<ResourceCache>()
  /** Caches that are being loaded, by name. */
  readonly #joining = new Map<string, Joining>()
  /** Caches that are filled when they are first needed, by name. */
  readonly #deferred = new Map<string, readonly [ResourceCache, ...ResourceCache[]]>()
  readonly #filling = new Map<string, Promise<void>>()
  /** What happened up to here the start replays: no news of it. */
  #replayed = 0
  #revision = 0
  #watch: StorageWatch | undefined
  #retry: Timer | undefined
  #retryMs = FIRST_RETRY_MS
  #waiters: { revision: Int64; resolve: () => void; timer: Timer; reject: (e: Error) => void }[] = []
  #question: Promise<number> | undefined
  #closed = false
  #healthy = false

  constructor(options: FeedOptions) {
    this.#options = options
  }

  get revision(): number {
    return this.#revision
  }

  /** False while the storage watch is down. */
  get healthy(): boolean {
    return this.#healthy
  }

  /** Adds a resource's cache before `start`. */
  add(cache: ResourceCache): void {
    const name = this.#nameOf(cache.schema.prefix)
    this.#caches.set(name, [...(this.#caches.get(name) ?? []), cache])
    this.#rings.include(cache.ring)
  }

  /**
   * Adds a resource's caches before `start`, which are filled when somebody first asks (`filled`) or an object of theirs changes: a start
   * does not wait for what nobody may want.
   */
  defer(...caches: readonly [ResourceCache, ...ResourceCache[]]): void {
    const name = this.#nameOf(caches[0].schema.prefix)
    if (this.#caches.has(name)) for (const cache of caches) this.add(cache)
    else this.#deferred.set(name, caches)
  }

  /** Whether the caches of a resource hold its objects. */
  isFilled(prefix: string): boolean {
    return !this.#deferred.has(this.#nameOf(prefix))
  }

  /** Fills the caches of a resource; undefined when they are. When that fails, the next caller tries again. */
  filled(prefix: string): Promise<void> | undefined {
    return this.#deferred.size === 0 ? undefined : this.#fill(this.#nameOf(prefix))
  }

  #fill(name: string): Promise<void> | undefined {
    const caches = this.#deferred.get(name)
    if (caches === undefined) return undefined
    let filling = this.#filling.get(name)
    if (filling === undefined) {
      // What has come in their place, or has gone, meanwhile: nothing joins.
      const wanted = (): boolean => this.#deferred.get(name) === caches
      filling = this.#join(name, caches, wanted).finally(() => this.#filling.delete(name))
      this.#filling.set(name, filling)
    }
    return filling
  }

  /**
   * Adds a resource's caches to the running feed, in the place of those that it has; resolves when they hold the state at `revision`.
   * Nothing is lost between the list that they are loaded from and their joining: events since then are kept until they have joined, and
   * those before them are fed until then. Watches of those before end.
   */
  async install(...caches: readonly [ResourceCache, ...ResourceCache[]]): Promise<void> {
    const { prefix } = caches[0].schema
    const name = this.#nameOf(prefix)
    if (caches.some((cache) => this.#caches.get(name)?.includes(cache))) throw new Error(`there is a cache of ${prefix} already`)
    if (this.#filling.has(name)) {
      this.#deferred.delete(name)
      await this.#filling.get(name)!.catch(() => undefined)
    }
    if (this.#joining.has(name)) throw new Error(`caches of ${prefix} are being loaded already`)
    await this.#join(name, caches)
  }

  /** @param wanted asked before they join, whether they still should */
  async #join(name: string, caches: readonly [ResourceCache, ...ResourceCache[]], wanted = (): boolean => true): Promise<void> {
    const joining: Joining = { events: [], relisted: false }
    this.#joining.set(name, joining)
    try {
      for (;;) {
        joining.relisted = false
        joining.events.length = 0
        const { items, revision } = await this.#listAll(caches[0].schema.prefix)
        await this.#reach(revision)
        if (this.#closed) throw new StorageUnavailableError('the server is shutting down')
        if (!wanted()) return
        // History that was lost took events with it.
        if (joining.relisted) continue
        // From here to the end nothing is awaited: the caches are at the feed's revision when they join.
        for (const cache of caches) {
          cache.load(items, revision)
          for (const event of joining.events) if (event.revision > revision) cache.apply(event)
        }
        this.#retire(name)
        this.#deferred.delete(name)
        for (const cache of caches) this.add(cache)
        return
      }
    } finally {
      this.#joining.delete(name)
    }
  }

  /** Requests that are under way with the caches of before see no gap in them: they are fed until a tick. */
  #retire(name: string): void {
    for (const cache of this.#caches.get(name) ?? []) {
      cache.closeWatchers()
      this.#retired.add(cache)
    }
  }

  #dropRetired(): void {
    for (const [name, caches] of this.#caches) {
      const kept = caches.filter((cache) => !this.#retired.has(cache))
      if (kept.length === caches.length) continue
      for (const cache of caches) if (this.#retired.has(cache)) this.#forget(cache)
      this.#caches.set(name, kept)
    }
    this.#retired.clear()
  }

  #forget(cache: ResourceCache): void {
    this.#rings.exclude(cache.ring)
    cache.closeWatchers()
  }

  /** Lets go of a resource's caches; their watches end. */
  remove(prefix: string): void {
    const name = this.#nameOf(prefix)
    this.#deferred.delete(name)
    const caches = this.#caches.get(name)
    if (caches === undefined) return
    this.#caches.delete(name)
    for (const cache of caches) this.#forget(cache)
  }

  #nameOf(prefix: string): string {
    return prefix.slice(this.#options.prefix.length)
  }

  /**
   * Lists everything and begins to watch; resolves when what the start replays has been seen: who looks at the caches then does not see what
   * has been overtaken long ago. Rejects when the store cannot be read.
   */
  async start(): Promise<void> {
    await this.#loadAll()
    this.#startWatch()
    await this.#reach(this.#replayed).catch((e: unknown) => {
      // Readers wait for themselves.
      if (!(e instanceof TooNewError)) throw e
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#retry?.cancel()
    this.#watch?.close()
    for (const w of this.#waiters.splice(0)) {
      w.timer.cancel()
      w.reject(new StorageUnavailableError('the server is shutting down'))
    }
    for (const cache of this.#all()) cache.closeWatchers()
  }

  *#all(): Iterable<ResourceCache> {
    for (const caches of this.#caches.values()) yield* caches
  }

  /** The caches of the resource that owns a key. */
  #cachesOf(key: string): readonly ResourceCache[] {
    return this.#owner(this.#caches, key) ?? []
  }

  #owner<T>(owners: ReadonlyMap<string, T>, key: string): T | undefined {
    const { prefix } = this.#options
    const first = key.indexOf('/', prefix.length)
    if (first < 0) return undefined
    const second = key.indexOf('/', first + 1)
    // `services/specs/` and `<group>/<resource>/` have two parts, most have one.
    return (second < 0 ? undefined : owners.get(key.slice(prefix.length, second + 1))) ?? owners.get(key.slice(prefix.length, first + 1))
  }

  async #loadAll(): Promise<void> {
    const { prefix } = this.#options
    const byCache = new Map<ResourceCache, KeyValue[]>()
    for (const joining of this.#joining.values()) joining.relisted = true
    const base = await this.#baseRevision()
    const keep = (kv: KeyValue): void => {
      for (const cache of this.#cachesOf(kv.key)) {
        const items = byCache.get(cache)
        if (items === undefined) byCache.set(cache, [kv])
        else items.push(kv)
      }
    }
    let revision: number
    if (this.#deferred.size === 0) revision = await this.#listPages(prefix, base, keep)
    else {
      revision = base ?? (await this.#options.storage.currentRevision())
      const lists = [...this.#caches.keys()].map((name) => this.#listPages(`${prefix}${name}`, revision, keep))
      await Promise.all(lists)
    }
    for (const cache of this.#all()) cache.load(byCache.get(cache) ?? [], revision)
    this.#advance(revision)
  }

  async #listAll(prefix: string): Promise<{ items: KeyValue[]; revision: number }> {
    const items: KeyValue[] = []
    const revision = await this.#listPages(prefix, undefined, (kv) => void items.push(kv))
    return { items, revision }
  }

  /** All pages of one state; returns its revision. */
  async #listPages(prefix: string, base: number | undefined, each: (kv: KeyValue) => void): Promise<number> {
    let after: string | undefined
    let revision = base
    for (;;) {
      const page = await this.#options.storage.list(prefix, {
        limit: PAGE,
        ...(revision === undefined ? {} : { revision }),
        ...(after === undefined ? {} : { after }),
      })
      revision = page.revision
      for (const kv of page.items) each(kv)
      if (!page.more) return revision
      after = page.items.at(-1)!.key
    }
  }

  async #baseRevision(): Promise<number | undefined> {
    const replay = this.#options.replay ?? 0
    if (replay === 0 || this.#revision > 0) return undefined
    const [now, oldest] = await Promise.all([this.#options.storage.currentRevision(), this.#options.storage.compactedRevision()])
    this.#replayed = now
    return now === 0 ? undefined : Math.max(now - replay, oldest, 1)
  }

  #startWatch(): void {
    const from = this.#revision + 1
    this.#healthy = true
    this.#watch = this.#options.storage.watch(this.#options.prefix, from, {
      events: (batch) => this.#apply(batch),
      progress: (revision) => {
        this.#retryMs = FIRST_RETRY_MS
        this.#advance(revision)
      },
      closed: (error) => {
        if (error !== undefined) this.#lost(error)
      },
    })
  }

  #apply(batch: StorageEvent[]): void {
    for (const event of batch) for (const cache of this.#cachesOf(event.key)) cache.apply(event)
    if (this.#joining.size > 0) for (const event of batch) this.#owner(this.#joining, event.key)?.events.push(event)
    if (this.#deferred.size > 0) for (const event of batch) this.#fillFor(event)
    this.#retryMs = FIRST_RETRY_MS
    const last = batch.at(-1)
    if (last !== undefined) this.#advance(last.revision)
  }

  /** What changes is likely to be asked for, and writes of our own wait for their events. */
  #fillFor({ key, revision }: StorageEvent): void {
    if (revision <= this.#replayed) return
    const caches = this.#owner(this.#deferred, key)
    // Whoever asks is told of a failure.
    if (caches !== undefined) this.filled(caches[0].schema.prefix)?.catch(() => undefined)
  }

  #advance(revision: number): void {
    if (revision <= this.#revision) return
    this.#revision = revision
    if (this.#waiters.length === 0) return
    const due = this.#waiters.filter((w) => w.revision <= revision)
    this.#waiters = this.#waiters.filter((w) => w.revision > revision)
    for (const w of due) {
      w.timer.cancel()
      w.resolve()
    }
  }

  #lost(error: Error): void {
    if (this.#closed) return
    this.#healthy = false
    this.#options.log.warn({ error: error.message, revision: this.#revision }, 'storage watch lost, resuming')
    const again = (): void => {
      if (this.#closed) return
      if (!(error instanceof CompactedError)) return this.#startWatch()
      this.#loadAll().then(
        () => this.#startWatch(),
        (e: unknown) => this.#lost(e instanceof CompactedError ? e : error),
      )
    }
    this.#retry = this.#options.clock.setTimeout(again, this.#retryMs)
    this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS)
  }

  /** Resolves when the cache has seen `revision`; TooNewError after three seconds, as upstream. */
  waitFor(revision: Int64): Promise<void> {
    if (this.#revision >= revision) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.setTimeout(() => {
        this.#waiters = this.#waiters.filter((w) => w.timer !== timer)
        reject(new TooNewError(revision, this.#revision))
      }, WAIT_MS)
      this.#waiters.push({ revision, resolve, reject, timer })
    })
  }

  /**
   * Resolves when the cache shows every write that was acknowledged before this call. Callers at the same time share one
   * question to the store.
   */
  async fresh(): Promise<void> {
    await this.#reach(await (this.#question ??= this.#ask()))
  }

  /** Waits for a revision that the store has told of. */
  async #reach(revision: number): Promise<void> {
    if (this.#revision >= revision) return
    this.#watch?.requestProgress()
    await this.waitFor(revision)
  }

  // A caller may only join a question that has not been sent: an answer under way may miss its own last write.
  #ask(): Promise<number> {
    return Promise.resolve().then(() => {
      this.#question = undefined
      return this.#options.storage.currentRevision()
    })
  }

  /** Called about every ten seconds: bookmarks for those who asked, an end for those who cannot catch up. */
  tick(bookmarks: boolean): void {
    if (this.#retired.size > 0) this.#dropRetired()
    for (const cache of this.#all()) {
      if (cache.watchers.size === 0) continue
      for (const w of [...cache.watchers.watchers()]) {
        w.closeIfLost()
        if (bookmarks) w.bookmark(this.#revision)
      }
    }
  }
}
