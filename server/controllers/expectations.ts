import { leavesOpen } from '../client/outcome.ts'
import type { Clock } from '../machinery/clock.ts'

// After this long a controller acts again, whatever it still waits to see.
const TIMEOUT_MS = 5 * 60_000

interface Expected {
  creations: number
  deletions: Set<string>
  at: number
}

/**
 * What a controller has done and not yet seen come back through its informer. Until it has, its cache is known to be
 * stale, and it neither creates nor deletes more.
 */
export class Expectations {
  readonly #clock: Clock
  readonly #byKey = new Map<string, Expected>()
  readonly #inDoubt = new Set<string>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  expectCreations(key: string, count: number): void {
    this.expect(key, count, [])
  }

  expectDeletions(key: string, objects: readonly string[]): void {
    this.expect(key, 0, objects)
  }

  expect(key: string, creations: number, deletions: readonly string[]): void {
    this.#byKey.set(key, { creations, deletions: new Set(deletions), at: this.#clock.monotonic() })
  }

  /** Adds to what is expected already. */
  more(key: string, creations: number, deletions: readonly string[]): void {
    const e = this.#byKey.get(key)
    this.expect(key, (e?.creations ?? 0) + creations, [...(e?.deletions ?? []), ...deletions])
  }

  creationObserved(key: string): void {
    const e = this.#byKey.get(key)
    if (e !== undefined && e.creations > 0) e.creations--
  }

  deletionObserved(key: string, object: string): void {
    this.#byKey.get(key)?.deletions.delete(object)
  }

  /** Of those creations that were expected, these failed: they will not be seen, unless their error leaves open whether they were carried out. */
  creationsFailed(key: string, count: number, errors: readonly unknown[]): void {
    for (let i = 0; i < count; i++) this.creationObserved(key)
    if (errors.some(leavesOpen)) this.#inDoubt.add(key)
  }

  /** Whether more may have been created than this controller knows of, and its cache need not show it yet. */
  isInDoubt(key: string): boolean {
    return this.#inDoubt.has(key)
  }

  /** The doubt is over: so many creations are still to be seen. */
  settle(key: string, unseen: number): void {
    this.#inDoubt.delete(key)
    if (unseen > 0) this.expectCreations(key, unseen)
  }

  forget(key: string): void {
    this.#byKey.delete(key)
    this.#inDoubt.delete(key)
  }

  /** True when everything expected was seen, or enough time has passed; then what was created and not seen is in doubt. */
  satisfied(key: string): boolean {
    const e = this.#byKey.get(key)
    if (e === undefined || (e.creations <= 0 && e.deletions.size === 0)) return true
    if (this.#clock.monotonic() - e.at <= TIMEOUT_MS) return false
    if (e.creations > 0) this.#inDoubt.add(key)
    this.#byKey.delete(key)
    return true
  }
}
