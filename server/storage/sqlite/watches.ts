import { CompactedError, type StorageError, type StorageEvent, type StorageWatch, type WatchSink } from '../contract.ts'
import type { Reader } from './reader.ts'

interface Watch {
  prefix: string
  sink: WatchSink
  /** Revision of the next event this watch has not been offered yet. */
  next: number
  /** True once history has been replayed and events come from commits. */
  live: boolean
  progressAsked: boolean
}

/**
 * The watches of one store. Commits are published here and go out on the next turn of the event loop: by then the callers
 * that awaited their writes have run. A new watch first replays history, and becomes live in the very turn in which it
 * reaches the newest event handed out, so nothing falls between.
 */
export class Watches {
  readonly #reader: () => Reader
  readonly #compacted: () => number
  readonly #watches = new Set<Watch>()
  /** Everything up to here has been handed to the live watches. */
  #delivered: number
  #pending: StorageEvent[] = []
  #scheduled: NodeJS.Immediate | undefined

  constructor(revision: number, compacted: () => number, reader: () => Reader) {
    this.#delivered = revision
    this.#compacted = compacted
    this.#reader = reader
  }

  /** Events in revision order, continuing the last ones. */
  publish(events: StorageEvent[]): void {
    if (events.length === 0) return
    this.#pending = this.#pending.length === 0 ? events : this.#pending.concat(events)
    this.#schedule()
  }

  add(prefix: string, fromRevision: number, sink: WatchSink): StorageWatch {
    const watch: Watch = { prefix, sink, next: fromRevision, live: false, progressAsked: false }
    this.#watches.add(watch)
    this.#schedule()
    return {
      requestProgress: () => {
        watch.progressAsked = true
        this.#schedule()
      },
      close: () => {
        if (this.#watches.delete(watch)) setImmediate(() => sink.closed())
      },
    }
  }

  /** Ends every watch with `error`, at once and for good. */
  closeAll(error: StorageError): void {
    clearImmediate(this.#scheduled)
    this.#pending = []
    for (const watch of [...this.#watches]) this.#end(watch, error)
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined
      this.#turn()
    })
  }

  #turn(): void {
    const events = this.#pending
    this.#pending = []
    const newest = events.at(-1)
    for (const watch of this.#watches) if (watch.live) this.#offer(watch, events)
    if (newest !== undefined) this.#delivered = newest.revision
    for (const watch of this.#watches) {
      if (!watch.live) this.#replay(watch)
      else if (watch.progressAsked) {
        watch.progressAsked = false
        watch.sink.progress(this.#delivered)
      }
    }
  }

  #offer({ prefix, sink, next }: Watch, events: StorageEvent[]): void {
    const wanted = events.filter((event) => event.revision >= next && event.key.startsWith(prefix))
    if (wanted.length > 0) sink.events(wanted)
  }

  /** One chunk of history per turn. */
  #replay(watch: Watch): void {
    if (watch.next < this.#compacted()) return this.#end(watch, new CompactedError(this.#compacted()))
    if (watch.next <= this.#delivered) {
      const { events, next } = this.#reader().historyChunk(watch.prefix, watch.next, this.#delivered)
      watch.next = next
      if (events.length > 0) watch.sink.events(events)
    }
    // A sink may close its watch while it takes the events.
    if (!this.#watches.has(watch)) return
    watch.live = watch.next > this.#delivered
    if (!watch.live || watch.progressAsked) this.#schedule()
  }

  #end(watch: Watch, error: StorageError): void {
    if (this.#watches.delete(watch)) watch.sink.closed(error)
  }
}
