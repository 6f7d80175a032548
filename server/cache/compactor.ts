import type { Clock, Timer } from '../machinery/clock.ts'
import { CompactedError, StorageUnavailableError, type Storage } from '../storage/contract.ts'

export interface CompactorOptions {
  storage: Storage
  clock: Clock
  intervalMs: number
  onError(error: unknown): void
}

/**
 * Forgets history older than one to two intervals, as kube-apiserver does (--etcd-compaction-interval, 5 minutes): each tick
 * compacts at the revision that the tick before it saw. Several servers on one store may all do it: a revision that is
 * compacted already is no error.
 */
export class Compactor {
  readonly #o: CompactorOptions
  readonly #timer: Timer
  #previous: number | undefined
  #running: Promise<void> | undefined

  constructor(options: CompactorOptions) {
    this.#o = options
    this.#timer = options.clock.setInterval(() => {
      this.tick().catch((e: unknown) => {
        // A store that is away is the feed's to report; the next tick tries again.
        if (!(e instanceof StorageUnavailableError)) options.onError(e)
      })
    }, options.intervalMs)
  }

  /** Resolves when this tick's compaction has ended; a tick that falls into a running one joins it. */
  tick(): Promise<void> {
    return (this.#running ??= this.#tick().finally(() => (this.#running = undefined)))
  }

  stop(): void {
    this.#timer.cancel()
  }

  async #tick(): Promise<void> {
    const { storage } = this.#o
    const now = await storage.currentRevision()
    const due = this.#previous
    this.#previous = now
    if (due === undefined || due <= (await storage.compactedRevision())) return
    try {
      await storage.compact(due)
    } catch (e) {
      if (!(e instanceof CompactedError)) throw e
    }
  }
}
