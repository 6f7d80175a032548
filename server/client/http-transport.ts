import http2 from 'node:http2'
import https from 'node:https'
import tls from 'node:tls'
import type { Transport, TransportRequest, TransportResponse, TransportStream } from './transport.ts'

export interface HttpTransportOptions {
  /** `https://host:port`; a path prefix is kept. */
  server: string
  /** PEM; without it the system's trust store is used. */
  ca?: string | Buffer
  /** PEM client certificate and key. */
  cert?: string | Buffer
  key?: string | Buffer
  /** A bearer token, or where to get the current one before each request. */
  token?: string | (() => string | Promise<string>)
  /** Accepts any server certificate. For test clusters. */
  insecureSkipTlsVerify?: boolean
  /** Name to check in the server's certificate instead of the host. */
  tlsServerName?: string
}

// Per stream and per connection: lists and watches of large clusters should not wait for window updates.
const STREAM_WINDOW = 4 * 1024 * 1024
const SESSION_WINDOW = 16 * 1024 * 1024
// client-go's defaults (HTTP2_READ_IDLE_TIMEOUT_SECONDS, HTTP2_PING_TIMEOUT_SECONDS): a dead peer is noticed in 45 s.
const PING_EVERY_MS = 30_000
const PING_TIMEOUT_MS = 15_000

// golang.org/x/net/http2 goes by this until a server has said how many streams it allows on one connection.
const STREAMS_BEFORE_SETTINGS = 100
// client-go's: a connection beyond the first that nobody has used for so long is closed.
const IDLE_CONNECTION_MS = 90_000

/**
 * HTTP/2 over TLS, on as many connections as the server's limit of streams asks for: a watch holds a stream for minutes, and what came
 * after the last free one would wait that long. HTTP/1.1 with keep-alive where the server speaks no HTTP/2.
 */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  return new HttpTransport(options)
}

type Http2Call<R> = (stream: http2.ClientHttp2Stream) => Promise<R>

class HttpTransport implements Transport {
  readonly #url: URL
  readonly #prefix: string
  readonly #options: HttpTransportOptions
  readonly #agent: https.Agent
  #connecting: Promise<Connection | undefined> | undefined
  /** Those that may start streams. */
  readonly #connections = new Set<Connection>()
  #closed = false

  constructor(options: HttpTransportOptions) {
    this.#options = options
    this.#url = new URL(options.server)
    this.#prefix = this.#url.pathname.replace(/\/$/, '')
    this.#agent = new https.Agent({ keepAlive: true, ...this.#tlsOptions() })
  }

  request(req: TransportRequest): Promise<TransportResponse> {
    return this.#send(req, requestHttp2, async (answer) => {
      const chunks: Buffer[] = []
      for await (const chunk of answer.body) chunks.push(chunk)
      return { ...answer, body: Buffer.concat(chunks) }
    })
  }

  stream(req: TransportRequest): Promise<TransportStream> {
    return this.#send(req, streamHttp2, async (answer) => answer)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#agent.destroy()
    for (const { session } of this.#connections) session.destroy()
    this.#connections.clear()
  }

  async #send<R>(req: TransportRequest, overHttp2: Http2Call<R>, overHttp1: (answer: TransportStream) => Promise<R>): Promise<R> {
    const headers: Record<string, string> = { ...req.headers }
    const { token } = this.#options
    if (token !== undefined) headers.authorization = `Bearer ${typeof token === 'string' ? token : await token()}`
    if (req.body !== undefined) headers['content-length'] = String(req.body.length)
    for (let tries = 0; ; tries++) {
      req.signal?.throwIfAborted()
      const connection = await this.#connect()
      if (connection === undefined) return overHttp1(await this.#sendHttp1(req, headers))
      try {
        return await overHttp2(connection.open(`${this.#prefix}${req.path}`, req, headers))
      } catch (e) {
        if (tries > 0 || req.signal?.aborted === true || !mayResend(e, req.method)) throw e
      }
    }
  }

  /** One with a free stream, which is the caller's; undefined: the server chose HTTP/1.1. */
  async #connect(): Promise<Connection | undefined> {
    for (;;) {
      if (this.#closed) throw new Error('the transport is closed')
      for (const connection of this.#connections) if (connection.reserve()) return connection
      this.#connecting ??= this.#dial().finally(() => {
        this.#connecting = undefined
      })
      const made = await this.#connecting
      if (made === undefined) return undefined
      if (made.session.closed || made.session.destroyed) throw brokenOff()
      // More may have waited for it than it has streams for.
    }
  }

  async #dial(): Promise<Connection | undefined> {
    const socket = await new Promise<tls.TLSSocket>((resolve, reject) => {
      const s = tls.connect({
        host: this.#url.hostname.replace(/^\[|\]$/g, ''),
        port: Number(this.#url.port === '' ? 443 : this.#url.port),
        ALPNProtocols: ['h2', 'http/1.1'],
        ...this.#tlsOptions(),
      })
      s.once('error', reject)
      s.once('secureConnect', () => {
        s.off('error', reject)
        resolve(s)
      })
    })
    if (socket.alpnProtocol !== 'h2') {
      socket.destroy()
      return undefined
    }
    socket.setNoDelay(true)
    const session = http2.connect(this.#url.origin, {
      createConnection: () => socket,
      settings: { initialWindowSize: STREAM_WINDOW, enablePush: false },
    })
    const connection = new Connection(session, () => this.#connections.size > 1)
    session.on('error', () => session.destroy())
    // It is told a turn later, of a session that was ended meanwhile too.
    session.once('connect', () => {
      if (!session.destroyed) session.setLocalWindowSize(SESSION_WINDOW)
    })
    // A session that may start no more streams still finishes those it has.
    session.once('goaway', () => this.#connections.delete(connection))
    session.once('close', () => this.#connections.delete(connection))
    keepAlive(session)
    if (this.#closed) {
      session.destroy()
      throw new Error('the transport is closed')
    }
    this.#connections.add(connection)
    return connection
  }

  #tlsOptions(): tls.ConnectionOptions {
    const o = this.#options
    const host = this.#url.hostname
    const servername = o.tlsServerName ?? (/^[\d.]+$|:/.test(host) ? undefined : host)
    return {
      ...(o.ca === undefined ? {} : { ca: o.ca }),
      ...(o.cert === undefined ? {} : { cert: o.cert }),
      ...(o.key === undefined ? {} : { key: o.key }),
      ...(servername === undefined ? {} : { servername }),
      rejectUnauthorized: o.insecureSkipTlsVerify !== true,
    }
  }

  #sendHttp1(req: TransportRequest, headers: Record<string, string>): Promise<TransportStream> {
    return new Promise((resolve, reject) => {
      const r = https.request(
        {
          agent: this.#agent,
          host: this.#url.hostname.replace(/^\[|\]$/g, ''),
          port: this.#url.port,
          method: req.method,
          path: `${this.#prefix}${req.path}`,
          headers,
          ...(req.signal === undefined ? {} : { signal: req.signal }),
        },
        (res) => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: res as AsyncIterable<Buffer> }),
      )
      r.once('error', reject)
      r.end(req.body)
    })
  }
}

/** One connection, with the streams that are open on it. */
class Connection {
  readonly session: http2.ClientHttp2Session
  readonly #isSpare: () => boolean
  #limit = STREAMS_BEFORE_SETTINGS
  #streams = 0
  #idle: NodeJS.Timeout | undefined

  /** @param isSpare whether there are others besides */
  constructor(session: http2.ClientHttp2Session, isSpare: () => boolean) {
    this.session = session
    this.#isSpare = isSpare
    session.on('remoteSettings', ({ maxConcurrentStreams }) => {
      // A server may allow none for a while; somebody has to hear of it.
      this.#limit = Math.max(1, maxConcurrentStreams ?? Number.POSITIVE_INFINITY)
    })
    session.once('close', () => clearTimeout(this.#idle))
  }

  /** Takes a free stream, of which `open` makes use; false when there is none. */
  reserve(): boolean {
    if (this.session.closed || this.session.destroyed || this.#streams >= this.#limit) return false
    this.#streams++
    clearTimeout(this.#idle)
    return true
  }

  /** @throws when the connection has ended meanwhile; the stream is given back in any case. */
  open(path: string, req: TransportRequest, headers: Record<string, string>): http2.ClientHttp2Stream {
    try {
      const stream = this.session.request(
        { ...headers, ':method': req.method, ':path': path },
        { endStream: req.body === undefined, ...(req.signal === undefined ? {} : { signal: req.signal }) },
      )
      stream.once('close', () => this.#release())
      if (req.body !== undefined) stream.end(req.body)
      return stream
    } catch (e) {
      this.#release()
      throw e
    }
  }

  #release(): void {
    if (--this.#streams > 0 || this.session.destroyed) return
    this.#idle = setTimeout(() => {
      if (this.#isSpare()) this.session.close()
    }, IDLE_CONNECTION_MS)
    this.#idle.unref()
  }
}

const brokenOff = (): Error => new Error('the connection closed before the answer was complete')

function requestHttp2(stream: http2.ClientHttp2Stream): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    let status = 0
    let headers: http2.IncomingHttpHeaders = {}
    const finish = (): void => resolve({ status, headers, body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes) })
    stream.once('error', reject)
    stream.once('response', ({ ':status': code, ...rest }) => {
      status = code ?? 0
      headers = rest
    })
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
    })
    stream.once('end', finish)
    // Go's server resets a stream whose request body it did not need; the answer is whole if its length says so.
    stream.once('close', () => (status !== 0 && headers['content-length'] === String(bytes) ? finish() : reject(brokenOff())))
  })
}

function streamHttp2(stream: http2.ClientHttp2Stream): Promise<TransportStream> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject)
    stream.once('close', () => reject(brokenOff()))
    stream.once('response', ({ ':status': status, ...headers }) => {
      stream.off('error', reject)
      // Errors after the headers belong to whoever reads the body; without a reader they end here.
      stream.on('error', () => undefined)
      resolve({ status: status ?? 0, headers, body: stream as AsyncIterable<Buffer> })
    })
  })
}

/** Safe to send again: the server refused the stream unprocessed, or the method changes nothing (RFC 9113 §8.7). */
function mayResend(e: unknown, method: string): boolean {
  if (!(e instanceof Error)) return false
  const code = (e as NodeJS.ErrnoException).code
  if (code === 'ERR_HTTP2_STREAM_ERROR' && e.message.includes('NGHTTP2_REFUSED_STREAM')) return true
  if (code === 'ERR_HTTP2_GOAWAY_SESSION' || code === 'ERR_HTTP2_INVALID_SESSION') return true
  return method === 'GET' || method === 'HEAD'
}

function keepAlive(session: http2.ClientHttp2Session): void {
  let pong: NodeJS.Timeout | undefined
  const timer = setInterval(() => {
    if (session.destroyed || pong !== undefined) return
    pong = setTimeout(() => session.destroy(), PING_TIMEOUT_MS)
    session.ping(() => {
      clearTimeout(pong)
      pong = undefined
    })
  }, PING_EVERY_MS)
  timer.unref()
  session.once('close', () => {
    clearInterval(timer)
    clearTimeout(pong)
  })
}
