import { baseContext } from './acting.ts'
import { type Column, columnById, type KindView } from './columns.ts'
import type { FeedPhase, FeedState } from './reflector.ts'
import type { ObjectStore, Row, RowSource, StoreListener } from './store.ts'

/** The column that several clusters' lists begin with; its cell is told by the list, since no object knows where it is from. */
export const clusterColumn: Column = { id: 'cluster', label: 'cluster', type: 'text', width: 130, cell: () => null }

/**
 * Several collections of one kind in one list: a namespace each, a cluster each, or both. An object may come by two contexts that are one
 * cluster, so a key says which cluster it is of: `2.uid`.
 */
export class JoinedRows implements RowSource {
  readonly stores: readonly ObjectStore[]
  readonly #contexts: string[]
  #base: KindView | undefined
  #kind: KindView | undefined
  readonly #columns = new Map<KindView, Map<string, Column | undefined>>()

  constructor(stores: readonly ObjectStore[]) {
    this.stores = stores
    this.#contexts = [...new Set(stores.map(({ context }) => context))]
  }

  /** Of the first store whose columns are known. */
  get kind(): KindView {
    const base = (this.stores.find(({ kind }) => kind.columns.length > 0) ?? this.stores[0])?.kind
    if (!base) throw new Error('nothing is joined')
    if (this.#contexts.length < 2) return base
    if (base !== this.#base) {
      this.#base = base
      this.#kind = { ...base, columns: [clusterColumn, ...base.columns] }
    }
    return this.#kind ?? base
  }

  keyOf({ key, store }: Row): string {
    return this.#contexts.length < 2 ? key : `${this.#contexts.indexOf(store.context)}.${key}`
  }

  has(key: string): boolean {
    if (this.#contexts.length < 2) return this.stores.some(({ rows }) => rows.has(key))
    const dot = key.indexOf('.')
    const context = this.#contexts[Number(key.slice(0, dot))]
    return this.stores.some((store) => store.context === context && store.rows.has(key.slice(dot + 1)))
  }

  columnFor({ store: { kind } }: Row, column: Column): Column | undefined {
    if (kind.columns.includes(column)) return column
    let known = this.#columns.get(kind)
    if (!known) this.#columns.set(kind, (known = new Map()))
    if (!known.has(column.id)) known.set(column.id, columnById(kind, column.id))
    return known.get(column.id)
  }

  clusterOf({ store }: Row): string {
    return this.#contexts.length < 2 ? '' : baseContext(store.context)
  }

  listen(listener: StoreListener): () => void {
    const stops = this.stores.map((store) => store.listen(listener))
    return () => stops.forEach((stop) => stop())
  }
}

/** The object's own key, of a row of several clusters. */
export const ownKey = (key: string): string => key.slice(key.indexOf('.') + 1)

const worst: readonly FeedPhase[] = ['retrying', 'connecting', 'listing', 'resuming', 'live', 'stopped']

/** What several feeds are doing, told as one: the worst of it. */
export function joinedState(states: readonly FeedState[]): FeedState {
  const [only] = states
  if (only && states.length === 1) return only
  const least = (times: (number | undefined)[]): number | undefined => {
    const known = times.filter((time) => time !== undefined)
    return known.length > 0 ? Math.min(...known) : undefined
  }
  return {
    phase: worst.find((phase) => states.some((state) => state.phase === phase)) ?? 'connecting',
    synced: states.every(({ synced }) => synced),
    liveUntil: least(states.map(({ liveUntil }) => liveUntil)),
    retryAt: least(states.map(({ retryAt }) => retryAt)),
    error: states.find(({ error }) => error !== undefined)?.error,
  }
}

/** What feeds are doing, under one identity for as long as none of them does anything else. */
export class JoinedState {
  readonly #feeds: readonly { readonly state: FeedState }[]
  #of: readonly FeedState[] = []
  #state: FeedState = { phase: 'connecting', synced: false }

  constructor(feeds: readonly { readonly state: FeedState }[]) {
    this.#feeds = feeds
  }

  get(): FeedState {
    const now = this.#feeds.map(({ state }) => state)
    if (now.some((state, at) => state !== this.#of[at])) {
      this.#of = now
      this.#state = joinedState(now)
    }
    return this.#state
  }
}
