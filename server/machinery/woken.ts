/** Resolves when `subscribe`'s callback is called or the signal aborts, whichever is first. */
export function woken(subscribe: (wake: () => void) => void, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const wake = (): void => {
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    signal?.addEventListener('abort', wake, { once: true })
    subscribe(wake)
  })
}
