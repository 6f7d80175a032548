/**
 * SPDY/3.1 on the wire, the part of it that Kubernetes' streams use: a client opens streams, data goes both ways, a side ends or resets its
 * own. There is no flow control in it: none of Kubernetes' programs sends a WINDOW_UPDATE or waits for one, TCP's has to do.
 */

const VERSION = 3
export const FRAME = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const
export const FIN = 1
/** Status of a RST_STREAM. */
export const CANCEL = 5
const HEADER = 8
/** Of a control frame; what a stream is opened with takes a few hundred bytes. */
const MOST_CONTROL = 65_536

function control(type: number, flags: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(HEADER)
  head.writeUInt16BE(0x8000 | VERSION, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4)
  return Buffer.concat([head, payload])
}

export function uint32s(...values: readonly number[]): Buffer {
  const out = Buffer.alloc(4 * values.length)
  values.forEach((value, i) => out.writeUInt32BE(value, 4 * i))
  return out
}

export function dataHead(stream: number, length: number, flags = 0): Buffer {
  return uint32s(stream, ((flags << 24) | length) >>> 0)
}

export const rstStream = (stream: number, status: number): Buffer => control(FRAME.rstStream, 0, uint32s(stream, status))
export const ping = (id: number): Buffer => control(FRAME.ping, 0, uint32s(id))

/** An empty stored block, as a compressor that is flushed writes it: Go's reader gives what it has read at one, and fails when there is none. */
const FLUSH = Buffer.from([0, 0, 0, 0xff, 0xff])

/**
 * Header blocks of one connection: they are one zlib stream. Ours holds stored blocks only, which need neither the protocol's dictionary nor a
 * compressor that keeps state: a connection opens four streams at most.
 */
export class HeaderBlocks {
  #begun = false

  encode(headers: Readonly<Record<string, string>>): Buffer {
    const pairs = Object.entries(headers).flatMap(([name, value]) => [name.toLowerCase(), value].map((text) => Buffer.from(text)))
    const block = Buffer.concat([uint32s(pairs.length / 2), ...pairs.flatMap((text) => [uint32s(text.length), text])])
    const stored = Buffer.alloc(5)
    stored.writeUInt16LE(block.length, 1)
    stored.writeUInt16LE(~block.length & 0xffff, 3)
    const head = this.#begun ? [] : [Buffer.from([0x78, 0x01])]
    this.#begun = true
    return Buffer.concat([...head, stored, block, FLUSH])
  }
}

export function synStream(stream: number, headerBlock: Buffer): Buffer {
  return control(FRAME.synStream, 0, Buffer.concat([uint32s(stream, 0), Buffer.alloc(2), headerBlock]))
}

export interface FrameHandler {
  /** A piece of a data frame: frames are not waited for as a whole. */
  data(stream: number, piece: Buffer): void
  /** The other side sends nothing more on it. */
  fin(stream: number): void
  control(type: number, flags: number, payload: Buffer): void
}

/** Cuts what comes into frames. */
export class FrameReader {
  readonly #handler: FrameHandler
  #rest: Buffer = Buffer.alloc(0)
  /** The data frame that is being read, and how much of it is to come. */
  #stream = 0
  #flags = 0
  #left = 0

  constructor(handler: FrameHandler) {
    this.#handler = handler
  }

  /** Throws an Error for what is no SPDY/3.1. */
  push(chunk: Buffer): void {
    let input = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = Buffer.alloc(0)
    for (;;) {
      if (this.#left > 0) {
        if (input.length === 0) return
        const piece = input.subarray(0, this.#left)
        input = input.subarray(piece.length)
        this.#left -= piece.length
        this.#handler.data(this.#stream, piece)
        if (this.#left === 0) this.#endOfData()
        continue
      }
      const frame = this.#head(input)
      if (frame === undefined) {
        this.#rest = input
        return
      }
      input = input.subarray(frame)
    }
  }

  /** Takes a control frame or the head of a data frame: so many bytes; undefined while it is not there as a whole. */
  #head(input: Buffer): number | undefined {
    if (input.length < HEADER) return undefined
    const [first, second] = [input.readUInt32BE(0), input.readUInt32BE(4)]
    const [flags, length] = [second >>> 24, second & 0xffffff]
    if (first < 0x80000000) {
      this.#stream = first
      this.#flags = flags
      this.#left = length
      if (length === 0) this.#endOfData()
      return HEADER
    }
    const version = (first >>> 16) & 0x7fff
    if (version !== VERSION) throw new Error(`a frame of SPDY version ${version}`)
    if (length > MOST_CONTROL) throw new Error(`a control frame of ${length} bytes`)
    if (input.length < HEADER + length) return undefined
    this.#handler.control(first & 0xffff, flags, input.subarray(HEADER, HEADER + length))
    return HEADER + length
  }

  #endOfData(): void {
    if ((this.#flags & FIN) !== 0) this.#handler.fin(this.#stream)
  }
}
