import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants, type SecureClientSessionOptions } from 'node:http2'
import { createConnection } from 'node:net'
import { posix } from 'node:path'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import type { Clock } from '../../machinery/clock.ts'
import { GRPC_PREFIX } from './messages.ts'
import { socketPath } from './socket-path.ts'
import type { TlsMaterial } from './tls.ts'
import { WireReader, type WireWriter } from './wire.ts'

/** gRPC status codes that are acted upon, https://grpc.github.io/grpc/core/md_doc_statuscodes.html. */
export const GRPC = {
  OK: 0,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  RESOURCE_EXHAUSTED: 8,
  OUT_OF_RANGE: 11,
  UNAVAILABLE: 14,
}

/** A call that etcd answered with a status other than OK, or did not answer. */
export class GrpcError extends Error {
  override name = 'GrpcError'
  readonly code: number
  /** True when the request never left: it surely had no effect. */
  readonly unsent: boolean
  constructor(code: number, message: string, unsent = false) {
    super(message)
    this.code = code
    this.unsent = unsent
  }
}

const WINDOW_BYTES = 8 * 1024 * 1024
const CONNECT_TIMEOUT_MS = 3000
/** After a call timed out, a server that does not answer a ping within this time is given up. */
const PING_TIMEOUT_MS = 2000

/**
 * Unary gRPC calls over one HTTP/2 connection, to one endpoint at a time; when that fails, the next one takes its place.
 * Only the connection is renewed by itself: a request that was sent is never sent again here.
 */
export class Channel {
  readonly #endpoints: string[]
  readonly #tls: () => TlsMaterial | undefined
  readonly #clock: Clock
  #current = 0
  #session: Promise<ClientHttp2Session> | undefined
  #closed = false

  /** @param tls asked anew for every connection */
  constructor(endpoints: string[], tls: () => TlsMaterial | undefined, clock: Clock) {
    this.#endpoints = endpoints
    this.#tls = tls
    this.#clock = clock
  }

  /** Where calls go at present. */
  get endpoint(): string {
    return this.#endpoints[this.#current] ?? ''
  }

  /** Throws GrpcError. */
  async unary(path: string, request: WireWriter, timeoutMs: number): Promise<WireReader> {
    const session = await this.#connected()
    const body = request.finish(GRPC_PREFIX)
    body[0] = 0
    body.writeUInt32BE(body.length - GRPC_PREFIX, 1)
    return new Promise((resolve, reject) => {
      const stream = streamOn(session, {
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
        // A member that lost its leader refuses, rather than keep the call waiting.
        hasleader: 'true',
        'grpc-timeout': `${timeoutMs}m`,
      })
      const parts: Buffer[] = []
      let status: { code: number; message: string } | undefined
      const take = (headers: Record<string, unknown>) => {
        const code = headers['grpc-status']
        if (code !== undefined) status = { code: Number(code), message: percentDecoded(String(headers['grpc-message'] ?? '')) }
      }
      const timer = this.#clock.setTimeout(() => {
        stream.close(constants.NGHTTP2_CANCEL)
        settle(new GrpcError(GRPC.DEADLINE_EXCEEDED, `etcd did not answer within ${timeoutMs} ms`))
        this.#suspect(session)
      }, timeoutMs)
      const settle = (error?: GrpcError) => {
        timer.cancel()
        if (error !== undefined) reject(error)
        else resolve(new WireReader(message(parts)))
      }
      stream.on('response', take)
      stream.on('trailers', take)
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('error', (error) => settle(new GrpcError(GRPC.UNAVAILABLE, error.message)))
      stream.on('close', () => {
        if (status === undefined) settle(new GrpcError(GRPC.UNAVAILABLE, 'the connection to etcd was lost'))
        else if (status.code !== GRPC.OK) settle(new GrpcError(status.code, status.message))
        else settle()
      })
      stream.end(body)
    })
  }

  close(): void {
    this.#closed = true
    void this.#session?.then((session) => session.destroy()).catch(() => undefined)
    this.#session = undefined
  }

  /** The live connection, or a new one to the first endpoint that takes it. */
  #connected(): Promise<ClientHttp2Session> {
    this.#session ??= this.#connectToAny().catch((error: unknown) => {
      this.#session = undefined
      throw error
    })
    return this.#session
  }

  async #connectToAny(): Promise<ClientHttp2Session> {
    let reason = ''
    for (let tried = 0; tried < this.#endpoints.length && !this.#closed; tried++) {
      try {
        return await this.#connect(this.endpoint)
      } catch (error) {
        reason = error instanceof Error ? error.message || error.name : String(error)
        this.#current = (this.#current + 1) % this.#endpoints.length
      }
    }
    throw new GrpcError(GRPC.UNAVAILABLE, this.#closed ? 'closed' : `no etcd endpoint can be reached (${reason})`, true)
  }

  #connect(endpoint: string): Promise<ClientHttp2Session> {
    return new Promise((resolve, reject) => {
      const tls = this.#tls()
      const options: SecureClientSessionOptions = { ...tls, settings: { initialWindowSize: WINDOW_BYTES, enablePush: false } }
      const path = socketPath(endpoint)
      const session =
        path === undefined
          ? connect(endpoint, options)
          : connect('http://localhost', { ...options, createConnection: () => connectTo(path, tls) })
      const timer = this.#clock.setTimeout(() => session.destroy(new Error('connecting took too long')), CONNECT_TIMEOUT_MS)
      session.once('connect', () => {
        timer.cancel()
        // It is told a turn later, of a session that was ended meanwhile too.
        if (session.destroyed) return
        session.setLocalWindowSize(WINDOW_BYTES * 2)
        resolve(session)
      })
      session.on('error', reject)
      session.on('goaway', () => {
        this.#drop(session)
        session.close()
      })
      session.on('close', () => {
        timer.cancel()
        reject(new Error('the connection was closed'))
        this.#drop(session)
      })
    })
  }

  /** The next call takes another endpoint, if there is one. */
  #drop(session: ClientHttp2Session): void {
    const current = this.#session
    void current?.then(
      (live) => {
        if (live !== session || this.#session !== current) return
        this.#session = undefined
        this.#current = (this.#current + 1) % this.#endpoints.length
      },
      () => undefined,
    )
  }

  #suspect(session: ClientHttp2Session): void {
    if (session.destroyed) return
    const timer = this.#clock.setTimeout(() => session.destroy(), PING_TIMEOUT_MS)
    session.ping(() => timer.cancel())
  }
}

/** @throws GrpcError where the session has ended and nobody has heard of it yet */
function streamOn(session: ClientHttp2Session, headers: Record<string, string>): ClientHttp2Stream {
  try {
    return session.request(headers)
  } catch (error) {
    throw new GrpcError(GRPC.UNAVAILABLE, error instanceof Error ? error.message : String(error), true)
  }
}

/** A Unix socket: the server is known by the file's name, up to a colon. */
function connectTo(path: string, tls: TlsMaterial | undefined): Duplex {
  if (tls === undefined) return createConnection(path)
  return connectTls({ path, ...tls, servername: posix.basename(path).split(':')[0]!, ALPNProtocols: ['h2'] })
}

/** gRPC percent-encodes messages; one that is malformed is shown as it came. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The one message of a unary answer without its prefix. */
function message(parts: Buffer[]): Buffer {
  const whole = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
  return whole.subarray(GRPC_PREFIX)
}
