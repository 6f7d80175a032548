import type { ControllerContext } from './controller.ts'

/** Runs `pass` at once and again `ms` after it has ended, until the signal is aborted. What it throws is reported; the next pass comes all the same. */
export function periodically(
  { clock, signal, onError }: Pick<ControllerContext, 'clock' | 'signal' | 'onError'>,
  ms: number,
  what: string,
  pass: () => Promise<void> | void,
): void {
  const again = (): void => {
    if (signal.aborted) return
    const timer = clock.setTimeout(() => {
      signal.removeEventListener('abort', cancel)
      run()
    }, ms)
    const cancel = (): void => timer.cancel()
    signal.addEventListener('abort', cancel, { once: true })
  }
  const run = (): void => {
    if (signal.aborted) return
    Promise.resolve()
      .then(pass)
      .catch((e: unknown) => {
        if (!signal.aborted) onError(e, what)
      })
      .finally(again)
  }
  run()
}
