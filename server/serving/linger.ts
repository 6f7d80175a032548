import type { Socket } from 'node:net'
import type { Clock } from '../machinery/clock.ts'
import type { PhaseLimits } from './limits.ts'

/**
 * Ends our side, and the whole connection once what was written has left and the peer had time to read it. Closing a socket
 * whose received bytes nobody has read resets it, and the peer may lose an answer that it has not looked at yet.
 */
export function lingeringClose(socket: Socket, clock: Clock, limits: Pick<PhaseLimits, 'linger' | 'stall' | 'body'>): void {
  if (socket.destroyed) return
  let left = socket.writableLength
  let stalled = 0
  let waited = 0
  const look = (): void => {
    if (socket.destroyed) return
    waited += limits.linger
    const pending = socket.writableLength
    stalled = pending < left ? 0 : stalled + limits.linger
    left = pending
    if (pending === 0 || stalled >= limits.stall || waited >= limits.body) socket.destroy()
    else timer = clock.setTimeout(look, limits.linger)
  }
  let timer = clock.setTimeout(look, limits.linger)
  socket.once('close', () => timer.cancel())
  socket.end()
}
