import type { FieldSelector } from '../machinery/fields.ts'
import type { LabelSelector } from '../machinery/labels.ts'
import type { Entry } from './entry.ts'
import type { CacheEvent, EventRing } from './event-ring.ts'

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED'

/** How a kind of watcher wants its events as bytes; `key` names the encoding, equal keys give equal bytes. */
export interface FrameEncoder {
  readonly key: string
  event(type: WatchEventType, entry: Entry): Buffer
  bookmark(revision: number, initialEventsEnd: boolean): Buffer
}

/** Hears what watchers are sent: for events that go to many of them at once a single time. */
export interface SentEvents {
  sent(bytes: number, times: number): void
}

/** Where a watcher's bytes go; serving's ResponseStream satisfies it. */
export interface WatchOutput {
  write(chunk: Buffer): boolean
  onDrain(callback: () => void): void
  end(): void
}

export interface Selection {
  /** '' for all namespaces. */
  namespace: string
  labels: LabelSelector
  fields: FieldSelector
}

export function selects(s: Selection, entry: Entry): boolean {
  if (s.namespace !== '' && entry.namespace !== s.namespace) return false
  if (!s.labels.empty && !s.labels.matches(entry.parts.labels)) return false
  return s.fields.empty || s.fields.matches((f) => entry.field(f))
}

/** What an event means to someone who sees only a selection; undefined: nothing. */
export function eventTypeFor(s: Selection, event: CacheEvent): WatchEventType | undefined {
  const before = event.previous !== undefined && selects(s, event.previous)
  const after = !event.deleted && selects(s, event.entry)
  if (after) return before ? 'MODIFIED' : 'ADDED'
  return before ? 'DELETED' : undefined
}

function frameOf(encoder: FrameEncoder, type: WatchEventType, event: CacheEvent): Buffer {
  return event.frame(`${type} ${encoder.key}`, () => {
    // An object that leaves a selection is shown as it was, under the revision of the change.
    const entry = type === 'DELETED' && !event.deleted ? event.previous!.deletedAt(event.revision) : event.entry
    return encoder.event(type, entry)
  })
}

/** Watchers with the same selection and encoding: matched once, framed once, then written to each. */
export class WatcherGroup {
  readonly key: string
  readonly selection: Selection
  readonly encoder: FrameEncoder
  readonly members = new Set<Watcher>()
  readonly #sent: SentEvents | undefined

  constructor(key: string, selection: Selection, encoder: FrameEncoder, sent?: SentEvents) {
    this.key = key
    this.selection = selection
    this.encoder = encoder
    this.#sent = sent
  }

  /** Tells of a frame that was written to so many of its members. */
  sent(frame: Buffer, times: number): void {
    this.#sent?.sent(frame.length, times)
  }

  offer(event: CacheEvent): void {
    const bytes = this.frameOf(event)
    if (bytes === undefined) return
    let times = 0
    for (const w of this.members) if (w.live(bytes, event.revision)) times++
    if (times > 0) this.sent(bytes, times)
  }

  /** What its members are sent of an event; undefined: nothing. */
  frameOf(event: CacheEvent): Buffer | undefined {
    return event.shownTo(this, () => {
      const type = eventTypeFor(this.selection, event)
      return type === undefined ? undefined : frameOf(this.encoder, type, event)
    })
  }
}

export interface WatcherOptions {
  bookmarks: boolean
  /** Objects to send first as ADDED, or undefined to start from `revision`. */
  initial: readonly Entry[] | undefined
  /** Events older than the ring, to be sent before it; all up to `revision`. */
  backlog?: readonly CacheEvent[] | undefined
  /** Events after this revision are wanted. */
  revision: number
  /** End the initial part with a bookmark annotated `k8s.io/initial-events-end` (KEP-3157). */
  initialEventsEnd: boolean
  /** Called when that bookmark goes out. */
  onInitialEnd?: (() => void) | undefined
}

/**
 * One client's watch. While its stream takes bytes it gets events as they happen; once the stream is full it keeps only a
 * revision, and catches up from the ring when the stream drains. If the ring has moved past that revision it is closed:
 * nothing is buffered without bound, and no other watcher waits. A client can only name a revision to go on from, so the events
 * of one revision go out together, whatever room there is (a lease that ends deletes several keys at one revision).
 */
export class Watcher {
  readonly group: WatcherGroup
  readonly #output: WatchOutput
  readonly #ring: EventRing
  readonly #options: WatcherOptions
  readonly #onClose: (w: Watcher) => void
  #initial: readonly Entry[] | undefined
  #initialAt = 0
  #backlog: readonly CacheEvent[]
  #backlogAt = 0
  #endDue: boolean
  /** All events up to here were written or do not concern this watcher. */
  #revision: number
  #blocked = true
  /** Blocked in the middle of this revision: the rest of it still goes out. */
  #unfinished: number | undefined
  #closed = false

  constructor(group: WatcherGroup, ring: EventRing, output: WatchOutput, options: WatcherOptions, onClose: (w: Watcher) => void) {
    this.group = group
    this.#ring = ring
    this.#output = output
    this.#options = options
    this.#onClose = onClose
    this.#initial = options.initial
    this.#backlog = options.backlog ?? []
    this.#endDue = options.initialEventsEnd
    this.#revision = options.revision
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Sends the initial part and what has happened since; then events go out as they come. */
  start(): void {
    this.#resume()
  }

  /** False when it is not written now: its turn comes when the stream has drained, or never. */
  live(bytes: Buffer, revision: number): boolean {
    // It may have asked for what comes behind a revision that is not there yet.
    if (this.#closed || revision <= this.#options.revision) return false
    if (this.#blocked) {
      if (revision !== this.#unfinished) return false
      this.#output.write(bytes)
      return true
    }
    this.#revision = revision
    if (this.#output.write(bytes)) return true
    this.#unfinished = revision
    this.#block()
    return true
  }

  bookmark(revision: number): void {
    if (!this.#options.bookmarks || this.#blocked || this.#closed || revision < this.#revision) return
    this.#revision = revision
    if (!this.#write(this.group.encoder.bookmark(revision, false))) this.#block()
  }

  /** Closes a watcher that can no longer catch up. */
  closeIfLost(): void {
    if (this.#blocked && this.#initial === undefined && this.#backlog.length === 0 && this.#revision < this.#ring.floor) this.close()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#onClose(this)
    this.#output.end()
  }

  /** The client went away: nothing more is written. */
  gone(): void {
    if (this.#closed) return
    this.#closed = true
    this.#onClose(this)
  }

  #block(): void {
    this.#blocked = true
    this.#output.onDrain(() => this.#resume())
  }

  #resume(): void {
    if (this.#closed) return
    this.#unfinished = undefined
    if (!this.#sendInitial() || !this.#sendBacklog() || !this.#catchUp()) return this.#block()
    this.#blocked = false
  }

  #sendInitial(): boolean {
    const initial = this.#initial
    if (initial !== undefined) {
      const { encoder, selection } = this.group
      while (this.#initialAt < initial.length) {
        const e = initial[this.#initialAt++]!
        if (!selects(selection, e)) continue
        const frame = e.added(encoder.key, () => encoder.event('ADDED', e))
        if (!this.#write(frame)) return false
      }
      this.#initial = undefined
    }
    if (this.#endDue) {
      this.#endDue = false
      this.#options.onInitialEnd?.()
      return this.#write(this.group.encoder.bookmark(this.#options.revision, true))
    }
    return true
  }

  #sendBacklog(): boolean {
    const { next, room } = this.#sendFrom(this.#backlog, this.#backlogAt)
    this.#backlogAt = next
    if (room) this.#backlog = []
    return room
  }

  #catchUp(): boolean {
    if (this.#revision < this.#ring.floor) {
      this.close()
      return true
    }
    const first = this.#ring.indexAfter(this.#revision)
    const { next, room } = this.#sendFrom(this.#ring, first)
    if (next > first) this.#revision = this.#ring.at(next - 1)!.revision
    return room
  }

  /** Sends while there is room, and all of a revision that was begun. */
  #sendFrom(events: { at(index: number): CacheEvent | undefined }, first: number): { next: number; room: boolean } {
    let room = true
    for (let i = first; ; i++) {
      const event = events.at(i)
      if (event === undefined) return { next: i, room }
      if (!this.#send(event)) room = false
      if (!room && events.at(i + 1)?.revision !== event.revision) return { next: i + 1, room }
    }
  }

  #send(event: CacheEvent): boolean {
    const bytes = this.group.frameOf(event)
    return bytes === undefined || this.#write(bytes)
  }

  #write(frame: Buffer): boolean {
    this.group.sent(frame, 1)
    return this.#output.write(frame)
  }
}
