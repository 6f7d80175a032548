/** Watch streams of `application/vnd.kubernetes.protobuf;stream=watch`: frames of a 4-byte big-endian length and a WatchEvent. */
import { BYTES, DecodeError, Reader, Writer } from './wire.ts'

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'

/** One frame around an object that is already encoded with its envelope. */
export function frameWatchEvent(type: WatchEventType, object: Buffer): Buffer {
  const w = new Writer()
  // RawExtension is a message of its own around the bytes.
  w.uint(object.length)
  w.uint(0x0a)
  const inner = w.finish()
  w.uint(inner.length + object.length)
  w.uint(0x12)
  w.string(type)
  w.uint(0x0a)
  const before = w.finish()
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32BE(before.length + inner.length + object.length)
  return Buffer.concat([length, before, inner, object])
}

/** The event in a frame, without its length; the object keeps its envelope. Throws DecodeError. */
export function parseWatchEvent(frame: Buffer): { type: string; object: Buffer } {
  const event = { type: '', object: Buffer.alloc(0) as Buffer }
  const r = new Reader(frame)
  while (r.pos < r.end) {
    const tag = r.uint()
    if (tag === 0x0a) event.type = r.string()
    else if (tag === 0x12) event.object = rawExtension(r.bytes())
    else r.skip(tag & 7)
  }
  return event
}

function rawExtension(bytes: Buffer): Buffer {
  const r = new Reader(bytes)
  let raw: Buffer | undefined
  while (r.pos < r.end) {
    const tag = r.uint()
    if (tag >>> 3 === 1 && (tag & 7) === BYTES) raw = r.bytes()
    else r.skip(tag & 7)
  }
  if (raw === undefined) throw new DecodeError('watch event without an object')
  return raw
}

/** Splits a stream into frames. Feed it chunks as they come; it answers the frames that are complete. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)
  readonly #max: number

  /** @param max bytes of the largest frame to take; a longer one throws DecodeError */
  constructor(max = 64 * 1024 * 1024) {
    this.#max = max
  }

  push(chunk: Buffer): Buffer[] {
    let buf = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const frames: Buffer[] = []
    while (buf.length >= 4) {
      const size = buf.readUInt32BE(0)
      if (size > this.#max) throw new DecodeError(`watch frame of ${size} bytes is larger than ${this.#max}`)
      if (buf.length < 4 + size) break
      frames.push(buf.subarray(4, 4 + size))
      buf = buf.subarray(4 + size)
    }
    this.#rest = buf
    return frames
  }
}
