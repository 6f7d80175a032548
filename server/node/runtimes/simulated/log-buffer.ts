import { woken } from '../../../machinery/woken.ts'
import type { LogEntry, LogOptions } from '../../runtime.ts'

/** Entries kept for one container; a kubelet rotates its files at 10 MiB, a simulated container has far less to say. */
export const MAX_ENTRIES = 2000
export const MAX_ENTRY_BYTES = 16 * 1024

/** The last lines of one container, readable from any point while more arrive. */
export class LogBuffer {
  #entries: LogEntry[] = []
  /** Entries dropped so far: the index of #entries[0] since the container started. */
  #dropped = 0
  #closed = false
  #waiting: (() => void)[] = []

  write(entry: LogEntry): void {
    for (let at = 0; at === 0 || at < entry.text.length; at += MAX_ENTRY_BYTES) {
      this.#entries.push(entry.text.length <= MAX_ENTRY_BYTES ? entry : { ...entry, text: entry.text.slice(at, at + MAX_ENTRY_BYTES) })
    }
    if (this.#entries.length > 2 * MAX_ENTRIES) {
      this.#dropped += this.#entries.length - MAX_ENTRIES
      this.#entries = this.#entries.slice(-MAX_ENTRIES)
    }
    this.#wake()
  }

  close(): void {
    this.#closed = true
    this.#wake()
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }

  get bytes(): number {
    return this.#entries.reduce((sum, e) => sum + e.text.length + 1, 0)
  }

  async *read(options: LogOptions): AsyncGenerator<LogEntry, void> {
    const since = options.since ?? Number.NEGATIVE_INFINITY
    let at = options.tail === undefined ? 0 : Math.max(0, this.#dropped + this.#entries.length - options.tail)
    for (;;) {
      for (at = Math.max(at, this.#dropped); at < this.#dropped + this.#entries.length; at++) {
        if (options.signal?.aborted === true) return
        const entry = this.#entries[at - this.#dropped]!
        if (entry.time >= since) yield entry
        at = Math.max(at, this.#dropped - 1)
      }
      if (options.follow !== true || this.#closed || options.signal?.aborted === true) return
      await woken((wake) => this.#waiting.push(wake), options.signal)
    }
  }
}
