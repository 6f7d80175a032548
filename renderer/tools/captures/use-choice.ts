import { useState } from 'react'
import type { Capture } from './shelf.ts'

/** The newest is looked at until another is chosen; what it is compared with stays while that says the same things. */
export function useChoice<T>(captures: readonly Capture<T>[], comparable: (a: Capture<T>, b: Capture<T>) => boolean) {
  const [shownId, show] = useState<number>()
  const [againstId, compareWith] = useState<number>()
  const shown = captures.find(({ id }) => id === shownId) ?? captures.at(-1)
  const other = captures.find(({ id }) => id === againstId)
  const against = shown && other && other !== shown && comparable(other, shown) ? other : undefined
  return { shown, against, show, compareWith }
}
