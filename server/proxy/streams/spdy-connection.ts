import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { CANCEL, dataHead, FIN, FRAME, FrameReader, HeaderBlocks, ping, rstStream, synStream } from './spdy-frames.ts'

/** How the other side ended a stream: properly, by resetting it, or by going away. */
export type StreamEnd = 'closed' | 'reset' | 'lost'

export interface StreamListener {
  data(piece: Buffer): void
  /** Once. */
  end(how: StreamEnd): void
}

export interface SpdyStream {
  /** False when the connection takes no more for now (`onDrain`). */
  write(data: Buffer): boolean
  /** Nothing more comes from us. */
  end(): void
}

/** As much as upstream's copies send at once. */
const PIECE = 32_768

/** The client's side of a SPDY/3.1 connection whose upgrade is done. */
export class SpdyConnection {
  readonly #socket: Duplex
  readonly #headers = new HeaderBlocks()
  readonly #streams = new Map<number, StreamListener>()
  #next = 1

  /** @param head what the server has sent of it already */
  constructor(socket: Duplex, head: Buffer) {
    this.#socket = socket
    const frames = new FrameReader({
      data: (stream, piece) => this.#streams.get(stream)?.data(piece),
      fin: (stream) => this.#ended(stream, 'closed'),
      control: (type, flags, payload) => this.#onControl(type, flags, payload),
    })
    const take = (chunk: Buffer): void => {
      try {
        frames.push(chunk)
      } catch (e) {
        socket.destroy(e as Error)
      }
    }
    socket.on('error', () => undefined)
    socket.once('close', () => this.#lost())
    socket.once('end', () => this.#lost())
    // What is asked of streams is said in the turn that makes the connection: nothing is read before.
    setImmediate(() => {
      if (head.length > 0) take(head)
      socket.on('data', take)
    })
  }

  open(headers: Readonly<Record<string, string>>, listener: StreamListener): SpdyStream {
    const id = this.#next
    this.#next += 2
    this.#streams.set(id, listener)
    this.#socket.write(synStream(id, this.#headers.encode(headers)))
    let open = true
    return {
      write: (data) => {
        let room = !this.#socket.writableNeedDrain
        for (let at = 0; open && at < data.length; at += PIECE) {
          const piece = data.subarray(at, at + PIECE)
          this.#socket.write(dataHead(id, piece.length))
          room = this.#socket.write(piece)
        }
        return room
      },
      end: () => {
        if (open && this.#socket.writable) this.#socket.write(dataHead(id, 0, FIN))
        open = false
      },
    }
  }

  onDrain(callback: () => void): void {
    this.#socket.on('drain', callback)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Says that nothing of the open streams is wanted any more, and hangs up once that is sent. */
  close(): void {
    if (this.#socket.writable) {
      for (const id of this.#streams.keys()) this.#socket.write(rstStream(id, CANCEL))
    }
    this.#streams.clear()
    this.#socket.end()
    this.#socket.resume()
  }

  /** Sends what waits, reads nothing more, and hangs up when that has lasted. */
  leave(lingerMs: number): void {
    this.#streams.clear()
    this.#socket.pause()
    if (this.#socket instanceof Socket) this.#socket.setTimeout(lingerMs, () => this.#socket.destroy())
    else this.#socket.end()
  }

  #onControl(type: number, flags: number, payload: Buffer): void {
    if (payload.length < 4) return
    const id = payload.readUInt32BE(0)
    if (type === FRAME.rstStream) this.#ended(id & 0x7fffffff, 'reset')
    // An odd one is the answer to one of ours, and we send none.
    else if (type === FRAME.ping && id % 2 === 0) this.#socket.write(ping(id))
    else if (type === FRAME.synReply && (flags & FIN) !== 0) this.#ended(id & 0x7fffffff, 'closed')
  }

  #ended(id: number, how: StreamEnd): void {
    const listener = this.#streams.get(id)
    this.#streams.delete(id)
    listener?.end(how)
  }

  #lost(): void {
    for (const id of [...this.#streams.keys()]) this.#ended(id, 'lost')
  }
}
