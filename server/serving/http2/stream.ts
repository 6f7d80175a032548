import { Readable } from 'node:stream'
import { requestEntityTooLarge, StatusError } from '../../machinery/status.ts'
import {
  finalStatus,
  type BodyStream,
  type ConnectionState,
  type Exchange,
  type RequestHeaders,
  type ResponseHeaders,
  type ResponseStream,
} from '../exchange.ts'
import { phaseLimits } from '../limits.ts'
import { Gather } from '../gather.ts'
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
  /** Ends the connection after the requests that have begun. */
  finish(): void
}

const internalErrorCode = 0x2
const noBody: readonly Buffer[] = []
const nothing = Buffer.alloc(0)
const creditStep = 65_536

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
  /** One piece stays where it is, several are gathered. */
  #body: Buffer | Gather | undefined
  /** Received and not given back to the peer's window yet. */
  #owed = 0
  /** For how long the body was waited for, in milliseconds. */
  #bodyWait = 0
  #reader: { limit: number; resolve: (body: Buffer) => void; reject: (e: Error) => void } | undefined
  /** Who takes the body as it comes; undefined when all of it has been taken. */
  #sink: Readable | undefined
  /** The sink has room. */
  #wanted = false
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
    if (name === 'connection') return value === 'close' ? this.#host.finish() : undefined
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
    this.status = finalStatus(status)
    if (this.closed) return false
    if (headers['connection'] === 'close') this.#host.finish()
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
    if (this.#reader !== undefined && !this.remoteEnded) this.#reader.reject(clientGone())
    this.#sink?.destroy(clientGone())
    this.#sink = undefined
    this.#reader = undefined
    this.#dropBody()
    this.#onDrain = undefined
    const callbacks = this.#onClose
    this.#onClose = undefined
    if (callbacks !== undefined) for (const callback of callbacks) callback()
  }

  readBody(limit: number): Promise<Buffer> {
    const declared = Number(this.headers['content-length'] ?? 0)
    if (declared > limit || this.receivedBytes > limit) return Promise.reject(tooLarge(limit))
    if (this.remoteEnded) return Promise.resolve(this.#takeBody())
    if (this.closed) return Promise.reject(clientGone())
    if (this.headers['expect'] === '100-continue' && !this.responded) this.#host.sendContinue(this)
    return new Promise((resolve, reject) => {
      this.#reader = { limit, resolve, reject }
      this.#giveBack()
    })
  }

  bodyStream(): BodyStream | undefined {
    if (this.remoteEnded && this.#body === undefined) return undefined
    const sink = new Readable({
      highWaterMark: creditStep,
      read: () => {
        this.#wanted = true
        this.#feed()
      },
    })
    // Who does not read it does not have to hear that it failed.
    sink.on('error', () => undefined)
    if (this.closed) sink.destroy(clientGone())
    else {
      if (this.headers['expect'] === '100-continue' && !this.responded && !this.remoteEnded) this.#host.sendContinue(this)
      this.#sink = sink
    }
    const length = this.headers['content-length']
    return { stream: sink, length: length === undefined ? undefined : Number(length) }
  }

  /** Hands on what is there when it is wanted; what is not stays gathered here, and the peer's window shut. */
  #feed(): void {
    const sink = this.#sink
    if (sink === undefined || !this.#wanted) return
    if (this.#body !== undefined) this.#wanted = sink.push(this.#takeBody())
    if (this.remoteEnded) {
      this.#sink = undefined
      sink.push(null)
    } else if (this.#wanted) this.#giveBack()
  }

  #takeBody(): Buffer {
    const body = this.#body
    this.#body = undefined
    if (body === undefined) return nothing
    return Buffer.isBuffer(body) ? body : body.take()
  }

  /** Each time half of the window is used up, not for each frame: a peer that sends tiny ones would make us answer more than it says. */
  #giveBack(): void {
    const owed = this.#owed
    if (owed < creditStep && this.receiveWindow > creditStep) return
    this.#owed = 0
    this.#host.credit(this, owed)
  }

  /**
   * To be asked every half of `phaseLimits.stall`: did the client since last time take nothing of a complete answer, or does it let us
   * wait for its body for too long? `moved`: others of the connection were sent something, so this one may wait for its turn.
   */
  isStalled(moved: boolean): boolean {
    if (this.#reader !== undefined || (this.#sink !== undefined && this.#wanted))
      return (this.#bodyWait += phaseLimits.stall / 2) > phaseLimits.body
    if (!this.ended) return false
    const before = this.seenPending
    this.seenPending = this.pendingBytes
    return before === this.pendingBytes && (!moved || this.window <= 0)
  }

  /** A piece of the body; `wireBytes` counts padding too, as flow control does. */
  receive(chunk: Buffer | undefined, wireBytes: number): void {
    if (chunk !== undefined) {
      this.receivedBytes += chunk.length
      this.#keep(chunk)
    }
    this.#owed += wireBytes
    if (this.#sink !== undefined) {
      this.#bodyWait = 0
      return this.#feed()
    }
    const reader = this.#reader
    if (reader === undefined) return
    if (this.receivedBytes > reader.limit) {
      this.#reader = undefined
      this.#dropBody()
      reader.reject(tooLarge(reader.limit))
    } else this.#giveBack()
  }

  #keep(chunk: Buffer): void {
    let body = this.#body
    if (body === undefined) {
      this.#body = chunk
      return
    }
    if (Buffer.isBuffer(body)) {
      const gather = new Gather(body.length + chunk.length)
      gather.add(body, 0, body.length)
      this.#body = body = gather
    }
    body.add(chunk, 0, chunk.length)
  }

  #dropBody(): void {
    if (this.#body instanceof Gather) this.#body.release()
    this.#body = undefined
  }

  /** END_STREAM arrived. False when the body is not as long as its content-length said (RFC 9113 §8.1.1). */
  receiveEnd(): boolean {
    const declared = this.headers['content-length']
    if (declared !== undefined && Number(declared) !== this.receivedBytes) return false
    this.remoteEnded = true
    const reader = this.#reader
    this.#reader = undefined
    reader?.resolve(this.#takeBody())
    this.#feed()
    return true
  }
}

const clientGone = (): StatusError => new StatusError(400, 'BadRequest', 'the client went away before the request body was complete')

const tooLarge = (limit: number): StatusError => requestEntityTooLarge(`limit is ${limit}`)
