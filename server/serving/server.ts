import { createServer, type TLSSocket } from 'node:tls'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock } from '../machinery/clock.ts'
import type { ConnectionState, ExchangeHandler } from './exchange.ts'
import { connectionStates, createHttp1 } from './http1.ts'
import { Http2Connection } from './http2/connection.ts'
import { defaultLimits, type Http2Limits } from './http2/limits.ts'

export interface TlsFiles {
  /** PEM, the server's own certificate first. */
  readonly cert: string | Buffer
  readonly key: string | Buffer
  /** PEM of the CAs that clients' certificates are checked against; without it none is asked for. */
  readonly clientCa?: string | Buffer
}

export interface ServeOptions {
  /** 0 takes a free one. */
  readonly port: number
  readonly host: string
  readonly tls: TlsFiles
  readonly handler: ExchangeHandler
  readonly clock: Clock
  readonly limits?: Partial<Http2Limits>
  /** Hears of errors that a handler let out, which is always a bug. */
  readonly onHandlerError?: (e: unknown) => void
}

export interface Serving {
  readonly port: number
  /** No new requests; running ones finish within `graceMs`, then the sockets are cut. Resolves when all are closed. */
  close(graceMs: number): Promise<void>
}

// Connections without a request are closed after the reference's times.
const idleMs = 90_000
const sweepMs = 5000
const listenErrors: Readonly<Record<string, (at: string) => string>> = {
  EADDRINUSE: (at) => `${at} is in use by another program; choose another port with --secure-port, or 0 for a free one`,
  EACCES: (at) => `${at} may not be listened on by this user; choose a port above 1023 with --secure-port`,
  EADDRNOTAVAIL: (at) => `${at} is not an address of this machine; choose another with --bind-address`,
}

/** One TLS listener for HTTP/2 and HTTP/1.1, chosen by ALPN. Rejects with one sentence when it cannot listen. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { tls, handler, clock } = options
  const limits = { ...defaultLimits, ...options.limits }
  const onHandlerError = options.onHandlerError ?? (() => {})
  const sockets = new Set<Socket>()
  const connections = new Set<Http2Connection>()
  /** Those that speak HTTP/1.1. */
  const plain = new Set<TLSSocket>()
  const http1 = createHttp1(handler, onHandlerError)
  const listener = createServer({
    cert: tls.cert,
    key: tls.key,
    ...(tls.clientCa === undefined ? {} : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: false }),
    ALPNProtocols: ['h2', 'http/1.1'],
    minVersion: 'TLSv1.2',
    // 128 bits first as Go does: a third less CPU on large lists.
    ciphers: `TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:${modernCiphers}`,
    honorCipherOrder: true,
    handshakeTimeout: 32_000,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
  })
  listener.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  // A failed handshake is the client's business; its socket is closed already.
  listener.on('tlsClientError', () => {})
  listener.on('secureConnection', (socket: TLSSocket) => {
    const state = connectionState(socket, tls.clientCa !== undefined)
    if (socket.alpnProtocol !== 'h2') {
      connectionStates.set(socket, state)
      plain.add(socket)
      socket.once('close', () => plain.delete(socket))
      http1.emit('connection', socket)
      return
    }
    const connection = new Http2Connection(socket, { handler, clock, limits, state, onHandlerError })
    connections.add(connection)
    connection.onClosed(() => connections.delete(connection))
  })
  const sweep = clock.setInterval(() => {
    for (const c of connections) if (c.activeStreams === 0 && clock.now() - c.idleSince >= idleMs) c.shutdown()
  }, sweepMs)
  await new Promise<void>((resolve, reject) => {
    listener.once('error', (e: NodeJS.ErrnoException) => {
      sweep.cancel()
      http1.close()
      reject(new Error(listenErrors[e.code ?? '']?.(`${options.host}:${options.port}`) ?? e.message))
    })
    listener.listen(options.port, options.host, () => resolve())
  })
  const { port } = listener.address() as AddressInfo
  return {
    port,
    async close(graceMs) {
      sweep.cancel()
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()))
      const cut = clock.setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, graceMs)
      // node takes a connection for idle once its response is ended, sent or not, and would cut off the ends of watches.
      await Promise.all([...plain].map(flushed))
      http1.close()
      http1.closeIdleConnections()
      for (const c of connections) c.shutdown()
      await closed
      cut.cancel()
    },
  }
}

/** Resolves when everything written so far is with the system, or the connection is gone. */
function flushed(socket: TLSSocket): Promise<void> {
  if (socket.destroyed || socket.writableLength === 0) return Promise.resolve()
  return new Promise((resolve) => {
    socket.write('', () => resolve())
    socket.once('close', () => resolve())
  })
}

const modernCiphers =
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:' +
  'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305'

function connectionState(socket: TLSSocket, asked: boolean): ConnectionState {
  const certificate = asked ? socket.getPeerX509Certificate() : undefined
  const memo = new Map<symbol, unknown>()
  if (certificate === undefined) return { peerCertificate: undefined, memo }
  if (socket.authorized) return { peerCertificate: certificate.raw, memo }
  return { peerCertificate: undefined, peerCertificateError: String(socket.authorizationError), memo }
}
