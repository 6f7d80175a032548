import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** A backend that has switched to the protocol that it was asked for. */
export interface Switched {
  readonly answer: IncomingMessage
  readonly socket: Duplex
  /** What it has sent of the new protocol already. */
  readonly head: Buffer
}

/**
 * Lets a client and a backend speak whatever they have agreed on (SPDY/3.1, WebSocket): the backend's 101 goes to the client as it came, then
 * bytes go both ways until either ends. A slow side slows the other.
 */
export function tunnel(client: { socket: Duplex; head: Buffer }, { answer, socket: backend, head }: Switched): void {
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
    const end = (): void => void to.destroy()
    from.once('error', end)
    from.once('close', end)
  }
}
