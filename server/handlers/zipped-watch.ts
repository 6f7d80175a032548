import { constants, crc32, deflateRawSync } from 'node:zlib'
import type { DeflatedPiece } from '../cache/chunk.ts'
import { GZIP_HEADER, GzipSum } from '../cache/gzip-stitch.ts'
import type { WatchOutput } from '../cache/watchers.ts'

/** So much is compressed together at most, bytes; others have their turn behind it. */
const GATHERED = 65_536
/** As the reference compresses. The flush ends on a byte, so that a reader can give out all that came before it (RFC 1951 §3.2.4). */
const FLUSHED = { level: constants.Z_BEST_SPEED, finishFlush: constants.Z_SYNC_FLUSH }
/** So few frames of one turn are events, of which every watcher gets the same: each is compressed once for all. More are a list. */
const SHARED = 8

function pieceOf(plain: Buffer): DeflatedPiece {
  return { bytes: deflateRawSync(plain, FLUSHED), crc: crc32(plain), length: plain.length }
}

const shared = new WeakMap<Buffer, DeflatedPiece>()

function sharedPieceOf(frame: Buffer): DeflatedPiece {
  let piece = shared.get(frame)
  if (piece === undefined) shared.set(frame, (piece = pieceOf(frame)))
  return piece
}

/**
 * Compresses a watch that begins with a list (the gate WatchListCompression): one gzip member, since not every client reads a second one,
 * which is flushed after each turn, so that the client can read all that there is at any time.
 */
export class ZippedWatch implements WatchOutput {
  readonly #output: WatchOutput
  readonly #sum = new GzipSum()
  #begun = false
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
    this.#send([this.#sum.end()])
    this.#output.end()
  }

  readonly #flush = (): void => {
    const frames = this.#frames
    if (frames.length === 0) return
    const pieces = frames.length <= SHARED ? frames.map(sharedPieceOf) : [pieceOf(Buffer.concat(frames, this.#size))]
    this.#frames = []
    this.#size = 0
    for (const piece of pieces) this.#sum.add(piece)
    this.#send(pieces.map((piece) => piece.bytes))
  }

  #send(parts: Buffer[]): void {
    if (!this.#begun) parts.unshift(GZIP_HEADER)
    this.#begun = true
    if (!this.#output.write(parts.length === 1 ? parts[0]! : Buffer.concat(parts))) this.#full = true
  }
}
