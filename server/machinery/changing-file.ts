import { readFileSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Clock } from './clock.ts'

export interface ChangingFileOptions {
  readonly clock: Clock
  /** How often it is looked at when nothing is told of it. */
  readonly intervalMs: number
  /** Another content than the last; may throw, and is asked again only when there is another one. */
  changed(): void
  /** It cannot be read, or `changed` has thrown. */
  failed(error: Error): void
}

/** A file that somebody changes, or puts another one in its place, while it is in use. */
export class ChangingFile {
  readonly #file: string
  readonly #o: ChangingFileOptions
  readonly #timer: { cancel(): void }
  readonly #watcher: FSWatcher | undefined
  #last: Buffer

  constructor(file: string, o: ChangingFileOptions) {
    this.#file = file
    this.#o = o
    this.#last = readFileSync(file)
    this.#timer = o.clock.setInterval(() => this.look(), o.intervalMs)
    this.#watcher = watcherOf(file, () => this.look())
  }

  look(): void {
    try {
      const now = readFileSync(this.#file)
      if (now.equals(this.#last)) return
      this.#last = now
      this.#o.changed()
    } catch (e) {
      this.#o.failed(e as Error)
    }
  }

  stop(): void {
    this.#timer.cancel()
    this.#watcher?.close()
  }
}

/** Its folder is watched: a file that is renamed over it is another one. Links are followed by the interval alone. */
function watcherOf(file: string, look: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dirname(file), { persistent: false }, (_, name) => {
      if (name === null || name === basename(file)) look()
    })
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    // Not every file system tells of changes.
    return undefined
  }
}
