import { isStatusError } from './status.ts'
import type { WorkQueue } from './work-queue.ts'

export interface WorkerOptions {
  queue: WorkQueue
  workers: number
  /** Shuts the queue down; without it whoever owns the queue does. */
  signal?: AbortSignal
  /** Makes the world agree with one object. A rejection puts the key back with a growing delay. */
  sync(key: string): Promise<void>
  /** What went wrong with a key, which is tried again; not called once the queue has been shut down. */
  onError(error: unknown, key: string): void
}

/** Runs workers until the queue is shut down: what is under way then ends, what still waits is not begun. */
export function startWorkers(o: WorkerOptions): void {
  const { queue, signal } = o
  const stop = (): void => queue.shutDown()
  if (signal?.aborted === true) return stop()
  signal?.addEventListener('abort', stop, { once: true })
  for (let i = 0; i < o.workers; i++) void work(o)
}

async function work({ queue, sync, onError }: WorkerOptions): Promise<void> {
  for (let key = await queue.get(); key !== undefined && !queue.shuttingDown; key = await queue.get()) {
    try {
      await sync(key)
      queue.forget(key)
    } catch (e) {
      if (!queue.shuttingDown) onError(e, key)
      queue.addRateLimited(key)
    } finally {
      queue.done(key)
    }
  }
}

/** Runs `sync`; an object that was changed or deleted meanwhile is no failure: its event brings its key back. */
export async function untilOvertaken(sync: () => Promise<void>): Promise<void> {
  try {
    await sync()
  } catch (e) {
    if (!isStatusError(e, 'Conflict') && !isStatusError(e, 'NotFound')) throw e
  }
}
