import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ColumnInfo, Sort } from '../kube/columns.ts'
import type { RowData, RowRef, ViewData } from '../kube/protocol.ts'
import { checkWidth, leastWidth, type ListColumn, rowHeight } from './list/columns.ts'
import { HeaderCell } from './list/header-cell.tsx'
import './list/list.css'
import { rowId } from './list/row.ts'
import { hideTitle, showTitle } from './list/titles.ts'
import { useAnchor } from './list/use-anchor.ts'
import { useColumnWidths } from './list/use-column-widths.ts'
import { useHold } from './list/use-hold.ts'
import { useRows } from './list/use-rows.ts'

export interface ListWindow {
  start: number
  end: number
  anchor?: string
  hold: boolean
}

export interface DataListProps {
  label: string
  data: ViewData | undefined
  /** The rows are from earlier; what stands above the list says since when. */
  stale: boolean
  columns: readonly ListColumn[]
  sort: Sort
  onSort(column: string): void
  onWindow(window: ListWindow): void
  /** Keys of rows; some of them may not be shown. */
  selection: ReadonlySet<string>
  allSelected: boolean
  onToggle(row: RowRef, index: number, range: boolean): void
  onToggleAll(): void
  isOpen(row: RowRef): boolean
  /** Of one of several clusters that is away: its rows are from earlier, the others are not. */
  isStale?(row: RowRef): boolean
  onOpen(row: RowRef): void
  /** The row under the cursor is another one. */
  onCursor(row: RowRef | undefined): void
  /** Asks for the menu of a row, at a point of the window. */
  onMenu(row: RowRef, x: number, y: number): void
  linkFor(column: ColumnInfo, text: string, row: RowRef): string | undefined
  onLink(column: ColumnInfo, text: string, row: RowRef): void
  /** Changes when another list or another order is shown: the scroll position starts anew. */
  resetKey: string
  empty: React.ReactNode
}

/** Rows asked for beyond the visible ones, so that a fast scroll finds them here. */
const ahead = 120
/** The window moves on in steps, so that not every scrolled pixel asks again. */
const step = 60
const headHeight = 28
const noRows: readonly RowData[] = []
const never = (): boolean => false

/**
 * The one list: virtual rows over a window that the feed worker keeps current. React renders the frame and the header, `useRows` the
 * rows. Keys: j/k and arrows move, Enter opens, Space selects, Home and End go to the ends, m opens the menu.
 */
export function DataList(props: DataListProps) {
  const { data, columns, selection, onWindow } = props
  const { t } = useTranslation()
  const scroller = useRef<HTMLDivElement>(null)
  const head = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLDivElement>(null)
  const [height, setHeight] = useState(600)
  const [cursor, setCursor] = useState<{ index: number; key: string }>({ index: -1, key: '' })
  const shown = data?.shown ?? 0
  const rows = data?.rows ?? noRows
  const start = data?.start ?? 0
  const hold = useHold(scroller)
  const { anchor, moved, rested } = useAnchor(scroller, data)
  const widths = useColumnWidths(head, columns)

  const ask = useCallback(
    (first: number) => {
      const from = Math.max(0, Math.floor((first - ahead) / step) * step)
      onWindow({ start: from, end: Math.ceil((first + height / rowHeight + ahead) / step) * step, anchor, hold })
    },
    [height, anchor, hold, onWindow],
  )
  useEffect(() => ask(Math.floor((scroller.current?.scrollTop ?? 0) / rowHeight)), [ask])

  const { scroll, rowOf } = useRows({
    body,
    height,
    columns,
    widths,
    rows,
    start,
    shown,
    isSelected: (row) => selection.has(row.key),
    isOpen: props.isOpen,
    isStale: props.isStale ?? never,
    cursor: cursor.index,
    selectLabel: t('list.select'),
    linkFor: props.linkFor,
    onFirst: (first) => {
      moved(first)
      ask(first)
    },
    onRest: rested,
  })

  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const observer = new ResizeObserver(() => setHeight(element.clientHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const resetKey = props.resetKey
  useLayoutEffect(() => {
    scroller.current?.scrollTo({ top: 0 })
    // Not with the event that comes with the next frame: the new filter and the window at its top are one question.
    scroll(0)
    setCursor({ index: -1, key: '' })
  }, [resetKey, scroll])

  // The cursor belongs to an object, not to a place.
  useEffect(() => {
    setCursor((c) => {
      if (c.index < 0) return c
      const at = c.key ? rows.findIndex((row) => row.key === c.key) : -1
      if (at >= 0) return at + start === c.index ? c : { ...c, index: at + start }
      const row = rows[c.index - start]
      return row && !c.key ? { index: c.index, key: row.key } : c
    })
  }, [rows, start])

  const cursorRow = rows[cursor.index - start]
  const latestCursor = useRef(props.onCursor)
  latestCursor.current = props.onCursor
  useEffect(() => latestCursor.current(cursorRow), [cursorRow])

  const moveTo = (index: number): void => {
    const element = scroller.current
    if (!element || shown === 0) return
    const to = Math.max(0, Math.min(shown - 1, index))
    setCursor({ index: to, key: rows[to - start]?.key ?? '' })
    const top = to * rowHeight
    const visible = element.clientHeight - headHeight
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + rowHeight > element.scrollTop + visible) element.scrollTop = top + rowHeight - visible
  }

  const onKeyDown = (event: React.KeyboardEvent): void => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'a') {
      event.preventDefault()
      if (!props.allSelected) props.onToggleAll()
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const page = Math.max(1, Math.floor(height / rowHeight) - 2)
    const steps: Record<string, number> = {
      j: cursor.index + 1,
      ArrowDown: cursor.index + 1,
      k: cursor.index - 1,
      ArrowUp: cursor.index - 1,
      PageDown: cursor.index + page,
      PageUp: cursor.index - page,
      Home: 0,
      End: shown - 1,
      g: 0,
      G: shown - 1,
    }
    const to = steps[event.key]
    const row = cursorRow
    if (to !== undefined) moveTo(to)
    else if (row && (event.key === 'm' || event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey))) {
      const { left, bottom } = (document.getElementById(rowId(row.key)) ?? event.currentTarget).getBoundingClientRect()
      props.onMenu(row, left + 40, bottom)
    } else if (event.key === 'Enter' && row) props.onOpen(row)
    else if ((event.key === ' ' || event.key === 'x') && row) props.onToggle(row, cursor.index, event.shiftKey)
    else return
    event.preventDefault()
  }

  const onClick = (event: React.MouseEvent): void => {
    const slot = rowOf(event.target)
    if (!slot?.row || !(event.target instanceof Element)) return
    const { row, index, check } = slot
    const many = event.shiftKey || event.ctrlKey || event.metaKey
    if (event.target === check) return props.onToggle(row, index, event.shiftKey)
    if (event.target.closest('.list-check')) return
    const link = event.target.closest('a')
    const column = link && slot.cellAt(link)?.column
    if (column) {
      // The browser opens it in a window of its own.
      if (event.ctrlKey || event.metaKey) return
      event.preventDefault()
      return props.onLink(column.info, link.textContent, row)
    }
    setCursor({ index, key: row.key })
    if (many) props.onToggle(row, index, event.shiftKey)
    else props.onOpen(row)
  }

  const onContextMenu = (event: React.MouseEvent): void => {
    const slot = rowOf(event.target)
    // A link's own menu opens it elsewhere.
    if (!slot?.row || (event.target instanceof Element && event.target.closest('a'))) return
    event.preventDefault()
    setCursor({ index: slot.index, key: slot.row.key })
    props.onMenu(slot.row, event.clientX, event.clientY)
  }

  // Under one identity, so that an answer of the worker renders no header.
  const latestSort = useRef(props.onSort)
  latestSort.current = props.onSort
  const onSort = useCallback((column: string) => latestSort.current(column), [])

  const least = columns.reduce((sum, { info }) => sum + leastWidth(info), checkWidth)
  return (
    <div className={props.stale ? 'list-frame stale' : 'list-frame'}>
      <div
        ref={scroller}
        className="list"
        role="grid"
        aria-label={props.label}
        aria-rowcount={shown + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable="true"
        aria-busy={!data?.state.synced}
        tabIndex={0}
        onKeyDown={onKeyDown}
        aria-activedescendant={cursor.index >= 0 ? rowId(cursor.key) : undefined}
        onScroll={(event) => scroll(event.currentTarget.scrollTop)}
      >
        <div ref={head} className="list-head" role="row" aria-rowindex={1} style={{ minWidth: least }}>
          <div className="list-check" role="columnheader">
            <input
              type="checkbox"
              tabIndex={-1}
              checked={props.allSelected}
              onChange={props.onToggleAll}
              aria-label={t('list.selectAll')}
            />
          </div>
          {columns.map(({ info, label }) => (
            <HeaderCell key={info.id} info={info} label={label} order={orderOf(props.sort, info)} onSort={onSort} />
          ))}
        </div>
        <div
          ref={body}
          className="list-body"
          role="rowgroup"
          style={{ height: shown * rowHeight, minWidth: least }}
          onClick={onClick}
          onContextMenu={onContextMenu}
          onPointerOver={showTitle}
          onPointerOut={hideTitle}
        />
      </div>
      {shown === 0 && props.empty}
    </div>
  )
}

const orderOf = (sort: Sort, { id }: ColumnInfo): 'ascending' | 'descending' | 'none' =>
  sort.column !== id ? 'none' : sort.descending ? 'descending' : 'ascending'
