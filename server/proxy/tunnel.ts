import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** A backend that has switched to the protocol that it was asked for. */
export interface Switched {
  readonly answer: IncomingMessage
  readonly socket: Duplex
  /** What it has sent of the new protocol already. */
  readonly head: Buffer
}

/** So long a side may take nothing of what was sent to it before the other one went, and not go either. */
const LINGER_MS = 10_000

/**
 * Lets a client and a backend speak whatever they have agreed on (SPDY/3.1, WebSocket): the backend's 101 goes to the client as it came, then
 * bytes go both ways until either ends. A slow side slows the other, and gets all that was sent to it though the other is gone: the end of a
 * command's output and its exit code come right before a kubelet hangs up.
 */
export function tunnel(
  client: { socket: Duplex; head: Buffer },
  { answer, socket: backend, head }: Switched,
  lingerMs: number = LINGER_MS,
): void {
  const { socket } = client
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`]
  for (let i = 0; i < answer.rawHeaders.length; i += 2) lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`)
  socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  if (head.length > 0) socket.write(head)
  if (client.head.length > 0) backend.write(client.head)
  for (const [from, to] of [
    [socket, backend],
    [backend, socket],
  ] as const) {
    from.pipe(to)
    // What went wrong ends it as well.
    from.on('error', () => undefined)
    from.once('close', () => takeLeave(to, lingerMs))
  }
}

/** Ends a side to which nobody speaks any more, once it has what was sent. */
export function takeLeave(to: Duplex, lingerMs: number = LINGER_MS): void {
  if (to.destroyed) return
  to.end()
  // A socket that is closed with something unread in it breaks off what is still on its way to the peer.
  to.resume()
  if (to instanceof Socket) to.setTimeout(lingerMs, () => to.destroy())
}
