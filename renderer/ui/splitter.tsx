import { useRef, useState } from 'react'

/** A handle that resizes what lies after it. Arrow keys move it by 24 px. */
export function Splitter({
  label,
  value,
  min,
  max,
  axis,
  onChange,
}: {
  label: string
  /** Size of the pane after the handle, px. */
  value: number
  min: number
  max: number
  axis: 'x' | 'y'
  onChange(value: number): void
}) {
  const from = useRef<{ at: number; value: number }>(undefined)
  const [dragging, setDragging] = useState(false)
  const set = (next: number): void => onChange(Math.round(Math.min(max, Math.max(min, next))))
  const keys: Record<string, number> = axis === 'x' ? { ArrowLeft: 24, ArrowRight: -24 } : { ArrowUp: 24, ArrowDown: -24 }
  return (
    <div
      className={`splitter${axis === 'y' ? ' row' : ''}${dragging ? ' dragging' : ''}`}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      onKeyDown={(event) => {
        const step = keys[event.key]
        if (step === undefined) return
        event.preventDefault()
        set(value + step)
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        from.current = { at: axis === 'x' ? event.clientX : event.clientY, value }
        setDragging(true)
      }}
      onPointerMove={(event) => {
        if (!from.current) return
        set(from.current.value + from.current.at - (axis === 'x' ? event.clientX : event.clientY))
      }}
      onPointerUp={() => {
        from.current = undefined
        setDragging(false)
      }}
    />
  )
}
