import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import { http } from '../machinery/node-http.ts'
import { requestEntityTooLarge, StatusError } from '../machinery/status.ts'
import type { ConnectionState, Exchange, ExchangeHandler, RequestHeaders, ResponseHeaders, ResponseStream } from './exchange.ts'

const highMark = 65_536
/** A body up to this size is written in one go, bytes. */
const atOnce = 262_144

/** An HTTP/1.1 request on node:http. */
export class Http1Exchange implements Exchange, ResponseStream {
  readonly method: string
  readonly path: string
  readonly search: string
  readonly headers: RequestHeaders
  readonly protocol = 'http/1.1'
  readonly remoteAddress: string
  readonly connection: ConnectionState
  responded = false
  status = 0
  bodyBytes = 0
  upgrade?: () => { socket: Duplex; head: Buffer }
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  #extra: ResponseHeaders | undefined

  constructor(req: IncomingMessage, res: ServerResponse, connection: ConnectionState) {
    this.#req = req
    this.#res = res
    this.method = req.method ?? 'GET'
    const target = originForm(req.url ?? '/')
    const query = target.indexOf('?')
    this.path = query < 0 ? target : target.slice(0, query)
    this.search = query < 0 ? '' : target.slice(query + 1)
    // node joins repeated headers; only set-cookie, which no request has, would be an array.
    this.headers = req.headers as RequestHeaders
    this.remoteAddress = req.socket.remoteAddress ?? ''
    this.connection = connection
  }

  setHeader(name: string, value: string | readonly string[]): void {
    ;(this.#extra ??= {})[name] = value
  }

  readBody(limit: number): Promise<Buffer> {
    if (Number(this.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit))
    if (this.#req.destroyed) return Promise.reject(clientGone())
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      let size = 0
      this.#req.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > limit) {
          this.#req.pause()
          chunks.length = 0
          reject(tooLarge(limit))
        } else chunks.push(chunk)
      })
      this.#req.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
      const gone = (): void => reject(clientGone())
      this.#req.on('error', gone)
      this.#req.on('close', gone)
    })
  }

  respond(status: number, headers: ResponseHeaders, body?: Buffer | readonly Buffer[]): void {
    const chunks = body === undefined ? [] : Buffer.isBuffer(body) ? [body] : body
    let length = 0
    for (const chunk of chunks) length += chunk.length
    this.bodyBytes = length
    const bodiless = status === 204 || status === 304
    this.#head(status, bodiless || headers['content-length'] !== undefined ? headers : { ...headers, 'content-length': String(length) })
    const res = this.#res
    if (this.method === 'HEAD' || bodiless) res.end()
    else if (length > atOnce) inPieces(res, chunks)
    else {
      res.cork()
      for (const chunk of chunks) res.write(chunk)
      res.uncork()
      res.end()
    }
  }

  stream(status: number, headers: ResponseHeaders): ResponseStream {
    this.#head(status, headers)
    this.#res.flushHeaders()
    return this
  }

  #head(status: number, headers: ResponseHeaders): void {
    if (this.responded) throw new Error('the response was already sent')
    this.responded = true
    this.status = status
    const all: Record<string, string | string[]> = {}
    for (const [name, value] of Object.entries({ ...this.#extra, ...headers })) {
      if (typeof value === 'string') all[name] = value
      else if (value.length > 0) all[name] = [...value]
    }
    // The rest of an upload that nobody reads would be taken for the next request.
    if (!this.#req.complete && hasBody(this.headers)) all['connection'] = 'close'
    this.#res.writeHead(status, all)
  }

  write(chunk: Buffer): boolean {
    if (this.#res.writableEnded || this.#res.destroyed || chunk.length === 0) return true
    this.bodyBytes += chunk.length
    this.#res.write(chunk)
    return this.pendingBytes < highMark
  }

  onDrain(callback: () => void): void {
    if (this.#res.writableNeedDrain) this.#res.once('drain', callback)
    else setImmediate(callback)
  }

  get pendingBytes(): number {
    return this.#res.writableLength
  }

  end(): void {
    this.#res.end()
  }

  destroy(): void {
    this.#res.destroy()
  }

  onClose(callback: () => void): void {
    if (this.#res.closed) callback()
    else this.#res.once('close', callback)
  }
}

/** Writes what the client takes: TLS would otherwise hold the whole body once more, encrypted. */
function inPieces(res: ServerResponse, chunks: readonly Buffer[]): void {
  const pieces = piecesOf(chunks)
  const go = (): void => {
    for (;;) {
      const { done, value } = pieces.next()
      if (done === true) return void res.end()
      if (!res.write(value)) return void res.once('drain', go)
    }
  }
  go()
}

function* piecesOf(chunks: readonly Buffer[]): IterableIterator<Buffer, undefined> {
  for (const chunk of chunks) for (let at = 0; at < chunk.length; at += atOnce) yield chunk.subarray(at, at + atOnce)
}

/** A proxy's absolute-form target (RFC 9112 §3.2.2) comes down to its path. */
function originForm(url: string): string {
  if (url.startsWith('/') || url === '*') return url
  const match = /^https?:\/\/[^/?]*(.*)$/i.exec(url)
  const rest = match?.[1] ?? ''
  return rest.startsWith('/') ? rest : `/${rest}`
}

const hasBody = (headers: RequestHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

const clientGone = (): StatusError => new StatusError(400, 'BadRequest', 'the client went away before the request body was complete')

const tooLarge = (limit: number): StatusError => requestEntityTooLarge(`limit is ${limit}`)

const upgradable = new Set(['spdy/3.1', 'websocket'])
export const connectionStates = new WeakMap<Duplex, ConnectionState>()

/** A node:http server that is handed its sockets, each with a ConnectionState in `connectionStates`. */
export function createHttp1(handler: ExchangeHandler, onHandlerError: (e: unknown) => void): Server {
  const run = (exchange: Http1Exchange): void => {
    const failed = (e: unknown): void => {
      onHandlerError(e)
      if (exchange.responded) exchange.destroy()
      else exchange.respond(500, {})
    }
    try {
      const result = handler(exchange)
      if (result !== undefined) result.catch(failed)
    } catch (e) {
      failed(e)
    }
  }
  const stateOf = (socket: Duplex): ConnectionState => connectionStates.get(socket) ?? { peerCertificate: undefined, memo: new Map() }
  const server = http.createServer(
    {
      maxHeaderSize: 1_048_576,
      headersTimeout: 32_000,
      keepAliveTimeout: 90_000,
      // Other protocols' offers are declined by answering in HTTP/1.1 (RFC 9110 §7.8).
      shouldUpgradeCallback: (req) => upgradable.has(String(req.headers.upgrade).toLowerCase()),
    },
    (req, res) => run(new Http1Exchange(req, res, stateOf(req.socket))),
  )
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Not an HTTP connection any more for node; if the handler declines, the answer is written and the connection ends.
    const res = new http.ServerResponse(req)
    res.shouldKeepAlive = false
    res.assignSocket(socket as Socket)
    res.once('finish', () => socket.end())
    const exchange = new Http1Exchange(req, res, stateOf(socket))
    exchange.upgrade = () => {
      exchange.responded = true
      exchange.status = 101
      res.detachSocket(socket as Socket)
      socket.once('close', () => res.emit('close'))
      return { socket, head }
    }
    socket.on('error', () => socket.destroy())
    run(exchange)
  })
  // The checks of headersTimeout start with this event, which a server that never listens does not get otherwise.
  server.emit('listening')
  return server
}
