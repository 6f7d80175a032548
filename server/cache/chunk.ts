import { constants, crc32, deflateRaw } from 'node:zlib'
import type { Entry } from './entry.ts'
import { alone } from './own-memory.ts'

const COMMA = Buffer.from(',')
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
    e.body = alone(e.body)
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

  split(): [Chunk, Chunk] {
    // Appending (names in time order) is common: leave the left part fuller.
    const at = Math.ceil((this.entries.length * 3) / 4)
    return [new Chunk(this.entries.slice(0, at)), new Chunk(this.entries.slice(at))]
  }

  /** The entries as items of a list, with commas between. Entries then share these bytes, so each is held once. */
  joined(): Buffer {
    if (this.#joined !== undefined) return this.#joined
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
}
