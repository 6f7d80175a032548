import { createServer, type Socket } from 'node:net'
import { systemClock } from '../../server/machinery/clock.ts'
import { Http2Connection } from '../../server/serving/http2/connection.ts'
import { defaultLimits } from '../../server/serving/http2/limits.ts'
import { caseHandler } from '../../server/serving/http2/testing/replay.ts'

export interface Layer {
  readonly port: number
  /** What each connection since the last call has sent, piece by piece. */
  taken(): string[][]
  close(): void
}

/** The HTTP/2 layer alone, without TLS and API server. */
export async function startLayer(): Promise<Layer> {
  let connections: string[][] = []
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    const sent: string[] = []
    connections.push(sent)
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.prependListener('data', (chunk: Buffer) => sent.push(chunk.toString('base64')))
    const connection = new Http2Connection(socket, {
      handler: caseHandler,
      clock: systemClock,
      limits: defaultLimits,
      state: { peerCertificate: undefined, memo: new Map() },
      onHandlerError: (e) => console.error(e),
    })
    connection.onClosed(() => undefined)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    port: (server.address() as { port: number }).port,
    taken() {
      const all = connections
      connections = []
      return all
    },
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
