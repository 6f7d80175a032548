import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import type { Clock } from './clock.ts'

const LOOK_MS = 3000
/** A heap that changed by less than this since the last look belongs to a process with little to do. */
const QUIET_BYTES = 4 << 20
/** Less is not worth a collection. */
const WORTHWHILE_BYTES = 24 << 20
/** Above V8's soft limit of 64 MB for memory outside of its heap, at which it begins to mark in small steps. */
const OUTSIDE_BYTES = 72 << 20

export interface Heap {
  /** Bytes in use, with what nobody refers to any more. */
  used(): number
  /** Asks for a collection that does not stop the process for long, over by the next look, and for little memory from now on. */
  collect(): void
  /** There is work again: speed counts. */
  resume(): void
}

const v8Heap: Heap = {
  used: () => getHeapStatistics().used_heap_size,
  collect() {
    // With this, emptied pages go back to the system instead of into V8's own pool.
    setFlagsFromString('--optimize-for-size')
    // Its pages are never touched, so it takes no memory. `gc()` would do all of the marking in one go.
    new ArrayBuffer(OUTSIDE_BYTES)
  },
  resume: () => setFlagsFromString('--no-optimize-for-size'),
}

/**
 * V8 collects when a process allocates, so what a large request left behind stays for as long as the server has little to do. This looks
 * now and then, and has it collected once the heap is quiet and has grown since it was last known to hold only what is in use.
 */
export function startIdleCollection(clock: Clock, heap: Heap = v8Heap): { close(): void } {
  let [before, known, isSaving, isAsked] = [heap.used(), heap.used(), false, false]
  const timer = clock.setInterval(() => {
    const used = heap.used()
    const isQuiet = Math.abs(used - before) < QUIET_BYTES
    const fell = isAsked || used < known
    ;[before, isAsked] = [used, false]
    if (fell) known = used
    else if (isQuiet && used - known > WORTHWHILE_BYTES) {
      isAsked = isSaving = true
      heap.collect()
    } else if (!isQuiet && isSaving) {
      isSaving = false
      heap.resume()
    }
  }, LOOK_MS)
  return { close: () => timer.cancel() }
}
