import { constants, crc32, deflateRaw } from 'node:zlib'
import type { Entry } from './entry.ts'
import { unpooled } from './own-memory.ts'

const COMMA = Buffer.from(',')
const NOTHING = Buffer.alloc(0)
const OPEN_BRACE = 0x7b

/** A deflate piece that can stand anywhere in a stream: it ends on a byte and refers to nothing before it. */
export interface DeflatedPiece {
  bytes: Buffer
  crc: number
  length: number
}

/** A compressor holds a quarter of a megabyte from the moment it is made: never more of them than threads that can use them. */
const MAX_COMPRESSORS = 4
let compressors = 0
const waiting: (() => void)[] = []

export async function deflatePiece(plain: Buffer): Promise<DeflatedPiece> {
  if (compressors >= MAX_COMPRESSORS) await new Promise<void>((turn) => waiting.push(turn))
  else compressors++
  try {
    return await deflateNow(plain)
  } finally {
    const next = waiting.shift()
    if (next === undefined) compressors--
    else next()
  }
}

function deflateNow(plain: Buffer): Promise<DeflatedPiece> {
  return new Promise((resolve, reject) => {
    // Z_FULL_FLUSH at the end instead of a final block (RFC 1951; zlib manual, deflate()). Level 1 is what kube-apiserver uses.
    deflateRaw(plain, { level: 1, finishFlush: constants.Z_FULL_FLUSH }, (error, bytes) => {
      if (error === null) resolve({ bytes, crc: crc32(plain), length: plain.length })
      else reject(error)
    })
  })
}

/** Up to 128 neighbouring entries of one namespace. */
export class Chunk {
  readonly entries: Entry[]
  readonly namespace: string
  #joined: Buffer | undefined
  #deflated: Promise<DeflatedPiece> | undefined

  constructor(entries: Entry[]) {
    this.entries = entries
    this.namespace = entries[0]!.namespace
  }

  get first(): string {
    return this.entries[0]!.key
  }

  /** Place of the first entry whose key is above `key`. */
  after(key: string): number {
    const i = this.#find(key)
    return this.entries[i]?.key === key ? i + 1 : i
  }

  #find(key: string): number {
    let low = 0
    let high = this.entries.length
    while (low < high) {
      const mid = (low + high) >> 1
      if (this.entries[mid]!.key < key) low = mid + 1
      else high = mid
    }
    return low
  }

  #changed(): void {
    this.#joined = undefined
    this.#deflated = undefined
  }

  // An entry that leaves may live on in the event ring: it must not keep the whole chunk's bytes alive.
  #release(i: number): void {
    const e = this.entries[i]!
    e.body = unpooled(e.body)
    this.#changed()
  }

  insert(entry: Entry): void {
    this.#changed()
    this.entries.splice(this.#find(entry.key), 0, entry)
  }

  replace(entry: Entry): void {
    const i = this.#find(entry.key)
    this.#release(i)
    this.entries[i] = entry
  }

  remove(key: string): void {
    const i = this.#find(key)
    this.#release(i)
    this.entries.splice(i, 1)
  }

  /** Its entries in two; nothing stays here, since joining them once more would move them out of the new chunks' bytes. */
  split(): [Chunk, Chunk] {
    // Appending (names in time order) is common: leave the left part fuller.
    const right = this.entries.splice(Math.ceil((this.entries.length * 3) / 4))
    this.#changed()
    return [new Chunk(this.entries.splice(0)), new Chunk(right)]
  }

  /**
   * The entries as items of a list, with commas between. Entries then share these bytes, so each is held once. Nothing when the chunk
   * has been emptied or split since it was looked up.
   */
  joined(): Buffer {
    if (this.#joined !== undefined) return this.#joined
    if (this.entries.length === 0) return NOTHING
    const total = this.entries.reduce((n, e) => n + e.body.length + 2, -1)
    const all = Buffer.allocUnsafeSlow(total)
    let at = 0
    for (const e of this.entries) {
      if (at > 0) at += COMMA.copy(all, at)
      all[at++] = OPEN_BRACE
      const length = e.body.copy(all, at)
      e.body = all.subarray(at, at + length)
      at += length
    }
    this.#joined = all
    return all
  }

  deflated(): Promise<DeflatedPiece> {
    return (this.#deflated ??= deflatePiece(this.joined()))
  }

  /** Whether these are its joined bytes and nothing has changed since. */
  holds(bytes: Buffer): boolean {
    return this.#joined !== undefined && bytes.buffer === this.#joined.buffer && bytes.length === this.#joined.length
  }

  /** The part of the joined bytes with the entries in [from, to), which must not be empty. */
  joinedRange(from: number, to: number): Buffer {
    const all = this.joined()
    const start = this.entries[from]!.body.byteOffset - 1
    const last = this.entries[to - 1]!.body
    return all.subarray(start - all.byteOffset, last.byteOffset + last.length - all.byteOffset)
  }
}

/** Neighbours in a chunk, [from, to), until the chunk changes. */
export class Run {
  readonly chunk: Chunk
  readonly from: number
  readonly to: number

  constructor(chunk: Chunk, from: number, to: number) {
    this.chunk = chunk
    this.from = from
    this.to = to
  }

  get length(): number {
    return this.to - this.from
  }

  /** The first `n` of them. */
  take(n: number): Run {
    return n >= this.length ? this : new Run(this.chunk, this.from, this.from + n)
  }

  entries(): readonly Entry[] {
    return this.chunk.entries.slice(this.from, this.to)
  }

  piece(): Piece {
    const bytes = this.chunk.joinedRange(this.from, this.to)
    return new Piece(bytes, this.length === this.chunk.entries.length ? this.chunk : undefined)
  }
}

/** Items of a list with commas between, as they were when it was cut. */
export class Piece {
  readonly bytes: Buffer
  readonly #whole: Chunk | undefined

  constructor(bytes: Buffer, whole: Chunk | undefined) {
    this.bytes = bytes
    this.#whole = whole
  }

  /** A whole chunk remembers what was compressed for it. */
  deflated(): Promise<DeflatedPiece> {
    return this.#whole?.holds(this.bytes) === true ? this.#whole.deflated() : deflatePiece(this.bytes)
  }
}
