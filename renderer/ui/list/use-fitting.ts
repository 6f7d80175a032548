import { useLayoutEffect, useMemo, useState } from 'react'
import { fitting, type ListColumn } from './columns.ts'

/** The columns that the list in `frame` has room for; all of them where somebody has chosen them. */
export function useFitting(
  frame: React.RefObject<HTMLElement | null>,
  columns: readonly ListColumn[],
  sortedBy: string,
  chosen: boolean,
): readonly ListColumn[] {
  const [width, setWidth] = useState<number>()
  useLayoutEffect(() => {
    const list = frame.current?.querySelector('[role=grid]')
    if (!list) return undefined
    // It tells the first size, too.
    const observer = new ResizeObserver(() => setWidth(list.clientWidth))
    observer.observe(list)
    return () => observer.disconnect()
  }, [frame])
  const shown = useMemo(
    () => (chosen || width === undefined ? columns : fitting(columns, width, sortedBy)),
    [columns, width, sortedBy, chosen],
  )
  return shown
}
