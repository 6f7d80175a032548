import { ConnectionError, errorCode } from './constants.ts'
import { huffmanDecode } from './huffman.ts'
import { staticTable } from './hpack-static.ts'

export interface HeaderSink {
  /** A name that begins with NUL is a field that RFC 9113 §8.2.1 forbids. */
  onHeader(name: string, value: string): void
}

const validName = /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/
const forbiddenInValue = /[\u0000-\u0008\u000a-\u001f\u007f]/

const staticNames = staticTable.map((e) => e[0])
const staticValues = staticTable.map((e) => e[1])
const staticSize = staticTable.length
// An entry counts 32 bytes besides its text (RFC 7541 §4.1), which bounds how many the table can hold.
const entryOverhead = 32

const broken = (what: string): ConnectionError => new ConnectionError(errorCode.compressionError, what)

/**
 * HPACK decoding (RFC 7541), one decoder a connection. Every defect is a ConnectionError with COMPRESSION_ERROR:
 * the peers' tables have parted, nothing later could be read.
 */
export class HpackDecoder {
  readonly #limit: number
  #maxSize: number
  #size = 0
  // The dynamic table as a ring: the newest entry is at #next - 1.
  readonly #names: string[]
  readonly #values: string[]
  #next = 0
  #count = 0
  #pos = 0

  /** `limit`: the SETTINGS_HEADER_TABLE_SIZE that was announced. */
  constructor(limit = 4096) {
    this.#limit = limit
    this.#maxSize = limit
    const slots = Math.floor(limit / entryOverhead) + 1
    this.#names = new Array<string>(slots).fill('')
    this.#values = new Array<string>(slots).fill('')
  }

  /** Decodes one whole header block. */
  decode(bytes: Buffer, start: number, end: number, sink: HeaderSink): void {
    this.#pos = start
    let updatesAllowed = true
    while (this.#pos < end) {
      const byte = bytes[this.#pos]!
      if (byte >= 0x80) {
        const index = byte < 0xff ? (this.#pos++, byte & 0x7f) : this.#integer(bytes, end, 7)
        if (index === 0) throw broken('index 0')
        if (index < staticSize) sink.onHeader(staticNames[index]!, staticValues[index]!)
        else {
          const slot = this.#slot(index)
          sink.onHeader(this.#names[slot]!, this.#values[slot]!)
        }
      } else if ((byte & 0xe0) === 0x20) {
        const size = this.#integer(bytes, end, 5)
        if (!updatesAllowed || size > this.#limit) throw broken('bad table size update')
        this.#maxSize = size
        this.#evict(0)
        continue
      } else {
        const indexed = byte >= 0x40
        const index = this.#integer(bytes, end, indexed ? 6 : 4)
        let name = index === 0 ? this.#string(bytes, end) : this.#nameAt(index)
        const value = this.#string(bytes, end)
        // Checked here, once a literal, so that table entries need no second look. The length stays: it counts in the table.
        if ((index === 0 && !validName.test(name)) || forbiddenInValue.test(value)) name = `\0${name.slice(1)}`
        if (indexed) this.#insert(name, value)
        sink.onHeader(name, value)
      }
      updatesAllowed = false
    }
  }

  #nameAt(index: number): string {
    return index < staticSize ? staticNames[index]! : this.#names[this.#slot(index)]!
  }

  #slot(index: number): number {
    const age = index - staticSize
    if (age >= this.#count) throw broken('index beyond the table')
    const slot = this.#next - 1 - age
    return slot < 0 ? slot + this.#names.length : slot
  }

  #insert(name: string, value: string): void {
    const size = name.length + value.length + entryOverhead
    this.#evict(size)
    if (size > this.#maxSize) return
    this.#names[this.#next] = name
    this.#values[this.#next] = value
    this.#next = (this.#next + 1) % this.#names.length
    this.#count++
    this.#size += size
  }

  #evict(room: number): void {
    while (this.#count > 0 && this.#size + room > this.#maxSize) {
      const slot = (this.#next - this.#count + this.#names.length) % this.#names.length
      this.#size -= this.#names[slot]!.length + this.#values[slot]!.length + entryOverhead
      this.#names[slot] = ''
      this.#values[slot] = ''
      this.#count--
    }
  }

  #integer(bytes: Buffer, end: number, prefixBits: number): number {
    const mask = (1 << prefixBits) - 1
    let value = bytes[this.#pos++]! & mask
    if (value < mask) return value
    // Four more bytes hold any length a frame can have; longer encodings are an attack or a mistake.
    for (let shift = 0; shift <= 21; shift += 7) {
      if (this.#pos >= end) throw broken('truncated integer')
      const byte = bytes[this.#pos++]!
      value += (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw broken('integer too large')
  }

  #string(bytes: Buffer, end: number): string {
    if (this.#pos >= end) throw broken('truncated string')
    const huffman = bytes[this.#pos]! >= 0x80
    const length = this.#integer(bytes, end, 7)
    const start = this.#pos
    if (length > end - start) throw broken('truncated string')
    this.#pos = start + length
    return huffman ? huffmanDecode(bytes, start, this.#pos) : bytes.toString('latin1', start, this.#pos)
  }
}
