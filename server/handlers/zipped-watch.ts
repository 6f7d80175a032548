import { constants, gzipSync } from 'node:zlib'
import type { WatchOutput } from '../cache/watchers.ts'

/** So much waits at most to be compressed together, bytes. */
const GATHERED = 65_536
/** As the reference compresses. */
const FAST = { level: constants.Z_BEST_SPEED }
/** Of a frame that stands alone: every watcher of an event gets the same one, so that it is compressed once. */
const members = new WeakMap<Buffer, Buffer>()

function memberOf(frame: Buffer): Buffer {
  let member = members.get(frame)
  if (member === undefined) members.set(frame, (member = gzipSync(frame, FAST)))
  return member
}

/**
 * Compresses a watch that begins with a list (the gate WatchListCompression): what is written in one turn is one member of a gzip stream
 * (RFC 1952 §2.2), so that the client can read all that there is at any time.
 */
export class ZippedWatch implements WatchOutput {
  readonly #output: WatchOutput
  #frames: Buffer[] = []
  #size = 0
  #hasRoom = true

  constructor(output: WatchOutput) {
    this.#output = output
  }

  write(frame: Buffer): boolean {
    if (this.#frames.push(frame) === 1) setImmediate(this.#flush)
    this.#size += frame.length
    if (this.#size >= GATHERED) this.#flush()
    return this.#hasRoom
  }

  onDrain(callback: () => void): void {
    this.#flush()
    this.#output.onDrain(() => {
      this.#hasRoom = true
      callback()
    })
  }

  end(): void {
    this.#flush()
    this.#output.end()
  }

  readonly #flush = (): void => {
    const [first] = this.#frames
    if (first === undefined) return
    const member = this.#frames.length === 1 ? memberOf(first) : gzipSync(Buffer.concat(this.#frames, this.#size), FAST)
    this.#frames = []
    this.#size = 0
    if (!this.#output.write(member)) this.#hasRoom = false
  }
}
