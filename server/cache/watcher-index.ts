import type { CacheEvent } from './event-ring.ts'
import { WatcherGroup, type FrameEncoder, type Selection, type SentEvents, type Watcher } from './watchers.ts'

/** The one field by which most watchers of pods differ: each kubelet asks for its own node's. */
const INDEXED_FIELD = 'spec.nodeName'

type GroupMap = Map<string, WatcherGroup>

/** Finds the groups that an event may concern without asking all of them. */
export class WatcherIndex {
  #groups: GroupMap = new Map()
  #buckets = new Map<string, Set<WatcherGroup>>()
  #size = 0
  /** Buckets by field value. */
  #indexed = 0

  get size(): number {
    return this.#size
  }

  group(selection: Selection, encoder: FrameEncoder, sent?: SentEvents): WatcherGroup {
    const key = JSON.stringify([selection.namespace, selection.labels.toString(), selection.fields.toString(), encoder.key])
    let g = this.#groups.get(key)
    if (g === undefined) this.#groups.set(key, (g = new WatcherGroup(key, selection, encoder, sent)))
    return g
  }

  add(w: Watcher): void {
    w.group.members.add(w)
    this.#size++
    const bucket = bucketOf(w.group.selection)
    const set = this.#buckets.get(bucket)
    if (set !== undefined) set.add(w.group)
    else {
      this.#buckets.set(bucket, new Set([w.group]))
      if (bucket.startsWith('field ')) this.#indexed++
    }
  }

  remove(w: Watcher): void {
    const g = w.group
    if (!g.members.delete(w)) return
    this.#size--
    if (g.members.size > 0) return
    const bucket = bucketOf(g.selection)
    const set = this.#buckets.get(bucket)
    set?.delete(g)
    if (set?.size === 0) {
      this.#buckets.delete(bucket)
      if (bucket.startsWith('field ')) this.#indexed--
    }
    if (this.#groups.get(g.key) === g) this.#groups.delete(g.key)
  }

  offer(event: CacheEvent): void {
    if (this.#size === 0) return
    const e = event.entry
    this.#offerBucket('', event)
    this.#offerBucket(`namespace ${e.namespace}`, event)
    this.#offerBucket(`name ${e.name}`, event)
    // Reading the field may parse an object: only when somebody asks by it.
    if (this.#indexed === 0) return
    const now = e.field(INDEXED_FIELD)
    const was = event.previous?.field(INDEXED_FIELD) ?? ''
    this.#offerBucket(`field ${now}`, event)
    if (was !== now) this.#offerBucket(`field ${was}`, event)
  }

  #offerBucket(bucket: string, event: CacheEvent): void {
    const set = this.#buckets.get(bucket)
    if (set !== undefined) for (const g of set) g.offer(event)
  }

  *watchers(): IterableIterator<Watcher> {
    for (const set of this.#buckets.values()) for (const g of set) yield* g.members
  }
}

/** The narrowest place where a selection's events can be found. */
function bucketOf(s: Selection): string {
  const name = s.fields.requiresExact('metadata.name')
  if (name !== undefined) return `name ${name}`
  const indexed = s.fields.requiresExact(INDEXED_FIELD)
  if (indexed !== undefined) return `field ${indexed}`
  return s.namespace === '' ? '' : `namespace ${s.namespace}`
}
