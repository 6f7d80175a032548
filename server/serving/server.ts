import type { IsIdentityHeader } from '../machinery/identity-headers.ts'
import { certificateError } from './certificate-error.ts'
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls'
import type { AddressInfo } from 'node:net'
import { systemClock, type Clock } from '../machinery/clock.ts'
import type { ConnectionState, ExchangeHandler } from './exchange.ts'
import { Connections } from './connections.ts'
import { descriptorLimit } from './descriptors.ts'
import { Http1 } from './http1.ts'
import type { Http1Connection } from './http1-connection.ts'
import { Http2Connection } from './http2/connection.ts'
import { defaultLimits, type Http2Limits } from './http2/limits.ts'
import { connectionBounds, type ConnectionBounds } from './limits.ts'
import { peerIssuers } from './peer-issuers.ts'
import { tcpListener } from './tcp-listener.ts'
import { tlsServerOptions, type TlsFiles } from './tls.ts'

export interface ListenOptions {
  /** 0 takes a free one. */
  readonly port: number
  readonly host: string
  readonly tls: TlsFiles
  /** HTTP/2 is not offered. */
  readonly onlyHttp1?: boolean | undefined
  /** Others may listen on the same port. */
  readonly reusePort?: boolean | undefined
  readonly clock: Clock
  readonly limits?: Partial<Http2Limits>
  /** Absent: as many as the file descriptors of this process allow. */
  readonly bounds?: ConnectionBounds
  /** Absent: those with the usual names. */
  readonly isIdentityHeader?: IsIdentityHeader | undefined
  /** Hears of errors that a handler let out, which is always a bug. */
  readonly onHandlerError?: (e: unknown) => void
}

/** A bound port. Whoever connects before there is a handler waits for it. */
export interface Listener {
  readonly port: number
  /** So many clients have not come to speak TLS with us. */
  readonly handshakeErrors: number
  serve(handler: ExchangeHandler): void
  /**
   * Other certificates for connections from now on; with other authorities of clients, those that have shown a certificate end once their
   * requests are done. Throws an Error for those that cannot be used, and goes on with what there was.
   */
  useCertificates(tls: TlsFiles): void
  /** No new requests; running ones finish within `graceMs`, then the sockets are cut. Resolves when all are closed. */
  close(graceMs: number): Promise<void>
}

// The rest is for the store, the other ports, logs and whatever a client makes us open; ten thousand clients fit in anyway.
const share = 0.75
const most = 16_384
const listenErrors: Readonly<Record<string, (at: string) => string>> = {
  EADDRINUSE: (at) => `${at} is in use by another program; choose another port with --secure-port, or 0 for a free one`,
  EACCES: (at) => `${at} may not be listened on by this user; choose a port above 1023 with --secure-port`,
  EADDRNOTAVAIL: (at) => `${at} is not an address of this machine; choose another with --bind-address`,
}

/** One TLS listener for HTTP/2 and HTTP/1.1, chosen by ALPN. Rejects with one sentence when it cannot listen. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { clock, isIdentityHeader } = options
  let { tls } = options
  const limits = { ...defaultLimits, ...options.limits }
  const onHandlerError = options.onHandlerError ?? (() => {})
  const connections = new Connections(clock, options.bounds ?? connectionBounds(descriptorLimit(), share, most))
  const open = new Map<Http1Connection | Http2Connection, ConnectionState>()
  const early = new Set<TLSSocket>()
  let accept = (socket: TLSSocket): void => {
    early.add(socket)
    socket.once('close', () => early.delete(socket))
  }
  let shown = tlsServerOptions(tls)
  // `setSecureContext` leaves the choice by name alone.
  const SNICallback: TlsOptions['SNICallback'] = (name, done) =>
    shown.SNICallback === undefined ? done(null) : shown.SNICallback(name, done)
  const secured = createServer({ ...shown, SNICallback, ALPNProtocols: options.onlyHttp1 === true ? ['http/1.1'] : ['h2', 'http/1.1'] })
  // A failed handshake is the client's business; one that is not finished is looked after by `connections`.
  let handshakeErrors = 0
  secured.on('tlsClientError', () => void handshakeErrors++)
  secured.on('secureConnection', (socket: TLSSocket) => accept(socket))
  const listener = tcpListener(() => secured, connections, clock)
  await new Promise<void>((resolve, reject) => {
    listener.once('error', (e: NodeJS.ErrnoException) => {
      connections.close()
      reject(new Error(listenErrors[e.code ?? '']?.(`${options.host}:${options.port}`) ?? e.message))
    })
    listener.listen({ port: options.port, host: options.host, reusePort: options.reusePort === true }, () => resolve())
  })
  const { port } = listener.address() as AddressInfo
  return {
    port,
    get handshakeErrors() {
      return handshakeErrors
    },
    useCertificates(files) {
      const next = tlsServerOptions(files)
      secured.setSecureContext(next)
      shown = next
      // What TLS has found of a client's certificate holds for its connection: with other authorities it is to come again.
      if (String(files.clientCa) !== String(tls.clientCa))
        for (const [connection, state] of open) if (showsCertificate(state)) connection.shutdown()
      tls = files
    },
    serve(handler) {
      const http1 = new Http1({ handler, clock, onHandlerError, isIdentityHeader })
      accept = (socket) => {
        const state = connectionState(socket, tls.clientCa !== undefined, clock.now())
        const h2 = socket.alpnProtocol === 'h2'
        const connection = h2
          ? new Http2Connection(socket, { handler, clock, limits, state, onHandlerError, isIdentityHeader })
          : http1.accept(socket, state)
        open.set(connection, state)
        socket.once('close', () => open.delete(connection))
        connections.established(socket, state, connection)
      }
      for (const socket of early) accept(socket)
      early.clear()
    },
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()))
      const cut = clock.setTimeout(() => connections.destroyAll(), graceMs)
      for (const connection of open.keys()) connection.shutdown()
      for (const socket of early) socket.destroy()
      await closed
      cut.cancel()
      connections.close()
    },
  }
}

const showsCertificate = (state: ConnectionState): boolean =>
  state.peerCertificate !== undefined || state.peerCertificateError !== undefined

function connectionState(socket: TLSSocket, asked: boolean, now: number): ConnectionState {
  const certificate = asked ? socket.getPeerX509Certificate() : undefined
  const memo = new Map<symbol, unknown>()
  if (certificate === undefined) return { peerCertificate: undefined, memo }
  if (socket.authorized) return { peerCertificate: certificate.raw, peerIssuers: () => peerIssuers(socket, systemClock.now()), memo }
  // @types/node has an Error here; Node gives OpenSSL's code.
  const why = certificateError(certificate, String(socket.authorizationError), now)
  return { peerCertificate: undefined, peerCertificateError: why, memo }
}
