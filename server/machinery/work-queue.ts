import type { Clock, Timer } from './clock.ts'

/**
 * A queue of keys to work on, with the promises of client-go's workqueue:
 *
 * - A key is handed to one worker at a time. Added again while it is worked on, it comes back once, after `done`.
 * - A key added many times before a worker takes it is handed out once.
 * - Keys come out in the order in which they were first added.
 * - `addAfter` adds a key later; of several waits for one key the shortest counts.
 * - `addRateLimited` waits longer each time (5 ms doubling up to 1000 s by default) until `forget`.
 * - After `shutDown`, adds are ignored, what is queued is still handed out, and then `get` answers undefined.
 */
export class WorkQueue<K extends string | number = string> {
  readonly #clock: Clock
  readonly #baseMs: number
  readonly #maxMs: number
  // A Set keeps insertion order and gives O(1) removal of its first element.
  readonly #queue = new Set<K>()
  readonly #processing = new Set<K>()
  readonly #dirty = new Set<K>()
  readonly #failures = new Map<K, number>()
  readonly #delayed = new Map<K, { at: number; timer: Timer }>()
  readonly #waiters: Array<(key: K | undefined) => void> = []
  readonly #observer: QueueObserver | undefined
  #shuttingDown = false

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock
    this.#baseMs = options.baseDelayMs ?? 5
    this.#maxMs = options.maxDelayMs ?? 1_000_000
    this.#observer = options.observer
  }

  /** Keys that wait for a worker; those being worked on and those delayed do not count. */
  get length(): number {
    return this.#queue.size
  }

  get shuttingDown(): boolean {
    return this.#shuttingDown
  }

  add(key: K): void {
    if (this.#shuttingDown || this.#dirty.has(key)) return
    this.#observer?.added(key)
    this.#dirty.add(key)
    if (!this.#processing.has(key)) this.#push(key)
  }

  /** Adds the key after `ms`; at once when that is not positive. */
  addAfter(key: K, ms: number): void {
    if (this.#shuttingDown) return
    this.#observer?.retried()
    if (ms <= 0) return this.add(key)
    const at = this.#clock.monotonic() + ms
    const waiting = this.#delayed.get(key)
    if (waiting !== undefined) {
      if (waiting.at <= at) return
      waiting.timer.cancel()
    }
    const timer = this.#clock.setTimeout(() => {
      this.#delayed.delete(key)
      this.add(key)
    }, ms)
    this.#delayed.set(key, { at, timer })
  }

  addRateLimited(key: K): void {
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    this.addAfter(key, Math.min(this.#baseMs * 2 ** failures, this.#maxMs))
  }

  /** The next failure of this key waits the shortest time again. */
  forget(key: K): void {
    this.#failures.delete(key)
  }

  /** The next key, as soon as there is one; undefined once the queue is shut down and empty. Each key needs a `done`. */
  get(): Promise<K | undefined> {
    const first = this.#queue.values().next()
    if (first.done !== true) {
      this.#queue.delete(first.value)
      this.#take(first.value)
      return Promise.resolve(first.value)
    }
    if (this.#shuttingDown) return Promise.resolve(undefined)
    return new Promise((resolve) => this.#waiters.push(resolve))
  }

  done(key: K): void {
    this.#observer?.done(key)
    this.#processing.delete(key)
    if (this.#dirty.has(key)) this.#push(key)
  }

  shutDown(): void {
    this.#shuttingDown = true
    this.#observer?.closed()
    for (const { timer } of this.#delayed.values()) timer.cancel()
    this.#delayed.clear()
    for (const resolve of this.#waiters.splice(0)) resolve(undefined)
  }

  #push(key: K): void {
    const waiter = this.#waiters.shift()
    if (waiter === undefined) {
      this.#queue.add(key)
      return
    }
    this.#take(key)
    waiter(key)
  }

  #take(key: K): void {
    this.#observer?.taken(key)
    this.#processing.add(key)
    this.#dirty.delete(key)
  }
}

/** Hears of what a queue does, for metrics. */
export interface QueueObserver {
  /** A key waits that did not wait before. */
  added(key: unknown): void
  /** A worker has it now. */
  taken(key: unknown): void
  done(key: unknown): void
  /** A key is to be added later, or after a failure. */
  retried(): void
  closed(): void
}

export interface WorkQueueOptions {
  clock: Clock
  observer?: QueueObserver
  /** Wait after the first failure of a key; default 5 ms. */
  baseDelayMs?: number
  /** Longest wait after a failure; default 1000 s. */
  maxDelayMs?: number
}
