import {
  StorageUnavailableError,
  type ListOptions,
  type ListResult,
  type Storage,
  type StorageError,
  type StorageWatch,
  type WatchSink,
} from '../../storage/contract.ts'

/** A real storage that can be taken away: its watches break off, its calls fail, until it is given back. */
export class FaultyStorage implements Storage {
  readonly #inner: Storage
  readonly #watches = new Set<(error: StorageError) => void>()
  #down = false
  watchesOpened = 0
  /** Prefixes that were listed. */
  readonly lists: string[] = []

  constructor(inner: Storage) {
    this.#inner = inner
  }

  /** Ends every watch as a lost connection does. */
  breakWatches(error: StorageError = new StorageUnavailableError('the connection was lost')): void {
    for (const end of [...this.#watches]) end(error)
  }

  set down(down: boolean) {
    this.#down = down
    if (down) this.breakWatches()
  }

  #call<T>(work: () => Promise<T>): Promise<T> {
    return this.#down ? Promise.reject(new StorageUnavailableError('the store is away')) : work()
  }

  watch(prefix: string, fromRevision: number, sink: WatchSink): StorageWatch {
    this.watchesOpened++
    let open = true
    const end = (error?: StorageError): void => {
      if (!open) return
      open = false
      this.#watches.delete(end)
      inner?.close()
      sink.closed(error)
    }
    this.#watches.add(end)
    const inner = this.#down
      ? undefined
      : this.#inner.watch(prefix, fromRevision, {
          events: (batch) => open && sink.events(batch),
          progress: (revision) => open && sink.progress(revision),
          closed: (error) => end(error),
        })
    if (this.#down) setImmediate(() => end(new StorageUnavailableError('the store is away')))
    return { requestProgress: () => inner?.requestProgress(), close: () => end() }
  }

  list(prefix: string, options?: ListOptions): Promise<ListResult> {
    this.lists.push(prefix)
    return this.#call(() => this.#inner.list(prefix, options))
  }

  get(...args: Parameters<Storage['get']>): ReturnType<Storage['get']> {
    return this.#call(() => this.#inner.get(...args))
  }

  create(...args: Parameters<Storage['create']>): Promise<number> {
    return this.#call(() => this.#inner.create(...args))
  }

  update(...args: Parameters<Storage['update']>): Promise<number> {
    return this.#call(() => this.#inner.update(...args))
  }

  delete(...args: Parameters<Storage['delete']>): Promise<number> {
    return this.#call(() => this.#inner.delete(...args))
  }

  currentRevision(): Promise<number> {
    return this.#call(() => this.#inner.currentRevision())
  }

  compact(revision: number): Promise<void> {
    return this.#call(() => this.#inner.compact(revision))
  }

  compactedRevision(): Promise<number> {
    return this.#call(() => this.#inner.compactedRevision())
  }

  stats(): ReturnType<Storage['stats']> {
    return this.#call(() => this.#inner.stats())
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}
