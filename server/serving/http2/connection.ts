import type { Socket } from 'node:net'
import type { Clock } from '../../machinery/clock.ts'
import type { ConnectionState, ExchangeHandler } from '../exchange.ts'
import { ConnectionError, defaultWindow, errorCode, flag, frameType, maxWindow, setting } from './constants.ts'
import { continueFrame, goawayFrame, pingFrame, rstStreamFrame, settingsAck, settingsFrame, windowUpdateFrame } from './frames.ts'
import { FrameReader, type FrameSink } from './frame-reader.ts'
import { HpackDecoder } from './hpack-decoder.ts'
import { RateLimit, type Http2Limits } from './limits.ts'
import { Output } from './output.ts'
import { ignoredHeaders, RequestHead } from './request-head.ts'
import type { SendQueue } from './send-queue.ts'
import { Http2Stream, type StreamHost } from './stream.ts'
import { checkSetting, fail, protocolError } from './violations.ts'

export interface Http2Options {
  readonly handler: ExchangeHandler
  readonly clock: Clock
  readonly limits: Http2Limits
  readonly state: ConnectionState
  /** A bug in a handler: it let an error out. */
  readonly onHandlerError: (e: unknown) => void
}

const { data, headers, priority, rstStream, settings, pushPromise, ping, goaway, windowUpdate, continuation } = frameType
/** The server's side of one HTTP/2 connection (RFC 9113) on a socket that is ready for it. */
export class Http2Connection implements FrameSink, StreamHost {
  readonly state: ConnectionState
  readonly remoteAddress: string
  closed = false
  /** When the last stream ended, or the connection began. */
  idleSince: number
  readonly #socket: Socket
  readonly #options: Http2Options
  readonly #limits: Http2Limits
  readonly #reader: FrameReader
  readonly #decoder = new HpackDecoder()
  readonly #output: Output
  readonly #streams = new Map<number, Http2Stream>()
  readonly #resets: RateLimit
  readonly #idleFrames: RateLimit
  readonly #onClosed: (() => void)[] = []
  #lastId = 0
  /** No stream above this one is taken any more. */
  #lastAccepted = maxWindow
  #initialSendWindow = defaultWindow
  #receiveWindow = defaultWindow
  #settingsSeen = false
  #draining = false
  /** A header block that CONTINUATION frames are to complete. */
  #block: { id: number; flags: number; parts: Buffer[]; size: number } | undefined

  constructor(socket: Socket, options: Http2Options) {
    this.#socket = socket
    this.#options = options
    this.#limits = options.limits
    this.state = options.state
    this.remoteAddress = socket.remoteAddress ?? ''
    this.idleSince = options.clock.now()
    this.#resets = new RateLimit(options.clock, options.limits.resetBurst, options.limits.resetsPerSecond)
    this.#idleFrames = new RateLimit(options.clock, options.limits.idleFrameBurst, options.limits.idleFramesPerSecond)
    this.#output = new Output(socket, options.clock, (done, drained) => this.#settle(done, drained), options.onHandlerError)
    this.#reader = new FrameReader(this)
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('error', () => this.#end())
    socket.on('end', () => this.#end())
    socket.on('close', () => this.#end())
    this.#output.control(
      settingsFrame([
        [setting.maxConcurrentStreams, this.#limits.maxConcurrentStreams],
        [setting.initialWindowSize, this.#limits.streamWindow],
        [setting.maxHeaderListSize, this.#limits.maxHeaderListSize],
      ]),
    )
    this.#creditConnection(this.#limits.connectionWindow - defaultWindow)
  }

  get activeStreams(): number {
    return this.#streams.size
  }

  onClosed(callback: () => void): void {
    if (this.closed) callback()
    else this.#onClosed.push(callback)
  }

  /** Graceful end (RFC 9113 §6.8): streams the client has begun are finished, later ones it sends elsewhere. */
  shutdown(): void {
    if (this.closed || this.#draining) return
    this.#draining = true
    // Announced first without a limit; the answer to the PING says that the client knows, and that nothing more is on its way.
    this.#output.control(goawayFrame(maxWindow, errorCode.noError, ''))
    this.#output.control(pingFrame(shutdownPing, false))
  }

  destroy(): void {
    this.#socket.destroy()
    this.#end()
  }

  #onData(chunk: Buffer): void {
    if (this.closed) return
    try {
      this.#reader.push(chunk)
    } catch (e) {
      if (e instanceof ConnectionError) this.#abort(e.code, e.message)
      else {
        this.#options.onHandlerError(e)
        this.#abort(errorCode.internalError, '')
      }
    }
  }

  #abort(code: number, message: string): void {
    if (this.closed) return
    this.#socket.write(goawayFrame(this.#lastId, code, message))
    this.#socket.end()
    // What the peer still sends must be taken, or its unread bytes turn our GOAWAY into a reset; a deaf peer is cut off.
    this.#options.clock.setTimeout(() => this.#socket.destroy(), 1000)
    this.#end()
  }

  /** The connection is over: every stream hears it. */
  #end(): void {
    if (this.closed) return
    this.closed = true
    this.#output.close()
    const streams = [...this.#streams.values()]
    this.#streams.clear()
    for (const stream of streams) stream.closeNow()
    if (!this.#socket.destroyed) this.#socket.end()
    for (const callback of this.#onClosed) callback()
  }

  onFrame(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (this.#block !== undefined && type !== continuation) protocolError('a header block was interrupted')
    if (!this.#settingsSeen && type !== settings) protocolError('the first frame must be SETTINGS')
    switch (type) {
      case headers:
        return this.#onHeaders(flags, id, bytes, start, end)
      case data:
        return this.#onDataFrame(flags, id, bytes, start, end)
      case windowUpdate:
        return this.#onWindowUpdate(id, bytes, start, end)
      case rstStream:
        return this.#onReset(id, start, end)
      case settings:
        return this.#onSettings(flags, id, bytes, start, end)
      case ping:
        return this.#onPing(flags, id, bytes, start, end)
      case continuation:
        return this.#onContinuation(flags, id, bytes, start, end)
      case goaway:
        if (id !== 0) protocolError('GOAWAY on a stream')
        if (end - start < 8) fail(errorCode.frameSizeError, 'GOAWAY length')
        this.shutdown()
        return
      case priority:
        if (id === 0) protocolError('PRIORITY on stream 0')
        if (end - start !== 5) this.#output.control(rstStreamFrame(id, errorCode.frameSizeError))
        return this.#countIdle()
      case pushPromise:
        return protocolError('a client must not push')
      default:
        return this.#countIdle()
    }
  }

  #countIdle(): void {
    if (!this.#idleFrames.take()) fail(errorCode.enhanceYourCalm, 'too many frames without use')
    if (this.#output.controlBytes > this.#limits.maxControlBytes) fail(errorCode.enhanceYourCalm, 'answers are not read')
  }

  #onHeaders(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if ((id & 1) === 0) protocolError('not a client stream')
    let from = start
    let to = end
    if ((flags & flag.padded) !== 0) to -= from < to ? bytes[from++]! : protocolError('padding')
    if ((flags & flag.priority) !== 0) from += 5
    if (from > to) protocolError('padding longer than the frame')
    if ((flags & flag.endHeaders) !== 0) this.#onBlock(id, flags, bytes, from, to)
    else this.#block = { id, flags, parts: [bytes.subarray(from, to)], size: to - from }
  }

  #onContinuation(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    const block = this.#block
    if (block === undefined || block.id !== id) return protocolError('CONTINUATION without HEADERS')
    if (start === end) this.#countIdle()
    block.size += end - start
    if (block.size > this.#limits.maxHeaderListSize) fail(errorCode.enhanceYourCalm, 'header block too large')
    block.parts.push(bytes.subarray(start, end))
    if ((flags & flag.endHeaders) === 0) return
    this.#block = undefined
    const whole = Buffer.concat(block.parts)
    this.#onBlock(id, block.flags, whole, 0, whole.length)
  }

  #onBlock(id: number, flags: number, bytes: Buffer, start: number, end: number): void {
    const ended = (flags & flag.endStream) !== 0
    const known = this.#streams.get(id)
    if (known !== undefined) {
      this.#decoder.decode(bytes, start, end, ignoredHeaders)
      if (known.remoteEnded) this.reset(known, errorCode.streamClosed)
      else if (!ended || !known.receiveEnd()) this.reset(known, errorCode.protocolError)
      return
    }
    if (id <= this.#lastId || id > this.#lastAccepted) {
      // Trailers of a stream that was reset here, or a request the client will repeat elsewhere.
      this.#decoder.decode(bytes, start, end, ignoredHeaders)
      this.#countIdle()
      return
    }
    this.#lastId = id
    const head = new RequestHead(this.#limits.maxHeaderListSize)
    this.#decoder.decode(bytes, start, end, head)
    head.finish()
    if (this.#streams.size >= this.#limits.maxConcurrentStreams) {
      this.#countReset()
      this.#output.control(rstStreamFrame(id, errorCode.refusedStream))
    } else if (head.malformed !== '') {
      this.#countReset()
      this.#output.control(rstStreamFrame(id, errorCode.protocolError))
    } else this.#open(id, head, ended)
  }

  #open(id: number, head: RequestHead, ended: boolean): void {
    const window = this.#limits.streamWindow
    const stream = new Http2Stream(this, id, this.#initialSendWindow, window, head.method, head.target, head.headers, ended)
    this.#streams.set(id, stream)
    if (head.tooLarge)
      stream.respond(431, { 'content-type': 'text/plain; charset=utf-8' }, Buffer.from('431 Request Header Fields Too Large'))
    else if (ended && !stream.receiveEnd()) this.reset(stream, errorCode.protocolError)
    else this.#run(stream)
  }

  #run(stream: Http2Stream): void {
    const failed = (e: unknown): void => {
      this.#options.onHandlerError(e)
      if (stream.responded) stream.destroy()
      else stream.respond(500, {})
    }
    try {
      const result = this.#options.handler(stream)
      if (result !== undefined) result.catch(failed)
    } catch (e) {
      failed(e)
    }
  }

  #onDataFrame(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (id === 0) protocolError('DATA on stream 0')
    const size = end - start
    this.#receiveWindow -= size
    if (this.#receiveWindow < 0) fail(errorCode.flowControlError, 'more DATA than the window allows')
    if (this.#receiveWindow < this.#limits.connectionWindow / 2) this.#creditConnection(this.#limits.connectionWindow - this.#receiveWindow)
    let from = start
    let to = end
    if ((flags & flag.padded) !== 0) to -= from < to ? bytes[from++]! : protocolError('padding')
    if (from > to) protocolError('padding longer than the frame')
    const ended = (flags & flag.endStream) !== 0
    if (from === to && !ended) this.#countIdle()
    const stream = this.#streams.get(id)
    if (stream === undefined) {
      if (id > this.#lastId) protocolError('DATA on an idle stream')
      return
    }
    if (stream.remoteEnded) return this.reset(stream, errorCode.streamClosed)
    stream.receiveWindow -= size
    if (stream.receiveWindow < 0) return this.reset(stream, errorCode.flowControlError)
    stream.receive(to > from ? bytes.subarray(from, to) : undefined, size)
    if (ended && !stream.receiveEnd()) this.reset(stream, errorCode.protocolError)
  }

  #onWindowUpdate(id: number, bytes: Buffer, start: number, end: number): void {
    if (end - start !== 4) fail(errorCode.frameSizeError, 'WINDOW_UPDATE length')
    const increment = bytes.readUInt32BE(start) & maxWindow
    if (id === 0) {
      if (increment === 0) protocolError('WINDOW_UPDATE of 0')
      this.#output.window += increment
      if (this.#output.window > maxWindow) fail(errorCode.flowControlError, 'connection window overflow')
      this.#output.resume()
      return
    }
    const stream = this.#streams.get(id)
    if (stream === undefined) {
      if (id > this.#lastId || (id & 1) === 0) protocolError('WINDOW_UPDATE on an idle stream')
      return
    }
    if (increment === 0) return this.reset(stream, errorCode.protocolError)
    stream.window += increment
    if (stream.window > maxWindow) this.reset(stream, errorCode.flowControlError)
    else if (stream.pendingBytes > 0) this.#output.enqueue(stream)
  }

  #onReset(id: number, start: number, end: number): void {
    if (end - start !== 4) fail(errorCode.frameSizeError, 'RST_STREAM length')
    const stream = this.#streams.get(id)
    if (stream === undefined) {
      if (id === 0 || id > this.#lastId) protocolError('RST_STREAM on an idle stream')
      return
    }
    if (!stream.responded) this.#countReset()
    this.#remove(stream)
  }

  #countReset(): void {
    if (!this.#resets.take()) fail(errorCode.enhanceYourCalm, 'too many requests were cancelled')
    if (this.#output.controlBytes > this.#limits.maxControlBytes) fail(errorCode.enhanceYourCalm, 'answers are not read')
  }

  #onSettings(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (id !== 0) protocolError('SETTINGS on a stream')
    if ((flags & flag.ack) !== 0) {
      if (start !== end) fail(errorCode.frameSizeError, 'SETTINGS acknowledgement with a payload')
      if (!this.#settingsSeen) protocolError('the first frame must be SETTINGS')
      return
    }
    if ((end - start) % 6 !== 0) fail(errorCode.frameSizeError, 'SETTINGS length')
    if (this.#settingsSeen) this.#countIdle()
    this.#settingsSeen = true
    for (let at = start; at < end; at += 6) this.#applySetting(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2))
    this.#output.control(settingsAck)
  }

  #applySetting(name: number, value: number): void {
    checkSetting(name, value)
    if (name === setting.maxFrameSize) this.#output.maxFrame = value
    if (name !== setting.initialWindowSize) return
    const change = value - this.#initialSendWindow
    this.#initialSendWindow = value
    for (const stream of this.#streams.values()) {
      stream.window += change
      if (stream.window > maxWindow) fail(errorCode.flowControlError, 'stream window overflow')
      if (stream.pendingBytes > 0) this.#output.enqueue(stream)
    }
  }

  #onPing(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (id !== 0) protocolError('PING on a stream')
    if (end - start !== 8) fail(errorCode.frameSizeError, 'PING length')
    const payload = bytes.subarray(start, end)
    if ((flags & flag.ack) === 0) {
      this.#countIdle()
      this.#output.control(pingFrame(payload, true))
    } else if (this.#draining && payload.equals(shutdownPing)) {
      this.#lastAccepted = this.#lastId
      this.#output.control(goawayFrame(this.#lastId, errorCode.noError, ''))
      this.#finishWhenIdle()
    }
  }

  #finishWhenIdle(): void {
    if (!this.#draining || this.#lastAccepted === maxWindow || this.#streams.size > 0) return
    this.#output.whenIdle(() => this.#end())
  }

  #creditConnection(n: number): void {
    this.#receiveWindow += n
    this.#output.control(windowUpdateFrame(0, n))
  }

  enqueue(stream: Http2Stream): void {
    this.#output.enqueue(stream)
  }

  credit(stream: Http2Stream, n: number): void {
    if (n <= 0) return
    stream.receiveWindow += n
    this.#output.control(windowUpdateFrame(stream.id, n))
  }

  sendContinue(stream: Http2Stream): void {
    this.#output.control(continueFrame(stream.id))
  }

  reset(stream: Http2Stream, code: number): void {
    if (!this.#streams.has(stream.id)) return
    this.#output.control(rstStreamFrame(stream.id, code))
    this.#remove(stream)
  }

  #remove(stream: Http2Stream): void {
    this.#streams.delete(stream.id)
    if (this.#streams.size === 0) this.idleSince = this.#options.clock.now()
    stream.closeNow()
    this.#finishWhenIdle()
  }

  #settle(done: readonly SendQueue[], drained: readonly SendQueue[]): void {
    for (const queue of done) {
      const stream = this.#streams.get(queue.id)
      if (stream === undefined) continue
      // The answer is complete and the upload is not: its rest is not wanted (RFC 9113 §8.1).
      if (!stream.remoteEnded) this.#output.control(rstStreamFrame(stream.id, errorCode.noError))
      this.#remove(stream)
    }
    for (const queue of drained) this.#streams.get(queue.id)?.drained()
  }
}

const shutdownPing = Buffer.from('binnacle', 'latin1')
