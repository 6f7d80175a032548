import { EPOCH_TAG, LATER_ENCODINGS, RFC3339_TAG, SELF_DESCRIBED_TAG, TYPE_NAMES } from './head.ts'
import * as cbor from './head.ts'
import { CborError } from './head.ts'
import { readArgument, readFloat } from './well-formed.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads items of bytes that are known to be well-formed. */
export class Reader {
  readonly bytes: Buffer
  pos: number
  /** Of the head that was read last. */
  info = 0
  argument: number | bigint = 0

  constructor(bytes: Buffer, pos = 0) {
    this.bytes = bytes
    this.pos = pos
  }

  /** Major type of the item that comes. */
  get next(): number {
    return this.bytes[this.pos]! >> 5
  }

  get nextIsNull(): boolean {
    const byte = this.bytes[this.pos]
    return byte === cbor.NULL || byte === cbor.UNDEFINED
  }

  head(): void {
    const info = (this.info = this.bytes[this.pos++]! & 0x1f)
    this.argument = info
    if (info < cbor.ONE_BYTE || info > cbor.EIGHT_BYTES) return
    if (info === cbor.ONE_BYTE) return void (this.argument = this.bytes[this.pos++]!)
    this.argument = readArgument(this.bytes, this.pos, info)
    this.pos += 1 << (info - cbor.ONE_BYTE)
  }

  /** The number of a head that said that it has one. */
  float(): number {
    return readFloat(this.bytes, this.pos - (1 << (this.info - cbor.ONE_BYTE)), this.info)
  }

  /** Items of the array or map whose head was read last; Infinity when a break ends them. */
  get count(): number {
    return this.info === cbor.INDEFINITE ? Infinity : Number(this.argument)
  }

  /** Whether item `i` of so many is none any more. A break is read. */
  ends(i: number, count: number): boolean {
    if (count !== Infinity) return i >= count
    if (this.bytes[this.pos] !== cbor.BREAK) return false
    this.pos++
    return true
  }

  /** A byte string, joined where it comes in chunks. */
  byteString(): Buffer {
    this.head()
    if (this.info !== cbor.INDEFINITE) return this.#take()
    return Buffer.concat(this.#chunks())
  }

  /** The same as a text; what is no UTF-8 is replaced. */
  byteText(): string {
    this.head()
    if (this.info === cbor.INDEFINITE) return Buffer.concat(this.#chunks()).toString()
    const start = this.pos
    this.pos += Number(this.argument)
    return this.bytes.toString('utf8', start, this.pos)
  }

  /** @throws CborError for bytes that are no UTF-8, behind the string */
  textString(): string {
    this.head()
    const parts = this.info === cbor.INDEFINITE ? this.#chunks() : [this.#take()]
    try {
      return parts.map((part) => utf8.decode(part)).join('')
    } catch {
      throw new CborError('cbor: invalid UTF-8 string')
    }
  }

  #take(): Buffer {
    const length = Number(this.argument)
    this.pos += length
    return this.bytes.subarray(this.pos - length, this.pos)
  }

  #chunks(): Buffer[] {
    const chunks: Buffer[] = []
    while (!this.ends(0, Infinity)) {
      this.head()
      chunks.push(this.#take())
    }
    return chunks
  }

  /** Passes over tags that mean nothing. */
  skipSelfDescribed(): void {
    while (this.next === cbor.TAG) {
      const start = this.pos
      this.head()
      if (this.argument === SELF_DESCRIBED_TAG) continue
      this.pos = start
      return
    }
  }

  /** What is wrong with the tags that come: some say what must follow them. Reads nothing but what is wrong. */
  wrongTag(): CborError | undefined {
    const start = this.pos
    while (this.next === cbor.TAG) {
      this.head()
      const tag = this.argument
      const wanted = contentOf(Number(tag), this.bytes[this.pos]!)
      if (wanted === undefined) continue
      const found = TYPE_NAMES[this.next]
      this.skip()
      return new CborError(`cbor: tag number ${tag} must be followed by ${wanted}, got ${found}`)
    }
    this.pos = start
    return undefined
  }

  /** Passes over an item, without recursion. */
  skip(): void {
    // Items that are still to be passed over, here and around what ends with a break, in which they are not counted.
    let left = 1
    const around: number[] = []
    while (left > 0 || around.length > 0) {
      if (this.bytes[this.pos] === cbor.BREAK) {
        this.pos++
        left = around.pop()!
        continue
      }
      const type = this.next
      this.head()
      left--
      if (type === cbor.TAG) left++
      else if (this.info === cbor.INDEFINITE) {
        around.push(left)
        left = 0
      } else if (type === cbor.ARRAY) left += Number(this.argument)
      else if (type === cbor.MAP) left += 2 * Number(this.argument)
      else if (type === cbor.BYTE_STRING || type === cbor.TEXT_STRING) this.pos += Number(this.argument)
    }
  }
}

/** What must follow a tag and does not (fxamacker/cbor `common.go`, validBuiltinTag). */
function contentOf(tag: number, head: number): string | undefined {
  const type = head >> 5
  if (tag === RFC3339_TAG && type !== cbor.TEXT_STRING) return 'text string'
  const number = type === cbor.POSITIVE || type === cbor.NEGATIVE || (head >= 0xf9 && head <= 0xfb)
  if (tag === EPOCH_TAG && !number) return 'integer or floating-point number'
  return undefined
}

/** The text that a byte string under such a tag is to become. */
export function laterEncoded(bytes: Buffer, tag: number): string {
  if (tag === LATER_ENCODINGS[0]) return bytes.toString('base64url')
  return bytes.toString(tag === cbor.BASE64_TAG ? 'base64' : 'hex')
}
