import type { Storage, StorageError } from '../storage/contract.ts'
import type { CacheSchema } from './entry.ts'
import type { CacheEvent } from './event-ring.ts'
import { ResourceCache } from './resource-cache.ts'

const UNBOUNDED = { events: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }

/**
 * A resource's events after `from`, up to and including `to`, rebuilt from what storage keeps: for a watch that begins before
 * the oldest event in the ring (a client that was away longer, or came back after a restart). Costs a list at `from`;
 * rejects with CompactedError when `from` is no longer kept.
 */
export async function eventsBetween(storage: Storage, schema: CacheSchema, from: number, to: number): Promise<CacheEvent[]> {
  const { items, revision } = await storage.list(schema.prefix, { revision: from })
  const past = new ResourceCache(schema, UNBOUNDED)
  past.load(items, revision)
  await new Promise<void>((resolve, reject) => {
    const reached = (at: number): void => {
      if (at < to) return
      watch.close()
      resolve()
    }
    const watch = storage.watch(schema.prefix, from + 1, {
      events(batch) {
        for (const event of batch) if (event.revision <= to) past.apply(event)
        reached(batch.at(-1)?.revision ?? 0)
      },
      progress: reached,
      closed: (error?: StorageError) => (error === undefined ? resolve() : reject(error)),
    })
    watch.requestProgress()
  })
  return past.ring.after(from)
}
