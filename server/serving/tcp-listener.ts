import { createServer, type Server, type Socket } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import type { Connections } from './connections.ts'

/**
 * The TCP side of a TLS server that does not listen itself. TLS costs some fifty kilobytes and a fifth of a millisecond a connection, once
 * more when it breaks off: a connection gets it with its first byte, so that thousands that are opened and closed in silence cost little.
 */
export function tcpListener(tls: TlsServer, connections: Connections): Server {
  const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }
  return createServer(options, (socket: Socket) => {
    // Whatever goes wrong is followed by its end, which `connections` hears of.
    socket.on('error', () => {})
    if (!connections.admit(socket)) return
    socket.once('readable', () => {
      if (socket.readableLength > 0) tls.emit('connection', socket)
      else connections.ended(socket)
    })
  })
}
