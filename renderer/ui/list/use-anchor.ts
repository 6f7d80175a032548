import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { ViewData } from '../../kube/protocol.ts'
import { rowHeight } from './columns.ts'

/**
 * Keeps the first visible row where it is when rows come or go above it. `anchor` is the key to ask the worker about; call `rested`
 * when scrolling rests, and `moved` when another row has become the first on screen.
 *
 * Only scrolling chooses another anchor; a change of the data is what the anchor is there to survive. It is chosen when the scrolling
 * rests: on the way a row more or less is not seen, and each new anchor costs an answer with the whole window.
 */
export function useAnchor(scroller: React.RefObject<HTMLElement | null>, data: ViewData | undefined) {
  const known = useRef<{ key: string; index: number }>(undefined)
  const latest = useRef(data)
  latest.current = data
  const resting = useRef(true)
  const [anchor, setAnchor] = useState<string>()

  useLayoutEffect(() => {
    const told = data?.anchor
    const before = known.current
    if (!told || !before || told.key !== before.key) return
    const by = told.index - before.index
    before.index = told.index
    if (by !== 0 && scroller.current) scroller.current.scrollTop += by * rowHeight
  }, [data, scroller])

  const choose = useCallback(() => {
    const top = scroller.current?.scrollTop ?? 0
    const index = Math.floor(top / rowHeight)
    const row = top > 0 ? latest.current?.rows[index - latest.current.start] : undefined
    known.current = row ? { key: row.key, index } : undefined
    setAnchor(row?.key)
  }, [scroller])

  // The row to keep may come after the scrolling has rested.
  useEffect(() => {
    if (resting.current && !known.current && data && (scroller.current?.scrollTop ?? 0) > 0) choose()
  }, [data, choose, scroller])

  const rested = useCallback(() => {
    resting.current = true
    choose()
  }, [choose])
  const moved = useCallback((first: number) => {
    // That was this hook itself.
    if (known.current?.index === first) return
    resting.current = false
    known.current = undefined
  }, [])
  return { anchor, rested, moved }
}
