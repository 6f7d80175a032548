import { useState } from 'react'
import type { Capture } from './shelf.ts'

export interface Choice<T> {
  readonly captures: readonly Capture<T>[]
  readonly shown: Capture<T> | undefined
  readonly against: Capture<T> | undefined
  /** Whether two of them say the same things. */
  comparable(a: Capture<T>, b: Capture<T>): boolean
  show(id: number | undefined): void
  compareWith(id: number | undefined): void
}

/** The newest is looked at until another is chosen; what it is compared with stays while that says the same things. */
export function useChoice<T>(captures: readonly Capture<T>[], comparable: Choice<T>['comparable']): Choice<T> {
  const [shownId, show] = useState<number>()
  const [againstId, compareWith] = useState<number>()
  const shown = captures.find(({ id }) => id === shownId) ?? captures.at(-1)
  const other = captures.find(({ id }) => id === againstId)
  const against = shown && other && other !== shown && comparable(other, shown) ? other : undefined
  return { captures, shown, against, comparable, show, compareWith }
}
