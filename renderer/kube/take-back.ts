import { changedPaths } from './managed-fields.ts'
import { isRecord } from './types.ts'

const same = (a: unknown, b: unknown): boolean => changedPaths(a, b).length === 0

/** Others have changed what was changed here: nobody can say which of both is wanted. */
const clash = Symbol('clash')

/**
 * What is stored `now` with a change taken back that made `after` of `before`; what others have changed elsewhere since stays, as a
 * controller's annotation. Undefined where somebody has changed the same fields meanwhile.
 */
export function takenBack(now: unknown, after: unknown, before: unknown): unknown {
  const result = back(now, after, before)
  return result === clash ? undefined : result
}

function back(now: unknown, after: unknown, before: unknown): unknown {
  if (same(after, before) || same(now, before)) return now
  if (isRecord(now) && isRecord(after) && isRecord(before)) {
    const result: Record<string, unknown> = {}
    for (const key of new Set([...Object.keys(now), ...Object.keys(before)])) {
      const value = back(now[key], after[key], before[key])
      if (value === clash) return clash
      if (value !== undefined) result[key] = value
    }
    return result
  }
  if (
    Array.isArray(now) &&
    Array.isArray(after) &&
    Array.isArray(before) &&
    now.length === after.length &&
    after.length === before.length
  ) {
    const items = now.map((item, at) => back(item, after[at], before[at]))
    return items.includes(clash) ? clash : items
  }
  return same(now, after) ? before : clash
}
