import { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import { FakeClock } from '../../../machinery/clock.ts'
import type { Exchange, ExchangeHandler } from '../../exchange.ts'
import { Http2Connection } from '../connection.ts'
import { flag, frameHeaderSize, frameType, preface } from '../constants.ts'
import { HpackDecoder } from '../hpack-decoder.ts'
import { huffmanEncode } from '../huffman.ts'
import { defaultLimits, type Http2Limits } from '../limits.ts'
import { writeFrameHeader } from '../output.ts'

export interface Frame {
  type: number
  flags: number
  id: number
  payload: Buffer
}

/** A raw client on an in-memory socket: it can send what a decent client never would. */
export class Wire {
  readonly clock = new FakeClock()
  readonly errors: unknown[] = []
  readonly connection: Http2Connection
  readonly #duplex: Duplex
  readonly #decoder = new HpackDecoder()
  #held: (() => void)[] | undefined
  #chunks: Buffer[] = []
  ended = false

  constructor(handler: ExchangeHandler, limits: Partial<Http2Limits> = {}) {
    this.#duplex = new Duplex({
      read() {},
      write: (chunk: Buffer, _encoding, callback) => {
        // Copied: the connection writes into the same slab again once this write is done.
        this.#chunks.push(Buffer.from(chunk))
        if (this.#held === undefined) callback()
        else this.#held.push(callback)
      },
      final: (callback) => {
        this.ended = true
        callback()
      },
    })
    // The connection uses the stream half of a socket and its address, which is undefined here.
    this.connection = new Http2Connection(this.#duplex as unknown as Socket, {
      handler,
      clock: this.clock,
      limits: { ...defaultLimits, ...limits },
      state: { peerCertificate: undefined, memo: new Map() },
      onHandlerError: (e) => this.errors.push(e),
    })
  }

  get destroyed(): boolean {
    return this.#duplex.destroyed
  }

  /** Lets time go by, second by second as the server's sweep sees it. */
  pass(ms: number): void {
    for (let left = ms; left > 0; left -= 1000) {
      this.clock.advance(1000)
      this.connection.check(1000)
    }
  }

  send(...parts: Buffer[]): void {
    this.#duplex.push(Buffer.concat(parts))
  }

  /** From now on nothing that was written counts as taken; the returned function lets it go. */
  stall(): () => void {
    this.#held = []
    return () => {
      const held = this.#held ?? []
      this.#held = undefined
      for (const callback of held) callback()
    }
  }

  /** Everything that arrives until the event loop has nothing more to do for us. */
  async frames(): Promise<Frame[]> {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
    const frames: Frame[] = []
    const received = Buffer.concat(this.#chunks)
    let at = 0
    while (received.length - at >= frameHeaderSize) {
      const length = received.readUIntBE(at, 3)
      const end = at + frameHeaderSize + length
      if (end > received.length) break
      frames.push({
        type: received[at + 3]!,
        flags: received[at + 4]!,
        id: received.readUInt32BE(at + 5),
        payload: received.subarray(at + frameHeaderSize, end),
      })
      at = end
    }
    this.#chunks = [received.subarray(at)]
    return frames
  }

  headersOf(frame: Frame): Record<string, string> {
    const headers: Record<string, string> = {}
    this.#decoder.decode(frame.payload, 0, frame.payload.length, { onHeader: (name, value) => void (headers[name] = value) })
    return headers
  }
}

export function frame(type: number, flags: number, id: number, payload: Uint8Array = new Uint8Array()): Buffer {
  const bytes = Buffer.alloc(frameHeaderSize + payload.length)
  writeFrameHeader(bytes, 0, payload.length, type, flags, id)
  bytes.set(payload, frameHeaderSize)
  return bytes
}

export function u32(n: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(n >>> 0)
  return bytes
}

function integer(value: number, prefix: number, first: number): Buffer {
  const mask = (1 << prefix) - 1
  if (value < mask) return Buffer.of(first | value)
  const out = [first | mask]
  let rest = value - mask
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128)
  return Buffer.of(...out, rest)
}

function text(value: string, huffman: boolean): Buffer {
  const bytes = huffman ? huffmanEncode(value) : Buffer.from(value, 'latin1')
  return Buffer.concat([integer(bytes.length, 7, huffman ? 0x80 : 0), bytes])
}

/** A header as a literal; `indexed` makes the peer remember it. */
export const literal = (name: string, value: string, { huffman = false, indexed = false } = {}): Buffer =>
  Buffer.concat([Buffer.of(indexed ? 0x40 : 0), text(name, huffman), text(value, huffman)])

export const requestBlock = (method: string, path: string, headers: Record<string, string> = {}): Buffer =>
  Buffer.concat([
    literal(':method', method),
    literal(':scheme', 'https'),
    literal(':authority', 'localhost'),
    literal(':path', path, { huffman: true, indexed: true }),
    ...Object.entries(headers).map(([name, value]) => literal(name, value, { huffman: true, indexed: true })),
  ])

export const request = (id: number, method: string, path: string, headers: Record<string, string> = {}, end = true): Buffer =>
  frame(frameType.headers, flag.endHeaders | (end ? flag.endStream : 0), id, requestBlock(method, path, headers))

/** Preface and empty SETTINGS. */
export const hello = Buffer.concat([preface, frame(frameType.settings, 0, 0)])

/** Answers with what it was asked, body included. */
export const echo = async (x: Exchange): Promise<void> => {
  const body = await x.readBody(1_000_000)
  x.respond(
    200,
    { 'content-type': 'text/plain' },
    Buffer.from(`${x.method} ${x.path}?${x.search} ${x.headers['x-a'] ?? ''} ${body.toString('latin1')}`),
  )
}

export const dataOf = (frames: Frame[], id: number): Buffer =>
  Buffer.concat(frames.filter((f) => f.type === frameType.data && f.id === id).map((f) => f.payload))
export const goaway = (frames: Frame[]): number | undefined => frames.find((f) => f.type === frameType.goaway)?.payload.readUInt32BE(4)
export const resetOf = (frames: Frame[], id: number): number | undefined =>
  frames.find((f) => f.type === frameType.rstStream && f.id === id)?.payload.readUInt32BE(0)
export const settingsOf = (entries: [number, number][]): Buffer =>
  frame(frameType.settings, 0, 0, Buffer.concat(entries.map(([name, value]) => Buffer.concat([Buffer.of(0, name), u32(value)]))))

export async function talk(handler: (x: Exchange) => void | Promise<void>, ...parts: Buffer[]): Promise<{ wire: Wire; frames: Frame[] }> {
  const wire = new Wire(handler)
  wire.send(hello, ...parts)
  return { wire, frames: await wire.frames() }
}
