import { createServer, type Server, type Socket } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import type { Clock } from '../machinery/clock.ts'
import type { Connections } from './connections.ts'
import { lingeringClose } from './linger.ts'
import { phaseLimits } from './limits.ts'

/** How requests without TLS begin, as far as Go knows them, and what it answers (net/http, `tlsRecordHeaderLooksLikeHTTP`). */
const REQUESTS = ['GET /', 'HEAD ', 'POST ', 'PUT /', 'OPTIO']
const REFUSAL = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'

/**
 * The TCP side of a TLS server that does not listen itself. TLS costs some fifty kilobytes and a fifth of a millisecond a connection, once
 * more when it breaks off: a connection gets it with its first byte, so that thousands that are opened and closed in silence cost little.
 * @param tls may make it at the first call; what it throws ends the connection
 */
export function tcpListener(tls: () => TlsServer, connections: Connections, clock: Clock): Server {
  const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }
  return createServer(options, (socket: Socket) => {
    // Whatever goes wrong is followed by its end, which `connections` hears of.
    socket.on('error', () => {})
    if (!connections.admit(socket)) return
    let start: Buffer = Buffer.alloc(0)
    const look = (): void => {
      const bytes = socket.read() as Buffer | null
      if (bytes === null) return connections.ended(socket)
      start = start.length === 0 ? bytes : Buffer.concat([start, bytes])
      const head = start.toString('latin1', 0, 5)
      if (REQUESTS.includes(head)) {
        socket.write(REFUSAL)
        lingeringClose(socket, clock, phaseLimits)
      } else if (REQUESTS.some((request) => request.startsWith(head))) socket.once('readable', look)
      else {
        let server: TlsServer
        try {
          server = tls()
        } catch {
          return void socket.destroy()
        }
        socket.unshift(start)
        server.emit('connection', socket)
      }
    }
    socket.once('readable', look)
  })
}
