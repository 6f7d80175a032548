import type { Readable } from 'node:stream'

/** Ends a body that nobody will read. undici reports its own destruction as an error, which must not end the process. */
export function discard(body: Readable): void {
  body.on('error', () => undefined)
  body.destroy()
}
