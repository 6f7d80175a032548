import type { Clock } from './clock.ts'
import type { Beside } from './columns.ts'
import type { Feed } from './feed.ts'

/** Every object is looked at anew for any change beside it, so this happens at most this often, ms. */
const joinEvery = 250

/** Keeps a feed's objects up to date with what another feed says of them; until that one is complete, nothing is said. */
export class Companion {
  readonly other: Feed
  readonly #feed: Feed
  readonly #beside: Beside
  readonly #clock: Clock
  #version = -1
  #due = 0
  #cancel: (() => void) | undefined

  constructor(feed: Feed, other: Feed, beside: Beside, clock: Clock) {
    this.#feed = feed
    this.other = other
    this.#beside = beside
    this.#clock = clock
    this.refresh()
  }

  refresh(): void {
    const { store, state } = this.other
    if (!state.synced || this.#cancel || store.version === this.#version) return
    const wait = this.#due - this.#clock.now()
    if (wait > 0) {
      this.#cancel = this.#clock.after(wait, () => {
        this.#cancel = undefined
        this.refresh()
      })
      return
    }
    this.#due = this.#clock.now() + joinEvery
    this.#version = store.version
    this.#feed.store.join(this.#beside.join([...store.rows.values()].map(({ object }) => object)))
  }

  close(): void {
    this.#cancel?.()
  }
}
