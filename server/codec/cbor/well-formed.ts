import type { Pausing } from '../../machinery/slice.ts'
import * as cbor from './head.ts'
import { CborError, TYPE_NAMES } from './head.ts'

/** The reference's limits (apimachinery `serializer/cbor/internal/modes/decode.go`). No body is so long that what has no length comes to them. */
const MAX_NESTED_LEVELS = 10_000
const MAX_ARRAY_ELEMENTS = 2_147_483_647
const MAX_MAP_PAIRS = 2_097_152
const MAX_INT64 = 2n ** 63n - 1n
/** Items between two pauses: well below a millisecond. */
const ITEMS_AT_ONCE = 8192

const UNEXPECTED_EOF = 'unexpected EOF'
const unacceptable = (type: number, what: string): CborError =>
  new CborError(`cbor: data item of cbor type ${TYPE_NAMES[type]} is not accepted by protocol: ${what}`)

/** An open array, map or string of chunks. */
interface Level {
  readonly type: number
  /** Items to come; Infinity for what ends with a break. */
  left: number
  /** Items that there were, of what ends with a break. */
  seen: number
  readonly depth: number
}

/**
 * Looks whether bytes are one well-formed item of which nothing is left over, as Go's decoder does before anything is decoded. Without recursion: a deep
 * item is an error, and must not be a crash.
 * @throws CborError in the reference's words
 */
export function* checkingWellFormed(bytes: Buffer): Pausing<void> {
  if (bytes.length === 0) throw new CborError('EOF')
  yield* new Scan(bytes).run()
}

class Scan {
  readonly #bytes: Buffer
  #pos = 0
  #type = 0
  #info = 0
  #argument: number | bigint = 0
  readonly #open: Level[] = []

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  *run(): Pausing<void> {
    let items = 0
    do {
      if (++items % ITEMS_AT_ONCE === 0) yield
      const level = this.#open.at(-1)
      if (level?.left === Infinity && this.#bytes[this.#pos] === cbor.BREAK) this.#close(level)
      else this.#item(level)
      this.#unwind()
    } while (this.#open.length > 0)
    const rest = this.#bytes.length - this.#pos
    if (rest > 0) throw new CborError(`cbor: ${rest} bytes of extraneous data starting at index ${this.#pos}`)
  }

  #close(level: Level): void {
    if (level.type === cbor.MAP && level.seen % 2 === 1) throw new CborError('cbor: unexpected "break" code')
    this.#pos++
    this.#open.pop()
  }

  /** Levels whose last item has been read are done. */
  #unwind(): void {
    while (this.#open.at(-1)?.left === 0) this.#open.pop()
  }

  #item(level: Level | undefined): void {
    if (level !== undefined) this.#count(level)
    this.#head()
    let depth = level?.depth ?? 0
    while (this.#type === cbor.TAG) {
      const tag = this.#argument
      if (this.#pos >= this.#bytes.length) throw new CborError(UNEXPECTED_EOF)
      if (cbor.BIGNUM_TAGS.includes(Number(tag))) throw unacceptable(cbor.TAG, 'bignum')
      const nested = this.#bytes[this.#pos]! >> 5 === cbor.TAG
      this.#head()
      if (nested) depth = this.#deeper(depth)
    }
    if (this.#type === cbor.ARRAY || this.#type === cbor.MAP) this.#begin(this.#deeper(depth))
    else if (this.#type === cbor.BYTE_STRING || this.#type === cbor.TEXT_STRING) this.#string(depth)
  }

  /** One item more of a level. */
  #count(level: Level): void {
    if (level.left !== Infinity) {
      level.left--
      return
    }
    const { type } = level
    if (type === cbor.BYTE_STRING || type === cbor.TEXT_STRING) this.#chunk(type)
    level.seen++
  }

  /** A string without a length consists of strings of its own type that have one. */
  #chunk(type: number): void {
    const next = this.#bytes[this.#pos]
    if (next === undefined) throw new CborError(UNEXPECTED_EOF)
    const name = TYPE_NAMES[type]!
    if (next >> 5 !== type) throw new CborError(`cbor: wrong element type ${TYPE_NAMES[next >> 5]} for indefinite-length ${name}`)
    if ((next & 0x1f) === cbor.INDEFINITE) throw new CborError(`cbor: indefinite-length ${name} chunk is not definite-length`)
  }

  #deeper(depth: number): number {
    if (depth + 1 > MAX_NESTED_LEVELS) throw new CborError(`cbor: exceeded max nested level ${MAX_NESTED_LEVELS}`)
    return depth + 1
  }

  #begin(depth: number): void {
    const type = this.#type
    if (this.#info === cbor.INDEFINITE) return void this.#open.push({ type, left: Infinity, seen: 0, depth })
    const length = this.#length('it would cause integer overflow')
    if (type === cbor.ARRAY && length > MAX_ARRAY_ELEMENTS)
      throw new CborError(`cbor: exceeded max number of elements ${MAX_ARRAY_ELEMENTS} for CBOR array`)
    if (type === cbor.MAP && length > MAX_MAP_PAIRS)
      throw new CborError(`cbor: exceeded max number of key-value pairs ${MAX_MAP_PAIRS} for CBOR map`)
    if (length > 0) this.#open.push({ type, left: type === cbor.MAP ? 2 * length : length, seen: 0, depth })
  }

  #string(depth: number): void {
    if (this.#info === cbor.INDEFINITE) return void this.#open.push({ type: this.#type, left: Infinity, seen: 0, depth })
    const length = this.#length('causing integer overflow')
    if (this.#bytes.length - this.#pos < length) throw new CborError(UNEXPECTED_EOF)
    this.#pos += length
  }

  #length(overflow: string): number {
    if (this.#argument > MAX_INT64)
      throw new CborError(`cbor: ${TYPE_NAMES[this.#type]} length ${this.#argument} is too large, ${overflow}`)
    return Number(this.#argument)
  }

  #head(): void {
    const bytes = this.#bytes
    const first = bytes[this.#pos]
    if (first === undefined) throw new CborError(UNEXPECTED_EOF)
    this.#pos++
    const type = (this.#type = first >> 5)
    const info = (this.#info = first & 0x1f)
    this.#argument = info
    if (info < cbor.ONE_BYTE) return
    if (info <= cbor.EIGHT_BYTES) return this.#long(type, info)
    const invalid = new CborError(`cbor: invalid additional information ${info} for type ${TYPE_NAMES[type]}`)
    if (info !== cbor.INDEFINITE) throw invalid
    if (type === cbor.PRIMITIVE) throw new CborError('cbor: unexpected "break" code')
    if (type === cbor.POSITIVE || type === cbor.NEGATIVE || type === cbor.TAG) throw invalid
  }

  #long(type: number, info: number): void {
    const size = 1 << (info - cbor.ONE_BYTE)
    if (this.#bytes.length - this.#pos < size) throw new CborError(UNEXPECTED_EOF)
    const at = this.#pos
    this.#pos += size
    if (type === cbor.PRIMITIVE && info > cbor.ONE_BYTE) return checkFloat(readFloat(this.#bytes, at, info))
    this.#argument = readArgument(this.#bytes, at, info)
    if (type === cbor.PRIMITIVE && this.#argument < 32)
      throw new CborError(`cbor: invalid simple value ${this.#argument} for type ${TYPE_NAMES[type]}`)
  }
}

/** JSON has no form for these. */
function checkFloat(value: number): void {
  if (Number.isNaN(value)) throw unacceptable(cbor.PRIMITIVE, 'floating-point NaN')
  if (!Number.isFinite(value)) throw unacceptable(cbor.PRIMITIVE, 'floating-point infinity')
}

/** The argument behind a head whose additional information says how many bytes it has. A number where that is exact. */
export function readArgument(bytes: Buffer, at: number, info: number): number | bigint {
  if (info === cbor.ONE_BYTE) return bytes[at]!
  if (info === 25) return bytes.readUInt16BE(at)
  if (info === 26) return bytes.readUInt32BE(at)
  const high = bytes.readUInt32BE(at)
  return high < 0x20_0000 ? high * 0x1_0000_0000 + bytes.readUInt32BE(at + 4) : bytes.readBigUInt64BE(at)
}

export function readFloat(bytes: Buffer, at: number, info: number): number {
  if (info === cbor.FLOAT32) return bytes.readFloatBE(at)
  if (info === cbor.FLOAT64) return bytes.readDoubleBE(at)
  const half = bytes.readUInt16BE(at)
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
