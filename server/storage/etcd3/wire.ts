/**
 * The protocol buffers encoding, as far as etcd's messages need it (https://protobuf.dev/programming-guides/encoding/).
 * Written by hand for the hot path: no intermediate objects, byte fields are views of the message.
 */

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

/** A message under construction: pieces and their total length, copied once at the end. */
export class WireWriter {
  readonly #pieces: Uint8Array[] = []
  length = 0

  /** Proto3 leaves zero out. Up to 2^53 as a number; the whole int64 as a bigint. */
  number(field: number, value: number | bigint): this {
    if (value === 0 || value === 0n) return this
    this.#varint(field * 8 + VARINT)
    return this.#varint(value)
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint(field * 8 + BYTES)
    this.#varint(value.length)
    return this.#piece(value)
  }

  /** A field that is already encoded. */
  raw(encoded: Uint8Array): this {
    return this.#piece(encoded)
  }

  /** Written even when it is empty: its presence may be the meaning. */
  message(field: number, value: WireWriter): this {
    this.#varint(field * 8 + BYTES)
    this.#varint(value.length)
    for (const piece of value.#pieces) this.#piece(piece)
    return this
  }

  /** The message behind `headroom` unwritten bytes. */
  finish(headroom = 0): Buffer {
    const buffer = Buffer.allocUnsafe(headroom + this.length)
    let offset = headroom
    for (const piece of this.#pieces) {
      buffer.set(piece, offset)
      offset += piece.length
    }
    return buffer
  }

  #piece(piece: Uint8Array): this {
    this.#pieces.push(piece)
    this.length += piece.length
    return this
  }

  #varint(value: number | bigint): this {
    const digits: number[] = []
    if (typeof value === 'bigint') {
      let rest = BigInt.asUintN(64, value)
      for (; rest > 127n; rest >>= 7n) digits.push(Number(rest & 127n) + 128)
      digits.push(Number(rest))
    } else {
      let rest = value
      for (; rest > 127; rest = Math.floor(rest / 128)) digits.push((rest % 128) + 128)
      digits.push(rest)
    }
    return this.#piece(Uint8Array.from(digits))
  }
}

/** A message being read. `next()` moves to a field; then its value is read, or `skip()`ped. Throws RangeError on a cut message. */
export class WireReader {
  field = 0
  #type = 0
  #offset = 0
  readonly #buffer: Buffer

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  next(): boolean {
    if (this.#offset >= this.#buffer.length) return false
    const tag = this.number()
    this.field = Math.floor(tag / 8)
    this.#type = tag % 8
    return true
  }

  /** Negative numbers and those above 2^53 come out wrong; etcd's revisions and counts are neither. */
  number(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#buffer[this.#offset++]
      if (byte === undefined) throw new RangeError('the message ends inside a number')
      if (byte < 128) return value + byte * scale
      value += (byte - 128) * scale
    }
  }

  bytes(): Buffer {
    const end = this.number() + this.#offset
    if (end > this.#buffer.length) throw new RangeError('the message ends inside a field')
    const bytes = this.#buffer.subarray(this.#offset, end)
    this.#offset = end
    return bytes
  }

  message(): WireReader {
    return new WireReader(this.bytes())
  }

  skip(): void {
    if (this.#type === VARINT) this.number()
    else if (this.#type === BYTES) this.bytes()
    else if (this.#type === FIXED64) this.#offset += 8
    else if (this.#type === FIXED32) this.#offset += 4
    else throw new RangeError(`unknown wire type ${this.#type}`)
  }
}
