import { constants, crc32, deflateRaw } from 'node:zlib'
import type { Entry } from './entry.ts'
import { joinAs, type ItemForm } from './item-form.ts'

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

/** What a chunk remembers in one form, until one of its entries changes. */
interface Joined {
  readonly bytes: Buffer
  deflated: Promise<DeflatedPiece> | undefined
}

/** Up to 128 neighbouring entries of one namespace. */
export class Chunk {
  readonly entries: Entry[]
  readonly namespace: string
  /** Another one after each change. */
  version = 0
  #joined: Map<string, Joined> | undefined

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
    this.version++
    this.#joined = undefined
  }

  // An entry that leaves may live on in the event ring: it must not keep the whole chunk's bytes alive.
  #release(i: number): void {
    this.entries[i]!.unshare()
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

  /** Whether all its entries stand joined in this form. */
  has(form: ItemForm): boolean {
    return this.#joined?.has(form.key) === true
  }

  /** The entries as items of a list. They then share these bytes, so each is held once. */
  #in(form: ItemForm): Joined {
    let joined = this.#joined?.get(form.key)
    if (joined === undefined) {
      joined = { bytes: joinAs(form, this.entries, true), deflated: undefined }
      ;(this.#joined ??= new Map()).set(form.key, joined)
    }
    return joined
  }

  deflated(form: ItemForm): Promise<DeflatedPiece> {
    const joined = this.#in(form)
    return (joined.deflated ??= deflatePiece(joined.bytes))
  }

  /** The part of the joined bytes with the entries in [from, to), which must not be empty. */
  joinedRange(form: ItemForm, from: number, to: number): Buffer {
    const all = this.#in(form).bytes
    const first = form.of(this.entries[from]!)
    const last = form.of(this.entries[to - 1]!)
    const start = first.byteOffset - form.headSize(first.length)
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

  cut(): Cut {
    return new Cut(this)
  }
}

/** The entries of a run as they were when it was cut, whatever becomes of the chunk. */
export class Cut {
  readonly entries: readonly Entry[]
  readonly #run: Run
  readonly #version: number

  constructor(run: Run) {
    this.#run = run
    this.#version = run.chunk.version
    this.entries = run.chunk.entries.slice(run.from, run.to)
  }

  get #isCurrent(): boolean {
    return this.#run.chunk.version === this.#version
  }

  get #isWhole(): boolean {
    return this.#run.length === this.#run.chunk.entries.length
  }

  /** Whether its piece in this form is there already. */
  has(form: ItemForm): boolean {
    return this.#isCurrent && this.#run.chunk.has(form)
  }

  /** Makes what one of its entries needs for `piece` in this form, which is then done at once. */
  prepare(form: ItemForm, entry: Entry): void {
    form.of(entry, this.#isWhole && this.#isCurrent)
  }

  /** Taken from the chunk's joined bytes where it has them, or where that costs little more than the piece. */
  piece(form: ItemForm): Piece {
    const { chunk, from, to } = this.#run
    if (!this.#isCurrent || !(this.#isWhole || form.isMade || chunk.has(form))) return new Piece(joinAs(form, this.entries), form)
    return new Piece(chunk.joinedRange(form, from, to), form, this.#isWhole ? chunk : undefined)
  }
}

/** Items of a list in one form, as they were when it was cut. */
export class Piece {
  readonly bytes: Buffer
  readonly #form: ItemForm
  readonly #whole: Chunk | undefined
  readonly #version: number | undefined
  #deflated: Promise<DeflatedPiece> | undefined

  constructor(bytes: Buffer, form: ItemForm, whole?: Chunk) {
    this.bytes = bytes
    this.#form = form
    this.#whole = whole
    this.#version = whole?.version
  }

  /** A whole chunk remembers what was compressed for it. */
  deflated(): Promise<DeflatedPiece> {
    return (this.#deflated ??= this.#deflate())
  }

  #deflate(): Promise<DeflatedPiece> {
    const chunk = this.#whole
    return chunk !== undefined && chunk.version === this.#version ? chunk.deflated(this.#form) : deflatePiece(this.bytes)
  }
}
