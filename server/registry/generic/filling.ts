import type { Clock } from '../../machinery/clock.ts'
import { tooManyRequests } from '../../machinery/status.ts'
import type { ServedResource } from './resource.ts'

/** A webhook that converts in this time is waited for: most do, and clients need not ask again. */
const PATIENCE_MS = 3000

/**
 * Waits for a cache that a conversion webhook is asked to fill, but not for as long as the webhook may take: the reference sends readers away at
 * once while a cache is not filled (KEP-4568, apiserver `cacher/ready.go`).
 * @throws StatusError 429 with a time to come back
 */
export async function whileFilling(clock: Clock, { store }: ServedResource, wait: () => Promise<void> | undefined): Promise<void> {
  const filled = wait()
  if (filled === undefined || store.resource.converter === undefined) return filled
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = clock.setTimeout(() => reject(tooManyRequests('storage is (re)initializing', 1)), PATIENCE_MS)
  try {
    await Promise.race([filled, late])
  } finally {
    timer.cancel()
    // Who comes after this one is told what came of it.
    filled.catch(() => undefined)
  }
}
