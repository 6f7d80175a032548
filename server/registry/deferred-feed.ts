import type { Feed } from '../cache/feed.ts'
import type { Int64 } from '../machinery/numbers.ts'
import type { ReadFeed } from './generic/store.ts'

/** The feed as readers of a cache see it that is filled when it is first needed: they wait for that, too. */
export class DeferredFeed implements ReadFeed {
  readonly #feed: Feed
  readonly #prefix: string

  /** @param prefix of the resource's keys, with a slash at its end */
  constructor(feed: Feed, prefix: string) {
    this.#feed = feed
    this.#prefix = prefix
  }

  get revision(): number {
    return this.#feed.revision
  }

  async fresh(): Promise<void> {
    await this.settled()
    await this.#feed.fresh()
  }

  async waitFor(revision: Int64): Promise<void> {
    await this.settled()
    await this.#feed.waitFor(revision)
  }

  settled(): Promise<void> | undefined {
    return this.#feed.filled(this.#prefix)
  }
}
