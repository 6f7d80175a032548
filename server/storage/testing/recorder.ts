import type { Storage, StorageError, StorageEvent, StorageWatch } from '../contract.ts'

/** A watch that remembers what it was told, and promises for what it will be told. */
export class WatchRecorder {
  readonly events: StorageEvent[] = []
  readonly batches: StorageEvent[][] = []
  readonly progress: number[] = []
  closed: { error: StorageError | undefined } | undefined
  /** How often `closed` was called. */
  closings = 0
  readonly watch: StorageWatch
  readonly #waiting = new Set<{ condition: () => boolean; done: () => void }>()

  constructor(storage: Storage, prefix: string, fromRevision: number) {
    this.watch = storage.watch(prefix, fromRevision, {
      events: (batch) => {
        this.batches.push(batch)
        this.events.push(...batch)
        this.#changed()
      },
      progress: (revision) => {
        this.progress.push(revision)
        this.#changed()
      },
      closed: (error) => {
        this.closings++
        this.closed ??= { error }
        this.#changed()
      },
    })
  }

  /** Resolves once `condition` holds; it is looked at after every call of the sink. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((done) => this.#waiting.add({ condition, done }))
  }

  async count(events: number): Promise<StorageEvent[]> {
    await this.until(() => this.events.length >= events || this.closed !== undefined)
    return this.events
  }

  async ended(): Promise<StorageError | undefined> {
    await this.until(() => this.closed !== undefined)
    return this.closed?.error
  }

  /** Everything up to the store's present revision, then ends the watch. */
  async drain(revision: number): Promise<StorageEvent[]> {
    const newest = () => Math.max(0, this.events.at(-1)?.revision ?? 0, ...this.progress)
    if (newest() < revision) this.watch.requestProgress()
    await this.until(() => newest() >= revision || this.closed !== undefined)
    this.watch.close()
    return this.events
  }

  #changed(): void {
    for (const waiter of this.#waiting) {
      if (!waiter.condition()) continue
      this.#waiting.delete(waiter)
      waiter.done()
    }
  }
}

/** An event without its value's bytes, for comparing. */
export function plain(event: StorageEvent): string {
  if (event.type === 'delete') return `${event.revision} delete ${event.key}`
  return `${event.revision} put ${event.key} created ${event.createRevision} ${event.value.toString('hex')}`
}
