import type { OnReadOpts } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { CONNECTION_WINDOW, STREAM_WINDOW } from './caller.ts'

/**
 * Watches over one HTTP/2 connection, read with as little work as can be: in a process beside the server, a client that takes longer to
 * read an event than the server takes to send it would measure itself. Windows are those of client-go.
 */
export interface WatchEvents {
  /** The answer has begun. */
  opened(stream: number): void
  /** A whole line of the stream's body stands in `bytes` from `start` to `end`. */
  line(stream: number, bytes: Buffer, start: number, end: number): void
  closed(stream: number): void
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')
const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, windowUpdate: 8 } as const
const [END_STREAM, ACK, END_HEADERS] = [1, 1, 4]
const DEFAULT_WINDOW = 65_535
const INITIAL_WINDOW_SIZE = 4
const HEAD = 9
const LINE_FEED = 10
const READ_BYTES = 256 * 1024

interface Stream {
  rest: Buffer | undefined
  /** Taken and not yet given back to the server's window. */
  owed: number
}

export class WatchConnection {
  readonly #socket: TLSSocket
  readonly #headers: readonly (readonly [string, string])[]
  readonly #events: WatchEvents
  readonly #streams = new Map<number, Stream>()
  #next = 1
  #owed = 0
  #rest: Buffer | undefined

  constructor(url: string, token: string, events: WatchEvents) {
    const { hostname, port, host } = new URL(url)
    this.#events = events
    this.#headers = [
      [':method', 'GET'],
      [':scheme', 'https'],
      [':authority', host],
      ['authorization', `Bearer ${token}`],
    ]
    // One buffer for all that comes: buffers for each read would have this process collect garbage while events wait to be read.
    const onread: OnReadOpts = {
      buffer: Buffer.alloc(READ_BYTES),
      callback: (length: number, buffer: Uint8Array): boolean => {
        this.#take(Buffer.from(buffer.buffer, buffer.byteOffset, length))
        return true
      },
    }
    // Node takes it of TLS, too (tls.connect); its typings say so of plain sockets only.
    const options = { host: hostname, port: Number(port), ALPNProtocols: ['h2'], rejectUnauthorized: false, onread }
    this.#socket = connect(options)
    const settings = Buffer.alloc(6)
    settings.writeUInt16BE(INITIAL_WINDOW_SIZE)
    settings.writeUInt32BE(STREAM_WINDOW, 2)
    this.#socket.write(PREFACE)
    this.#send(FRAME.settings, 0, 0, settings)
    this.#credit(0, CONNECTION_WINDOW - DEFAULT_WINDOW)
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => {
      for (const id of [...this.#streams.keys()]) this.#end(id)
    })
  }

  /** Begins a watch; returns its stream. */
  watch(path: string): number {
    const id = this.#next
    this.#next += 2
    this.#streams.set(id, { rest: undefined, owed: 0 })
    const fields = [...this.#headers, [':path', path] as const].sort(([a], [b]) => Number(b.startsWith(':')) - Number(a.startsWith(':')))
    this.#send(FRAME.headers, END_HEADERS | END_STREAM, id, Buffer.concat(fields.map(([name, value]) => literal(name, value))))
    return id
  }

  close(): void {
    this.#streams.clear()
    this.#socket.destroy()
  }

  #send(type: number, flags: number, id: number, payload: Buffer): void {
    const head = Buffer.alloc(HEAD)
    head.writeUIntBE(payload.length, 0, 3)
    head.writeUInt8(type, 3)
    head.writeUInt8(flags, 4)
    head.writeUInt32BE(id, 5)
    this.#socket.write(Buffer.concat([head, payload]))
  }

  #credit(id: number, bytes: number): void {
    const payload = Buffer.alloc(4)
    payload.writeUInt32BE(bytes)
    this.#send(FRAME.windowUpdate, 0, id, payload)
  }

  #take(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (bytes.length - at >= HEAD) {
      const end = at + HEAD + bytes.readUIntBE(at, 3)
      if (end > bytes.length) break
      this.#frame(bytes[at + 3]!, bytes[at + 4]!, bytes.readUInt32BE(at + 5), bytes, at + HEAD, end)
      at = end
    }
    // The buffer is read into again.
    this.#rest = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at))
  }

  #frame(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (type === FRAME.data) this.#data(id, bytes, start, end)
    else if (type === FRAME.headers) this.#events.opened(id)
    else if (type === FRAME.settings && (flags & ACK) === 0) this.#send(FRAME.settings, ACK, 0, Buffer.alloc(0))
    else if (type === FRAME.ping && (flags & ACK) === 0) this.#send(FRAME.ping, ACK, 0, bytes.subarray(start, end))
    else if (type === FRAME.reset) this.#end(id)
    if ((type === FRAME.data || type === FRAME.headers) && (flags & END_STREAM) !== 0) this.#end(id)
  }

  #data(id: number, bytes: Buffer, start: number, end: number): void {
    const stream = this.#streams.get(id)
    const size = end - start
    this.#owed += size
    if (this.#owed > CONNECTION_WINDOW / 2) {
      this.#credit(0, this.#owed)
      this.#owed = 0
    }
    if (stream === undefined) return
    stream.owed += size
    if (stream.owed > STREAM_WINDOW / 2) {
      this.#credit(id, stream.owed)
      stream.owed = 0
    }
    this.#lines(id, stream, bytes, start, end)
  }

  #lines(id: number, stream: Stream, bytes: Buffer, start: number, end: number): void {
    let at = start
    for (let stop = bytes.indexOf(LINE_FEED, at); stop >= 0 && stop < end; stop = bytes.indexOf(LINE_FEED, at)) {
      if (stream.rest === undefined) this.#events.line(id, bytes, at, stop)
      else {
        const line = Buffer.concat([stream.rest, bytes.subarray(at, stop)])
        stream.rest = undefined
        this.#events.line(id, line, 0, line.length)
      }
      at = stop + 1
    }
    if (at === end) return
    const left = bytes.subarray(at, end)
    // What is left is copied: it would keep all that came with it.
    stream.rest = stream.rest === undefined ? Buffer.from(left) : Buffer.concat([stream.rest, left])
  }

  #end(id: number): void {
    if (this.#streams.delete(id)) this.#events.closed(id)
  }
}

/** A header field as it is, by no table (RFC 7541 §6.2.2). */
function literal(name: string, value: string): Buffer {
  const text = (s: string): Buffer[] => {
    const bytes = Buffer.from(s, 'latin1')
    return [integer(bytes.length, 7), bytes]
  }
  return Buffer.concat([Buffer.of(0), ...text(name), ...text(value)])
}

/** An integer in a prefix of `bits` (RFC 7541 §5.1). */
function integer(value: number, bits: number): Buffer {
  const most = (1 << bits) - 1
  if (value < most) return Buffer.of(value)
  const out = [most]
  let rest = value - most
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128)
  return Buffer.from([...out, rest])
}
