import { Readable } from 'node:stream'
import { localUser, type UserInfo } from '../authn/contract.ts'
import type {
  BodyStream,
  ConnectionState,
  Exchange,
  ExchangeHandler,
  RequestHeaders,
  ResponseHeaders,
  ResponseStream,
} from '../serving/exchange.ts'
import { requestEntityTooLarge } from '../machinery/status.ts'
import type { Turns } from './turn-gate.ts'
import type { Transport, TransportRequest, TransportResponse, TransportStream } from './transport.ts'

const highMark = 65_536
/** Watches of objects queue views of the cache's own bytes, which weigh nothing: their readers may be further behind. */
const objectsHighMark = 1 << 20
const nobody = Buffer.alloc(0)

/**
 * Requests to an API server in the same process: the same handler chain, without sockets, TLS and framing.
 * Bodies go by reference: neither side may change them. Transports of one gate share its turns.
 */
export function localTransport(handler: ExchangeHandler, user: UserInfo, gate?: Turns): Transport {
  const connection: ConnectionState = { peerCertificate: undefined, memo: new Map<symbol, unknown>([[localUser, user]]) }
  const open = new Set<LocalExchange>()
  let closed = false

  function start(req: TransportRequest): LocalExchange {
    const exchange = new LocalExchange(req, connection)
    open.add(exchange)
    exchange.onClose(() => open.delete(exchange))
    const failed = (e: unknown): void => exchange.fail(e instanceof Error ? e : new Error(String(e)))
    try {
      const result = handler(exchange)
      if (result !== undefined) result.catch(failed)
    } catch (e) {
      failed(e)
    }
    return exchange
  }

  async function send(req: TransportRequest): Promise<LocalExchange> {
    const turn = gate?.enter()
    if (turn !== undefined) await turn
    try {
      if (closed) throw new Error('the transport is closed')
      if (req.signal?.aborted === true) throw abortError(req.signal)
      return await start(req).head
    } finally {
      gate?.leave()
    }
  }

  return {
    async request(req): Promise<TransportResponse> {
      const exchange = await send(req)
      if (exchange.whole !== undefined) return { status: exchange.status, headers: exchange.responseHeaders, body: exchange.whole }
      const chunks: Buffer[] = []
      for await (const chunk of exchange) chunks.push(chunk)
      if (req.signal?.aborted === true) throw abortError(req.signal)
      return { status: exchange.status, headers: exchange.responseHeaders, body: Buffer.concat(chunks) }
    },
    async stream(req): Promise<TransportStream> {
      const exchange = await send(req)
      return { status: exchange.status, headers: exchange.responseHeaders, body: exchange }
    },
    close(): Promise<void> {
      closed = true
      for (const exchange of [...open]) exchange.abandon()
      return Promise.resolve()
    },
  }
}

const abortError = (signal: AbortSignal): Error => (signal.reason instanceof Error ? signal.reason : new Error('aborted'))

/** One call. To the handler it is an Exchange, to the caller the body's chunks. */
class LocalExchange implements Exchange, ResponseStream, AsyncIterable<Buffer> {
  readonly method: string
  readonly path: string
  readonly search: string
  readonly headers: RequestHeaders
  readonly protocol = 'local'
  readonly remoteAddress = '127.0.0.1'
  readonly connection: ConnectionState
  readonly objects: boolean
  responded = false
  status = 0
  bodyBytes = 0
  pendingBytes = 0
  responseHeaders: Record<string, string | string[] | undefined> = {}
  /** The body when it came in one piece. */
  whole: Buffer | undefined
  /** Resolves when status and headers are there. */
  readonly head: Promise<LocalExchange>
  readonly #body: Buffer
  readonly #highMark: number
  readonly #extra: ResponseHeaders = {}
  readonly #signal: AbortSignal | undefined
  readonly #onAbort = (): void => this.abandon()
  #resolveHead: (e: LocalExchange) => void = () => {}
  #rejectHead: (e: Error) => void = () => {}
  #queue: Buffer[] = []
  #ended = false
  #broken: Error | undefined
  #closed = false
  #wake: (() => void) | undefined
  #drain: (() => void) | undefined
  #onClose: (() => void)[] = []

  constructor(req: TransportRequest, connection: ConnectionState) {
    const query = req.path.indexOf('?')
    this.method = req.method
    this.path = query < 0 ? req.path : req.path.slice(0, query)
    this.search = query < 0 ? '' : req.path.slice(query + 1)
    const headers: Record<string, string | undefined> = {}
    for (const name in req.headers) headers[name.toLowerCase()] = req.headers[name]
    this.headers = headers
    this.connection = connection
    this.objects = req.objects === true
    this.#highMark = this.objects ? objectsHighMark : highMark
    this.#body = req.body ?? nobody
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve
      this.#rejectHead = reject
    })
    this.#signal = req.signal
    req.signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  readBody(limit: number): Promise<Buffer> {
    if (this.#body.length > limit) return Promise.reject(requestEntityTooLarge(`limit is ${limit}`))
    return Promise.resolve(this.#body)
  }

  bodyStream(): BodyStream | undefined {
    const { length } = this.#body
    return length === 0 ? undefined : { stream: Readable.from([this.#body]), length }
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.#extra[name] = value
  }

  respond(status: number, headers: ResponseHeaders, body?: Buffer | readonly Buffer[]): void {
    this.#begin(status, headers)
    const whole = body === undefined ? nobody : Buffer.isBuffer(body) ? body : body.length === 1 ? body[0]! : Buffer.concat(body)
    this.bodyBytes = whole.length
    if (status !== 204 && status !== 304) this.responseHeaders['content-length'] ??= String(whole.length)
    this.whole = this.method === 'HEAD' ? nobody : whole
    this.#queue.push(this.whole)
    this.#ended = true
    this.#resolveHead(this)
    this.#close()
  }

  stream(status: number, headers: ResponseHeaders): ResponseStream {
    this.#begin(status, headers)
    this.#resolveHead(this)
    return this
  }

  #begin(status: number, headers: ResponseHeaders): void {
    if (this.responded) throw new Error('the response was already sent')
    this.responded = true
    this.status = status
    for (const [name, value] of Object.entries({ ...this.#extra, ...headers })) {
      if (typeof value === 'string') this.responseHeaders[name] = value
      else if (value.length > 0) this.responseHeaders[name] = [...value]
    }
  }

  write(chunk: Buffer): boolean {
    if (this.#closed || chunk.length === 0) return true
    this.bodyBytes += chunk.length
    this.#queue.push(chunk)
    this.pendingBytes += chunk.length
    this.#wakeReader()
    return this.pendingBytes < this.#highMark
  }

  onDrain(callback: () => void): void {
    this.#drain = callback
  }

  end(): void {
    if (this.#closed) return
    this.#ended = true
    this.#wakeReader()
    this.#close()
  }

  destroy(): void {
    this.fail(new Error('the server broke the stream off'))
  }

  /** No answer, or no rest of it. */
  fail(e: Error): void {
    if (this.#closed) return
    this.#broken = e
    this.#rejectHead(e)
    // A caller that only looks at the body learns of it there.
    this.head.catch(() => {})
    this.#wakeReader()
    this.#close()
  }

  /** The caller has gone. */
  abandon(): void {
    if (this.#closed) return
    this.#ended = true
    this.#queue = []
    this.#rejectHead(this.#signal === undefined ? new Error('the transport is closed') : abortError(this.#signal))
    this.#wakeReader()
    this.#close()
  }

  onClose(callback: () => void): void {
    if (this.#closed) callback()
    else this.#onClose.push(callback)
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#signal?.removeEventListener('abort', this.#onAbort)
    const callbacks = this.#onClose
    this.#onClose = []
    for (const callback of callbacks) callback()
  }

  #wakeReader(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        while (this.#queue.length > 0) {
          const chunk = this.#queue.shift()!
          this.pendingBytes -= chunk.length
          if (this.pendingBytes < this.#highMark && this.#drain !== undefined) {
            const drain = this.#drain
            this.#drain = undefined
            drain()
          }
          yield chunk
        }
        if (this.#broken !== undefined) throw this.#broken
        if (this.#ended) return
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      this.abandon()
    }
  }
}
