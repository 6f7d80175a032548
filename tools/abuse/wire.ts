import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { HpackDecoder } from '../../server/serving/http2/hpack-decoder.ts'
import type { Arena } from './attack.ts'
import { ACK, END_STREAM, frame, HEADER_SIZE, preface, settings, type, windowUpdate } from './frames.ts'
import type { Tally } from './tally.ts'

const MOST_KEPT = 65_536

/** A connection whose bytes the attack writes itself; it notes what comes back and how it ends. */
export class Wire {
  readonly socket: Socket
  /** Absent while the connection is open. */
  end: string | undefined
  readonly #gone: Promise<void>

  constructor(socket: Socket) {
    this.socket = socket
    let code = ''
    socket.on('error', (e: NodeJS.ErrnoException) => (code = e.code ?? e.message))
    socket.on('end', () => (this.end ??= 'closed'))
    this.#gone = new Promise((resolve) =>
      socket.once('close', () => {
        this.end ??= code === 'ECONNRESET' || code === 'EPIPE' ? 'reset' : code === '' ? 'closed' : code
        resolve()
      }),
    )
  }

  /** Resolves when the peer has room for more, or is gone. */
  async send(bytes: Buffer | string): Promise<void> {
    if (this.end !== undefined || this.socket.destroyed || this.socket.write(bytes)) return
    const drained = new Promise<void>((resolve) => this.socket.once('drain', resolve))
    await Promise.race([drained, this.#gone])
  }

  /** Waits for its end, `ms` at most. */
  async ended(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await Promise.race([this.#gone, new Promise((resolve) => (timer = setTimeout(resolve, ms)))])
    clearTimeout(timer)
  }

  /** Adds what happened to it, then drops it. */
  settle(tally: Tally): void {
    tally.add(this.end ?? 'open')
    this.socket.destroy()
  }
}

/** HTTP/1.1: counts the status lines that come back. */
export class Http1Wire extends Wire {
  readonly statuses: string[] = []

  constructor(socket: Socket) {
    super(socket)
    let text = ''
    socket.on('data', (d: Buffer) => {
      text = (text + d.toString('latin1')).slice(-MOST_KEPT)
      for (let at = text.search(STATUS); at >= 0; at = text.search(STATUS)) {
        this.statuses.push(text.slice(at + 9, at + 12))
        text = text.slice(at + 12)
      }
    })
  }

  override settle(tally: Tally): void {
    for (const status of this.statuses) tally.add(status)
    if (this.statuses.length === 0) tally.add(this.end ?? 'open')
    this.socket.destroy()
  }
}

const STATUS = /HTTP\/1\.1 \d{3}/

export interface Http2Options {
  /** SETTINGS to announce. */
  settings?: Readonly<Record<number, number>>
  /** Answers PINGs; true unless said otherwise. */
  pong?: boolean
  /** Gives back the window that DATA takes; true unless said otherwise. */
  reads?: boolean
  /** Sends neither preface nor SETTINGS. */
  silent?: boolean
}

/** HTTP/2: knows the statuses, resets and the GOAWAY that came back. */
export class Http2Wire extends Wire {
  readonly statuses: string[] = []
  goaway: string | undefined
  resets = 0
  finished = 0
  readonly #decoder = new HpackDecoder()
  #rest: Buffer = Buffer.alloc(0)

  constructor(socket: Socket, o: Http2Options = {}) {
    super(socket)
    if (o.silent !== true) socket.write(Buffer.concat([preface, settings(o.settings)]))
    socket.on('data', (d: Buffer) => {
      this.#rest = this.#rest.length === 0 ? d : Buffer.concat([this.#rest, d])
      let at = 0
      for (; this.#rest.length - at >= HEADER_SIZE; ) {
        const size = this.#rest.readUIntBE(at, 3)
        if (this.#rest.length - at < HEADER_SIZE + size) break
        const payload = this.#rest.subarray(at + HEADER_SIZE, at + HEADER_SIZE + size)
        this.#onFrame(this.#rest[at + 3]!, this.#rest[at + 4]!, payload, o)
        at += HEADER_SIZE + size
      }
      this.#rest = this.#rest.subarray(at)
    })
  }

  #onFrame(kind: number, flags: number, payload: Buffer, o: Http2Options): void {
    if (kind === type.goaway) this.goaway = `GOAWAY ${payload.readUInt32BE(4)}`
    else if (kind === type.rstStream) this.resets++
    else if (kind === type.settings && (flags & ACK) === 0) this.socket.write(frame(type.settings, ACK, 0))
    else if (kind === type.ping && (flags & ACK) === 0 && o.pong !== false) this.socket.write(frame(type.ping, ACK, 0, payload))
    else if (kind === type.data && payload.length > 0 && o.reads !== false) this.socket.write(windowUpdate(0, payload.length))
    else if (kind === type.headers) {
      const onHeader = (name: string, value: string): void => void (name === ':status' && this.statuses.push(value))
      this.#decoder.decode(payload, 0, payload.length, { onHeader })
    }
    if ((kind === type.data || kind === type.headers) && (flags & END_STREAM) !== 0) this.finished++
  }

  override settle(tally: Tally): void {
    for (const status of this.statuses) tally.add(status)
    if (this.resets > 0) tally.add('RST_STREAM', this.resets)
    if (this.goaway !== undefined && this.goaway !== 'GOAWAY 0') tally.add(this.goaway)
    else if (this.statuses.length === 0 && this.resets === 0) tally.add(this.end ?? 'open')
    this.socket.destroy()
  }
}

const place = (arena: Arena): { host: string; port: number } => {
  const { hostname, port } = new URL(arena.target.url)
  return { host: hostname, port: Number(port) }
}

/** Rejects when there is no connection after all. */
export function tcp(arena: Arena): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connectTcp(place(arena), () => resolve(socket))
    socket.once('error', reject)
  })
}

export function tls(arena: Arena, protocol: 'h2' | 'http/1.1', more: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const options = { ...place(arena), rejectUnauthorized: false, ALPNProtocols: [protocol], ...more }
    const socket: TLSSocket = connectTls(options, () => resolve(socket))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed')))
  })
}

export const http1 = async (arena: Arena): Promise<Http1Wire> => new Http1Wire(await tls(arena, 'http/1.1'))
export const http2 = async (arena: Arena, o: Http2Options = {}): Promise<Http2Wire> => new Http2Wire(await tls(arena, 'h2'), o)
