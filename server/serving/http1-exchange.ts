import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { requestEntityTooLarge, StatusError } from '../machinery/status.ts'
import {
  finalStatus,
  type BodyStream,
  type ConnectionState,
  type Exchange,
  type RequestHeaders,
  type ResponseHeaders,
  type ResponseStream,
} from './exchange.ts'
import { Gather } from './gather.ts'
import { isStandardIdentity, joinedIdentity, type IsIdentityHeader } from '../machinery/identity-headers.ts'

const highMark = 65_536
const nothing = Buffer.alloc(0)
/** A body up to this size is written in one go, bytes. */
const atOnce = 262_144

function headersOf(req: IncomingMessage, isIdentity: IsIdentityHeader): RequestHeaders {
  const headers = req.headers as Record<string, string | undefined>
  for (const name in headers) if (isIdentity(name)) headers[name] = joinedIdentity(req.headersDistinct[name] ?? [])
  return headers
}

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
  /** `respond` was called: nothing more comes from the handler. */
  complete = false
  /** `bodyStream` was called: the body may take as long as it likes, as long as it comes. */
  streamsBody = false
  /** In so many pieces the body came that was read so far. */
  pieces = 0
  upgrade?: () => { socket: Duplex; head: Buffer }
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  #extra: ResponseHeaders | undefined

  constructor(req: IncomingMessage, res: ServerResponse, connection: ConnectionState, isIdentity: IsIdentityHeader = isStandardIdentity) {
    this.#req = req
    this.#res = res
    this.method = req.method ?? 'GET'
    const target = originForm(req.url ?? '/')
    const query = target.indexOf('?')
    this.path = query < 0 ? target : target.slice(0, query)
    this.search = query < 0 ? '' : target.slice(query + 1)
    // node joins repeated headers; only set-cookie, which no request has, would be an array.
    this.headers = headersOf(req, isIdentity)
    this.remoteAddress = req.socket.remoteAddress ?? ''
    this.connection = connection
  }

  setHeader(name: string, value: string | readonly string[]): void {
    ;(this.#extra ??= {})[name] = value
  }

  readBody(limit: number): Promise<Buffer> {
    if (Number(this.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit))
    if (this.#req.destroyed) return Promise.reject(clientGone())
    if (this.headers['expect'] !== undefined && this.#req.httpVersion === '1.1' && !this.responded) this.#res.writeContinue()
    return new Promise((resolve, reject) => {
      // The first piece may be the whole body; further ones are gathered, since a client chooses how small they are.
      let first: Buffer | undefined
      let gather: Gather | undefined
      let size = 0
      const drop = (): void => {
        gather?.release()
        first = gather = undefined
      }
      this.#req.on('data', (chunk: Buffer) => {
        this.pieces++
        size += chunk.length
        if (size > limit) {
          this.#req.pause()
          drop()
          return reject(tooLarge(limit))
        }
        if (first === undefined) first = chunk
        else {
          if (gather === undefined) {
            gather = new Gather(first.length + chunk.length)
            gather.add(first, 0, first.length)
          }
          gather.add(chunk, 0, chunk.length)
        }
      })
      let ended = false
      // Every request closes in the end: making an error for each of them would be two in a hundred of a write's time.
      const gone = (): void => {
        if (ended) return
        drop()
        reject(clientGone())
      }
      this.#req.on('end', () => {
        ended = true
        resolve(gather?.take() ?? first ?? nothing)
        // It is the reader's now.
        gather = undefined
      })
      this.#req.on('error', gone)
      this.#req.on('close', gone)
    })
  }

  bodyStream(): BodyStream | undefined {
    if (!hasBody(this.headers)) return undefined
    if (this.headers['expect'] !== undefined && this.#req.httpVersion === '1.1' && !this.responded) this.#res.writeContinue()
    this.streamsBody = true
    const length = this.headers['content-length']
    return { stream: this.#req, length: length === undefined ? undefined : Number(length) }
  }

  respond(status: number, headers: ResponseHeaders, body?: Buffer | readonly Buffer[]): void {
    const chunks = body === undefined ? [] : Buffer.isBuffer(body) ? [body] : body
    let length = 0
    for (const chunk of chunks) length += chunk.length
    this.bodyBytes = length
    const bodiless = status === 204 || status === 304
    this.#head(status, bodiless || headers['content-length'] !== undefined ? headers : { ...headers, 'content-length': String(length) })
    this.complete = true
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
    const all: Record<string, string | string[]> = {}
    for (const [name, value] of Object.entries({ ...this.#extra, ...headers })) {
      if (typeof value === 'string') all[name] = onWire(value)
      else if (value.length > 0) all[name] = value.map(onWire)
    }
    // Left out of a second attempt: what may not be sent may be among them.
    this.#extra = undefined
    // The rest of an upload that nobody reads would be taken for the next request.
    if (!this.#req.complete && hasBody(this.headers)) all['connection'] = 'close'
    const final = finalStatus(status)
    this.#res.writeHead(final, all)
    // Only now: until here the caller may still answer otherwise.
    this.responded = true
    this.status = final
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

const beyondAscii = /[^\u0000-\u007f]/

/** Header values are written as UTF-8, as over HTTP/2; node writes the low byte of each character, and throws when there is a high one. */
const onWire = (value: string): string => (beyondAscii.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value)

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
