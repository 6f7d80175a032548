import { type Column, columnById, createdAt, orderOf, type Sort } from './columns.ts'
import { clusterColumn } from './joined.ts'
import { matchesAll, parseFilter, type Term } from './filter.ts'
import type { Row, RowSource } from './store.ts'

interface Entry {
  row: Row
  order: string | number
  shown: boolean
  dirty: boolean
}

export interface ViewParams {
  sort: Sort
  filter: string
}

/**
 * One ordered, filtered reading of a store. Changes are gathered and merged on `flush`, in one pass over the order
 * (n + d log d for d changed rows), never with a full sort. While `held`, rows change in place but none comes, goes or moves.
 */
export class ListView {
  readonly #source: RowSource
  readonly #entries = new Map<Row, Entry>()
  readonly #changed = new Set<Row>()
  readonly #stop: () => void
  #params: ViewParams
  #terms: Term[]
  #sorted: Entry[] = []
  #held = false
  #measured = false
  readonly #selected = new Set<string>()
  #selectedShown = 0
  #selectionTouched = false
  /** The selected rows that are shown, by their context. */
  readonly selectedOf = new Map<string, number>()
  /** What is shown, in order. Read it between flushes; do not keep it. */
  shown: Row[] = []
  /** Grows when the order, the membership or any shown row has changed. */
  version = 0

  constructor(source: RowSource, params: ViewParams) {
    this.#source = source
    this.#params = params
    this.#terms = parseFilter(params.filter)
    this.#stop = source.listen((row, measured) => {
      // Another figure moves a row only where it is what the list is sorted by.
      if (measured && !this.#column()?.used) {
        this.#measured = true
        return
      }
      this.#changed.add(row)
      if (row.gone && this.#selected.delete(source.keyOf(row))) this.#selectionTouched = true
    })
    this.#rebuild()
  }

  get total(): number {
    let total = 0
    for (const { rows } of this.#source.stores) total += rows.size
    return total
  }

  /** How many rows wait for the hold to end. */
  get waiting(): number {
    return this.#held ? this.#changed.size : 0
  }

  get held(): boolean {
    return this.#held
  }

  /** Of the selected rows: those that are shown, and those that the filter hides. A row that is gone is neither. */
  get selected(): { shown: number; hidden: number } {
    return { shown: this.#selectedShown, hidden: this.#selected.size - this.#selectedShown }
  }

  get selectedKeys(): string[] {
    return [...this.#selected]
  }

  /** Takes the keys of the selected rows; those of rows that are not here, or go later, are forgotten. */
  select(keys: Iterable<string>): void {
    this.#selected.clear()
    for (const key of keys) if (this.#source.has(key)) this.#selected.add(key)
    this.#countSelected()
    this.version++
  }

  /** The selected rows that are shown, in order: what an action on the selection may act on. */
  pickSelected(): Row[] {
    return this.shown.filter((row) => this.#selected.has(this.#source.keyOf(row)) && !row.gone)
  }

  #countSelected(): void {
    let count = 0
    this.selectedOf.clear()
    if (this.#selected.size > 0) {
      for (const row of this.shown) {
        if (!this.#selected.has(this.#source.keyOf(row))) continue
        count++
        this.selectedOf.set(row.store.context, (this.selectedOf.get(row.store.context) ?? 0) + 1)
      }
    }
    this.#selectedShown = count
  }

  close(): void {
    this.#stop()
  }

  update(params: ViewParams): void {
    const resort = params.sort.column !== this.#params.sort.column || params.sort.descending !== this.#params.sort.descending
    const refilter = params.filter !== this.#params.filter
    this.#params = params
    if (!resort && !refilter) return
    if (refilter) this.#terms = parseFilter(params.filter)
    this.#merge()
    if (resort) {
      const column = this.#column()
      for (const entry of this.#sorted) entry.order = this.#order(column, entry.row)
      this.#sorted.sort(this.#compare())
    }
    // In the order in which they were stored, which is how they lie in memory: in the order shown it takes half as long again.
    if (refilter) for (const entry of this.#entries.values()) entry.shown = this.#matches(entry.row)
    this.#collect()
  }

  /** True when something to show has changed. */
  flush(): boolean {
    if (this.#changed.size === 0) {
      const measured = this.#measured
      this.#measured = false
      if (measured) this.version++
      return measured
    }
    // A list that is held still shows the row that is gone.
    if (this.#selectionTouched) this.#countSelected()
    this.#selectionTouched = false
    if (this.#held) {
      let touched = false
      for (const row of this.#changed) {
        const entry = this.#entries.get(row)
        if (!entry?.shown) continue
        touched = true
        // A change that moves nothing is done with; the others wait.
        if (!row.gone && this.#matches(row) && this.#order(this.#column(), row) === entry.order) this.#changed.delete(row)
      }
      if (touched) this.version++
      return touched
    }
    if (this.#merge()) this.#collect()
    else this.version++
    return true
  }

  hold(held: boolean): void {
    this.#held = held
  }

  /** Everything anew: the columns have become known. */
  reset(): void {
    this.#rebuild()
  }

  #rebuild(): void {
    this.#changed.clear()
    this.#entries.clear()
    const column = this.#column()
    this.#sorted = []
    for (const { rows } of this.#source.stores) for (const row of rows.values()) this.#sorted.push(this.#enter(row, column))
    this.#sorted.sort(this.#compare())
    this.#collect()
  }

  #enter(row: Row, column: Column | undefined): Entry {
    const entry = { row, order: this.#order(column, row), shown: this.#matches(row), dirty: false }
    this.#entries.set(row, entry)
    return entry
  }

  /** Brings the changed rows to their places. False when order and membership stay as they are. */
  #merge(): boolean {
    const column = this.#column()
    const moved: Entry[] = []
    let structural = false
    let leaving = false
    for (const row of this.#changed) {
      const entry = this.#entries.get(row)
      if (!entry) {
        if (!row.gone) moved.push(this.#enter(row, column))
        continue
      }
      if (row.gone) {
        this.#entries.delete(row)
        entry.dirty = leaving = true
        continue
      }
      const shown = this.#matches(row)
      if (shown !== entry.shown) {
        entry.shown = shown
        structural = true
      }
      const order = this.#order(column, row)
      if (order !== entry.order) {
        // The old place is dropped with a spent entry; the row goes on with a new one.
        entry.dirty = leaving = true
        moved.push(this.#enter(row, column))
      }
    }
    this.#changed.clear()
    if (moved.length === 0 && !leaving) return structural
    moved.sort(this.#compare())
    this.#sorted = mergeSorted(this.#sorted, moved, this.#compare())
    return true
  }

  #collect(): void {
    const shown: Row[] = []
    for (const entry of this.#sorted) if (entry.shown) shown.push(entry.row)
    this.shown = shown
    this.#countSelected()
    this.version++
  }

  #column(): Column | undefined {
    return columnById(this.#source.kind, this.#params.sort.column)
  }

  #order(column: Column | undefined, row: Row): string | number {
    if (column === clusterColumn) return this.#source.clusterOf(row).toLowerCase()
    const own = column && this.#source.columnFor(row, column)
    return own ? orderOf(own, row.object, row.usage) : (createdAt(row.object) ?? 0)
  }

  #matches(row: Row): boolean {
    return this.#terms.length === 0 || matchesAll(this.#terms, row, this.#source.clusterOf(row))
  }

  #compare(): (a: Entry, b: Entry) => number {
    const sign = this.#params.sort.descending ? -1 : 1
    return (a, b) => {
      if (a.order !== b.order) return compareOrder(a.order, b.order) * sign
      // Equal keys stay in one order whatever the direction: by name, namespace, then key.
      const left = a.row
      const right = b.row
      if (left.name !== right.name) return left.name < right.name ? -1 : 1
      if (left.namespace !== right.namespace) return left.namespace < right.namespace ? -1 : 1
      if (left.key !== right.key) return left.key < right.key ? -1 : 1
      // One object by two contexts.
      return left.store === right.store ? 0 : left.store.context < right.store.context ? -1 : 1
    }
  }
}

function compareOrder(a: string | number, b: string | number): number {
  if (typeof a === typeof b) return a < b ? -1 : 1
  return typeof a === 'number' ? -1 : 1
}

function mergeSorted(kept: Entry[], added: Entry[], compare: (a: Entry, b: Entry) => number): Entry[] {
  const merged: Entry[] = []
  let next = 0
  for (const entry of kept) {
    if (entry.dirty) continue
    for (let head = added[next]; head !== undefined && compare(head, entry) < 0; head = added[++next]) merged.push(head)
    merged.push(entry)
  }
  for (; next < added.length; next++) merged.push(added[next] as Entry)
  return merged
}
