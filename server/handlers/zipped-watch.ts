import { constants, crc32, deflateRawSync } from 'node:zlib'
import type { WatchOutput } from '../cache/watchers.ts'

/** So much is compressed together at most, bytes; others have their turn behind it. */
const GATHERED = 65_536
/** As the reference compresses. */
const FLUSHED = { level: constants.Z_BEST_SPEED, finishFlush: constants.Z_SYNC_FLUSH }
/** So few frames of one turn are events, of which every watcher gets the same: each is compressed once for all. More are a list. */
const SHARED = 8

const HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 0xff])
const LAST_BLOCK = [1, 0, 0, 0xff, 0xff]
const TRAILER = 8

/**
 * A member of a gzip stream (RFC 1952 §2.2) that is flushed before it ends with an empty block: a reader may ask for the next member before
 * it gives out what it read since the last flush, as Go's does.
 */
function memberOf(bytes: Buffer): Buffer {
  const end = Buffer.alloc(LAST_BLOCK.length + TRAILER)
  end.set(LAST_BLOCK)
  end.writeUInt32LE(crc32(bytes), LAST_BLOCK.length)
  end.writeUInt32LE(bytes.length, LAST_BLOCK.length + 4)
  return Buffer.concat([HEAD, deflateRawSync(bytes, FLUSHED), end])
}

const members = new WeakMap<Buffer, Buffer>()

function sharedMemberOf(frame: Buffer): Buffer {
  let member = members.get(frame)
  if (member === undefined) members.set(frame, (member = memberOf(frame)))
  return member
}

/**
 * Compresses a watch that begins with a list (the gate WatchListCompression): what is written in one turn ends a member of a gzip stream, so
 * that the client can read all that there is at any time.
 */
export class ZippedWatch implements WatchOutput {
  readonly #output: WatchOutput
  #frames: Buffer[] = []
  #size = 0
  /** The client does not read. */
  #full = false
  /** Much was compressed in this turn. */
  #paused = false

  constructor(output: WatchOutput) {
    this.#output = output
  }

  write(frame: Buffer): boolean {
    if (this.#frames.push(frame) === 1) setImmediate(this.#flush)
    this.#size += frame.length
    if (this.#size >= GATHERED) {
      this.#flush()
      this.#paused = true
    }
    return !this.#full && !this.#paused
  }

  onDrain(callback: () => void): void {
    this.#flush()
    const goOn = (): void => {
      this.#full = this.#paused = false
      callback()
    }
    if (this.#full) this.#output.onDrain(goOn)
    else setImmediate(goOn)
  }

  end(): void {
    this.#flush()
    this.#output.end()
  }

  readonly #flush = (): void => {
    const frames = this.#frames
    if (frames.length === 0) return
    const zipped = frames.length <= SHARED ? frames.map(sharedMemberOf) : [memberOf(Buffer.concat(frames, this.#size))]
    this.#frames = []
    this.#size = 0
    if (!this.#output.write(zipped.length === 1 ? zipped[0]! : Buffer.concat(zipped))) this.#full = true
  }
}
