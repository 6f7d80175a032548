import { leavesOpen } from '../client/outcome.ts'
import { delay } from '../client/rest.ts'
import { isStatusError } from '../machinery/status.ts'
import type { Handle } from './framework.ts'

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 10_000

/**
 * What became of a write that ended with that error, where it leaves that open: asks for as long as nobody answers. Until then what the write was about
 * counts as taken. kube-scheduler takes such a write for one that was not carried out, and gives the place or the device to somebody else while its cache
 * is behind.
 * @param ask resolves with what it made, or with undefined when it was not carried out
 * @throws the error of the write, when it was not carried out
 */
export async function outcomeOf<T>(
  error: unknown,
  ask: () => Promise<T | undefined>,
  { clock, signal }: Pick<Handle, 'clock' | 'signal'>,
): Promise<T> {
  if (!leavesOpen(error)) throw error
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    if (signal.aborted) throw error
    try {
      const found = await ask()
      if (found !== undefined) return found
      throw error
    } catch (e) {
      if (e === error || isStatusError(e, 'NotFound')) throw error
      if (!leavesOpen(e)) throw e
    }
    await delay(clock, wait, signal)
  }
}
