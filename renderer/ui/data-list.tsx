import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Cell, ColumnInfo, Sort } from '../kube/columns.ts'
import type { RowData, RowRef, ViewData } from '../kube/protocol.ts'
import { Age } from './age.tsx'
import './data-list.css'
import { Icon, ToneWord } from './icon.tsx'

export interface ListWindow {
  start: number
  end: number
  anchor?: string
  hold: boolean
}

export interface DataListProps {
  label: string
  data: ViewData | undefined
  /** The visible columns with the place of each one's cell in a row. */
  columns: readonly { info: ColumnInfo; at: number; label: string }[]
  sort: Sort
  onSort(column: string): void
  onWindow(window: ListWindow): void
  selection: ReadonlyMap<string, RowRef>
  onToggle(row: RowRef, index: number, range: boolean): void
  onToggleAll(): void
  isOpen(row: RowRef): boolean
  onOpen(row: RowRef): void
  linkFor(column: ColumnInfo, text: string): string | undefined
  onLink(column: ColumnInfo, text: string): void
  /** Changes when another list or another order is shown: the scroll position starts anew. */
  resetKey: string
  empty: React.ReactNode
}

const rowHeight = 26
/** Rows asked for beyond the visible ones, so that a fast scroll finds them here. */
const ahead = 60
const overscan = 6
/** The order is kept this long after the pointer last moved over the rows, ms. */
const holdFor = 2_000
/** Scrolling rests when nothing has scrolled for this long, ms. */
const anchorAfter = 120

/**
 * The one list: virtual rows of plain elements over a window that the feed worker keeps current. Keys: j/k and arrows move,
 * Enter opens, Space selects, Home and End go to the ends.
 */
export function DataList(props: DataListProps) {
  const { data, columns, selection, onWindow } = props
  const { t } = useTranslation()
  const selectLabel = t('list.select')
  const scroller = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 600 })
  const [cursor, setCursor] = useState<{ index: number; key: string }>({ index: -1, key: '' })
  const shown = data?.shown ?? 0
  const first = Math.max(0, Math.floor(view.top / rowHeight))
  const last = Math.min(shown, first + Math.ceil(view.height / rowHeight) + 1)
  const hold = useHold(scroller)
  const actions = useLatestActions(props)
  const anchor = useAnchor(scroller, data, first, view.top > 0)

  useEffect(() => {
    // Snapped to steps of 20 so that not every scrolled pixel asks again.
    const start = Math.max(0, Math.floor((first - ahead) / 20) * 20)
    onWindow({ start, end: Math.ceil((first + view.height / rowHeight + ahead) / 20) * 20, anchor, hold })
  }, [first, view.height, hold, anchor, onWindow])

  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const observer = new ResizeObserver(() => setView((v) => ({ ...v, height: element.clientHeight })))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const resetKey = props.resetKey
  useLayoutEffect(() => {
    scroller.current?.scrollTo({ top: 0 })
    setView((v) => ({ ...v, top: 0 }))
    setCursor({ index: -1, key: '' })
  }, [resetKey])

  const rows = data?.rows
  const start = data?.start ?? 0
  // The cursor belongs to an object, not to a place.
  useEffect(() => {
    setCursor((c) => {
      if (c.index < 0 || !rows) return c
      const at = c.key ? rows.findIndex((row) => row.key === c.key) : -1
      if (at >= 0) return at + start === c.index ? c : { ...c, index: at + start }
      const row = rows[c.index - start]
      return row && !c.key ? { index: c.index, key: row.key } : c
    })
  }, [rows, start])

  const moveTo = useCallback(
    (index: number) => {
      const element = scroller.current
      if (!element || shown === 0) return
      const to = Math.max(0, Math.min(shown - 1, index))
      setCursor({ index: to, key: rows?.[to - start]?.key ?? '' })
      const top = to * rowHeight
      const visible = element.clientHeight - 28
      if (top < element.scrollTop) element.scrollTop = top
      else if (top + rowHeight > element.scrollTop + visible) element.scrollTop = top + rowHeight - visible
    },
    [shown, rows, start],
  )

  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 2)
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
    const row = rows?.[cursor.index - start]
    if (to !== undefined) moveTo(to)
    else if (event.key === 'Enter' && row) props.onOpen(row)
    else if ((event.key === ' ' || event.key === 'x') && row) props.onToggle(row, cursor.index, event.shiftKey)
    else return
    event.preventDefault()
  }

  // Rows are recycled: each place in the pool keeps its elements and gets another object's texts, which scrolls twice as fast as new ones.
  const pool = Math.ceil(view.height / rowHeight) + 2 * overscan + 2
  const visible: React.ReactNode[] = []
  for (let index = Math.max(0, first - overscan); index < Math.min(shown, last + overscan); index++) {
    const row = rows?.[index - start]
    if (!row) continue
    visible.push(
      <ListRow
        key={index % pool}
        row={row}
        index={index}
        columns={columns}
        selected={selection.has(row.key)}
        open={props.isOpen(row)}
        cursor={cursor.index === index}
        selectLabel={selectLabel}
        actions={actions}
        onCursor={setCursor}
      />,
    )
  }
  const all = shown > 0 && selection.size >= shown
  const least = columns.reduce((sum, { info }) => sum + leastWidth(info), checkWidth)
  return (
    <div className="list-frame">
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
        aria-activedescendant={cursor.index >= 0 ? `row-${cursor.key}` : undefined}
        onScroll={(event) => {
          const top = event.currentTarget.scrollTop
          setView((v) => (v.top === top ? v : { ...v, top }))
        }}
      >
        <div className="list-head" role="row" aria-rowindex={1} style={{ minWidth: least }}>
          <div className="list-check" role="columnheader">
            <input type="checkbox" tabIndex={-1} checked={all} onChange={props.onToggleAll} aria-label={t('list.selectAll')} />
          </div>
          {columns.map(({ info, label }) => (
            <HeaderCell key={info.id} info={info} label={label} sort={props.sort} onSort={props.onSort} />
          ))}
        </div>
        <div className="list-body" role="rowgroup" style={{ height: shown * rowHeight, minWidth: least }}>
          {visible}
        </div>
      </div>
      {shown === 0 && props.empty}
    </div>
  )
}

function HeaderCell({ info, label, sort, onSort }: { info: ColumnInfo; label: string; sort: Sort; onSort(column: string): void }) {
  const sorted = sort.column === info.id
  return (
    <div
      className={`list-th${info.type === 'number' ? ' num' : ''}`}
      role="columnheader"
      style={cellStyle(info)}
      aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" tabIndex={-1} onClick={() => onSort(info.id)}>
        <span className="ellipsis">{label}</span>
        {sorted && <Icon name={sort.descending ? 'down' : 'up'} size={11} />}
      </button>
    </div>
  )
}

interface RowProps {
  row: RowData
  index: number
  columns: DataListProps['columns']
  selectLabel: string
  selected: boolean
  open: boolean
  cursor: boolean
  actions: Pick<DataListProps, 'onToggle' | 'onOpen' | 'linkFor' | 'onLink'>
  onCursor(cursor: { index: number; key: string }): void
}

const ListRow = memo(
  function ListRow({ row, index, columns, selectLabel, selected, open, cursor, actions, onCursor }: RowProps) {
    const element = useRef<HTMLDivElement>(null)
    useFlash(element, row.key, row.version)
    const classes = ['list-row', open && 'open', cursor && 'cursor', row.gone && 'gone'].filter(Boolean).join(' ')
    return (
      <div
        ref={element}
        id={`row-${row.key}`}
        className={classes}
        role="row"
        aria-rowindex={index + 2}
        aria-selected={selected}
        style={{ top: index * rowHeight }}
        onClick={(event) => {
          onCursor({ index, key: row.key })
          if (event.shiftKey || event.ctrlKey || event.metaKey) actions.onToggle(row, index, event.shiftKey)
          else actions.onOpen(row)
        }}
      >
        <div className="list-check" role="gridcell" onClick={(event) => event.stopPropagation()}>
          <input
            type="checkbox"
            tabIndex={-1}
            checked={selected}
            aria-label={`${selectLabel} ${row.name}`}
            onChange={(event) => actions.onToggle(row, index, (event.nativeEvent as MouseEvent).shiftKey)}
          />
        </div>
        {columns.map(({ info, at }) => (
          <CellView key={info.id} info={info} cell={row.cells[at] ?? null} actions={actions} />
        ))}
      </div>
    )
  },
  (a, b) =>
    a.row.key === b.row.key &&
    a.row.version === b.row.version &&
    a.row.gone === b.row.gone &&
    a.index === b.index &&
    a.columns === b.columns &&
    a.selectLabel === b.selectLabel &&
    a.selected === b.selected &&
    a.open === b.open &&
    a.cursor === b.cursor,
)

/** One object a column, so that equal styles are equal to React. */
const styles = new WeakMap<ColumnInfo, React.CSSProperties>()
function cellStyle(info: ColumnInfo): React.CSSProperties {
  let style = styles.get(info)
  if (!style) styles.set(info, (style = { flex: `${info.grow ? 1 : 0} 1 ${info.width}px`, minWidth: leastWidth(info) }))
  return style
}

/** Names give way to an ellipsis before the list scrolls sideways; figures, ages and states never do. */
const leastWidth = (info: ColumnInfo): number =>
  info.type === 'text' || info.type === 'mono' ? Math.min(info.width, Math.max(88, Math.round(info.width * 0.6))) : info.width

const checkWidth = 32

function CellView({ info, cell, actions }: { info: ColumnInfo; cell: Cell; actions: RowProps['actions'] }) {
  if (cell !== null && typeof cell === 'object') {
    return (
      <div className="list-td" role="gridcell" style={cellStyle(info)}>
        {cell.text && <ToneWord tone={cell.tone}>{cell.text}</ToneWord>}
      </div>
    )
  }
  if (info.type === 'age') {
    return (
      <div className="list-td age" role="gridcell" style={cellStyle(info)}>
        <Age at={typeof cell === 'number' ? cell : null} />
      </div>
    )
  }
  const text = cell === null ? '' : String(cell)
  const url = text ? actions.linkFor(info, text) : undefined
  return (
    <div
      className={`list-td${info.type === 'number' ? ' num' : info.type === 'mono' ? ' mono' : ''}`}
      role="gridcell"
      style={cellStyle(info)}
      title={text.length * 6 > info.width ? text : undefined}
    >
      {url ? (
        <a
          href={url}
          tabIndex={-1}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey) return
            event.preventDefault()
            event.stopPropagation()
            actions.onLink(info, text)
          }}
        >
          {text}
        </a>
      ) : (
        text
      )}
    </div>
  )
}

/** A changed row lights up for a moment; the animation is the browser's, React renders nothing for it. */
function useFlash(element: React.RefObject<HTMLElement | null>, key: string, version: number): void {
  const seen = useRef({ key, version })
  useEffect(() => {
    const before = seen.current
    if (before.version === version) return
    seen.current = { key, version }
    // Another object in a recycled row is no change.
    if (before.key !== key) return
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
    element.current?.animate([{ backgroundColor: 'var(--flash)' }, {}], { duration: 900, easing: 'ease-out' })
  }, [element, key, version])
}

/** True from a pointer movement over the rows until the pointer has rested or left: nothing moves under it meanwhile. */
function useHold(scroller: React.RefObject<HTMLElement | null>): boolean {
  const [hold, setHold] = useState(false)
  useEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const release = (): void => {
      clearTimeout(timer)
      timer = undefined
      setHold(false)
    }
    const keep = (event: PointerEvent): void => {
      if (!(event.target instanceof Element) || !event.target.closest('.list-row')) return
      clearTimeout(timer)
      timer = setTimeout(release, holdFor)
      setHold(true)
    }
    element.addEventListener('pointermove', keep)
    element.addEventListener('pointerleave', release)
    return () => {
      clearTimeout(timer)
      element.removeEventListener('pointermove', keep)
      element.removeEventListener('pointerleave', release)
    }
  }, [scroller])
  return hold
}

/** Keeps the first visible row where it is when rows come or go above it. Returns the key to ask the worker about. */
function useAnchor(
  scroller: React.RefObject<HTMLElement | null>,
  data: ViewData | undefined,
  first: number,
  scrolled: boolean,
): string | undefined {
  const known = useRef<{ key: string; index: number }>(undefined)
  useLayoutEffect(() => {
    const told = data?.anchor
    const before = known.current
    if (!told || !before || told.key !== before.key) return
    const moved = told.index - before.index
    before.index = told.index
    if (moved !== 0 && scroller.current) scroller.current.scrollTop += moved * rowHeight
  }, [data, scroller])
  const row = scrolled ? data?.rows[first - data.start] : undefined
  const latest = useRef(row)
  latest.current = row
  const [anchor, setAnchor] = useState<string>()
  useEffect(() => {
    // Only scrolling chooses another anchor; a change of the data is what the anchor is there to survive. It is chosen when the
    // scrolling rests: on the way a row more or less is not seen, and each new anchor costs an answer with the whole window.
    known.current = undefined
    const timer = setTimeout(() => {
      const chosen = latest.current
      known.current = chosen ? { key: chosen.key, index: first } : undefined
      setAnchor(chosen?.key)
    }, anchorAfter)
    return () => clearTimeout(timer)
  }, [first, scrolled, row === undefined])
  return anchor
}

/** The rows' actions under one identity: a row that renders nothing new still does what the list means now. */
function useLatestActions(props: RowProps['actions']): RowProps['actions'] {
  const latest = useRef(props)
  latest.current = props
  return useMemo(
    () => ({
      onToggle: (row, index, range) => latest.current.onToggle(row, index, range),
      onOpen: (row) => latest.current.onOpen(row),
      linkFor: (column, text) => latest.current.linkFor(column, text),
      onLink: (column, text) => latest.current.onLink(column, text),
    }),
    [],
  )
}
