import type { Clock } from '../../kube/clock.ts'
import type { WatchSocket } from '../../kube/watch-socket.ts'
import { type LogBuffer, splitStamp } from './log-buffer.ts'

/** One container of one pod. */
export interface LogSource {
  /** Stays the same while the pod does. */
  id: string
  context: string
  /** The request for all lines, or for those after a timestamp of the kubelet. */
  path(since: string | undefined): string
}

type Sockets = Pick<WatchSocket, 'watch'>

/** Lines of different pods that come together are put in the order of their times; so long they are gathered, ms. */
const gatherMs = 120
/** At first each pod sends what it has: until all have, or this long, ms. */
const firstMs = 1_500
/** A log that ended is asked for again: its container restarts; ms, doubling. */
const againMs = 1_000
const againMost = 30_000

interface Reading {
  source: LogSource
  /** Its number in the buffer. */
  number: number
  close(): void
  last: string
  began: boolean
  wait: number
  error?: { status: number; body: unknown }
}

/** Reads many logs into one buffer, each line with the number of its source, and goes on when a container restarts or a pod joins. */
export class ManyLogs {
  readonly #sockets: Sockets
  readonly #clock: Clock
  readonly #buffer: LogBuffer
  readonly #changed: () => void
  readonly #readings = new Map<string, Reading>()
  readonly #names: string[] = []
  #pending: { at: string; line: string; source: number }[] = []
  #flush: (() => void) | undefined
  readonly #until: number

  constructor(init: { sockets: Sockets; clock: Clock; buffer: LogBuffer; changed: () => void }) {
    this.#sockets = init.sockets
    this.#clock = init.clock
    this.#buffer = init.buffer
    this.#changed = init.changed
    this.#until = init.clock.now() + firstMs
  }

  /** Logs that could not be read at all. */
  get errors(): { id: string; status: number; body: unknown }[] {
    return [...this.#readings.values()].flatMap(({ source, error }) => (error ? [{ id: source.id, ...error }] : []))
  }

  /** Reads these from now on; the lines of those that are no longer among them stay. */
  set(sources: readonly LogSource[]): void {
    const wanted = new Set(sources.map(({ id }) => id))
    for (const [id, reading] of this.#readings) {
      if (wanted.has(id)) continue
      reading.close()
      this.#readings.delete(id)
    }
    for (const source of sources) {
      if (this.#readings.has(source.id)) continue
      const known = this.#names.indexOf(source.id)
      const number = known >= 0 ? known : this.#names.push(source.id) - 1
      const reading: Reading = { source, number, close: () => {}, last: '', began: false, wait: againMs }
      this.#readings.set(source.id, reading)
      this.#open(reading)
    }
  }

  /** The number that a source's lines carry. */
  numberOf(id: string): number {
    return this.#names.indexOf(id)
  }

  close(): void {
    for (const reading of this.#readings.values()) reading.close()
    this.#readings.clear()
    this.#flush?.()
  }

  #open(reading: Reading): void {
    const { source } = reading
    const since = reading.last || undefined
    const ended = (): void => {
      reading.began = true
      this.#later()
      reading.close = this.#clock.after(reading.wait, () => this.#open(reading))
      reading.wait = Math.min(againMost, reading.wait * 2)
    }
    const feed = this.#sockets.watch(source.context, source.path(since), 'application/json', {
      open: () => {},
      data: (lines) => {
        reading.error = undefined
        reading.wait = againMs
        this.#take(reading, lines)
      },
      end: ended,
      error: (status, body) => {
        reading.error = reading.last ? undefined : { status, body }
        ended()
      },
      lost: ended,
    })
    reading.close = () => feed.close()
  }

  #take(reading: Reading, lines: readonly unknown[]): void {
    reading.began = true
    const { last } = reading
    for (const line of lines) {
      if (typeof line !== 'string') continue
      const { at } = splitStamp(line)
      // sinceTime has whole seconds: what was read already comes again.
      if (at !== '' && at <= last) continue
      if (at > reading.last) reading.last = at
      this.#pending.push({ at: at || reading.last, line, source: reading.number })
    }
    this.#later()
  }

  #later(): void {
    this.#flush ??= this.#clock.after(gatherMs, () => {
      this.#flush = undefined
      const begun = [...this.#readings.values()].every((reading) => reading.began)
      if (!begun && this.#clock.now() < this.#until) return this.#later()
      const pending = this.#pending
      this.#pending = []
      // The kubelet's times are of one form and length but for their fraction: as texts they are in order.
      pending.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
      for (const { line, source } of pending) this.#buffer.add(line, source)
      this.#changed()
    })
  }
}
