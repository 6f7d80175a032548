import type { Entry } from './entry.ts'
import { Chunk, Run } from './chunk.ts'

const MAX_CHUNK = 128

/** Where a list begins and ends. */
export interface Range {
  /** '' for all namespaces. */
  namespace: string
  /** Exclusive lower bound, a key. */
  after?: string
}

/**
 * All entries of a resource in key order, in chunks of neighbours of one namespace. A chunk remembers what was joined
 * and compressed for it, until one of its entries changes.
 */
export class EntryList {
  #byKey = new Map<string, Entry>()
  #chunks: Chunk[] = []

  get size(): number {
    return this.#byKey.size
  }

  get(key: string): Entry | undefined {
    return this.#byKey.get(key)
  }

  /** Puts an entry in its place; returns the one it replaces. */
  set(entry: Entry): Entry | undefined {
    const old = this.#byKey.get(entry.key)
    this.#byKey.set(entry.key, entry)
    const i = this.#chunkFor(entry.key)
    const chunk = this.#chunks[i]
    if (old !== undefined) {
      chunk!.replace(entry)
      return old
    }
    if (chunk === undefined || chunk.namespace !== entry.namespace) {
      // A new namespace may fall between two chunks or, rarely, into one that must be cut for it.
      this.#insertChunk(i, entry)
      return undefined
    }
    chunk.insert(entry)
    if (chunk.entries.length > MAX_CHUNK) this.#chunks.splice(i, 1, ...chunk.split())
    return undefined
  }

  delete(key: string): Entry | undefined {
    const old = this.#byKey.get(key)
    if (old === undefined) return undefined
    this.#byKey.delete(key)
    const i = this.#chunkFor(key)
    const chunk = this.#chunks[i]!
    chunk.remove(key)
    if (chunk.entries.length === 0) this.#chunks.splice(i, 1)
    return old
  }

  clear(): void {
    this.#byKey.clear()
    this.#chunks = []
  }

  /** Fills an empty list from entries already in key order. */
  load(entries: readonly Entry[]): void {
    this.clear()
    let run: Entry[] = []
    const flush = (): void => {
      if (run.length > 0) this.#chunks.push(new Chunk(run))
      run = []
    }
    for (const e of entries) {
      this.#byKey.set(e.key, e)
      if (run.length >= MAX_CHUNK || (run.length > 0 && run[0]!.namespace !== e.namespace)) flush()
      run.push(e)
    }
    flush()
  }

  /** The entries of a range, chunk by chunk. */
  runs(range: Range): Run[] {
    const out: Run[] = []
    for (const c of this.#chunksOf(range)) {
      const from = range.after === undefined ? 0 : c.after(range.after)
      if (from < c.entries.length) out.push(new Run(c, from, c.entries.length))
    }
    return out
  }

  /** Whole chunks of a range; the first may begin before `after`. */
  #chunksOf(range: Range): readonly Chunk[] {
    const from = range.after === undefined ? (range.namespace === '' ? 0 : this.#firstOf(range.namespace)) : this.#chunkFor(range.after)
    const out: Chunk[] = []
    for (let i = from; i < this.#chunks.length; i++) {
      const c = this.#chunks[i]!
      if (range.namespace !== '' && c.namespace !== range.namespace) {
        // Namespaces stand in order, as their keys do: behind its place there is nothing of it.
        if (out.length > 0 || `${c.namespace}/` > `${range.namespace}/`) break
        continue
      }
      out.push(c)
    }
    return out
  }

  *entries(range: Range): IterableIterator<Entry> {
    for (const { chunk, from, to } of this.runs(range)) for (let i = from; i < to; i++) yield chunk.entries[i]!
  }

  // Last chunk that begins at or before the key; 0 when the key precedes all.
  #chunkFor(key: string): number {
    let low = 0
    let high = this.#chunks.length - 1
    while (low < high) {
      const mid = (low + high + 1) >> 1
      if (this.#chunks[mid]!.first <= key) low = mid
      else high = mid - 1
    }
    return low
  }

  #firstOf(namespace: string): number {
    let low = 0
    let high = this.#chunks.length
    // Keys order namespaces as `ns/`, so compare with the slash: `a-b/` sorts before `a/`.
    const wanted = `${namespace}/`
    while (low < high) {
      const mid = (low + high) >> 1
      if (`${this.#chunks[mid]!.namespace}/` < wanted) low = mid + 1
      else high = mid
    }
    return low
  }

  #insertChunk(i: number, entry: Entry): void {
    const chunk = this.#chunks[i]
    const fresh = new Chunk([entry])
    if (chunk === undefined || entry.key < chunk.first) {
      // The chunk that follows may be of the same namespace: then it is the better home.
      if (chunk !== undefined && chunk.namespace === entry.namespace) chunk.insert(entry)
      else this.#chunks.splice(i, 0, fresh)
      return
    }
    const next = this.#chunks[i + 1]
    if (next !== undefined && next.namespace === entry.namespace) next.insert(entry)
    else this.#chunks.splice(i + 1, 0, fresh)
  }
}
