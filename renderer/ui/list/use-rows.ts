import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import type { CellContext } from './cell.ts'
import { type ListColumn, rowHeight } from './columns.ts'
import { type PoolView, RowPool } from './row-pool.ts'
import { type TextWidth, textWidthIn } from './text-width.ts'

/** Scrolling rests when nothing has scrolled for this long, ms. */
const restAfter = 120

export interface RowsInit extends Omit<PoolView, 'first' | 'fit' | 'cells' | 'flash'> {
  body: React.RefObject<HTMLElement | null>
  /** The height of what is visible, px. */
  height: number
  columns: readonly ListColumn[]
  widths: readonly number[] | undefined
  linkFor: CellContext['linkFor']
  /** Another row is the first one on screen. */
  onFirst(first: number): void
  onRest(): void
}

/**
 * Draws the rows after each render and, without one, while they scroll: a render for each frame would cost more than the rows do.
 * `scroll` takes the scroll position, px.
 */
export function useRows(init: RowsInit): { scroll(top: number): void; rowOf: RowPool['rowOf'] } {
  const latest = useRef(init)
  latest.current = init
  const first = useRef(0)
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined)
  const pool = useRef<RowPool>(undefined)
  const fonts = useRef<{ text: TextWidth; mono: TextWidth }>(undefined)
  const cells = useMemo(
    (): Omit<CellContext, 'text' | 'mono'> => ({
      columns: init.columns,
      widths: init.widths,
      linkFor: (column, text, row) => latest.current.linkFor(column, text, row),
    }),
    [init.columns, init.widths],
  )
  const latestCells = useRef(cells)
  latestCells.current = cells
  const context = useRef<{ of: typeof cells; whole: CellContext }>(undefined)

  const draw = useCallback(() => {
    const body = latest.current.body.current
    if (!body) return
    pool.current ??= new RowPool(body)
    fonts.current ??= { text: textWidthIn(body, 'list-td'), mono: textWidthIn(body, 'list-td mono') }
    const shared = latestCells.current
    if (context.current?.of !== shared) context.current = { of: shared, whole: { ...shared, ...fonts.current } }
    pool.current.render({
      ...latest.current,
      first: first.current,
      fit: Math.ceil(latest.current.height / rowHeight) + 1,
      cells: context.current.whole,
      flash: resting.current === undefined,
    })
  }, [])
  useLayoutEffect(draw)

  const scroll = useCallback(
    (top: number) => {
      clearTimeout(resting.current)
      resting.current = setTimeout(() => {
        resting.current = undefined
        pool.current?.sort()
        latest.current.onRest()
      }, restAfter)
      const next = Math.floor(top / rowHeight)
      if (next === first.current) return
      first.current = next
      draw()
      latest.current.onFirst(next)
    },
    [draw],
  )
  useEffect(() => () => clearTimeout(resting.current), [])
  const rowOf = useCallback<RowPool['rowOf']>((target) => pool.current?.rowOf(target), [])
  return { scroll, rowOf }
}
