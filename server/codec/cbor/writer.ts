import { FLOAT16, FLOAT32, FLOAT64 } from './head.ts'

const FIRST = 4096
/** A buffer that has grown beyond this is given back. */
const KEPT = 1 << 20
/** Texts below this many characters are written one by one. */
const SHORT = 64

/** Writes items one behind the other. */
export class Writer {
  #bytes: Buffer
  #pos = 0

  constructor(room = FIRST) {
    this.#bytes = Buffer.allocUnsafeSlow(room)
  }

  get pos(): number {
    return this.#pos
  }

  #room(size: number): void {
    if (this.#pos + size <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#pos + size))
    this.#bytes.copy(grown, 0, 0, this.#pos)
    this.#bytes = grown
  }

  /** A head with the shortest form of its argument. */
  head(type: number, argument: number): void {
    this.#room(9)
    const bytes = this.#bytes
    const at = this.#pos
    const major = type << 5
    if (argument < 24) {
      bytes[at] = major | argument
      this.#pos += 1
    } else if (argument < 0x100) {
      bytes[at] = major | 24
      bytes[at + 1] = argument
      this.#pos += 2
    } else if (argument < 0x1_0000) {
      bytes[at] = major | 25
      bytes.writeUInt16BE(argument, at + 1)
      this.#pos += 3
    } else if (argument < 0x1_0000_0000) {
      bytes[at] = major | 26
      bytes.writeUInt32BE(argument, at + 1)
      this.#pos += 5
    } else this.bigHead(type, BigInt(argument))
  }

  /** A head whose argument needs eight bytes. */
  bigHead(type: number, argument: bigint): void {
    this.#room(9)
    this.#bytes[this.#pos] = (type << 5) | 27
    this.#bytes.writeBigUInt64BE(argument, this.#pos + 1)
    this.#pos += 9
  }

  byte(value: number): void {
    this.#room(1)
    this.#bytes[this.#pos++] = value
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#pos)
    this.#pos += bytes.length
  }

  /** A text behind a head of this type. */
  text(type: number, text: string): void {
    if (text.length < SHORT && this.#ascii(type, text)) return
    const size = Buffer.byteLength(text)
    this.head(type, size)
    this.#room(size)
    this.#bytes.write(text, this.#pos)
    this.#pos += size
  }

  /** Most texts are short, and a call of the engine's encoder costs more than they do. Writes nothing for what is no ASCII. */
  #ascii(type: number, text: string): boolean {
    const size = text.length
    this.#room(size + 2)
    const bytes = this.#bytes
    let at = this.#pos
    if (size >= 24) bytes[at++] = (type << 5) | 24
    bytes[at++] = size < 24 ? (type << 5) | size : size
    for (let i = 0; i < size; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7f) return false
      bytes[at++] = code
    }
    this.#pos = at
    return true
  }

  /** A float in the fewest bytes that have it exactly. */
  float(value: number): void {
    const half = halfOf(value)
    this.#room(9)
    const at = this.#pos
    if (half !== undefined) {
      this.#bytes[at] = 0xe0 | FLOAT16
      this.#bytes.writeUInt16BE(half, at + 1)
      this.#pos += 3
    } else if (Math.fround(value) === value) {
      this.#bytes[at] = 0xe0 | FLOAT32
      this.#bytes.writeFloatBE(value, at + 1)
      this.#pos += 5
    } else {
      this.#bytes[at] = 0xe0 | FLOAT64
      this.#bytes.writeDoubleBE(value, at + 1)
      this.#pos += 9
    }
  }

  /** What was written, as bytes of its own; the next item begins anew. */
  finish(): Buffer {
    const out = Buffer.allocUnsafeSlow(this.#pos)
    this.#bytes.copy(out, 0, 0, this.#pos)
    this.reset()
    return out
  }

  reset(): void {
    this.#pos = 0
    if (this.#bytes.length > KEPT) this.#bytes = Buffer.allocUnsafeSlow(FIRST)
  }
}

/** The bits of a float16; undefined for a number that it does not have exactly. */
function halfOf(value: number): number | undefined {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (size === 0) return sign
  if (size > 65_504 || size < 2 ** -24) return undefined
  const exponent = Math.max(Math.floor(Math.log2(size)), -14)
  const fraction = size / 2 ** (exponent - 10)
  if (!Number.isInteger(fraction)) return undefined
  // Below 2⁻¹⁴ there is no leading one.
  return fraction < 1024 ? sign | fraction : sign | ((exponent + 15) << 10) | (fraction - 1024)
}
