import type { ControllerContext } from '../controller.ts'

/**
 * For work that seldom is any: nothing runs, and no timer, before what this returns is called. The first pass comes `ms` after that, each further
 * one `ms` after the one before, until one says that nothing is left. What a pass throws is reported, and the next comes all the same.
 */
export function whenAsked(
  { clock, signal, onError }: Pick<ControllerContext, 'clock' | 'signal' | 'onError'>,
  ms: number,
  what: string,
  pass: () => Promise<'more' | 'done'>,
): () => void {
  let [isGoing, isAsked] = [false, false]
  const later = (): void => {
    if (signal.aborted) return
    const timer = clock.setTimeout(() => {
      signal.removeEventListener('abort', cancel)
      void run()
    }, ms)
    const cancel = (): void => timer.cancel()
    signal.addEventListener('abort', cancel, { once: true })
  }
  const run = async (): Promise<void> => {
    isAsked = false
    let left: 'more' | 'done' = 'more'
    try {
      left = await pass()
    } catch (e) {
      if (!signal.aborted) onError(e, what)
    }
    isGoing = left === 'more' || isAsked
    if (isGoing) later()
  }
  return () => {
    isAsked = true
    if (isGoing) return
    isGoing = true
    later()
  }
}
