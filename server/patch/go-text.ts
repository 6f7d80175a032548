import { goFloat, JsonNumber, literalOf } from '../machinery/numbers.ts'
import { isRecord } from './values.ts'

/** A patch as Go prints a map: `map[a:1 b:[x y]]`, keys in order. The reference shows strategic merge patches so. */
export function goMap(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return goFloat(value)
  if (value instanceof JsonNumber) return goFloat(value.value)
  if (!isRecord(value)) return literalOf(value) ?? String(value)
  const entries = Object.keys(value)
    .sort()
    .map((k) => `${k}:${goMap(value[k])}`)
  return `map[${entries.join(' ')}]`
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (!isRecord(value)) return value
  const keys = Object.keys(value).sort()
  return Object.fromEntries(keys.map((key) => [key, inOrder(value[key])]))
}

/**
 * A patched document as the reference shows it: fields in order of their names where the patch reached, as they were elsewhere.
 * @param reached where the patch reached, as objects within each other (of a list by index): a merge patch itself; without one only the
 * document's own fields are ordered
 */
export function goJson(document: unknown, reached?: unknown): string {
  const shown = (value: unknown, by: unknown): unknown => {
    // A list that the patch has brought along has been a map with keys in order all through.
    if (Array.isArray(by)) return inOrder(value)
    if (Array.isArray(value)) {
      return isRecord(by) ? value.map((item: unknown, i) => (isRecord(by[i]) ? shown(item, by[i]) : item)) : value
    }
    if (!isRecord(value)) return value
    const below = isRecord(by) ? by : {}
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((k) => [k, isRecord(below[k]) || Array.isArray(below[k]) ? shown(value[k], below[k]) : value[k]]),
    )
  }
  return JSON.stringify(shown(document, reached))
}

/** A JSON value's type as Go prints it. */
export function goTypeOf(value: unknown): string {
  if (value === null || value === undefined) return '%!s(<nil>)'
  if (Array.isArray(value)) return '[]interface {}'
  if (isRecord(value)) return 'map[string]interface {}'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'int64' : 'float64'
  if (typeof value === 'bigint') return 'int64'
  if (value instanceof JsonNumber) return 'float64'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

/** A value as Go's verb %s prints it, which complains of all that are no strings. */
export function goVerbS(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return `[${value.map(goVerbS).join(' ')}]`
  if (isRecord(value)) {
    const entries = Object.keys(value)
      .sort()
      .map((k) => `${k}:${goVerbS(value[k])}`)
    return `map[${entries.join(' ')}]`
  }
  return value === null ? '%!s(<nil>)' : `%!s(${goTypeOf(value)}=${goMap(value)})`
}
