import type { Agent as HttpAgent } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { type Pace, Slice } from '../machinery/slice.ts'

/** Of what has been received, so much goes to the parser at once: of chunks of one byte, the smallest there are, it costs 1 ms. */
const PIECE_BYTES = 4096

/**
 * A connection to a backend whose bytes come in turns with other work. Node's HTTP parser works through all that one read has brought, 64 KB,
 * which takes 20 ms when a backend sends chunks of one byte, and as often in a pass of the event loop as there are such backends.
 */
export class PacedSocket extends Duplex {
  readonly #raw: Socket
  readonly #pace: () => Pace
  /** Received and not yet handed on. */
  #rest: Buffer | undefined
  #wanted = false
  #handing = false

  constructor(raw: Socket, pace: () => Pace = () => new Slice()) {
    super({ allowHalfOpen: false, readableHighWaterMark: raw.readableHighWaterMark, writableHighWaterMark: raw.writableHighWaterMark })
    this.#raw = raw
    this.#pace = pace
    raw.on('data', (bytes: Buffer) => {
      raw.pause()
      this.#rest = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes])
      void this.#hand()
    })
    // Not before the last bytes have been handed on: until then it is paused.
    raw.once('end', () => this.push(null))
    raw.once('error', (e) => this.destroy(e))
    // One that has ended closes as soon as it is read to its end, and what it brought may wait here for a slow client.
    raw.once('close', () => {
      if (!raw.readableEnded) this.destroy()
    })
    raw.on('timeout', () => this.emit('timeout'))
  }

  async #hand(): Promise<void> {
    if (this.#handing) return
    this.#handing = true
    const pace = this.#pace()
    while (this.#wanted && this.#rest !== undefined && !this.destroyed) {
      const piece = this.#rest.subarray(0, PIECE_BYTES)
      this.#rest = piece.length < this.#rest.length ? this.#rest.subarray(piece.length) : undefined
      this.#wanted = this.push(piece)
      const turn = pace.step()
      if (turn !== undefined) await turn
    }
    this.#handing = false
    if (this.#rest === undefined) this.#raw.resume()
  }

  override _read(): void {
    this.#wanted = true
    if (this.#rest !== undefined) void this.#hand()
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#raw.write(chunk, encoding, done)
  }

  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: (error?: Error | null) => void): void {
    this.#raw.cork()
    chunks.forEach(({ chunk, encoding }, i) => void this.#raw.write(chunk, encoding, i === chunks.length - 1 ? done : undefined))
    this.#raw.uncork()
  }

  override _final(done: () => void): void {
    this.#raw.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#rest = undefined
    this.#raw.destroy()
    done(error)
  }

  // What node:http asks of the sockets that it keeps.

  setTimeout(ms: number): this {
    this.#raw.setTimeout(ms)
    return this
  }

  setKeepAlive(on: boolean, delayMs: number): this {
    this.#raw.setKeepAlive(on, delayMs)
    return this
  }

  setNoDelay(on: boolean): this {
    this.#raw.setNoDelay(on)
    return this
  }

  ref(): this {
    this.#raw.ref()
    return this
  }

  unref(): this {
    this.#raw.unref()
    return this
  }
}

/** Makes the connections of an agent paced ones. */
export function paced<A extends HttpAgent>(agent: A): A {
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => new PacedSocket(connect(options, callback) as Socket)
  return agent
}
