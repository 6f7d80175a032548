import { crc32 } from 'node:zlib'
import { crc32Combine } from './crc32-combine.ts'
import type { DeflatedPiece } from './chunk.ts'

// RFC 1952: magic, deflate, no flags, no time, fastest algorithm, unknown OS.
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255])
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
  let crc = 0
  let length = 0
  const out: Buffer[] = [HEADER]
  for (const p of pieces) {
    crc = crc32Combine(crc, p.crc, p.length)
    length += p.length
    out.push(p.bytes)
  }
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc, 0)
  trailer.writeUInt32LE(length % 2 ** 32, 4)
  out.push(LAST_BLOCK, trailer)
  return out
}
