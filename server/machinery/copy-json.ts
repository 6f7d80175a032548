import { JsonNumber } from './numbers.ts'

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
