import type { Clock } from './clock.ts'
import type { Feed } from './feed.ts'
import type { Usage } from './node-usage.ts'

/** A metrics server scrapes each 15 s. */
const every = 15_000
/** Where nothing tells, or an answer failed. */
const later = 60_000

export type ReadUsage = (feed: Feed, signal: AbortSignal) => Promise<ReadonlyMap<string, Usage> | undefined>

interface Poll {
  wanted: Set<number>
  abort: AbortController
  cancel: (() => void) | undefined
}

const nothing: ReadonlyMap<string, Usage> = new Map()

/** Tells feeds what their objects use, as long as a view shows it. */
export class UsagePolls {
  readonly #read: ReadUsage
  readonly #clock: Clock
  readonly #polls = new Map<Feed, Poll>()

  constructor(read: ReadUsage, clock: Clock) {
    this.#read = read
    this.#clock = clock
  }

  /** A view of the feed shows figures, or does not any longer. */
  want(view: number, feed: Feed, wanted: boolean): void {
    const poll = this.#polls.get(feed)
    if (!wanted) {
      poll?.wanted.delete(view)
      if (poll?.wanted.size === 0) this.#stop(feed, poll)
      return
    }
    if (poll) return void poll.wanted.add(view)
    const made: Poll = { wanted: new Set([view]), abort: new AbortController(), cancel: undefined }
    this.#polls.set(feed, made)
    feed.store.forgetUsage()
    void this.#round(feed, made)
  }

  async #round(feed: Feed, poll: Poll): Promise<void> {
    const usage = await this.#read(feed, poll.abort.signal).catch(() => undefined)
    if (poll.abort.signal.aborted) return
    // What was known before nobody told any more is not what is used now.
    feed.store.measure(usage ?? nothing)
    poll.cancel = this.#clock.after(usage ? every : later, () => void this.#round(feed, poll))
  }

  #stop(feed: Feed, poll: Poll): void {
    this.#polls.delete(feed)
    poll.abort.abort()
    poll.cancel?.()
  }
}
