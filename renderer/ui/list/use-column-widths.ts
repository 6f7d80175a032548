import { useLayoutEffect, useState } from 'react'
import type { ListColumn } from './columns.ts'

/** The widths that the header's cells have on screen, px; the rows' are the same. Undefined before the first layout. */
export function useColumnWidths(head: React.RefObject<HTMLElement | null>, columns: readonly ListColumn[]): readonly number[] | undefined {
  const [widths, setWidths] = useState<readonly number[]>()
  useLayoutEffect(() => {
    const element = head.current
    if (!element) return undefined
    const measure = (): void => {
      const cells = [...element.querySelectorAll<HTMLElement>('.list-th')]
      const next = cells.map((cell) => cell.offsetWidth)
      setWidths((known) => (known?.length === next.length && known.every((width, i) => width === next[i]) ? known : next))
    }
    // It tells the first size, too.
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [head, columns])
  return widths
}
