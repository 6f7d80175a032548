import type { Socket } from 'node:net'
import type { Clock } from '../../machinery/clock.ts'
import { defaultMaxFrameSize, defaultWindow, flag, frameHeaderSize, frameType } from './constants.ts'
import { encodeResponse, overflow } from './hpack-encoder.ts'
import type { SendQueue } from './send-queue.ts'
import { releaseSlab, takeSlab, type Slab } from './slabs.ts'

const turn = 65_536
const minRoom = 4096
const maxDataFrame = 65_536

const dirty: Output[] = []
let scheduled = false

/** All that one turn of the event loop produced leaves in one write a connection. */
function flushAll(): void {
  scheduled = false
  const batch = dirty.splice(0)
  for (const output of batch) output.flush()
}

/** The sending half of a connection: control frames first, then streams in turns, within the peer's windows. */
export class Output {
  window = defaultWindow
  maxFrame = defaultMaxFrameSize
  /** Bytes of control frames that wait; a peer that makes us answer and never reads is cut off by it. */
  controlBytes = 0
  /** Bytes that the socket has taken. */
  written = 0
  readonly #socket: Socket
  readonly #clock: Clock
  readonly #settle: (done: readonly SendQueue[], drained: readonly SendQueue[]) => void
  readonly #onBadHeader: (e: unknown) => void
  #controls: Uint8Array[] = []
  #ready: SendQueue[] = []
  #done: SendQueue[] = []
  #drained: SendQueue[] = []
  #writes = 0
  #scheduled = false
  #closed = false
  #onIdle: (() => void) | undefined

  /**
   * `settle` hears, outside of the sending loop, which streams are completely sent and which have room again;
   * `onBadHeader` of response headers that may not be sent, in whose place the client gets a 500.
   */
  constructor(
    socket: Socket,
    clock: Clock,
    settle: (done: readonly SendQueue[], drained: readonly SendQueue[]) => void,
    onBadHeader: (e: unknown) => void,
  ) {
    this.#socket = socket
    this.#clock = clock
    this.#settle = settle
    this.#onBadHeader = onBadHeader
  }

  control(frame: Uint8Array): void {
    if (this.#closed) return
    this.#controls.push(frame)
    this.controlBytes += frame.length
    this.#schedule()
  }

  enqueue(stream: SendQueue): void {
    if (stream.queued || this.#closed) return
    stream.queued = true
    this.#ready.push(stream)
    this.#schedule()
  }

  /** To be called when the connection's window grew. */
  resume(): void {
    this.#schedule()
  }

  /** Calls back when everything that may be sent was handed to the socket. */
  whenIdle(callback: () => void): void {
    this.#onIdle = callback
    this.#schedule()
  }

  close(): void {
    this.#closed = true
    this.#controls = []
    this.#ready = []
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    dirty.push(this)
    if (scheduled) return
    scheduled = true
    setImmediate(flushAll)
  }

  flush(): void {
    this.#scheduled = false
    // One write at a time, of a slab at most: of several that wait TLS makes one copy before it encrypts them, and the kernel's buffer
    // keeps a client busy until the next.
    if (!this.#closed && this.#writes === 0) this.#fill()
    if (this.#done.length > 0 || this.#drained.length > 0) {
      const done = this.#done
      const drained = this.#drained
      this.#done = []
      this.#drained = []
      this.#settle(done, drained)
    }
    if (this.#onIdle !== undefined && this.#ready.length === 0 && this.#controls.length === 0) {
      const idle = this.#onIdle
      this.#onIdle = undefined
      idle()
    }
  }

  /** Gathers frames into one write, unless there is nothing to send or no window for it. */
  #fill(): void {
    if (this.#controls.length === 0 && this.#ready.length === 0) return
    const slab = takeSlab(minRoom)
    let pos = this.#writeControls(slab, slab.used)
    const ready = this.#ready
    let i = 0
    // Streams that go on are appended, so this goes round as long as there is room and window.
    for (; i < ready.length && slab.bytes.length - pos >= minRoom; i++) {
      const stream = ready[i]!
      if (stream.closed) {
        stream.queued = false
        continue
      }
      if (stream.headersPending) {
        const next = this.#writeHeaders(stream, slab, pos)
        if (next < 0) {
          this.#ready = ready.slice(i)
          this.#send(slab, pos)
          this.#sendLongHeaders(stream)
          return
        }
        pos = next
      }
      const before = pos
      pos = this.#writeData(stream, slab, pos)
      if (stream.sentAll) {
        stream.queued = false
        this.#done.push(stream)
      } else if (stream.pendingBytes > 0 && stream.window > 0) {
        if (this.window <= 0) break
        if (pos > before) ready.push(stream)
        else break
      } else stream.queued = false
      if (stream.wantsDrain()) this.#drained.push(stream)
    }
    this.#ready = i === 0 ? ready : i >= ready.length ? [] : ready.slice(i)
    this.#send(slab, pos)
  }

  #writeControls(slab: Slab, at: number): number {
    let pos = at
    let i = 0
    for (; i < this.#controls.length; i++) {
      const frame = this.#controls[i]!
      if (frame.length > slab.bytes.length - pos) break
      slab.bytes.set(frame, pos)
      pos += frame.length
      this.controlBytes -= frame.length
    }
    if (i > 0) this.#controls = i === this.#controls.length ? [] : this.#controls.slice(i)
    return pos
  }

  #writeHeaders(stream: SendQueue, slab: Slab, at: number): number {
    const start = at + frameHeaderSize
    const { bytes } = slab
    const end = this.#encode(stream, bytes, start)
    if (end < 0 || end - start > this.maxFrame) return -1
    stream.headersPending = false
    const last = stream.ended && stream.pendingBytes === 0
    if (last) stream.sentAll = true
    writeFrameHeader(bytes, at, end - start, frameType.headers, flag.endHeaders | (last ? flag.endStream : 0), stream.id)
    return end
  }

  #encode(stream: SendQueue, target: Buffer, at: number): number {
    const now = this.#clock.now()
    try {
      return encodeResponse(target, at, stream.status, stream.responseHeaders, stream.extraHeaders, stream.contentLength, now)
    } catch (e) {
      this.#onBadHeader(e)
      stream.status = 500
      stream.responseHeaders = {}
      stream.extraHeaders = []
      return encodeResponse(target, at, 500, {}, [], stream.contentLength, now)
    }
  }

  /** A header block above the room or the peer's frame size: HEADERS and CONTINUATION with nothing between them (RFC 9113 §6.10). */
  #sendLongHeaders(stream: SendQueue): void {
    this.#encode(stream, Buffer.alloc(0), 0)
    const block = overflow()
    const frames: Buffer[] = []
    for (let at = 0; at < block.length; at += this.maxFrame) {
      const part = block.subarray(at, at + this.maxFrame)
      const head = Buffer.allocUnsafe(frameHeaderSize)
      const last = at + part.length === block.length
      const endStream = at === 0 && stream.ended && stream.pendingBytes === 0
      if (endStream) stream.sentAll = true
      const flags = (last ? flag.endHeaders : 0) | (endStream ? flag.endStream : 0)
      writeFrameHeader(head, 0, part.length, at === 0 ? frameType.headers : frameType.continuation, flags, stream.id)
      frames.push(head, part)
    }
    stream.headersPending = false
    this.#write(Buffer.concat(frames), undefined)
  }

  #writeData(stream: SendQueue, slab: Slab, at: number): number {
    let pos = at
    let left = turn
    while (stream.pendingBytes > 0 && left > 0) {
      const room = slab.bytes.length - pos - frameHeaderSize
      const n = Math.min(stream.pendingBytes, stream.window, this.window, this.maxFrame, maxDataFrame, left, room)
      if (n <= 0) break
      stream.copyOut(slab.bytes, pos + frameHeaderSize, n)
      const last = stream.ended && stream.pendingBytes === 0
      writeFrameHeader(slab.bytes, pos, n, frameType.data, last ? flag.endStream : 0, stream.id)
      pos += frameHeaderSize + n
      left -= n
      stream.window -= n
      this.window -= n
      if (last) stream.sentAll = true
    }
    if (stream.ended && !stream.sentAll && stream.pendingBytes === 0 && slab.bytes.length - pos >= frameHeaderSize) {
      writeFrameHeader(slab.bytes, pos, 0, frameType.data, flag.endStream, stream.id)
      pos += frameHeaderSize
      stream.sentAll = true
    }
    return pos
  }

  #send(slab: Slab, end: number): void {
    if (end === slab.used) return
    const bytes = slab.bytes.subarray(slab.used, end)
    slab.used = end
    slab.writes++
    this.#write(bytes, slab)
  }

  #write(bytes: Buffer, slab: Slab | undefined): void {
    this.#writes++
    this.#socket.write(bytes, () => {
      this.#writes--
      this.written += bytes.length
      if (slab !== undefined) releaseSlab(slab)
      if (this.#controls.length > 0 || this.#ready.length > 0) this.flush()
    })
  }
}

export function writeFrameHeader(bytes: Buffer, at: number, length: number, type: number, flags: number, id: number): void {
  bytes[at] = length >>> 16
  bytes[at + 1] = length >>> 8
  bytes[at + 2] = length
  bytes[at + 3] = type
  bytes[at + 4] = flags
  bytes[at + 5] = id >>> 24
  bytes[at + 6] = id >>> 16
  bytes[at + 7] = id >>> 8
  bytes[at + 8] = id
}
