import type { KeyValue } from '../contract.ts'
import type { Reader } from './reader.ts'

const REMEMBERED = 256

/**
 * How many keys lie beyond a page. Counting walks the rest of the range, which would make reading n pages cost n² / 2, so
 * the answer for a page is remembered and the next page only subtracts its own length. At one revision it never changes.
 */
export class Remaining {
  readonly #counts = new Map<string, number>()

  /** For the page `items`, not empty, that was read after `after`. */
  after(reader: Reader, prefix: string, revision: number, after: string, items: KeyValue[]): number {
    const last = items.at(-1)?.key ?? after
    const before = after === '' ? undefined : this.#counts.get(JSON.stringify([prefix, revision, after]))
    const remaining = before === undefined ? reader.count(prefix, revision, last) : before - items.length
    this.#counts.set(JSON.stringify([prefix, revision, last]), remaining)
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size <= REMEMBERED) break
      this.#counts.delete(oldest)
    }
    return remaining
  }
}
