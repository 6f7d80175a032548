/**
 * Our writes that etcd has not answered yet, by key. Answers and events come over different connections; an event that may
 * be ours waits for the answer, so that the caller knows its revision first.
 */
export class OwnWrites {
  readonly #writes = new Map<string, Set<Promise<unknown>>>()

  async track<T>(key: string, write: Promise<T>): Promise<T> {
    const writes = this.#writes.get(key) ?? new Set()
    writes.add(write)
    this.#writes.set(key, writes)
    try {
      return await write
    } finally {
      writes.delete(write)
      if (writes.size === 0) this.#writes.delete(key)
    }
  }

  /** Resolves when every write of these keys that is under way now has been answered; undefined when there is none. */
  settled(keys: Iterable<string>): Promise<unknown> | undefined {
    if (this.#writes.size === 0) return undefined
    const waiting: Promise<unknown>[] = []
    for (const key of keys) for (const write of this.#writes.get(key) ?? []) waiting.push(write)
    return waiting.length === 0 ? undefined : Promise.allSettled(waiting)
  }
}
