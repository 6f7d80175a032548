import { useEffect, useState } from 'react'

/** The order is kept this long after the pointer last moved over the rows, ms. */
const holdFor = 2_000

/** True from a pointer movement over the rows until the pointer has rested or left: nothing moves under it meanwhile. */
export function useHold(scroller: React.RefObject<HTMLElement | null>): boolean {
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
