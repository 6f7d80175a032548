import { Compactor } from '../cache/compactor.ts'
import type { Feed } from '../cache/feed.ts'
import type { Log } from '../machinery/log.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Storage } from '../storage/contract.ts'

const BOOKMARK_MS = 60_000
const TICK_MS = 10_000

export interface LoopOptions {
  readonly feed: Feed
  readonly storage: Storage
  readonly clock: Clock
  readonly log: Log
  /** 0: history is never compacted. */
  readonly compactionIntervalMs: number
}

/** What the server does from time to time by itself: bookmarks for watches, and old history goes. */
export function startLoops({ feed, storage, clock, log, compactionIntervalMs: intervalMs }: LoopOptions): Disposable {
  let sinceBookmark = 0
  const ticker = clock.setInterval(() => {
    sinceBookmark += TICK_MS
    const due = sinceBookmark >= BOOKMARK_MS
    if (due) sinceBookmark = 0
    feed.tick(due)
  }, TICK_MS)
  const onError = (e: unknown): void =>
    log.warn({ error: e instanceof Error ? e.message : String(e) }, 'compaction failed, will be tried again')
  const compactor = intervalMs === 0 ? undefined : new Compactor({ storage, clock, intervalMs, onError })
  return {
    [Symbol.dispose]() {
      ticker.cancel()
      compactor?.stop()
    },
  }
}
