import { requestEntityTooLarge, StatusError } from '../../machinery/status.ts'
import type { ConnectionState, Exchange, RequestHeaders, ResponseHeaders, ResponseStream } from '../exchange.ts'
import { SendQueue } from './send-queue.ts'

/** What a stream needs of its connection. */
export interface StreamHost {
  readonly state: ConnectionState
  readonly remoteAddress: string
  enqueue(stream: Http2Stream): void
  /** Gives the peer `n` more bytes of this stream's upload. */
  credit(stream: Http2Stream, n: number): void
  sendContinue(stream: Http2Stream): void
  reset(stream: Http2Stream, code: number): void
  /** Ends the connection gracefully. */
  shutdown(): void
}

const internalErrorCode = 0x2
const noBody: readonly Buffer[] = []

/** One HTTP/2 stream: a request, its body as it comes, and the response. */
export class Http2Stream extends SendQueue implements Exchange, ResponseStream {
  readonly method: string
  readonly path: string
  readonly search: string
  readonly headers: RequestHeaders
  readonly protocol = 'h2'
  responded = false
  bodyBytes = 0
  /** The client sent END_STREAM. */
  remoteEnded: boolean
  /** Bytes the client may still send. */
  receiveWindow: number
  receivedBytes = 0
  readonly #host: StreamHost
  #body: Buffer[] | undefined
  #reader: { limit: number; resolve: (body: Buffer) => void; reject: (e: Error) => void } | undefined
  #onDrain: (() => void) | undefined
  #onClose: (() => void)[] | undefined

  constructor(
    host: StreamHost,
    id: number,
    window: number,
    receiveWindow: number,
    method: string,
    target: string,
    headers: RequestHeaders,
    ended: boolean,
  ) {
    super(id, window)
    this.#host = host
    this.method = method
    const query = target.indexOf('?')
    this.path = query < 0 ? target : target.slice(0, query)
    this.search = query < 0 ? '' : target.slice(query + 1)
    this.headers = headers
    this.remoteEnded = ended
    this.receiveWindow = receiveWindow
  }

  get connection(): ConnectionState {
    return this.#host.state
  }

  get remoteAddress(): string {
    return this.#host.remoteAddress
  }

  setHeader(name: string, value: string | readonly string[]): void {
    // HTTP/2 has no such header; what it asks for is a graceful end.
    if (name === 'connection') return value === 'close' ? this.#host.shutdown() : undefined
    const at = this.extraHeaders.indexOf(name)
    if (at >= 0 && at % 2 === 0) this.extraHeaders[at + 1] = value
    else this.extraHeaders.push(name, value)
  }

  respond(status: number, headers: ResponseHeaders, body?: Buffer | readonly Buffer[]): void {
    if (!this.#begin(status, headers)) return
    const chunks = body === undefined ? noBody : Buffer.isBuffer(body) ? [body] : body
    let length = 0
    for (const chunk of chunks) length += chunk.length
    this.contentLength = status === 204 || status === 304 ? -1 : length
    this.bodyBytes = length
    this.ended = true
    if (this.method !== 'HEAD' && this.contentLength > 0) for (const chunk of chunks) this.add(chunk)
    this.#host.enqueue(this)
  }

  stream(status: number, headers: ResponseHeaders): ResponseStream {
    if (this.#begin(status, headers)) this.#host.enqueue(this)
    return this
  }

  #begin(status: number, headers: ResponseHeaders): boolean {
    if (this.responded) throw new Error('the response was already sent')
    this.responded = true
    this.status = status
    if (this.closed) return false
    if (headers['connection'] === 'close') this.#host.shutdown()
    this.responseHeaders = headers
    this.headersPending = true
    return true
  }

  write(chunk: Buffer): boolean {
    if (this.ended || this.closed) return true
    this.bodyBytes += chunk.length
    if (this.method === 'HEAD') return true
    const more = this.add(chunk)
    if (this.window > 0) this.#host.enqueue(this)
    return more
  }

  onDrain(callback: () => void): void {
    this.#onDrain = callback
  }

  drained(): void {
    const callback = this.#onDrain
    this.#onDrain = undefined
    callback?.()
  }

  end(): void {
    if (this.ended || this.closed) return
    this.ended = true
    this.#host.enqueue(this)
  }

  destroy(): void {
    if (!this.closed) this.#host.reset(this, internalErrorCode)
  }

  onClose(callback: () => void): void {
    if (this.closed) callback()
    else if (this.#onClose === undefined) this.#onClose = [callback]
    else this.#onClose.push(callback)
  }

  /** The connection's word that nothing more happens here. */
  closeNow(): void {
    if (this.closed) return
    this.discard()
    if (this.#reader !== undefined && !this.remoteEnded) {
      this.#reader.reject(new StatusError(400, 'BadRequest', 'the client went away before the request body was complete'))
    }
    this.#reader = undefined
    this.#body = undefined
    this.#onDrain = undefined
    const callbacks = this.#onClose
    this.#onClose = undefined
    if (callbacks !== undefined) for (const callback of callbacks) callback()
  }

  readBody(limit: number): Promise<Buffer> {
    const declared = Number(this.headers['content-length'] ?? 0)
    if (declared > limit || this.receivedBytes > limit) return Promise.reject(tooLarge(limit))
    if (this.remoteEnded) return Promise.resolve(this.#takeBody())
    if (this.closed) return Promise.reject(new StatusError(400, 'BadRequest', 'the client went away before the request body was complete'))
    if (this.headers['expect'] === '100-continue' && !this.responded) this.#host.sendContinue(this)
    return new Promise((resolve, reject) => {
      this.#reader = { limit, resolve, reject }
      this.#host.credit(this, this.receivedBytes)
    })
  }

  #takeBody(): Buffer {
    const chunks = this.#body ?? []
    this.#body = undefined
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
  }

  /** A piece of the body; `wireBytes` counts padding too, as flow control does. */
  receive(chunk: Buffer | undefined, wireBytes: number): void {
    if (chunk !== undefined) {
      this.receivedBytes += chunk.length
      ;(this.#body ??= []).push(chunk)
    }
    const reader = this.#reader
    if (reader === undefined) return
    if (this.receivedBytes > reader.limit) {
      this.#reader = undefined
      this.#body = undefined
      reader.reject(tooLarge(reader.limit))
    } else this.#host.credit(this, wireBytes)
  }

  /** END_STREAM arrived. False when the body is not as long as its content-length said (RFC 9113 §8.1.1). */
  receiveEnd(): boolean {
    const declared = this.headers['content-length']
    if (declared !== undefined && Number(declared) !== this.receivedBytes) return false
    this.remoteEnded = true
    const reader = this.#reader
    this.#reader = undefined
    reader?.resolve(this.#takeBody())
    return true
  }
}

const tooLarge = (limit: number): StatusError => requestEntityTooLarge(`limit is ${limit}`)
