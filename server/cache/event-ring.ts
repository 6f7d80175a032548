import type { Entry } from './entry.ts'
import { unpooled } from './own-memory.ts'

/** One change of one object, as every watcher of its resource sees it. */
export class CacheEvent {
  readonly revision: number
  /** State after the change; of a delete, the last state under the delete's revision. */
  readonly entry: Entry
  /** State before it; undefined when the object is new. */
  readonly previous: Entry | undefined
  readonly deleted: boolean
  /** Bytes of the object after it; what is counted in must be counted out, however the object is shown meanwhile. */
  readonly size: number
  #frames: Map<string, Buffer> | undefined
  /** Who was shown it last, and what. */
  #audience: object | undefined
  #shown: Buffer | undefined

  constructor(revision: number, entry: Entry, previous: Entry | undefined, deleted: boolean) {
    this.revision = revision
    this.entry = entry
    this.previous = previous
    this.deleted = deleted
    this.size = entry.size
  }

  /** The bytes of this event in one encoding; made once, shared by all watchers. */
  frame(key: string, make: () => Buffer): Buffer {
    let bytes = this.#frames?.get(key)
    if (bytes === undefined) {
      bytes = unpooled(make())
      ;(this.#frames ??= new Map()).set(key, bytes)
    }
    return bytes
  }

  /** What it is to an audience, which sees nothing or one frame of it: made once while the same one asks, as many slow watchers of one group do. */
  shownTo(audience: object, make: () => Buffer | undefined): Buffer | undefined {
    if (this.#audience !== audience) {
      this.#shown = make()
      this.#audience = audience
    }
    return this.#shown
  }

  /** Forgets the frames: who wants one later has it made again. */
  forgetFrames(): void {
    this.#frames = undefined
    this.#audience = undefined
    this.#shown = undefined
  }
}

/** So many newest events keep their frames: watchers that follow have theirs by then, and old frames would weigh as much as the objects. */
const WARM = 256

/** What the rings of all resources may hold together, bytes of objects. */
const TOTAL_BYTES = 48 << 20

/** Several rings bounded together: the largest gives way. */
export class RingBudget {
  readonly #rings = new Set<EventRing>()
  readonly #limit: number
  #bytes = 0

  constructor(limit = TOTAL_BYTES) {
    this.#limit = limit
  }

  include(ring: EventRing): void {
    this.#rings.add(ring)
    this.#bytes += ring.bytes
    ring.budget = this
  }

  exclude(ring: EventRing): void {
    this.#rings.delete(ring)
    this.#bytes -= ring.bytes
    ring.budget = undefined
  }

  /** A ring holds so much more, or less. */
  changed(bytes: number): void {
    this.#bytes += bytes
    // What gives way comes here too, with less than nothing.
    if (bytes > 0) while (this.#bytes > this.#limit) this.#largest().dropOldest()
  }

  #largest(): EventRing {
    let largest: EventRing | undefined
    for (const ring of this.#rings) if (largest === undefined || ring.bytes > largest.bytes) largest = ring
    return largest!
  }
}

/**
 * Recent events of a resource in revision order, bounded by count and bytes. Everything after `floor` is there:
 * a watch can begin at any revision ≥ floor.
 */
export class EventRing {
  /** Shared with other rings. */
  budget: RingBudget | undefined
  /** Dropped ones are undefined until the array is cut. */
  #events: (CacheEvent | undefined)[] = []
  #head = 0
  #bytes = 0
  #floor: number
  readonly #maxEvents: number
  readonly #maxBytes: number

  constructor(floor: number, limits: { events: number; bytes: number } = { events: 4096, bytes: 16 << 20 }) {
    this.#floor = floor
    this.#maxEvents = limits.events
    this.#maxBytes = limits.bytes
  }

  get floor(): number {
    return this.#floor
  }

  get size(): number {
    return this.#events.length - this.#head
  }

  /** Of the objects after each change. */
  get bytes(): number {
    return this.#bytes
  }

  push(event: CacheEvent): void {
    this.#events.push(event)
    this.#events[this.#events.length - 1 - WARM]?.forgetFrames()
    this.#grow(event.size)
    while (this.size > this.#maxEvents || (this.#bytes > this.#maxBytes && this.size > 1)) this.dropOldest()
  }

  #grow(bytes: number): void {
    this.#bytes += bytes
    this.budget?.changed(bytes)
  }

  /** Must not be called on an empty ring. */
  dropOldest(): void {
    const e = this.#events[this.#head]!
    this.#events[this.#head++] = undefined
    this.#floor = e.revision
    this.#grow(-e.size)
    if (this.#head > 1024 && this.#head * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#head)
      this.#head = 0
    }
  }

  /** Index of the first event with a revision above `revision`, for `at`; valid until the next push. */
  indexAfter(revision: number): number {
    let low = this.#head
    let high = this.#events.length
    while (low < high) {
      const mid = (low + high) >> 1
      if (this.#events[mid]!.revision <= revision) low = mid + 1
      else high = mid
    }
    return low
  }

  at(index: number): CacheEvent | undefined {
    return this.#events[index]
  }

  /** All events after a revision. */
  after(revision: number): CacheEvent[] {
    return this.#events.slice(this.indexAfter(revision)) as CacheEvent[]
  }

  /** Forgets everything; watches can begin at `floor` or later. */
  reset(floor: number): void {
    this.#events = []
    this.#head = 0
    this.#grow(-this.#bytes)
    this.#floor = floor
  }
}
