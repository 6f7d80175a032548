import { type Cell, cellText, type Column, type KindView } from './columns.ts'
import type { Usage } from './node-usage.ts'
import type { KubeObject } from './types.ts'
import { mostInCell, type UsageHistory, withReading } from './usage-history.ts'
import { usageKey } from './usage-source.ts'

/** One object as lists need it. Rows are mutable and keep their identity while the object lives. */
export interface Row {
  /** uid, or namespace/name where the server gives no uid. */
  key: string
  name: string
  namespace: string
  object: KubeObject
  labels: Record<string, string> | undefined
  text: string
  status: string
  /** When `status` is no longer true though nothing has changed, ms. */
  until?: number
  /** Grows with each change of this row, from the store's counter. */
  version: number
  /** What it uses now, where that is asked for; `measured` grows with each other figure, of which no row lights up. */
  usage?: Usage
  /** The last readings of it, oldest first. */
  history?: UsageHistory
  measured: number
  gone: boolean
  /** Where it is kept. */
  store: ObjectStore
}

export const rowKey = (object: KubeObject): string => object.metadata.uid ?? `${object.metadata.namespace ?? ''}/${object.metadata.name}`

/** What a list reads its rows from: one store, or several as one. */
export interface RowSource {
  readonly stores: readonly ObjectStore[]
  readonly kind: KindView
  /** Each row's key is its own among all of them. */
  keyOf(row: Row): string
  has(key: string): boolean
  /** The kind's column as the row's own store has it: servers may print one kind differently. */
  columnFor(row: Row, column: Column): Column | undefined
  /** What the cluster of a row is called; '' where all are of one. */
  clusterOf(row: Row): string
  listen(listener: StoreListener): () => void
}

/**
 * The objects of one feed, outside React. Every change gives its row a new version and puts it in the change set,
 * which views drain in batches. A replacement (begin … end) keeps rows that come again and drops the others.
 */
export class ObjectStore implements RowSource {
  /** The context whose objects these are. */
  readonly context: string
  readonly stores = [this]
  readonly rows = new Map<string, Row>()
  version = 0
  kind: KindView
  #join: (object: KubeObject) => KubeObject = (object) => object
  #usage: ReadonlyMap<string, Usage> | undefined
  readonly #listeners = new Set<StoreListener>()
  #seen: Set<string> | undefined

  /** Asked to call `lapse` at a time, ms: the last one counts. */
  readonly #wake: (at: number) => void
  #wakeAt = Number.POSITIVE_INFINITY

  constructor(kind: KindView, context = '', wake: (at: number) => void = () => undefined) {
    this.kind = kind
    this.context = context
    this.#wake = wake
  }

  keyOf({ key }: Row): string {
    return key
  }

  has(key: string): boolean {
    return this.rows.has(key)
  }

  columnFor(_row: Row, column: Column): Column {
    return column
  }

  clusterOf(): string {
    return ''
  }

  listen(listener: StoreListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  upsert(object: KubeObject): void {
    const key = rowKey(object)
    this.#seen?.add(key)
    const trimmed = this.#join(this.kind.trim(object))
    const known = this.rows.get(key)
    if (known) {
      // A relist brings back what is known already: no change, no flash.
      const same =
        known.object.metadata.resourceVersion !== undefined && known.object.metadata.resourceVersion === trimmed.metadata.resourceVersion
      if (same) return
      known.object = trimmed
      this.#describe(known)
      this.#emit(known)
      return
    }
    const row: Row = {
      key,
      name: trimmed.metadata.name,
      namespace: trimmed.metadata.namespace ?? '',
      object: trimmed,
      labels: undefined,
      text: '',
      status: '',
      version: 0,
      measured: 0,
      gone: false,
      store: this,
    }
    row.usage = this.#usage?.get(usageKey(row.namespace, row.name))
    this.#describe(row)
    this.rows.set(key, row)
    this.#emit(row)
  }

  remove(object: KubeObject): void {
    this.#drop(rowKey(object))
  }

  beginReplace(): void {
    this.#seen = new Set()
  }

  endReplace(): void {
    const seen = this.#seen
    this.#seen = undefined
    if (!seen) return
    for (const key of [...this.rows.keys()]) if (!seen.has(key)) this.#drop(key)
  }

  /** Readings begin anew: between them and earlier ones is a time of which nothing is known. */
  forgetUsage(): void {
    for (const row of this.rows.values()) row.history = undefined
  }

  /** Takes what the objects use now, by `usageKey`; of those that are not among them nothing is known. */
  measure(usage: ReadonlyMap<string, Usage>): void {
    this.#usage = usage
    for (const row of this.rows.values()) {
      const next = usage.get(usageKey(row.namespace, row.name))
      // The same figure twice is a course too; where nothing was told, there is none.
      if (next === undefined && row.usage === undefined) continue
      row.history = withReading(row.history ?? [], next ?? {}, mostInCell)
      row.usage = next
      row.measured++
      for (const listener of this.#listeners) listener(row, true)
    }
  }

  /** Adds to every object, and to those that come, what another collection says of it (`KindView.beside`). */
  join(join: (object: KubeObject) => KubeObject): void {
    this.#join = join
    for (const row of this.rows.values()) {
      const joined = join(row.object)
      if (joined === row.object) continue
      row.object = joined
      this.#describe(row)
      this.#emit(row)
    }
  }

  /** Words that time alone has made untrue: nobody sends an event when a Lease runs out. */
  lapse(now: number): void {
    this.#wakeAt = Number.POSITIVE_INFINITY
    for (const row of this.rows.values()) {
      if (row.until === undefined) continue
      if (row.until > now) {
        this.#wakeBy(row.until)
        continue
      }
      this.#describe(row)
      this.#emit(row)
    }
  }

  #wakeBy(at: number): void {
    if (at >= this.#wakeAt) return
    this.#wakeAt = at
    this.#wake(at)
  }

  #drop(key: string): void {
    const row = this.rows.get(key)
    if (!row) return
    this.rows.delete(key)
    row.gone = true
    this.#emit(row)
  }

  #describe(row: Row): void {
    row.labels = row.object.metadata.labels
    const word = this.kind.status(row.object)
    row.status = word?.text.toLowerCase() ?? ''
    row.until = word?.until
    if (row.until !== undefined) this.#wakeBy(row.until)
    row.text = searchText(this.kind, row)
  }

  #emit(row: Row): void {
    row.version = ++this.version
    for (const listener of this.#listeners) listener(row)
  }
}

/** `measured`: nothing but what the object uses is another. */
export type StoreListener = (row: Row, measured?: boolean) => void

function searchText(kind: KindView, row: Row): string {
  let text = `${row.namespace}/${row.name}`
  for (const column of kind.columns) {
    if (column.type === 'age' || column.type === 'number' || column.used || column.id === 'name' || column.id === 'namespace') continue
    const cell: Cell = column.cell(row.object)
    if (cell !== null) text += `\n${cellText(cell)}`
  }
  return text.toLowerCase()
}
