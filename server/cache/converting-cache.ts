import type { KeyValue, StorageEvent } from '../storage/contract.ts'
import type { CacheSchema } from './entry.ts'
import { ResourceCache } from './resource-cache.ts'
import { UndecodableError, type Undecodable } from './undecodable.ts'

/** What stored bytes are shown as, and whether they are stored in a form in which they would not be written now. */
export interface Converted {
  readonly value: Buffer
  readonly stale: boolean
}

/** Stored bytes as this cache shows them, in their order; an error in the place of those of which that cannot be told. */
export type ConvertValues = (values: readonly Buffer[]) => Promise<(Converted | Error)[]>

/** So many objects are converted at once, or fewer when they are large: JSON is read and written in one go. */
const BATCH = 100
const BATCH_BYTES = 1 << 20
/** So many changes do not wait any longer for somebody to ask for them. */
const MUCH = 1000
/** So many failures are told of at once (apiserver `etcd3/corrupt_obj_deleter.go`). */
export const MAX_FAILURES = 100

/**
 * A cache whose objects are stored in a form that somebody else must be asked to convert (conversion webhooks). What the feed brings waits
 * until it is asked for, or watched, or is much; then it is converted in order, many at once. Readers wait with `settle`; when the conversion fails, so
 * do they, and the next one tries again.
 */
export class ConvertingCache extends ResourceCache {
  readonly #convert: ConvertValues
  #loading: { readonly items: readonly KeyValue[]; readonly revision: number } | undefined
  #events: StorageEvent[] = []
  #work: Promise<void> | undefined

  constructor(schema: CacheSchema, convert: ConvertValues) {
    super(schema)
    this.#convert = convert
  }

  /** The newest revision that it shows all of, when the feed is at `revision`. */
  seen(revision: number): number {
    if (this.#loading !== undefined) return 0
    return this.#events.length === 0 ? revision : this.#events[0]!.revision - 1
  }

  override load(items: readonly KeyValue[], revision: number): void {
    this.#loading = { items, revision }
    this.#events = []
    this.closeWatchers()
  }

  override apply(event: StorageEvent): void {
    const waits = this.#loading !== undefined || this.#events.length > 0
    if (!waits && (event.type === 'delete' || this.isPending(event.key, event.revision))) {
      super.apply(event)
      return
    }
    this.#events.push(event)
    // Nobody to tell of a failure: who watches hears of it by the end of the watch.
    if (this.watchers.size > 0 || this.#events.length % MUCH === 0) this.settle()?.catch(() => this.closeWatchers())
  }

  /** Converts what waits; undefined when nothing does. */
  settle(): Promise<void> | undefined {
    if (this.#loading === undefined && this.#events.length === 0) return this.#work
    return (this.#work ??= this.#run().finally(() => (this.#work = undefined)))
  }

  async #run(): Promise<void> {
    while (this.#loading !== undefined || this.#events.length > 0) {
      const loading = this.#loading
      if (loading !== undefined) {
        const items = await this.#all(loading.items)
        if (loading !== this.#loading) continue
        this.#loading = undefined
        super.load(items, loading.revision)
        continue
      }
      const events = this.#events
      const batch = events.slice(0, batchEnd(events, 0))
      const puts = batch.flatMap((e) => (e.type === 'delete' ? [] : [e]))
      const answers = await this.#convert(puts.map((e) => e.value))
      // Everything was listed anew meanwhile.
      if (events !== this.#events) continue
      const converted = shown(
        puts.map((e) => ({ key: e.key, revision: e.revision })),
        answers,
      )
      events.splice(0, batch.length)
      for (const e of batch) super.apply(e.type === 'delete' ? e : { ...e, ...converted.shift()! })
    }
  }

  async #all(items: readonly KeyValue[]): Promise<KeyValue[]> {
    const answers: (Converted | Error)[] = []
    let failures = 0
    while (answers.length < items.length && failures < MAX_FAILURES) {
      const end = batchEnd(items, answers.length)
      const batch = await this.#convert(items.slice(answers.length, end).map((kv) => kv.value))
      const failed = batch.filter((answer) => answer instanceof Error)
      answers.push(...batch)
      failures += failed.length
      // Who fails at all of them will fail at the next ones, which others wait for.
      if (failed.length === batch.length) while (answers.length < items.length && failures++ < MAX_FAILURES) answers.push(failed[0]!)
    }
    const converted = shown(
      items.map((kv) => ({ key: kv.key, revision: kv.modRevision })),
      answers,
    )
    return items.map((kv, i) => ({ ...kv, ...converted[i]! }))
  }
}

/** @throws UndecodableError for those that cannot be shown */
export function shown(from: readonly Omit<Undecodable, 'cause'>[], answers: readonly (Converted | Error)[]): Converted[] {
  const failed: Undecodable[] = []
  const converted: Converted[] = []
  for (const [i, answer] of answers.entries()) {
    if (answer instanceof Error) failed.push({ ...from[i]!, cause: answer })
    else converted.push(answer)
  }
  if (failed.length > 0) throw new UndecodableError(failed)
  return converted
}

/** Where the batch ends that begins at `start`: behind one at least. */
function batchEnd(items: readonly (KeyValue | StorageEvent)[], start: number): number {
  let bytes = 0
  let end = start
  while (end < items.length && end < start + BATCH && bytes < BATCH_BYTES) bytes += size(items[end++]!)
  return end
}

const size = (item: KeyValue | StorageEvent): number => ('value' in item ? item.value.length : 0)
