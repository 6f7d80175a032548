import { crc32 } from 'node:zlib'
import { crc32Combine } from './crc32-combine.ts'
import type { DeflatedPiece } from './chunk.ts'

// RFC 1952: magic, deflate, no flags, no time, fastest algorithm, unknown OS.
export const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255])
// A final block with fixed codes and nothing in it (RFC 1951 §3.2.6).
const LAST_BLOCK = Buffer.from([0x03, 0x00])
const MAX_STORED = 0xffff

/** A short piece as a stored block (RFC 1951 §3.2.4): no compressor needed. */
export function storedPiece(plain: Buffer): DeflatedPiece {
  if (plain.length > MAX_STORED) throw new RangeError(`a stored block holds at most ${MAX_STORED} bytes`)
  const head = Buffer.alloc(5)
  head.writeUInt16LE(plain.length, 1)
  head.writeUInt16LE(~plain.length & 0xffff, 3)
  return { bytes: Buffer.concat([head, plain]), crc: crc32(plain), length: plain.length }
}

/** One gzip member from pieces in order. */
export function gzipOf(pieces: readonly DeflatedPiece[]): Buffer[] {
  const sum = new GzipSum()
  for (const piece of pieces) sum.add(piece)
  return [GZIP_HEADER, ...pieces.map((p) => p.bytes), sum.end()]
}

/** What the trailer of a member says of the pieces that went into it (RFC 1952 §2.3.1). */
export class GzipSum {
  #crc = 0
  #length = 0

  add(piece: DeflatedPiece): void {
    this.#crc = crc32Combine(this.#crc, piece.crc, piece.length)
    this.#length += piece.length
  }

  /** The last block and the trailer. */
  end(): Buffer {
    const trailer = Buffer.alloc(8)
    trailer.writeUInt32LE(this.#crc, 0)
    trailer.writeUInt32LE(this.#length % 2 ** 32, 4)
    return Buffer.concat([LAST_BLOCK, trailer])
  }
}
