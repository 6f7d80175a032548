import type { IsIdentityHeader } from '../../machinery/identity-headers.ts'
import type { Socket } from 'node:net'
import type { Clock } from '../../machinery/clock.ts'
import type { Protocol } from '../connections.ts'
import type { ConnectionState, ExchangeHandler } from '../exchange.ts'
import { phaseLimits } from '../limits.ts'
import { lingeringClose } from '../linger.ts'
import { ConnectionError, defaultMaxFrameSize, defaultWindow, errorCode, flag, frameType, maxWindow, setting } from './constants.ts'
import { continueFrame, goawayFrame, pingFrame, rstStreamFrame, settingsAck, settingsFrame, windowUpdateFrame } from './frames.ts'
import { FrameReader, type FrameSink } from './frame-reader.ts'
import { Gather } from '../gather.ts'
import { HpackDecoder } from './hpack-decoder.ts'
import type { Http2Limits } from './limits.ts'
import { TokenBucket } from '../../machinery/token-bucket.ts'
import { Output } from './output.ts'
import { ignoredHeaders, RequestHead } from './request-head.ts'
import type { SendQueue } from './send-queue.ts'
import { Http2Stream, type StreamHost } from './stream.ts'
import { takeTurns, type TakesTurns } from '../../machinery/turns.ts'
import { checkSetting, checkSettings, fail, protocolError } from './violations.ts'

export interface Http2Options {
  readonly handler: ExchangeHandler
  readonly clock: Clock
  readonly limits: Http2Limits
  readonly state: ConnectionState
  /** A bug in a handler: it let an error out. */
  readonly onHandlerError: (e: unknown) => void
  /** Absent: those with the usual names. */
  readonly isIdentityHeader?: IsIdentityHeader | undefined
}

/** What HEADERS say besides their block. */
interface BlockHead {
  readonly id: number
  readonly flags: number
  /** The stream is said to depend on itself. */
  readonly selfish: boolean
}

/** A header block that CONTINUATION frames are to complete. */
interface Block extends BlockHead {
  readonly bytes: Gather
  shortFrames: number
}

type Phase = 'preface' | 'headerBlock' | 'ping' | 'linger' | 'idle'
// Requests that one connection may begin at once, a millisecond or three: a flood on it is not to delay what others ask.
const share = 32
// Streams whose reset the client may not have read yet.
const maxBroken = 1000
// Streams that stand still are looked for this often, and ended at the second look.
const stallLook = phaseLimits.stall / 2

const { data, headers, priority, rstStream, settings, pushPromise, ping, goaway, windowUpdate, continuation } = frameType

/**
 * The server's side of one HTTP/2 connection (RFC 9113) on a socket that is ready for it. What can stand alone does (frames, header
 * compression, streams, what is queued and written, limits, violations); the rest is one state machine, whose states every frame may change: in
 * several files each would reach into the others' state.
 */
export class Http2Connection implements FrameSink, StreamHost, Protocol, TakesTurns {
  readonly state: ConnectionState
  readonly remoteAddress: string
  closed = false
  readonly #socket: Socket
  readonly #options: Http2Options
  readonly #limits: Http2Limits
  readonly #reader: FrameReader
  readonly #decoder = new HpackDecoder()
  readonly #output: Output
  readonly #streams = new Map<number, Http2Stream>()
  readonly #resets: TokenBucket
  readonly #idleFrames: TokenBucket
  readonly #onClosed: (() => void)[] = []
  /** The last streams that were reset here. */
  readonly #broken = new Set<number>()
  #lastId = 0
  /** No stream above this one is taken any more. */
  #lastAccepted = maxWindow
  #initialSendWindow = defaultWindow
  #receiveWindow = defaultWindow
  #settingsSeen = false
  #draining = false
  /** No stream is awaited: the connection ends with the last of those that are open. */
  #endsWhenIdle = false
  /** Nothing that comes counts any more; what is still to be sent goes out. */
  #deaf = false
  #block: Block | undefined
  /** Which phase the last check found, what it was about, and for how long by now, in milliseconds. */
  #phase: Phase | undefined
  #phaseOf: unknown
  #phaseAge = 0
  #sinceStallLook = 0
  #writtenBefore = 0
  /** What may still be taken before others have their turn: requests, and KiB of header blocks. */
  #appetite = share
  /** What was left for the next turn; the socket is paused until then. */
  #left: Buffer | undefined

  constructor(socket: Socket, options: Http2Options) {
    this.#socket = socket
    this.#options = options
    this.#limits = options.limits
    this.state = options.state
    this.remoteAddress = socket.remoteAddress ?? ''
    this.#resets = new TokenBucket(options.clock, options.limits.resetsPerSecond, options.limits.resetBurst)
    this.#idleFrames = new TokenBucket(options.clock, options.limits.idleFramesPerSecond, options.limits.idleFrameBurst)
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

  get active(): number {
    return this.#streams.size
  }

  get sated(): boolean {
    return this.#appetite <= 0
  }

  onClosed(callback: () => void): void {
    if (this.closed) callback()
    else this.#onClosed.push(callback)
  }

  /** Graceful end (RFC 9113 §6.8): streams the client has begun are finished, later ones it sends elsewhere. */
  shutdown(): void {
    if (this.closed) return
    if (this.#draining) {
      if (this.#lastAccepted !== maxWindow) this.#finishNow()
      return
    }
    this.#draining = true
    // Announced first without a limit; the answer to the PING says that the client knows, and that nothing more is on its way.
    this.#output.control(goawayFrame(maxWindow, errorCode.noError, ''))
    this.#output.control(pingFrame(shutdownPing, false))
  }

  /**
   * The end for a client that has had its one request: no stream after those that have begun is taken, whatever the client
   * says or does not say to it; then the connection ends. As from Go's server the answers to PING and SETTINGS still come for a moment.
   */
  finish(): void {
    if (this.closed || this.#lastAccepted !== maxWindow) return
    this.#draining = true
    this.#lastAccepted = this.#lastId
    this.#output.control(goawayFrame(this.#lastId, errorCode.noError, ''))
  }

  /** The same at once: the client knows that nothing more is taken. */
  #finishNow(): void {
    this.finish()
    this.#endsWhenIdle = true
    this.#finishWhenIdle()
  }

  evict(): void {
    if (this.closed) return
    // A client that is known is told, so that it knows its later requests for not looked at.
    if (this.state.authenticated === true) this.#abort(errorCode.noError, 'too many connections')
    else this.destroy()
  }

  destroy(): void {
    this.#socket.destroy()
    this.#end()
  }

  /** Once a second: what phase is the connection in, and does it take too long? Costs requests nothing. */
  check(elapsedMs: number): void {
    if (this.closed) return
    this.#sinceStallLook += elapsedMs
    if (this.#sinceStallLook >= stallLook) {
      this.#sinceStallLook = 0
      this.#endStalled()
    }
    const [phase, about] = this.#phaseNow()
    if (phase !== this.#phase || about !== this.#phaseOf) {
      this.#phase = phase
      this.#phaseOf = about
      this.#phaseAge = 0
    } else this.#phaseAge += elapsedMs
    if (phase === undefined || this.#phaseAge < phaseLimits[phase]) return
    if (phase === 'preface') this.#abort(errorCode.settingsTimeout, 'no preface and SETTINGS')
    else if (phase === 'headerBlock') this.#abort(errorCode.enhanceYourCalm, 'a frame or header block was not completed')
    else if (phase === 'ping') this.#finishNow()
    else if (phase === 'linger') this.#end()
    else this.shutdown()
  }

  #phaseNow(): [Phase | undefined, unknown] {
    if (!this.#settingsSeen) return ['preface', undefined]
    if (this.#deaf) return ['linger', undefined]
    if (this.#block !== undefined) return ['headerBlock', this.#block]
    const { partial } = this.#reader
    if (partial !== undefined && partial !== data) return ['headerBlock', this.#reader.begun]
    if (this.#draining && this.#lastAccepted === maxWindow) return ['ping', undefined]
    if (this.#draining) return [this.#streams.size === 0 ? 'linger' : undefined, undefined]
    return [this.#streams.size === 0 ? 'idle' : undefined, this.#lastId]
  }

  /** Answers of which the client has taken nothing, and bodies of which it has sent nothing. */
  #endStalled(): void {
    const moved = this.#output.written !== this.#writtenBefore
    this.#writtenBefore = this.#output.written
    for (const stream of this.#streams.values()) {
      if (stream.isStalled(moved)) this.reset(stream, errorCode.cancel)
    }
  }

  turn(): boolean {
    this.#appetite = share
    const left = this.#left
    this.#left = undefined
    if (left !== undefined) this.#take(left)
    if (this.#left !== undefined) return true
    if (!this.closed) this.#socket.resume()
    return false
  }

  #onData(chunk: Buffer): void {
    if (this.#left !== undefined) {
      // The socket had this one before it heard of the pause.
      this.#left = Buffer.concat([this.#left, chunk])
      return
    }
    this.#take(chunk)
    if (this.#left === undefined) return
    this.#socket.pause()
    takeTurns(this)
  }

  #take(chunk: Buffer): void {
    if (this.closed) return
    try {
      this.#left = this.#reader.push(chunk)
      // Whatever it was that made us answer: a client that does not read the answers must not make them pile up.
      if (this.#output.controlBytes > this.#limits.maxControlBytes) fail(errorCode.enhanceYourCalm, 'answers are not read')
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
    lingeringClose(this.#socket, this.#options.clock, phaseLimits)
    for (const callback of this.#onClosed) callback()
  }

  onFrame(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (this.#deaf) return
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
        return this.#onPriority(id, bytes, start, end)
      case pushPromise:
        return protocolError('a client must not push')
      default:
        return this.#countIdle()
    }
  }

  /** What it says is not heeded (RFC 9113 §5.3.2), only what is wrong with it. */
  #onPriority(id: number, bytes: Buffer, start: number, end: number): void {
    this.#countIdle()
    if (end - start !== 5) this.#refuse(id, errorCode.frameSizeError)
    else if (dependsOn(bytes, start) === id) this.#refuse(id, errorCode.protocolError)
  }

  /** A stream error on a stream that may not be there. */
  #refuse(id: number, code: number): void {
    const stream = this.#streams.get(id)
    if (stream !== undefined) return this.#violate(stream, code)
    this.#countReset()
    this.#sendReset(id, code)
  }

  #countIdle(): void {
    if (!this.#idleFrames.take()) fail(errorCode.enhanceYourCalm, 'too many frames without use')
  }

  #onHeaders(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if ((id & 1) === 0) protocolError('not a client stream')
    let from = start
    let to = end
    if ((flags & flag.padded) !== 0) to -= from < to ? bytes[from++]! : protocolError('padding')
    let selfish = false
    if ((flags & flag.priority) !== 0) {
      selfish = to - from >= 5 && dependsOn(bytes, from) === id
      from += 5
    }
    if (from > to) protocolError('padding longer than the frame')
    if ((flags & flag.endHeaders) !== 0) return this.#onBlock({ id, flags, selfish }, bytes, from, to)
    this.#block = { id, flags, selfish, bytes: new Gather(to - from), shortFrames: 0 }
    this.#block.bytes.add(bytes, from, to)
  }

  #onContinuation(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    const block = this.#block
    if (block === undefined || block.id !== id) return protocolError('CONTINUATION without HEADERS')
    if (end - start < defaultMaxFrameSize && ++block.shortFrames > this.#limits.maxShortContinuations) {
      fail(errorCode.enhanceYourCalm, 'a header block in too many frames')
    }
    block.bytes.add(bytes, start, end)
    if (block.bytes.length > this.#headerLimit + blockSlack) return this.#refuseBlock(block)
    if ((flags & flag.endHeaders) === 0) return
    this.#block = undefined
    const whole = block.bytes.take()
    this.#onBlock(block, whole, 0, whole.length)
  }

  get #headerLimit(): number {
    return this.state.authenticated === true ? this.#limits.maxHeaderListSize : this.#limits.anonymousHeaderListSize
  }

  #head(): RequestHead {
    return new RequestHead(this.#headerLimit, this.#limits.maxTarget, this.#options.isIdentityHeader)
  }

  /** A block above the limit is not read to its end, so nothing later could be decoded: an answer, and the end of the connection. */
  #refuseBlock({ id, bytes }: Block): void {
    this.#block = undefined
    const unwanted = id <= this.#lastId || id > this.#lastAccepted || this.#streams.size >= this.#limits.maxConcurrentStreams
    if (unwanted) return fail(errorCode.enhanceYourCalm, 'header block too large')
    const head = this.#head()
    try {
      this.#decoder.decode(bytes.take(), 0, bytes.length, head)
    } catch {
      // It ends in the middle of a field.
    }
    this.#lastId = id
    const stream = new Http2Stream(this, id, this.#initialSendWindow, 0, head.method, '/', {}, true)
    this.#streams.set(id, stream)
    // The target comes before all other headers: one that is not there yet is what did not fit.
    refuse(stream, head.target === '' ? 414 : 431)
    this.#deaf = true
    this.#draining = true
    this.#endsWhenIdle = true
    this.#lastAccepted = id
    this.#output.control(goawayFrame(id, errorCode.enhanceYourCalm, 'header block too large'))
  }

  #onBlock({ id, flags, selfish }: BlockHead, bytes: Buffer, start: number, end: number): void {
    this.#appetite -= 1 + ((end - start) >> 10)
    const ended = (flags & flag.endStream) !== 0
    const known = this.#streams.get(id)
    if (known !== undefined) {
      this.#decoder.decode(bytes, start, end, ignoredHeaders)
      if (known.remoteEnded) this.#violate(known, errorCode.streamClosed)
      else if (selfish || !ended || !known.receiveEnd()) this.#violate(known, errorCode.protocolError)
      return
    }
    if (id > this.#lastAccepted || this.#broken.has(id)) {
      // Trailers of a stream that was reset here, or a request the client will repeat elsewhere.
      this.#decoder.decode(bytes, start, end, ignoredHeaders)
      this.#countIdle()
      return
    }
    if (id <= this.#lastId) protocolError('HEADERS on a stream that is closed, or lower than one before')
    this.#lastId = id
    const head = this.#head()
    this.#decoder.decode(bytes, start, end, head)
    head.finish()
    if (this.#streams.size >= this.#limits.maxConcurrentStreams) this.#refuse(id, errorCode.refusedStream)
    else if (head.malformed !== '' || selfish) this.#refuse(id, errorCode.protocolError)
    else this.#open(id, head, ended)
  }

  #open(id: number, head: RequestHead, ended: boolean): void {
    const window = this.#limits.streamWindow
    const stream = new Http2Stream(this, id, this.#initialSendWindow, window, head.method, head.target, head.headers, ended)
    this.#streams.set(id, stream)
    if (head.targetTooLong) refuse(stream, 414)
    else if (head.tooLarge) refuse(stream, 431)
    else if (ended && !stream.receiveEnd()) this.#violate(stream, errorCode.protocolError)
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
      if (this.#isIdle(id)) protocolError('DATA on an idle stream')
      if (id <= this.#lastAccepted && !this.#broken.has(id)) this.#refuse(id, errorCode.streamClosed)
      return
    }
    if (stream.remoteEnded) return this.#violate(stream, errorCode.streamClosed)
    stream.receiveWindow -= size
    if (stream.receiveWindow < 0) return this.#violate(stream, errorCode.flowControlError)
    stream.receive(to > from ? bytes.subarray(from, to) : undefined, size)
    if (ended && !stream.receiveEnd()) this.#violate(stream, errorCode.protocolError)
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
      if (this.#isIdle(id) || (id & 1) === 0) protocolError('WINDOW_UPDATE on an idle stream')
      return
    }
    if (increment === 0) return this.#violate(stream, errorCode.protocolError)
    stream.window += increment
    if (stream.window > maxWindow) this.#violate(stream, errorCode.flowControlError)
    else if (stream.pendingBytes > 0) this.#output.enqueue(stream)
  }

  #onReset(id: number, start: number, end: number): void {
    if (end - start !== 4) fail(errorCode.frameSizeError, 'RST_STREAM length')
    const stream = this.#streams.get(id)
    if (stream === undefined) {
      if (id === 0 || this.#isIdle(id)) protocolError('RST_STREAM on an idle stream')
      return
    }
    // An answer of which nothing has left is work for nothing too.
    if (!stream.responded || stream.headersPending) this.#countReset()
    this.#remove(stream)
  }

  /** Streams above the last one of a GOAWAY are none that the client has not opened: it may have before it read that. */
  #isIdle(id: number): boolean {
    return id > this.#lastId && this.#lastAccepted === maxWindow
  }

  /** Breaks a stream for what the client did to it; that costs as much as a cancelled request (CVE-2025-8671). */
  #violate(stream: Http2Stream, code: number): void {
    this.reset(stream, code)
    this.#countReset()
  }

  #countReset(): void {
    if (!this.#resets.take()) fail(errorCode.enhanceYourCalm, 'too many requests were cancelled')
  }

  #onSettings(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (id !== 0) protocolError('SETTINGS on a stream')
    if ((flags & flag.ack) !== 0) {
      if (start !== end) fail(errorCode.frameSizeError, 'SETTINGS acknowledgement with a payload')
      if (!this.#settingsSeen) protocolError('the first frame must be SETTINGS')
      return
    }
    checkSettings(start, end)
    if (this.#settingsSeen) this.#countIdle()
    this.#settingsSeen = true
    let [window, widest] = [this.#initialSendWindow, this.#initialSendWindow]
    for (let at = start; at < end; at += 6) {
      const [name, value] = [bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2)]
      checkSetting(name, value)
      if (name === setting.maxFrameSize) this.#output.maxFrame = value
      if (name === setting.initialWindowSize) [window, widest] = [value, Math.max(widest, value)]
    }
    if (widest !== this.#initialSendWindow || window !== widest) this.#setSendWindow(window, widest)
    this.#output.control(settingsAck)
  }

  /** As if each value had been taken in its turn, with one look at every stream: `widest` is the largest of them. */
  #setSendWindow(window: number, widest: number): void {
    const before = this.#initialSendWindow
    this.#initialSendWindow = window
    for (const stream of this.#streams.values()) {
      if (stream.window + widest - before > maxWindow) fail(errorCode.flowControlError, 'stream window overflow')
      stream.window += window - before
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
    } else if (this.#draining && payload.equals(shutdownPing)) this.#finishNow()
  }

  #finishWhenIdle(): void {
    if (!this.#endsWhenIdle || this.#streams.size > 0) return
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
    this.#sendReset(stream.id, code)
    this.#remove(stream)
  }

  /** What the client has sent on the stream before it reads this is nothing (RFC 9113 §5.1, closed). */
  #sendReset(id: number, code: number): void {
    this.#output.control(rstStreamFrame(id, code))
    this.#broken.add(id)
    if (this.#broken.size > maxBroken) for (const oldest of this.#broken) return void this.#broken.delete(oldest)
  }

  #remove(stream: Http2Stream): void {
    this.#streams.delete(stream.id)
    stream.closeNow()
    this.#finishWhenIdle()
  }

  #settle(done: readonly SendQueue[], drained: readonly SendQueue[]): void {
    this.#appetite = share
    for (const queue of done) {
      const stream = this.#streams.get(queue.id)
      if (stream === undefined) continue
      // The answer is complete and the upload is not: its rest is not wanted (RFC 9113 §8.1).
      if (!stream.remoteEnded) this.#sendReset(stream.id, errorCode.noError)
      this.#remove(stream)
    }
    for (const queue of drained) this.#streams.get(queue.id)?.drained()
  }
}

/** The stream that priority information names. */
const dependsOn = (bytes: Buffer, at: number): number => bytes.readUInt32BE(at) & maxWindow

// Field lines of a block that is just as large as the list may be take a little more than the list.
const blockSlack = 4096

const refusals = { 414: '414 URI Too Long', 431: '431 Request Header Fields Too Large' } as const

const refuse = (stream: Http2Stream, status: keyof typeof refusals): void =>
  stream.respond(status, { 'content-type': 'text/plain; charset=utf-8' }, Buffer.from(refusals[status]))

const shutdownPing = Buffer.from('binnacle', 'latin1')
