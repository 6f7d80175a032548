import type { StorageEvent, KeyValue, PutEvent } from '../storage/contract.ts'
import { Entry, type CacheSchema, type IndexedParts } from './entry.ts'
import { type VersionedJson, withVersionText } from './stored-json.ts'
import { EntryList } from './entry-list.ts'
import { CacheEvent, EventRing } from './event-ring.ts'
import { UndecodableError, type Undecodable } from './undecodable.ts'
import { WatcherIndex } from './watcher-index.ts'
import { Watcher, selects, type FrameEncoder, type Selection, type SentEvents, type WatchOutput } from './watchers.ts'

/** A watch asked to begin before the oldest event that is still known; becomes 410 Expired. */
export class TooOldError extends Error {
  override name = 'TooOldError'
  readonly requested: number
  readonly oldest: number
  constructor(requested: number, oldest: number) {
    super(`too old resource version: ${requested} (${oldest})`)
    this.requested = requested
    this.oldest = oldest
  }
}

export interface WatchStart {
  /** Events after this revision; undefined: the current objects first, as ADDED. */
  revision: number | undefined
  bookmarks: boolean
  initialEventsEnd: boolean
  /** What happened before `revision` and is no longer in the ring (see history.ts). */
  backlog?: readonly CacheEvent[]
  sent?: SentEvents
  /** Called when the end of the initial events is told. */
  onInitialEnd?: () => void
}

/**
 * The cache of one resource: its entries in key order, its recent events, its watchers. The feed is its only writer and
 * calls `apply` in revision order, so what a reader sees is always the state at some revision.
 */
export class ResourceCache {
  readonly schema: CacheSchema
  readonly list = new EntryList()
  readonly ring: EventRing
  readonly watchers = new WatcherIndex()
  /** So many events it has had, for metrics. */
  published = 0
  /** And so often it was filled. */
  loads = 0
  /** Told of every change as the feed applies it, and of undefined when everything may have changed. Must not throw. */
  readonly listeners = new Set<(event: CacheEvent | undefined) => void>()
  /** Revision of the last change of this resource. */
  lastChange = 0
  /** Own writes that have not come back through the feed: their bytes need not be decoded again. */
  #pending = new Map<string, Entry>()

  /** What is stored and cannot be read, by key: bytes that are not JSON, a version that nobody knows. */
  readonly #unreadable = new Map<string, Undecodable>()

  constructor(schema: CacheSchema, limits?: { events: number; bytes: number }) {
    this.schema = schema
    this.ring = new EventRing(0, limits)
  }

  /** Makes the entry of a write that storage has acknowledged, for the response and for the event that follows. */
  written(key: string, value: Buffer, revision: number, createRevision: number, parts: IndexedParts): Entry {
    const entry = new Entry(this.schema, key, revision, createRevision, this.#ofOwn(value, revision), parts, this.schema.apart !== true)
    entry.ours = true
    const here = this.list.get(key)
    if (here === undefined || here.revision < revision) this.#pending.set(key, entry)
    return entry
  }

  /**
   * What a write would give, for a dry run: nothing is kept. An existing object keeps its resourceVersion.
   * @param sent the resourceVersion of a new object: no store has looked at what the client made up
   */
  dryRunEntry(key: string, value: Buffer, parts: IndexedParts, current?: Entry, sent = ''): Entry {
    const revision = current?.revision ?? 0
    const bare = { json: value, rvStart: 0, rvEnd: 0 }
    // Any revision but 0, which is not shown, makes a place for the text.
    const ofNew = (): VersionedJson => (sent === '' ? bare : withVersionText(this.#ofOwn(value, 1), sent))
    const data = current === undefined ? ofNew() : this.#ofOwn(value, revision)
    return new Entry(this.schema, key, revision, current?.createRevision ?? 0, data, parts, this.schema.apart !== true)
  }

  /** @throws UndecodableError */
  entryOf(kv: KeyValue): Entry {
    return new Entry(this.schema, kv.key, kv.modRevision, kv.createRevision, this.#decoded(kv.key, kv.value, kv.modRevision, kv.stale))
  }

  /**
   * For readers of more than one object, as upstream's cache is not ready while it cannot read all that is stored.
   * @throws UndecodableError while something that is stored cannot be read
   */
  checkReadable(): void {
    if (this.#unreadable.size > 0) throw new UndecodableError([...this.#unreadable.values()])
  }

  /** Replaces everything with the state at `revision`, at the start and after history was lost. */
  load(items: readonly KeyValue[], revision: number): void {
    this.loads++
    this.#pending.clear()
    this.#unreadable.clear()
    this.list.load(items.flatMap((kv) => this.#readable(kv.key, () => this.entryOf(kv)) ?? []))
    this.ring.reset(revision)
    this.lastChange = items.reduce((max, kv) => Math.max(max, kv.modRevision), 0)
    this.closeWatchers()
    for (const listener of this.listeners) listener(undefined)
  }

  /** Ends every watch; clients begin again where they were. */
  closeWatchers(): void {
    for (const w of [...this.watchers.watchers()]) w.close()
  }

  apply(event: StorageEvent): void {
    this.lastChange = event.revision
    if (event.type === 'delete') {
      this.#unreadable.delete(event.key)
      const old = this.list.delete(event.key)
      if (old !== undefined) this.#publish(new CacheEvent(event.revision, old.deletedAt(event.revision), old, true))
      return
    }
    const entry = this.#readable(event.key, () => this.#entryFor(event))
    if (entry === undefined) {
      // What was there stays: its end, or what it becomes, is told when it can be read again.
      this.closeWatchers()
      return
    }
    const previous = this.list.set(entry)
    if (previous !== undefined) entry.share(previous)
    this.#publish(new CacheEvent(event.revision, entry, previous, false))
  }

  /** The newest state that is known of a key: a write of our own is, before the feed tells of it. */
  latest(key: string): Entry | undefined {
    const [seen, mine] = [this.list.get(key), this.#pending.get(key)]
    return mine !== undefined && mine.revision > (seen?.revision ?? 0) ? mine : seen
  }

  /** Whether this revision of an object is a write of our own, whose entry is there already. */
  protected isPending(key: string, revision: number): boolean {
    return this.#pending.get(key)?.revision === revision
  }

  #ofOwn(json: Buffer, revision: number): VersionedJson {
    return this.schema.decodeOwn?.(json, revision) ?? this.schema.decode(json, revision)
  }

  #decoded(key: string, value: Buffer, revision: number, stale = false): VersionedJson {
    try {
      const decoded = this.schema.decode(value, revision)
      return stale ? { ...decoded, stale } : decoded
    } catch (e) {
      throw new UndecodableError([{ key, revision, cause: e instanceof Error ? e : new Error(String(e)) }])
    }
  }

  #readable(key: string, make: () => Entry): Entry | undefined {
    try {
      const entry = make()
      if (this.#unreadable.size > 0) this.#unreadable.delete(key)
      return entry
    } catch (e) {
      if (!(e instanceof UndecodableError)) throw e
      this.#unreadable.set(key, e.objects[0]!)
      return undefined
    }
  }

  #entryFor({ key, value, revision, createRevision, stale }: PutEvent): Entry {
    const mine = this.#pending.get(key)
    if (mine !== undefined && mine.revision <= revision) {
      this.#pending.delete(key)
      if (mine.revision === revision) return mine
    }
    return new Entry(this.schema, key, revision, createRevision, this.#decoded(key, value, revision, stale))
  }

  #publish(event: CacheEvent): void {
    this.published++
    this.ring.push(event)
    this.watchers.offer(event)
    for (const listener of this.listeners) listener(event)
  }

  /** Begins a watch; `feedRevision` is the newest revision that the whole cache has seen. Throws TooOldError. */
  watch(selection: Selection, encoder: FrameEncoder, output: WatchOutput, start: WatchStart, feedRevision: number): Watcher {
    const fromState = start.revision === undefined
    if (!fromState && start.revision! < this.ring.floor) throw new TooOldError(start.revision!, this.ring.floor)
    const initial = fromState ? [...this.list.entries({ namespace: selection.namespace })] : undefined
    const watcher = new Watcher(
      this.watchers.group(selection, encoder, start.sent),
      this.ring,
      output,
      {
        bookmarks: start.bookmarks,
        initial,
        backlog: start.backlog,
        revision: fromState ? feedRevision : start.revision!,
        initialEventsEnd: start.initialEventsEnd,
        onInitialEnd: start.onInitialEnd,
      },
      (w) => this.watchers.remove(w),
    )
    this.watchers.add(watcher)
    watcher.start()
    return watcher
  }

  /** Entries that a selection sees, in key order. */
  *select(selection: Selection, after?: string): IterableIterator<Entry> {
    const range = after === undefined ? { namespace: selection.namespace } : { namespace: selection.namespace, after }
    for (const e of this.list.entries(range)) if (selects(selection, e)) yield e
  }
}
