import type { Clock, Timer } from '../../machinery/clock.ts'
import {
  CompactedError,
  type StorageError,
  type StorageEvent,
  StorageUnavailableError,
  type StorageWatch,
  type WatchSink,
} from '../contract.ts'
import { WATCH_PROGRESS, watchAnswer, watchCreate } from './messages.ts'
import type { OwnWrites } from './own-writes.ts'
import { WireReader } from './wire.ts'

/** One etcd Watch stream carrying bytes: what etcd3's gRPC client gives when asked for the method without its decoders. */
export interface WatchStream {
  write(message: Buffer): unknown
  cancel(): void
  on(event: 'data', listener: (message: Buffer) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
}

export interface WatchEnvironment {
  /** Calls `attach` in the turn in which the stream is made: an error of a stream that nobody listens to ends the process. */
  openStream(attach: (stream: WatchStream) => void): Promise<void>
  ownWrites: OwnWrites
  clock: Clock
  currentRevision(): Promise<number>
  /**
   * For servers whose answer to a progress request may overtake events (before 3.4.25 and 3.5.8, etcd issue 15220): makes an
   * delete event under the prefix, of a key with MARK_SUFFIX.
   */
  mark?: (prefix: string) => Promise<unknown>
}

/** etcd drops a progress request while the watch has not caught up, so it is sent again until it is answered. */
const ASK_AGAIN_MS = 100
/** The keys of marks are told by their names, and are not shown. */
export const MARK_SUFFIX = '~progress'

/**
 * One watch on a stream of its own. It never reconnects: whatever ends the stream ends the watch with an error, because only
 * the caller knows from which revision it can go on without a gap.
 */
export class EtcdWatch implements StorageWatch {
  readonly #prefix: string
  readonly #sink: WatchSink
  readonly #environment: WatchEnvironment
  #stream: WatchStream | undefined
  #over = false
  readonly #from: number
  #started = false
  /** True until the store has reached the revision that this watch starts at. */
  #ahead = false
  #progressAsked = false
  #askAgain: Timer | undefined
  #fragments: StorageEvent[] = []
  /** What has arrived and waits its turn; delivered strictly in order. */
  readonly #queue: { events: StorageEvent[]; progress: number; ready: boolean }[] = []
  #delivery: NodeJS.Immediate | undefined
  #marking = false

  constructor(prefix: string, fromRevision: number, sink: WatchSink, environment: WatchEnvironment) {
    this.#prefix = prefix
    this.#sink = sink
    this.#environment = environment
    this.#from = Math.max(fromRevision, 1)
    void this.#start(this.#from)
  }

  requestProgress(): void {
    this.#progressAsked = true
    this.#ask()
  }

  #ask(): void {
    this.#askAgain?.cancel()
    if (this.#over || !this.#started || !this.#progressAsked) return
    const { mark } = this.#environment
    if (!this.#ahead && mark !== undefined) return void this.#mark(mark)
    this.#askLater()
    if (this.#ahead) void this.#askAhead()
    else this.#stream?.write(WATCH_PROGRESS)
  }

  #askLater(): void {
    this.#askAgain = this.#environment.clock.setTimeout(() => this.#ask(), ASK_AGAIN_MS)
  }

  /** etcd gives no progress to a watch that starts in the future; but up to there it has nothing to deliver. */
  async #askAhead(): Promise<void> {
    const revision = await this.#environment.currentRevision().catch(() => 0)
    this.#ahead = revision < this.#from
    if (this.#over || revision === 0) return
    if (this.#ahead) this.#enqueue([], revision)
    else this.#ask()
  }

  close(): void {
    if (!this.#over) this.#end(undefined)
  }

  /** Ends the watch because the store cannot serve it any longer. */
  fail(error: StorageError): void {
    if (!this.#over) this.#end(error)
  }

  async #start(revision: number): Promise<void> {
    try {
      await this.#environment.openStream((stream) => {
        stream.on('error', (error) => this.fail(new StorageUnavailableError(`the watch on etcd ended: ${error.message}`)))
        stream.on('end', () => this.fail(new StorageUnavailableError('the watch on etcd ended')))
        stream.on('data', (message) => this.#receive(message))
        if (this.#over) return stream.cancel()
        this.#stream = stream
        stream.write(watchCreate(this.#prefix, revision))
      })
    } catch (error) {
      this.fail(new StorageUnavailableError(`the watch on etcd could not start: ${error instanceof Error ? error.message : String(error)}`))
    }
  }

  #receive(message: Buffer): void {
    if (this.#over) return
    const answer = watchAnswer(new WireReader(message))
    if (answer.canceled) {
      const { compactRevision, reason } = answer
      return this.fail(
        compactRevision > 0 ? new CompactedError(compactRevision) : new StorageUnavailableError(`etcd canceled the watch: ${reason}`),
      )
    }
    if (answer.created) {
      this.#started = true
      this.#ahead = answer.revision < this.#from
      return this.#ask()
    }
    for (const event of answer.events) this.#fragments.push(event)
    if (answer.fragment) return
    const events = this.#fragments
    this.#fragments = []
    // Without events it is progress: what was asked for, or etcd's own from time to time.
    const overtakes = this.#environment.mark !== undefined
    if (events.length > 0) this.#enqueue(events, 0)
    else if (!overtakes) this.#enqueue([], answer.revision)
  }

  #enqueue(events: StorageEvent[], progress: number): void {
    const entry = { events, progress, ready: true }
    this.#queue.push(entry)
    const settled = this.#environment.ownWrites.settled(events.map((event) => event.key))
    if (settled !== undefined) {
      entry.ready = false
      void settled.then(() => {
        entry.ready = true
        this.#schedule()
      })
    }
    this.#schedule()
  }

  /** On the next turn: callers whose writes were just answered run before. */
  #schedule(): void {
    if (this.#queue[0]?.ready !== true) return
    this.#delivery ??= setImmediate(() => {
      this.#delivery = undefined
      while (!this.#over && this.#queue[0]?.ready === true) {
        const { events, progress } = this.#queue.shift()!
        if (progress === 0) this.#deliver(events)
        else {
          this.#progressAsked = false
          this.#askAgain?.cancel()
          this.#sink.progress(progress)
        }
      }
    })
  }

  #deliver(batch: StorageEvent[]): void {
    if (this.#environment.mark === undefined) return this.#sink.events(batch)
    const events = batch.filter((event) => !event.key.endsWith(MARK_SUFFIX))
    if (events.length > 0) this.#sink.events(events)
    const marked = batch.some((event) => event.type === 'delete' && event.key.endsWith(MARK_SUFFIX))
    if (marked && !this.#over) this.#sink.progress(batch.at(-1)?.revision ?? 0)
  }

  /** A mark's event is sure to come, so marks are made only as often as asked; one asked for during another comes after it. */
  async #mark(mark: NonNullable<WatchEnvironment['mark']>): Promise<void> {
    if (this.#marking) return
    this.#marking = true
    try {
      while (this.#progressAsked && !this.#over) {
        this.#progressAsked = false
        await mark(this.#prefix)
      }
    } catch {
      // A store that stays unavailable ends the watch in its own way.
      this.#progressAsked = true
      if (!this.#over) this.#askLater()
    } finally {
      this.#marking = false
    }
  }

  #end(error: StorageError | undefined): void {
    this.#over = true
    clearImmediate(this.#delivery)
    this.#askAgain?.cancel()
    this.#stream?.cancel()
    setImmediate(() => this.#sink.closed(error))
  }
}
