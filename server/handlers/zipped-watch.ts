import { constants, gzipSync } from 'node:zlib'
import type { WatchOutput } from '../cache/watchers.ts'

/** So much waits at most to be compressed together, bytes. */
const GATHERED = 65_536
/** As the reference compresses. */
const FAST = { level: constants.Z_BEST_SPEED }
/** So few frames of one turn are events, of which every watcher gets the same: each is compressed once for all. More are a list. */
const SHARED = 8
const members = new WeakMap<Buffer, Buffer>()

function memberOf(frame: Buffer): Buffer {
  let member = members.get(frame)
  if (member === undefined) members.set(frame, (member = gzipSync(frame, FAST)))
  return member
}

/**
 * Compresses a watch that begins with a list (the gate WatchListCompression): what is written in one turn ends a member of a gzip stream
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
    const frames = this.#frames
    if (frames.length === 0) return
    const shared = frames.length <= SHARED ? frames.map(memberOf) : [gzipSync(Buffer.concat(frames, this.#size), FAST)]
    const zipped = shared.length === 1 ? shared[0]! : Buffer.concat(shared)
    this.#frames = []
    this.#size = 0
    if (!this.#output.write(zipped)) this.#hasRoom = false
  }
}
