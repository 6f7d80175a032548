import type { RowData } from '../../kube/protocol.ts'
import { type CellContext, ListCell } from './cell.ts'
import { rowHeight } from './columns.ts'

export interface RowState {
  selected: boolean
  open: boolean
  cursor: boolean
  /** It is from earlier, while others of the list are not. */
  stale: boolean
  selectLabel: string
  /** A change of the same object lights up. */
  flash: boolean
}

/** One recycled row: it holds its elements for good and shows one object after another. Writes only what is different. */
export class ListRow {
  readonly element = document.createElement('div')
  readonly check = document.createElement('input')
  index = -1
  row: RowData | undefined
  #cells: ListCell[] = []
  #context: CellContext | undefined
  #classes = ''
  #selected: boolean | undefined
  #label = ''
  #id = ''

  constructor() {
    this.element.setAttribute('role', 'row')
    this.check.type = 'checkbox'
    this.check.tabIndex = -1
  }

  show(index: number, row: RowData, state: RowState, context: CellContext): void {
    if (context !== this.#context) this.#rebuild(context)
    if (index !== this.index) {
      this.index = index
      this.element.style.top = `${index * rowHeight}px`
      this.element.setAttribute('aria-rowindex', String(index + 2))
    }
    const known = this.row
    if (known?.key !== row.key || known.version !== row.version || known.measured !== row.measured) {
      for (const cell of this.#cells) cell.write(row.cells[cell.column.at] ?? null, context, row)
      const changed = known?.key === row.key && known.version !== row.version
      if (state.flash && changed && !matchMedia('(prefers-reduced-motion: reduce)').matches) this.#flash()
    }
    this.row = row
    this.#mark(row, state)
  }

  /** The row shows nothing and is out of the document. */
  leave(): void {
    this.element.remove()
    this.row = undefined
  }

  #mark(row: RowData, { selected, open, cursor, stale, selectLabel }: RowState): void {
    const classes = `list-row${open ? ' open' : ''}${cursor ? ' cursor' : ''}${row.gone ? ' gone' : ''}${stale ? ' of-away' : ''}`
    if (classes !== this.#classes) this.element.className = this.#classes = classes
    if (selected !== this.#selected) this.element.setAttribute('aria-selected', String((this.#selected = selected)))
    // A click has toggled the box before anybody decided.
    if (this.check.checked !== selected) this.check.checked = selected
    const label = `${selectLabel} ${row.name}`
    if (label !== this.#label) this.check.setAttribute('aria-label', (this.#label = label))
    // Only the row that aria-activedescendant names needs an id.
    const id = cursor ? rowId(row.key) : ''
    if (id === this.#id) return
    this.#id = id
    if (id) this.element.id = id
    else this.element.removeAttribute('id')
  }

  #rebuild(context: CellContext): void {
    const same = this.#context?.columns === context.columns
    this.#context = context
    this.row = undefined
    if (same) return
    const check = document.createElement('div')
    check.className = 'list-check'
    check.setAttribute('role', 'gridcell')
    check.append(this.check)
    this.#cells = context.columns.map((column, place) => new ListCell(column, place))
    this.element.replaceChildren(check, ...this.#cells.map((cell) => cell.element))
  }

  #flash(): void {
    this.element.animate([{ backgroundColor: 'var(--flash)' }, {}], { duration: 900, easing: 'ease-out' })
  }

  /** The cell that holds an element of this row. */
  cellAt(element: Element): ListCell | undefined {
    return this.#cells.find((cell) => cell.element.contains(element))
  }
}

export const rowId = (key: string): string => `row-${key}`
