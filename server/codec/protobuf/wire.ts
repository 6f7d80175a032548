/** Protobuf wire primitives. The writer fills its buffer from the end, so that lengths are known when they are written. */
import { exactInteger } from '../../machinery/numbers.ts'

/** Bytes that are no protobuf, or no protobuf of the expected type. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

/** A value that has no form in the type's protobuf: a string where a number belongs. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError'
}

export const VARINT = 0
export const FIXED64 = 1
export const BYTES = 2
/** Of protobuf 2; nothing here writes them. */
const START_GROUP = 3
const END_GROUP = 4
export const FIXED32 = 5

const INITIAL = 64 * 1024
/** A larger buffer is given back after the message that needed it. */
const KEEP = 4 * 1024 * 1024

export class Writer {
  #buf = Buffer.allocUnsafeSlow(INITIAL)
  /** First written byte; falls as the message grows. */
  pos = INITIAL

  /** Bytes written so far, counted from the end; differences of two marks are lengths. */
  get mark(): number {
    return this.#buf.length - this.pos
  }

  /** A copy of what was written; the writer is empty afterwards. */
  finish(): Buffer {
    const out = Buffer.allocUnsafe(this.#buf.length - this.pos)
    this.#buf.copy(out, 0, this.pos)
    this.reset()
    return out
  }

  reset(): void {
    if (this.#buf.length > KEEP) this.#buf = Buffer.allocUnsafeSlow(INITIAL)
    this.pos = this.#buf.length
  }

  #reserve(size: number): void {
    if (this.pos >= size) return
    const used = this.#buf.length - this.pos
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#buf.length * 2, used + size))
    this.#buf.copy(grown, grown.length - used, this.pos)
    this.pos = grown.length - used
    this.#buf = grown
  }

  /** An unsigned number below 2³². */
  uint(value: number): void {
    if (value < 0x80) {
      if (this.pos < 1) this.#reserve(1)
      this.#buf[--this.pos] = value
      return
    }
    this.#reserve(5)
    const size = value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5
    let at = this.pos - size
    this.pos = at
    while (value >= 0x80) {
      this.#buf[at++] = (value & 0x7f) | 0x80
      value >>>= 7
    }
    this.#buf[at] = value
  }

  /** A signed number as int64. */
  int(value: number | bigint): void {
    if (typeof value === 'bigint') this.bigint(value)
    else if (value >= 0 && value <= 0xffffffff) this.uint(value)
    else this.bigint(BigInt(value))
  }

  bigint(value: bigint): void {
    this.#reserve(10)
    let rest = BigInt.asUintN(64, value)
    let size = 1
    for (let v = rest >> 7n; v > 0n; v >>= 7n) size++
    let at = this.pos - size
    this.pos = at
    while (rest >= 0x80n) {
      this.#buf[at++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.#buf[at] = Number(rest)
  }

  double(value: number): void {
    this.#reserve(8)
    this.pos -= 8
    this.#buf.writeDoubleLE(value, this.pos)
  }

  /** UTF-8 with its length before it. */
  string(value: string): void {
    const length = value.length
    if (length < 48) {
      this.#reserve(length)
      let at = this.pos
      let i = length
      while (i > 0) {
        const code = value.charCodeAt(i - 1)
        if (code >= 0x80) break
        this.#buf[--at] = code
        i--
      }
      if (i === 0) {
        this.pos = at
        this.uint(length)
        return
      }
    }
    const size = Buffer.byteLength(value)
    this.#reserve(size)
    this.pos -= size
    this.#buf.write(value, this.pos, size, 'utf8')
    this.uint(size)
  }

  /** Bytes as they are, without a length. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.pos -= bytes.length
    this.#buf.set(bytes, this.pos)
  }

  bytes(bytes: Uint8Array): void {
    this.raw(bytes)
    this.uint(bytes.length)
  }
}

// API objects repeat their short strings (keys, kinds, enums, images): a table of recent ones spares most allocations.
const SHORT = 32
const SLOTS = 4096
const recent: string[] = new Array<string>(SLOTS).fill('')

function short(buf: Buffer, start: number, end: number): string {
  const length = end - start
  let hash = length
  let bits = 0
  for (let i = start; i < end; i++) {
    const byte = buf[i]!
    hash = (Math.imul(hash, 31) + byte) | 0
    bits |= byte
  }
  if (bits >= 0x80) return buf.toString('utf8', start, end)
  const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1)
  const known = recent[slot]!
  if (known.length === length) {
    let i = 0
    while (i < length && known.charCodeAt(i) === buf[start + i]) i++
    if (i === length) return known
  }
  const made = buf.toString('latin1', start, end)
  recent[slot] = made
  return made
}

export class Reader {
  readonly buf: Buffer
  pos: number
  end: number
  /** How deep the message being read is nested. */
  depth = 0

  constructor(buf: Buffer, pos = 0, end = buf.length) {
    this.buf = buf
    this.pos = pos
    this.end = end
  }

  #short(): DecodeError {
    return new DecodeError('unexpected EOF')
  }

  /** A tag or a length: a varint that must fit 32 bits. */
  uint(): number {
    if (this.pos >= this.end) throw this.#short()
    const first = this.buf[this.pos++]!
    if (first < 0x80) return first
    this.pos--
    const value = this.int()
    if (value < 0 || value > 0xffffffff) throw new DecodeError('proto: length or tag out of range')
    return value
  }

  /** A signed 64-bit varint as a number, rounded beyond 2⁵³: for what is compared, skipped or cut to 32 bits. */
  int(): number {
    return Number(this.int64())
  }

  /** A signed 64-bit varint, a bigint beyond 2⁵³. */
  int64(): number | bigint {
    let low = 0
    let shift = 0
    while (shift < 28) {
      if (this.pos >= this.end) throw this.#short()
      const byte = this.buf[this.pos++]!
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return low
      shift += 7
    }
    let value = BigInt(low)
    for (let at = 28n; at < 70n; at += 7n) {
      if (this.pos >= this.end) throw this.#short()
      const byte = this.buf[this.pos++]!
      value |= BigInt(byte & 0x7f) << at
      if (byte < 0x80) return exactInteger(BigInt.asIntN(64, value))
    }
    throw new DecodeError('proto: integer overflow')
  }

  /** A signed 64-bit varint, exact. */
  bigint(): bigint {
    let value = 0n
    for (let at = 0n; at < 70n; at += 7n) {
      if (this.pos >= this.end) throw this.#short()
      const byte = this.buf[this.pos++]!
      value |= BigInt(byte & 0x7f) << at
      if (byte < 0x80) return BigInt.asIntN(64, value)
    }
    throw new DecodeError('proto: integer overflow')
  }

  double(): number {
    if (this.end - this.pos < 8) throw this.#short()
    this.pos += 8
    return this.buf.readDoubleLE(this.pos - 8)
  }

  /** Reads a length and returns where that many bytes end. */
  span(): number {
    const length = this.uint()
    if (length > this.end - this.pos) throw this.#short()
    return this.pos + length
  }

  string(): string {
    const end = this.span()
    const start = this.pos
    this.pos = end
    return end - start <= SHORT ? short(this.buf, start, end) : this.buf.toString('utf8', start, end)
  }

  bytes(): Buffer {
    const end = this.span()
    const start = this.pos
    this.pos = end
    return this.buf.subarray(start, end)
  }

  skip(wire: number): void {
    switch (wire) {
      case VARINT:
        this.int64()
        return
      case FIXED64:
        this.#advance(8)
        return
      case BYTES:
        this.pos = this.span()
        return
      case FIXED32:
        this.#advance(4)
        return
      case START_GROUP:
        this.#skipGroup()
        return
      default:
        throw new DecodeError(`proto: illegal wireType ${wire}`)
    }
  }

  /** A group with those in it (protobuf 2). No message here has any. */
  #skipGroup(): void {
    for (let depth = 1; depth > 0; ) {
      if (this.pos >= this.end) throw this.#short()
      const tag = this.int64()
      const wire = typeof tag === 'bigint' ? Number(tag & 7n) : tag & 7
      if (wire === START_GROUP) depth++
      else if (wire === END_GROUP) depth--
      else this.skip(wire)
    }
  }

  #advance(size: number): void {
    if (this.end - this.pos < size) throw this.#short()
    this.pos += size
  }
}
