import type { Node } from './der.ts'

/** Reads the fields of a DER structure one after the other, and says in the words of Go's encoding/asn1 what is wrong with them. */

const NO_PARAMETERS =
  '{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false}'
const syntax = (why: string): Error => new Error(`asn1: syntax error: ${why}`)
const structure = (why: string): Error => new Error(`asn1: structure error: ${why}`)

interface Head {
  /** As it is in one byte: class, whether it has parts, and number. */
  readonly type: number
  readonly length: number
  /** Where the content begins. */
  readonly start: number
}

const MAX_LENGTH = 1 << 23

function headAt(bytes: Buffer, at: number): Head {
  const type = bytes[at]!
  if ((type & 0x1f) === 0x1f) throw structure('tags of several bytes are none of these')
  const first = bytes[at + 1]
  if (first === undefined) throw syntax('truncated tag or length')
  if (first < 128) return { type, length: first, start: at + 2 }
  const size = first & 127
  if (size === 0) throw syntax('indefinite length found (not DER)')
  let length = 0
  for (let i = 0; i < size; i++) {
    const byte = bytes[at + 2 + i]
    if (byte === undefined) throw syntax('truncated tag or length')
    if (length >= MAX_LENGTH) throw structure('length too large')
    length = length * 256 + byte
    if (length === 0) throw structure('superfluous leading zeros in length')
  }
  if (length < 128) throw structure('non-minimal length')
  return { type, length, start: at + 2 + size }
}

export class DerReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at === this.#bytes.length
  }

  /** Any element. */
  any(): Node {
    return this.#take(this.#head())
  }

  /** @param goType the type that Go's text names */
  next(type: number, goType: string): Node {
    const head = this.#head()
    if (head.type !== type) {
      const is = `{class:${head.type >> 6} tag:${head.type & 31} length:${head.length} isCompound:${(head.type & 32) !== 0}}`
      throw structure(`tags don't match (${type & 31} vs ${is}) ${NO_PARAMETERS} ${goType} @${head.start}`)
    }
    return this.#take(head)
  }

  /** Nothing may follow. */
  end(): void {
    if (!this.done) throw syntax('trailing data')
  }

  #head(): Head {
    if (this.done) throw syntax('sequence truncated')
    return headAt(this.#bytes, this.#at)
  }

  #take({ type, length, start }: Head): Node {
    const end = start + length
    if (end > this.#bytes.length) throw syntax('data truncated')
    const whole = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return { type, whole, content: this.#bytes.subarray(start, end) }
  }
}

/** The bytes of a BIT STRING that ends with a whole byte, as keys and signatures do. */
export function bitsOf(content: Buffer): Buffer {
  const [unused] = content
  if (unused === undefined) throw syntax('zero length BIT STRING')
  const last = content.at(-1)!
  if (unused > 7 || (content.length === 1 && unused > 0) || (content.length > 1 && (last & ((1 << unused) - 1)) !== 0))
    throw syntax('invalid padding bits in BIT STRING')
  return content.subarray(1)
}
