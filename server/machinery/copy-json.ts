import { JsonNumber } from './numbers.ts'
import { setOwn } from './own.ts'
import { isTurn, type Pausing } from './slice.ts'

/**
 * A deep copy of what JSON can say: objects, arrays and plain values. A tenth of what structuredClone takes, which asks every object
 * what it is; an update copies its object several times.
 */
export function copyJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items: unknown[] = []
    for (const item of value) items.push(copyJson(item))
    return items as T
  }
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

/** Values from which on an object is large: what is done with all of them should be done in turns with others. */
const LARGE = 2048

/** Whether a value has more than so many values in it. Stops looking when it knows. */
export function isLarge(value: unknown, limit = LARGE): boolean {
  if (!isContainer(value)) return false
  let seen = 0
  const open: Container[] = [value]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) {
      if ((seen += next.length) > limit) return true
      for (const item of next) if (isContainer(item)) open.push(item)
    } else {
      for (const key in next) {
        if (++seen > limit) return true
        const field = next[key]
        if (isContainer(field)) open.push(field)
      }
    }
  }
  return false
}

const UNWATCHED: CopyWatcher = { container() {}, key() {}, plain() {} }

/** What copyJson gives, of a large value in turns with others. It may be nested as deeply as one likes. */
export function* copyingJson<T>(value: T): Pausing<T> {
  return isLarge(value) ? yield* copyingWatched(value, UNWATCHED) : copyJson(value)
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
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { from, to, level } = next
    for (const key of Array.isArray(from) ? from.keys() : Object.keys(from)) {
      if (isTurn()) yield
      if (typeof key === 'string') {
        watcher.key(key)
        setOwn(to, key, copyOf((from as Record<string, unknown>)[key], level + 1))
      } else (to as unknown[]).push(copyOf((from as unknown[])[key], level + 1))
    }
  }
  return copy as T
}
