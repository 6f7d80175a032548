import { JsonNumber } from './numbers.ts'
import { setOwn } from './own.ts'
import type { Pausing } from './slice.ts'

/**
 * A deep copy of what JSON can say: objects, arrays and plain values. A tenth of what structuredClone takes, which asks every object
 * what it is; an update copies its object several times.
 */
export function copyJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyJson) as T
  if (value instanceof JsonNumber) return value
  const copy: Record<string, unknown> = { ...(value as Record<string, unknown>) }
  for (const key in copy) {
    const field = copy[key]
    if (typeof field === 'object' && field !== null) copy[key] = copyJson(field)
  }
  return copy as T
}

/** Is told of all that is copied, and may throw. */
export interface CopyWatcher {
  /** @param level 0 for the outermost */
  container(items: number | undefined, level: number): void
  key(name: string): void
  plain(value: unknown): void
}

type Container = unknown[] | Record<string, unknown>

/** A value with parts. */
export const isContainer = (value: unknown): value is Container =>
  typeof value === 'object' && value !== null && !(value instanceof JsonNumber)

/** Values between two pauses: well below a millisecond. */
const VALUES_AT_ONCE = 2048

const shallow = <T extends Container>(value: T): T => (Array.isArray(value) ? (value.slice() as T) : { ...value })

/** What copyJson gives, of a large value in turns with others. It may be nested as deeply as one likes. */
export function* copyingJson<T>(value: T): Pausing<T> {
  if (!isContainer(value)) return value
  const copy = shallow(value)
  // Copies whose parts are still those of the value.
  const open: Record<string | number, unknown>[] = [copy as Record<string, unknown>]
  let left = VALUES_AT_ONCE
  const isTurn = (): boolean => --left <= 0 && (left = VALUES_AT_ONCE) > 0
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) {
      for (let i = 0; i < next.length; i++) {
        if (isTurn()) yield
        const item: unknown = next[i]
        if (isContainer(item)) open.push((next[i] = shallow(item)) as Record<string, unknown>)
      }
    } else {
      for (const key in next) {
        if (isTurn()) yield
        const field = next[key]
        if (isContainer(field)) open.push((next[key] = shallow(field)) as Record<string, unknown>)
      }
    }
  }
  return copy
}

/** The same, and `watcher` is told of all that is copied. */
export function* copyingWatched<T>(value: T, watcher: CopyWatcher): Pausing<T> {
  const open: { from: Container; to: Container; level: number }[] = []
  const copyOf = (from: unknown, level: number): unknown => {
    if (!isContainer(from)) {
      watcher.plain(from)
      return from
    }
    const to: Container = Array.isArray(from) ? [] : {}
    watcher.container(Array.isArray(from) ? from.length : undefined, level)
    open.push({ from, to, level })
    return to
  }
  const copy = copyOf(value, 0)
  let left = VALUES_AT_ONCE
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { from, to, level } = next
    for (const key of Array.isArray(from) ? from.keys() : Object.keys(from)) {
      if (--left <= 0) {
        left = VALUES_AT_ONCE
        yield
      }
      if (typeof key === 'string') {
        watcher.key(key)
        setOwn(to, key, copyOf((from as Record<string, unknown>)[key], level + 1))
      } else (to as unknown[]).push(copyOf((from as unknown[])[key], level + 1))
    }
  }
  return copy as T
}
