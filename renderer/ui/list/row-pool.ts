import type { RowData } from '../../kube/protocol.ts'
import type { CellContext } from './cell.ts'
import { ListRow } from './row.ts'

export interface PoolView {
  /** The rows that are here, the first of them at `start`. */
  rows: readonly RowData[]
  start: number
  /** How many rows the whole list has. */
  shown: number
  /** The first row on screen, and how many fit. */
  first: number
  fit: number
  cells: CellContext
  isSelected(row: RowData): boolean
  isOpen(row: RowData): boolean
  isStale(row: RowData): boolean
  cursor: number
  selectLabel: string
  flash: boolean
}

/** Rows kept ready above and below those on screen. */
const overscan = 6

/**
 * The rows on screen, outside React: a scrolled row costs the texts that are different and nothing else. Row `index` lives in the
 * element `index % size`, so that a scroll by four rows touches four elements and moves none in the document.
 */
export class RowPool {
  readonly #body: HTMLElement
  readonly #rows: ListRow[] = []
  readonly #byElement = new WeakMap<Element, ListRow>()

  constructor(body: HTMLElement) {
    this.#body = body
  }

  render(view: PoolView): void {
    const wanted = view.fit + 2 * overscan
    if (wanted > this.#rows.length) this.#grow(wanted)
    const size = this.#rows.length
    const from = Math.max(0, Math.min(view.first - overscan, view.shown - size))
    for (let index = from; index < from + size; index++) {
      const slot = this.#rows[index % size]
      if (!slot) continue
      const row = index < view.shown ? view.rows[index - view.start] : undefined
      if (!row) {
        // One that is only not here yet keeps its element, which stands somewhere outside of what is seen.
        if (slot.row && index >= view.shown) slot.leave()
        continue
      }
      const { flash, selectLabel } = view
      const state = {
        selected: view.isSelected(row),
        open: view.isOpen(row),
        stale: view.isStale(row),
        cursor: view.cursor === index,
        selectLabel,
        flash,
      }
      slot.show(index, row, state, view.cells)
      if (!slot.element.isConnected) this.#body.append(slot.element)
    }
  }

  /** Brings the rows' elements into the order that is seen, for whoever reads the document. Costs a layout: only when scrolling rests. */
  sort(): void {
    if (this.#body.contains(document.activeElement)) return
    const rows = this.#rows.filter((slot) => slot.row).sort((a, b) => a.index - b.index)
    let next: Element | null = null
    for (const { element } of rows.reverse()) {
      if (element.nextElementSibling !== next) this.#body.insertBefore(element, next)
      next = element
    }
  }

  /** The row that an event's target lies in. */
  rowOf(target: EventTarget | null): ListRow | undefined {
    const element = target instanceof Element ? target.closest('.list-row') : null
    return element ? this.#byElement.get(element) : undefined
  }

  close(): void {
    this.#body.replaceChildren()
  }

  #grow(to: number): void {
    for (const slot of this.#rows) slot.leave()
    while (this.#rows.length < to) {
      const slot = new ListRow()
      this.#rows.push(slot)
      this.#byElement.set(slot.element, slot)
    }
  }
}
