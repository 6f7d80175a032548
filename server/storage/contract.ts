/**
 * The storage contract: an ordered, versioned key-value store of bytes, as etcd v3 defines it.
 *
 * Every backend guarantees, and `testing/` checks:
 * - One revision counter for the whole store. Each successful create, update and delete takes the next revision, alone:
 *   no two keys share one. Revisions are safe integers greater than zero, never reused, and survive a restart.
 * - Writes are linearizable: what a call acknowledged is seen by every call that starts afterwards, and survives a kill -9.
 *   A write whose call failed with `StorageUnavailableError` may or may not have happened.
 * - `create` succeeds only if the key is absent; `update` and `delete` only if the key's modRevision is the expected one.
 *   A refused write changes nothing and takes no revision.
 * - A read at revision R sees exactly the writes up to and including R. R below the compacted revision is `CompactedError`;
 *   R above the current revision is `FutureRevisionError`.
 * - A watch from revision R delivers every event with revision ≥ R under its prefix once, in revision order, without gaps.
 *   If it cannot, it ends with an error; it never skips silently.
 * - A key with a TTL disappears within a few seconds after it expires, as a delete event. Keys that expire together may share its
 *   revision, as may what other programs write in one transaction: a watch delivers all events of a revision in one call.
 */
export interface Storage {
  /** The value of one key, at `revision` or now. */
  get(key: string, options?: { revision?: number }): Promise<GetResult>
  /** Keys that start with `prefix`, in byte order, at `revision` or now; `after` (exclusive) and `limit` page through it. */
  list(prefix: string, options?: ListOptions): Promise<ListResult>
  /** Resolves with the new revision; `KeyExistsError` if the key is there. Like `update`, `RequestTooLargeError` where the store has a limit. */
  create(key: string, value: Buffer, options?: WriteOptions): Promise<number>
  /** Resolves with the new revision; `RevisionMismatchError` if modRevision differs or the key is absent. */
  update(key: string, value: Buffer, expectedRevision: number, options?: WriteOptions): Promise<number>
  /** Resolves with the delete's revision; `RevisionMismatchError` likewise. */
  delete(key: string, expectedRevision: number): Promise<number>
  /** The revision of the newest acknowledged write, linearizable. */
  currentRevision(): Promise<number>
  /** Starts at `fromRevision` (inclusive). Callbacks come from the event loop, never from inside this call. */
  watch(prefix: string, fromRevision: number, sink: WatchSink): StorageWatch
  /** Forgets history below `revision`; reads and watches below it get `CompactedError` from then on. */
  compact(revision: number): Promise<void>
  /** Oldest revision that can still be read; 0 when nothing was compacted (best effort, for diagnostics and catch-up). */
  compactedRevision(): Promise<number>
  /** Bytes on disk as the store counts them, and its name for logs and metrics. */
  stats(): Promise<{ sizeBytes: number; backend: string; version: string }>
  /** Flushes and frees everything; later calls throw `StorageUnavailableError`. */
  close(): Promise<void>
  /**
   * Rejects with `StorageUnavailableError` when the store has ended by itself and will not come back without being opened
   * anew; never resolves, and `close` leaves it alone. Absent where the store may always come back (a server that is away).
   */
  readonly failed?: Promise<never>
}

export interface WriteOptions {
  /** Lifetime in whole seconds; absent keeps the key until it is deleted. An update replaces the old lifetime. */
  ttlSeconds?: number
}

export interface KeyValue {
  key: string
  value: Buffer
  createRevision: number
  modRevision: number
  /** Set by layers above a backend: it is stored in a form in which it would not be written now, so an update that changes nothing writes it too. */
  stale?: boolean
}

export interface GetResult {
  kv: KeyValue | undefined
  /** The store's revision when it was read (or the revision asked for). */
  revision: number
}

export interface ListOptions {
  revision?: number
  limit?: number
  after?: string
}

export interface ListResult {
  items: KeyValue[]
  revision: number
  /** True when `limit` cut the list. */
  more: boolean
  /** How many keys lie beyond the last item; exact. */
  remaining: number
}

export interface PutEvent {
  type: 'put'
  key: string
  value: Buffer
  createRevision: number
  /** modRevision of the write; equals createRevision when the key is new. */
  revision: number
  /** As in KeyValue. */
  stale?: boolean
}

export interface DeleteEvent {
  type: 'delete'
  key: string
  revision: number
}

export type StorageEvent = PutEvent | DeleteEvent

export interface WatchSink {
  /** Events in revision order; a batch holds every event of the revisions in it. */
  events(batch: StorageEvent[]): void
  /** All events up to and including `revision` have been delivered. */
  progress(revision: number): void
  /** Called once. No error after `close()`; else `CompactedError` or `StorageUnavailableError`. */
  closed(error?: StorageError): void
}

export interface StorageWatch {
  /** Asks for a `progress` call soon; it then names the store's revision at some moment after this call. */
  requestProgress(): void
  close(): void
}

export abstract class StorageError extends Error {}

export class KeyExistsError extends StorageError {
  override name = 'KeyExistsError'
  readonly key: string
  constructor(key: string) {
    super(`key exists: ${key}`)
    this.key = key
  }
}

export class RevisionMismatchError extends StorageError {
  override name = 'RevisionMismatchError'
  readonly key: string
  /** What is there instead, so that a caller can retry without another read; undefined when the key is absent. */
  readonly current: KeyValue | undefined
  constructor(key: string, current: KeyValue | undefined) {
    super(`revision mismatch: ${key}`)
    this.key = key
    this.current = current
  }
}

/** The store does not take values as large as this one; nothing was written. The message is the store's. */
export class RequestTooLargeError extends StorageError {
  override name = 'RequestTooLargeError'
}

export class CompactedError extends StorageError {
  override name = 'CompactedError'
  readonly compactedRevision: number
  constructor(compactedRevision: number) {
    super(`required revision has been compacted (oldest is ${compactedRevision})`)
    this.compactedRevision = compactedRevision
  }
}

export class FutureRevisionError extends StorageError {
  override name = 'FutureRevisionError'
  readonly currentRevision: number
  constructor(currentRevision: number) {
    super(`required revision is a future revision (newest is ${currentRevision})`)
    this.currentRevision = currentRevision
  }
}

/** The store cannot be reached, is closed, or did not answer in time; for a write the outcome is unknown. */
export class StorageUnavailableError extends StorageError {
  override name = 'StorageUnavailableError'
}

/** The store cannot be opened. The message is one sentence for the person who started the program, saying what to do. */
export class StorageOpenError extends StorageError {
  override name = 'StorageOpenError'
}
