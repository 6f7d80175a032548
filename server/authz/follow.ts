import type { Entry } from '../cache/entry.ts'
import type { ResourceCache } from '../cache/resource-cache.ts'

/** What is made of the objects of a kind. */
export interface Follower {
  /** The object is new or other than before. */
  set(entry: Entry): void
  remove(entry: Entry): void
  /** Everything is about to be told again. */
  clear(): void
}

/** Tells of everything that is cached now, and from then on of every change as the cache sees it. */
export function follow(cache: ResourceCache, follower: Follower): void {
  const all = (): void => {
    follower.clear()
    for (const entry of cache.list.entries({ namespace: '' })) follower.set(entry)
  }
  all()
  cache.listeners.add((event) => {
    if (event === undefined) all()
    else if (event.deleted) follower.remove(event.entry)
    else follower.set(event.entry)
  })
}
