import type { Int64 } from '../machinery/numbers.ts'
import type { ConvertingCache } from '../cache/converting-cache.ts'
import type { ReadFeed } from './generic/store.ts'

/** The feed as readers of a converting cache see it: they wait for the conversion, too. */
export class ConvertedFeed implements ReadFeed {
  readonly #feed: ReadFeed
  readonly #cache: ConvertingCache

  constructor(feed: ReadFeed, cache: ConvertingCache) {
    this.#feed = feed
    this.#cache = cache
  }

  get revision(): number {
    return this.#cache.seen(this.#feed.revision)
  }

  async fresh(): Promise<void> {
    await this.#feed.fresh()
    await this.#cache.settle()
  }

  async waitFor(revision: Int64): Promise<void> {
    await this.#feed.waitFor(revision)
    await this.#cache.settle()
  }

  settled(): Promise<void> | undefined {
    const filled = this.#feed.settled?.()
    return filled === undefined ? this.#cache.settle() : filled.then(() => this.#cache.settle())
  }
}
