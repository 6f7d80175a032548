import type { Clock, Timer } from '../../machinery/clock.ts'
import {
  CompactedError,
  FutureRevisionError,
  type GetResult,
  type KeyValue,
  KeyExistsError,
  type ListOptions,
  type ListResult,
  RevisionMismatchError,
  type Storage,
  type StorageEvent,
  StorageUnavailableError,
  type StorageWatch,
  type WatchSink,
  type WriteOptions,
} from '../contract.ts'
import {
  CREATE,
  DELETE,
  type FromWorker,
  RESULT_FIELDS,
  type Row,
  type ToWorker,
  UPDATE,
  type WriteField,
  type WriteKind,
} from './protocol.ts'
import { bufferOf, type Reader } from './reader.ts'
import { Remaining } from './remaining.ts'
import { Watches } from './watches.ts'

/** Where messages to the database worker go, and how to let go of everything that opening took. */
export interface Backing {
  post(message: ToWorker, transfer?: ArrayBuffer[]): void
  reader: Reader
  /** Resolves when the worker has ended and the files are closed. */
  release(): Promise<void>
}

export interface Opened {
  revision: number
  compacted: number
  nextExpiry: number
  version: string
}

interface PendingWrite {
  kind: WriteKind
  key: string
  value: Buffer | undefined
  resolve(revision: number): void
  reject(error: Error): void
}

/** Expired keys are looked for at most this often. */
const EXPIRY_PERIOD_MS = 1000
/** setTimeout's largest delay. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * The event loop's side of the embedded store. It is the only writer, so it knows the newest acknowledged revision
 * without asking, and all its reads are pinned to that revision.
 */
export class SqliteStorage implements Storage {
  readonly #backing: Backing
  readonly #clock: Clock
  readonly #version: string
  readonly #watches: Watches
  readonly #remaining = new Remaining()
  #revision: number
  #compacted: number
  /** Writes not yet posted, as fields and values; `#unanswered` also holds those that were, oldest first. */
  #writes: WriteField[] = []
  #values: Buffer[] = []
  #flushing: NodeJS.Immediate | undefined
  #unanswered: PendingWrite[] = []
  #compactions: { resolve(): void; reject(error: Error): void }[] = []
  #sizes: { resolve(bytes: number): void; reject(error: Error): void }[] = []
  #expiry: { at: number; timer: Timer } | undefined
  /** Lists under way, by the revision they read at: history they need is not compacted under them. */
  readonly #lists = new Set<{ revision: number; done: Promise<void> }>()
  readonly #failed = Promise.withResolvers<never>()
  #closed: StorageUnavailableError | undefined
  #released: Promise<void> | undefined

  constructor(opened: Opened, backing: Backing, clock: Clock) {
    this.#backing = backing
    this.#clock = clock
    this.#version = opened.version
    // Nobody has to listen.
    this.#failed.promise.catch(() => undefined)
    this.#revision = opened.revision
    this.#compacted = opened.compacted
    this.#watches = new Watches(
      opened.revision,
      () => this.#compacted,
      () => backing.reader,
    )
    this.#expireAt(opened.nextExpiry)
  }

  get failed(): Promise<never> {
    return this.#failed.promise
  }

  async get(key: string, options: { revision?: number } = {}): Promise<GetResult> {
    const revision = this.#readable(options.revision)
    return { kv: this.#backing.reader.get(key, revision), revision }
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListResult> {
    const revision = this.#readable(options.revision)
    const { limit = 0, after = '' } = options
    const items: KeyValue[] = []
    const listing = Promise.withResolvers<void>()
    const entry = { revision, done: listing.promise }
    this.#lists.add(entry)
    try {
      for (let last = after; ; last = items.at(-1)?.key ?? after) {
        const chunk = this.#backing.reader.listChunk(prefix, revision, last, limit > 0 ? limit - items.length : Number.MAX_SAFE_INTEGER)
        for (const item of chunk.items) items.push(item)
        if (chunk.done) break
        await new Promise<void>((resume) => setImmediate(resume))
        this.#throwIfClosed()
      }
      const remaining =
        limit > 0 && items.length === limit ? this.#remaining.after(this.#backing.reader, prefix, revision, after, items) : 0
      return { items, revision, more: remaining > 0, remaining }
    } finally {
      this.#lists.delete(entry)
      listing.resolve()
    }
  }

  create(key: string, value: Buffer, options?: WriteOptions): Promise<number> {
    return this.#write(CREATE, key, 0, value, options)
  }

  update(key: string, value: Buffer, expectedRevision: number, options?: WriteOptions): Promise<number> {
    return this.#write(UPDATE, key, expectedRevision, value, options)
  }

  delete(key: string, expectedRevision: number): Promise<number> {
    return this.#write(DELETE, key, expectedRevision, undefined, undefined)
  }

  async currentRevision(): Promise<number> {
    this.#throwIfClosed()
    return this.#revision
  }

  watch(prefix: string, fromRevision: number, sink: WatchSink): StorageWatch {
    const error = this.#closed
    if (error === undefined) return this.#watches.add(prefix, fromRevision, sink)
    const late = setImmediate(() => sink.closed(error))
    return {
      requestProgress() {},
      close() {
        clearImmediate(late)
        setImmediate(() => sink.closed())
      },
    }
  }

  async compact(revision: number): Promise<void> {
    this.#throwIfClosed()
    if (revision > this.#revision) throw new FutureRevisionError(this.#revision)
    if (revision <= this.#compacted) return
    this.#compacted = revision
    await Promise.all([...this.#lists].filter((list) => list.revision < revision).map((list) => list.done))
    this.#throwIfClosed()
    await new Promise<void>((resolve, reject) => {
      this.#compactions.push({ resolve, reject })
      this.#backing.post({ type: 'compact', revision })
    })
  }

  async compactedRevision(): Promise<number> {
    this.#throwIfClosed()
    return this.#compacted
  }

  async stats(): Promise<{ sizeBytes: number; backend: string; version: string }> {
    this.#throwIfClosed()
    return { sizeBytes: await this.#size(), backend: 'sqlite', version: this.#version }
  }

  #size(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#sizes.push({ resolve, reject })
      this.#backing.post({ type: 'size' })
    })
  }

  /** Writes that were accepted before are still committed and answered. */
  async close(): Promise<void> {
    if (this.#closed === undefined) {
      clearImmediate(this.#flushing)
      this.#flush()
      this.#closed = new StorageUnavailableError('the store is closed')
      this.#expiry?.timer.cancel()
      this.#released = this.#finish(this.#closed)
    }
    await this.#released
  }

  async #finish(closed: StorageUnavailableError): Promise<void> {
    // The worker answers in order: when this comes back, so has every write.
    await this.#size().catch(() => 0)
    this.#abandon(closed)
    this.#backing.post({ type: 'close' })
    await this.#backing.release()
  }

  /** The worker is gone or cannot write any more: every call from now on fails with this reason. */
  fail(reason: string): void {
    if (this.#closed !== undefined) return this.#abandon(this.#closed)
    this.#closed = new StorageUnavailableError(`the store stopped working: ${reason}`)
    this.#expiry?.timer.cancel()
    this.#released = this.#backing.release()
    this.#abandon(this.#closed)
    this.#failed.reject(this.#closed)
  }

  receive(message: FromWorker): void {
    switch (message.type) {
      case 'committed':
        return this.#committed(message.results, message.refused)
      case 'failed': {
        const error = new StorageUnavailableError(`the write was not stored: ${message.message}`)
        for (const write of this.#unanswered.splice(0, message.count)) write.reject(error)
        return
      }
      case 'expired':
        this.#advance(message.deletes.at(-1)?.revision)
        this.#watches.publish(message.deletes.map(({ key, revision }) => ({ type: 'delete', key, revision })))
        this.#expireAt(message.nextExpiry)
        return
      case 'compacted': {
        const waiter = this.#compactions.shift()
        if (message.message === undefined) waiter?.resolve()
        else waiter?.reject(new StorageUnavailableError(`the compaction was not stored: ${message.message}`))
        return
      }
      case 'size':
        return this.#sizes.shift()?.resolve(message.bytes)
      case 'broken':
        return this.fail(message.message)
    }
  }

  #write(kind: WriteKind, key: string, expected: number, value: Buffer | undefined, options: WriteOptions | undefined): Promise<number> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    const ttl = options?.ttlSeconds ?? 0
    const expiresAt = ttl > 0 ? this.#clock.now() + ttl * 1000 : 0
    if (ttl > 0) this.#expireAt(expiresAt)
    this.#writes.push(kind, key, expected, expiresAt, value?.length ?? 0)
    if (value !== undefined) this.#values.push(value)
    // What one turn of the event loop brings goes to the worker as one message.
    this.#flushing ??= setImmediate(() => this.#flush())
    return new Promise((resolve, reject) => this.#unanswered.push({ kind, key, value, resolve, reject }))
  }

  #flush(): void {
    this.#flushing = undefined
    if (this.#writes.length === 0) return
    let size = 0
    for (const value of this.#values) size += value.length
    const values = new Uint8Array(size)
    let offset = 0
    for (const value of this.#values) {
      values.set(value, offset)
      offset += value.length
    }
    this.#backing.post({ type: 'writes', writes: this.#writes, values }, [values.buffer])
    this.#writes = []
    this.#values = []
  }

  #committed(results: Float64Array, refused: { index: number; current: Row | undefined }[]): void {
    const count = results.length / RESULT_FIELDS
    const writes = this.#unanswered.splice(0, count)
    const events: StorageEvent[] = []
    for (const [index, { kind, key, value, resolve }] of writes.entries()) {
      const revision = results[index * RESULT_FIELDS] ?? 0
      if (revision === 0) continue
      this.#revision = revision
      const createRevision = results[index * RESULT_FIELDS + 1] ?? 0
      events.push(
        kind === DELETE || value === undefined ? { type: 'delete', key, revision } : { type: 'put', key, value, createRevision, revision },
      )
      resolve(revision)
    }
    for (const { index, current } of refused) {
      const write = writes[index]
      write?.reject(write.kind === CREATE ? new KeyExistsError(write.key) : new RevisionMismatchError(write.key, keyValueOf(current)))
    }
    this.#watches.publish(events)
  }

  #advance(revision: number | undefined): void {
    if (revision !== undefined) this.#revision = revision
  }

  #expireAt(at: number): void {
    if (at === 0 || this.#closed !== undefined || (this.#expiry !== undefined && this.#expiry.at <= at)) return
    this.#expiry?.timer.cancel()
    const delay = Math.min(Math.max(at - this.#clock.now(), EXPIRY_PERIOD_MS), LONGEST_TIMER_MS)
    const timer = this.#clock.setTimeout(() => {
      this.#expiry = undefined
      this.#backing.post({ type: 'expire', now: this.#clock.now() })
    }, delay)
    this.#expiry = { at, timer }
  }

  /** The revision to read at: the newest acknowledged one unless an older one is asked for. */
  #readable(asked: number | undefined): number {
    this.#throwIfClosed()
    const revision = asked ?? this.#revision
    if (revision > this.#revision) throw new FutureRevisionError(this.#revision)
    if (revision < this.#compacted) throw new CompactedError(this.#compacted)
    return revision
  }

  #throwIfClosed(): void {
    if (this.#closed !== undefined) throw this.#closed
  }

  #abandon(error: StorageUnavailableError): void {
    for (const { reject } of [...this.#unanswered, ...this.#compactions, ...this.#sizes]) reject(error)
    this.#unanswered = []
    this.#compactions = []
    this.#sizes = []
    this.#watches.closeAll(error)
  }
}

function keyValueOf(row: Row | undefined): KeyValue | undefined {
  return row && { key: row.key, value: bufferOf(row.value), createRevision: row.createRevision, modRevision: row.revision }
}
