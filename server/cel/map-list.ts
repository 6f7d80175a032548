import { JsonNumber } from '../machinery/numbers.ts'
import type { RuleSchema } from './contract.ts'

/**
 * Finds the old item with a new one's keys, in a list of type map; in any other list there is none (apiserver `pkg/cel/common/maplist.go`).
 */
export function itemsByKey(s: RuleSchema, items: readonly unknown[]): (item: unknown) => unknown {
  if (s.type !== 'array' || s.listType !== 'map' || s.listMapKeys.length === 0 || items.length === 0) return () => undefined
  let known: Map<string, unknown> | undefined
  return (item) => {
    known ??= new Map(
      items.toReversed().flatMap((old) => {
        const key = keyOf(old, s.listMapKeys)
        return key === undefined ? [] : [[key, old] as const]
      }),
    ) // prettier-ignore
    const key = keyOf(item, s.listMapKeys)
    return key === undefined ? undefined : known.get(key)
  }
}

function keyOf(item: unknown, keys: readonly string[]): string | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item) || item instanceof JsonNumber) return undefined
  const parts: string[] = []
  for (const key of keys) {
    if (!Object.hasOwn(item, key)) return undefined
    const value = (item as Record<string, unknown>)[key]
    if (value === null || (typeof value === 'object' && !(value instanceof JsonNumber))) return undefined
    parts.push(`${typeof value} ${value instanceof JsonNumber ? value.value : String(value)}`)
  }
  return JSON.stringify(parts)
}
