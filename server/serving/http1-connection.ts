import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import type { Clock } from '../machinery/clock.ts'
import type { Protocol } from './connections.ts'
import type { ConnectionState } from './exchange.ts'
import { headRefusal, refusals, type Refusal } from './http1-head.ts'
import { phaseLimits, requestLimits } from './limits.ts'
import { lingeringClose } from './linger.ts'
import { takeTurns, type TakesTurns } from '../machinery/turns.ts'

type Phase = 'head' | 'body' | 'stall' | 'idle'

/** One HTTP/1.1 connection that node:http parses: how long each phase of it takes, how much a head may hold, and how it ends. */
export class Http1Connection implements Protocol, TakesTurns {
  readonly state: ConnectionState
  active = 0
  /** What is known of the answer to the last request besides what node knows: all of it may wait here and be written piece by piece. */
  answer: { readonly complete: boolean; readonly streamsBody: boolean; readonly pieces: number } | undefined
  readonly #socket: Socket
  readonly #clock: Clock
  /** The requests so far. */
  #requests = 0
  #requestsBefore = 0
  /** Bytes of a head that is not complete, as far as it came in pieces. */
  #headBytes = 0
  /** One of those bytes was the end of the first line. */
  #lineSeen = false
  /** The request that was begun last. */
  #last: { req: IncomingMessage; res: ServerResponse } | undefined
  #ended = false
  #unread = 0
  #closing = false
  /** What is said of the rest of the stream once the requests before it are answered. */
  #refusal: Refusal | undefined
  #upgraded = false
  #phase: Phase | undefined
  #phaseOf: number | undefined
  #phaseAge = 0
  /** A request is being answered; others that came with it wait in `#pipeline`, as in the reference one is answered after the other. */
  #busy = false
  readonly #pipeline: { res: ServerResponse; run: () => void }[] = []
  /** Nothing more is read: what came in one piece has to be worked off in turns with other connections. */
  #held = false
  #piecesBefore = 0

  constructor(socket: Socket, state: ConnectionState, clock: Clock) {
    this.#socket = socket
    this.state = state
    this.#clock = clock
    // node closes this way after the last answer. Whole, at once, it would take the answer away from a client that still sends.
    socket.destroySoon = () => this.#end()
    // node resumes the socket after each request that it has read and for each body that is read on.
    const resume = socket.resume.bind(socket)
    socket.resume = () => (this.#held ? socket : resume())
  }

  #hold(): void {
    this.#held = true
    this.#socket.pause()
  }

  #release(): void {
    this.#held = false
    this.#socket.resume()
  }

  /** To be called when node listens to the socket, so that it has read a piece when we see it. */
  listen(): void {
    // Besides, a listener makes node take the pieces from the stream: its shortcut past the stream goes on when the parser is
    // paused, and then a pipeline of more than one TLS record is an error.
    this.#socket.on('data', this.#onData)
  }

  #onData = (chunk: Buffer): void => {
    const pieces = this.answer?.pieces ?? 0
    if (!this.#held && pieces > this.#piecesBefore + piecesAtOnce) {
      this.#hold()
      takeTurns(this)
    }
    this.#piecesBefore = pieces
    if (this.#ended) {
      this.#unread += chunk.length
      if (this.#unread > requestLimits.unreadBody) this.#socket.pause()
    } else if (this.#requestsBefore !== this.#requests || this.active > 0) {
      this.#requestsBefore = this.#requests
      this.#headBytes = 0
      this.#lineSeen = false
    } else this.#onHeadPiece(chunk)
  }

  #onHeadPiece(chunk: Buffer): void {
    this.#headBytes += chunk.length
    this.#lineSeen ||= chunk.includes(10)
    if (!this.#lineSeen && this.#headBytes > requestLimits.target + methodAndVersion) this.#refuse(refusals.longTarget)
    // Those who have logged in have node's limit.
    else if (this.state.authenticated !== true && this.#headBytes > requestLimits.target + requestLimits.anonymousHeaders)
      this.#refuse(refusals.largeHead)
  }

  /** A request's head is complete. False when it is answered already, or when nothing more is answered here. */
  begin(req: IncomingMessage, res: ServerResponse): boolean {
    if (this.#ended) return false
    this.#requests++
    this.active++
    this.#last = { req, res }
    this.answer = undefined
    res.once('close', () => {
      this.active--
      if (this.active > 0) return
      if (this.#refusal !== undefined) this.#refuse(this.#refusal)
      else if (this.#closing) this.#end()
    })
    const refusal = this.#refusalOf(req)
    if (this.#closing || refusal !== undefined) res.shouldKeepAlive = false
    if (refusal === undefined) return true
    res.writeHead(refusal.status, refusal.reason, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(refusal.text)
    return false
  }

  /** Runs what answers a request once all before it are answered. */
  inOrder(res: ServerResponse, run: () => void): void {
    if (this.#busy) {
      this.#pipeline.push({ res, run })
      this.#hold()
      return
    }
    this.#busy = true
    // Node answers in order and closes each response when it has left.
    res.once('close', this.#onAnswered)
    run()
  }

  #onAnswered = (): void => {
    this.#busy = false
    if (this.#pipeline.length > 0) takeTurns(this)
  }

  turn(): boolean {
    // The turn may have been asked for because of a body, while its request is being answered.
    const next = this.#busy ? undefined : this.#pipeline.shift()
    if (this.#pipeline.length === 0) this.#release()
    if (next === undefined) return false
    if (next.res.destroyed) return this.#pipeline.length > 0
    this.inOrder(next.res, next.run)
    return false
  }

  #refusalOf(req: IncomingMessage): Refusal | undefined {
    if (req.url !== undefined && req.url.length > requestLimits.target) return refusals.longTarget
    const refusal = headRefusal(req)
    if (refusal !== undefined || this.state.authenticated === true) return refusal
    let size = 0
    for (const text of req.rawHeaders) size += text.length
    return size > requestLimits.anonymousHeaders ? refusals.largeHead : undefined
  }

  /** node could not read what was sent. */
  onBadRequest(code: string | undefined): void {
    // What a client goes on sending after the last answer is no request, and no reason to reset the connection.
    if (this.#ended) return
    if (!this.#socket.writable) return void this.#socket.destroy()
    // What comes behind whole requests is refused when they are answered.
    if (this.active > 0 && this.#last!.req.complete) {
      this.#refusal = refusalOfCode(code)
      return
    }
    // A broken body of a request that has no answer yet; where one is under way, nothing can be said any more.
    if (this.active > 1 || (this.active === 1 && this.#last!.res.headersSent)) return void this.#socket.destroy()
    this.#refuse(refusalOfCode(code))
  }

  #refuse({ status, reason, text }: Refusal): void {
    this.#socket.write(`HTTP/1.1 ${status} ${reason}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${text}`)
    this.#end()
  }

  /** The socket belongs to another protocol from here on. */
  upgraded(): void {
    this.#upgraded = true
    this.#held = false
    this.#socket.removeListener('data', this.#onData)
  }

  /** Graceful end: after the requests that have begun. */
  shutdown(): void {
    this.#closing = true
    if (this.active === 0) this.#end()
    else if (this.#last !== undefined && !this.#last.res.headersSent) this.#last.res.shouldKeepAlive = false
  }

  evict(): void {
    this.#socket.destroy()
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    lingeringClose(this.#socket, this.#clock, phaseLimits)
  }

  check(elapsedMs: number): void {
    if (this.#ended || this.#upgraded) return
    const [phase, about] = this.#phaseNow()
    if (phase !== this.#phase || about !== this.#phaseOf) {
      this.#phase = phase
      this.#phaseOf = about
      this.#phaseAge = 0
    } else this.#phaseAge += elapsedMs
    // As Go, without a word: who sent nothing for so long does not listen either.
    if (phase !== undefined && this.#phaseAge >= phaseLimits[phase]) this.#socket.destroy()
  }

  #phaseNow(): [Phase | undefined, number] {
    if (this.active === 0) return [this.#requests === 0 || this.#headBytes > 0 ? 'head' : 'idle', this.#requests]
    const { req, res } = this.#last!
    if (!req.complete && !res.headersSent) {
      // A backend that takes nothing holds a streamed body up, not the client.
      if (this.answer?.streamsBody !== true) return ['body', this.#requests]
      return req.isPaused() || req.readableLength >= req.readableHighWaterMark ? [undefined, 0] : ['body', this.#socket.bytesRead]
    }
    if ((res.writableEnded || this.answer?.complete === true) && this.#socket.writableLength > 0)
      return ['stall', this.#socket.bytesWritten]
    return [undefined, 0]
  }
}

const refusalOfCode = (code: string | undefined): Refusal => refusals[code === 'HPE_HEADER_OVERFLOW' ? 'largeHead' : 'unreadable']

/** Pieces of a body that may come at once: a chunk of one byte is one too. */
const piecesAtOnce = 500
const methodAndVersion = 64
// What Go's server reads beyond the limit, the request line included.
const headSlack = 4096

/** What a node:http server is told, so that Http1Connections sees to the rest. */
export const http1ServerOptions: ServerOptions = {
  // Hosts are looked at with the rest of the head.
  requireHostHeader: false,
  maxHeaderSize: requestLimits.headers + headSlack,
  // The phases of a connection are ours; node's own clock cannot be moved by tests.
  headersTimeout: 0,
  requestTimeout: 0,
  // With so much more than our own limit that ours comes first: it is looked at once a second.
  keepAliveTimeout: phaseLimits.idle,
  keepAliveTimeoutBuffer: 10_000,
}

/** The connections of one node:http or node:https server. */
export class Http1Connections {
  readonly #clock: Clock
  readonly #of = new WeakMap<Duplex, Http1Connection>()

  constructor(server: Pick<Server, 'on'>, clock: Clock) {
    this.#clock = clock
    server.on('clientError', (e: NodeJS.ErrnoException, socket: Duplex) => {
      const connection = this.#of.get(socket)
      if (connection === undefined) socket.destroy()
      else connection.onBadRequest(e.code)
    })
  }

  /** Takes a socket; `handOver` gives it to the server, and may be empty when that has happened. */
  accept(socket: Socket, state: ConnectionState, handOver: () => void): Http1Connection {
    const connection = new Http1Connection(socket, state, this.#clock)
    this.#of.set(socket, connection)
    handOver()
    connection.listen()
    return connection
  }

  /** The connection that a request came on, unless the request is answered already or came too late for an answer. */
  begin(req: IncomingMessage, res: ServerResponse): Http1Connection | undefined {
    const connection = this.#of.get(req.socket)
    return connection?.begin(req, res) === true ? connection : undefined
  }
}
