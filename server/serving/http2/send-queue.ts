import type { ResponseHeaders } from '../exchange.ts'

// Above the high mark a writer is told to wait, below the low one to go on.
const highMark = 65_536
const lowMark = 16_384

/** What one stream has to send: the head, then bytes that are kept by reference until they are gathered into a write. */
export class SendQueue {
  readonly id: number
  window: number
  queued = false
  /** Reset or finished: nothing of it is sent any more. */
  closed = false
  headersPending = false
  status = 0
  responseHeaders: ResponseHeaders = {}
  extraHeaders: (string | readonly string[])[] = []
  contentLength = -1
  /** No more bytes will be added. */
  ended = false
  /** END_STREAM went out. */
  sentAll = false
  pendingBytes = 0
  /** pendingBytes when somebody last looked whether they get fewer. */
  seenPending = -1
  #chunks: Buffer[] = []
  #head = 0
  #offset = 0
  #waiting = false

  constructor(id: number, window: number) {
    this.id = id
    this.window = window
  }

  /** False when more than the high mark waits. */
  add(chunk: Buffer): boolean {
    if (chunk.length > 0) {
      this.#chunks.push(chunk)
      this.pendingBytes += chunk.length
    }
    if (this.pendingBytes < highMark) return true
    this.#waiting = true
    return false
  }

  /** True once after `add` returned false and enough was sent. */
  wantsDrain(): boolean {
    if (!this.#waiting || this.pendingBytes > lowMark) return false
    this.#waiting = false
    return true
  }

  /** Moves `n` bytes (at most pendingBytes) to `target` from `at` on. */
  copyOut(target: Buffer, at: number, n: number): void {
    let pos = at
    let left = n
    this.pendingBytes -= n
    while (left > 0) {
      const chunk = this.#chunks[this.#head]!
      const size = chunk.length - this.#offset
      if (size <= left) {
        target.set(this.#offset === 0 ? chunk : chunk.subarray(this.#offset), pos)
        pos += size
        left -= size
        this.#head++
        this.#offset = 0
      } else {
        target.set(chunk.subarray(this.#offset, this.#offset + left), pos)
        this.#offset += left
        left = 0
      }
    }
    if (this.#head === this.#chunks.length) {
      this.#chunks.length = 0
      this.#head = 0
    } else if (this.#head > 1024) {
      this.#chunks = this.#chunks.slice(this.#head)
      this.#head = 0
    }
  }

  discard(): void {
    this.closed = true
    this.#chunks = []
    this.#head = 0
    this.#offset = 0
    this.pendingBytes = 0
  }
}
