import type { ClientRequest } from 'node:http'

/**
 * Writes a request when there is a connection for it, and knows whether it may be made again when that fails. The rules are those of Go's
 * `http.Transport` (`shouldRetryRequest`), whose readers run beside the writers and take a connection that its other side has ended out of the
 * pool at once. Here its end may lie in the kernel while other work is done: before one that had been idle is written to, what has come is read.
 */
export class FirstWrite {
  readonly #req: ClientRequest
  #hasBegun = false

  /** @param write writes the request, or begins to; called at most once, and not when the request has ended before */
  constructor(req: ClientRequest, write: () => void) {
    this.#req = req
    const begin = (): void => {
      if (req.destroyed) return
      this.#hasBegun = true
      write()
    }
    req.once('socket', () => {
      if (!req.reusedSocket) return begin()
      // The first turn may be in the midst of what was ready before; behind the second one everything has been polled.
      setImmediate(() => setImmediate(begin))
    })
  }

  /**
   * Whether the request, which has failed before it was answered, may be made on another connection: one that had been idle was gone already, so
   * that nobody has seen it, or may have been and the request is one that may be made twice.
   */
  mayRepeat(e: NodeJS.ErrnoException, { isReplayable, canRewind }: Repeatable): boolean {
    if (!this.#req.reusedSocket || (e.code !== 'ECONNRESET' && e.code !== 'EPIPE')) return false
    if (!this.#hasBegun) return true
    return canRewind && (isReplayable || e.syscall === 'write')
  }
}

interface Repeatable {
  /** Its method has no effect (Go's `Request.isReplayable`). */
  readonly isReplayable: boolean
  /** Its body is none, or is still there. */
  readonly canRewind: boolean
}

/** Methods of requests that a server may be asked twice (RFC 9110 §9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

export const isSafe = (method: string): boolean => SAFE.has(method)
