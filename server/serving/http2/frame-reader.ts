import { ConnectionError, defaultMaxFrameSize, errorCode, frameHeaderSize, preface } from './constants.ts'

export interface FrameSink {
  /** The payload is `bytes[start, end)`; it may be kept, nobody writes into it again. */
  onFrame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void
  /** True when no further frame matters. */
  readonly closed: boolean
  /** True when the next frames are for a later turn. */
  readonly sated: boolean
}

/**
 * Cuts what a client sends into frames (RFC 9113 §3.4 and §4.1), wherever the pieces end.
 * Complete frames are handed on in place; only one that spans pieces is copied, once.
 * Throws ConnectionError on a bad preface or an oversized frame. Returns what it left because the sink is sated: to be pushed before what comes next.
 */
export class FrameReader {
  /** How many frames came in more than one piece, the one that is coming included. */
  begun = 0
  readonly #sink: FrameSink
  #prefaceSeen = 0
  readonly #head = Buffer.allocUnsafe(frameHeaderSize)
  #headFill = 0
  #payload: Buffer | undefined
  #payloadFill = 0

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /** The type of a frame that has begun and is not complete; -1 when its type is not known yet; undefined when there is none. */
  get partial(): number | undefined {
    if (this.#headFill === 0) return undefined
    return this.#headFill < frameHeaderSize ? -1 : this.#head[3]!
  }

  push(chunk: Buffer): Buffer | undefined {
    let pos = this.#prefaceSeen < preface.length ? this.#readPreface(chunk) : 0
    if (this.#headFill > 0) pos = this.#resume(chunk, pos)
    const size = chunk.length
    while (size - pos >= frameHeaderSize && !this.#sink.closed && !this.#sink.sated) {
      const length = (chunk[pos]! << 16) | (chunk[pos + 1]! << 8) | chunk[pos + 2]!
      checkLength(length)
      const start = pos + frameHeaderSize
      if (size - start < length) break
      pos = start + length
      this.#emit(chunk, start - frameHeaderSize, chunk, start, pos)
    }
    if (pos >= size || this.#sink.closed) return undefined
    if (this.#sink.sated) return chunk.subarray(pos)
    this.#stash(chunk, pos)
    return undefined
  }

  #readPreface(chunk: Buffer): number {
    const n = Math.min(preface.length - this.#prefaceSeen, chunk.length)
    if (chunk.compare(preface, this.#prefaceSeen, this.#prefaceSeen + n, 0, n) !== 0) {
      throw new ConnectionError(errorCode.protocolError, 'not an HTTP/2 client preface')
    }
    this.#prefaceSeen += n
    return n
  }

  /** Completes the frame that an earlier piece began; returns where the rest of `chunk` starts. */
  #resume(chunk: Buffer, from: number): number {
    let pos = from
    if (this.#headFill < frameHeaderSize) {
      const n = Math.min(frameHeaderSize - this.#headFill, chunk.length - pos)
      chunk.copy(this.#head, this.#headFill, pos, pos + n)
      this.#headFill += n
      pos += n
      if (this.#headFill < frameHeaderSize) return pos
      this.#startPayload()
    }
    const payload = this.#payload!
    const n = Math.min(payload.length - this.#payloadFill, chunk.length - pos)
    chunk.copy(payload, this.#payloadFill, pos, pos + n)
    this.#payloadFill += n
    pos += n
    if (this.#payloadFill < payload.length) return pos
    this.#payload = undefined
    this.#headFill = 0
    this.#emit(this.#head, 0, payload, 0, payload.length)
    return pos
  }

  #startPayload(): void {
    const length = this.#head.readUIntBE(0, 3)
    checkLength(length)
    this.#payload = Buffer.allocUnsafe(length)
    this.#payloadFill = 0
  }

  #stash(chunk: Buffer, pos: number): void {
    this.begun++
    const n = Math.min(frameHeaderSize, chunk.length - pos)
    chunk.copy(this.#head, 0, pos, pos + n)
    this.#headFill = n
    if (n < frameHeaderSize) return
    this.#startPayload()
    this.#payloadFill = chunk.copy(this.#payload!, 0, pos + n)
  }

  #emit(head: Buffer, at: number, bytes: Buffer, start: number, end: number): void {
    const id = ((head[at + 5]! & 0x7f) << 24) | (head[at + 6]! << 16) | (head[at + 7]! << 8) | head[at + 8]!
    this.#sink.onFrame(head[at + 3]!, head[at + 4]!, id, bytes, start, end)
  }
}

function checkLength(length: number): void {
  if (length > defaultMaxFrameSize) {
    throw new ConnectionError(errorCode.frameSizeError, `frame of ${length} bytes is above SETTINGS_MAX_FRAME_SIZE`)
  }
}
