import { type ComponentType, lazy, useState } from 'react'

/** Loads of parts that nobody has asked for yet, in the order in which they were declared. */
const waiting: (() => Promise<unknown>)[] = []
let whenIdle: ((work: () => void) => void) | undefined
let warming = false

/**
 * A component that is a file of its own, shown inside a Suspense. Once its file is there it is drawn at once: what `lazy` makes is
 * drawn by a second render also then, and React holds that back until its fallback has been there for 300 ms (FALLBACK_THROTTLE_MS).
 */
export function part<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined
  const keep = async (): Promise<ComponentType<P>> => (loaded = await load())
  const Later = lazy(async () => ({ default: await keep() })) as unknown as ComponentType<P>
  waiting.push(keep)
  warm()
  return function Part(props: P) {
    // What it began with: another type would be another component, without the state of the first.
    const [Shown] = useState(() => loaded ?? Later)
    return <Shown {...props} />
  }
}

/** Loads every part, those too that are declared later, one in each idle moment: the first look at one is as quick as the second. */
export function warmParts(idle: (work: () => void) => void): void {
  whenIdle = idle
  warm()
}

function warm(): void {
  const next = warming ? undefined : whenIdle && waiting.shift()
  if (!next) return
  warming = true
  const done = (): void => {
    warming = false
    warm()
  }
  // One that cannot be had now is asked for again by whoever needs it.
  whenIdle?.(() => void next().then(done, done))
}
