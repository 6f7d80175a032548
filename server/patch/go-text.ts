import { goType, kindOf } from '../machinery/json-values.ts'
import { escapedJson } from '../machinery/json-escape.ts'
import { setOwn } from '../machinery/own.ts'
import { isRecord } from './values.ts'

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = []
    for (const item of value) items.push(inOrder(item))
    return items
  }
  if (!isRecord(value)) return value
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(value).sort()) setOwn(out, key, inOrder(value[key]))
  return out
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
      if (!isRecord(by)) return value
      const items: unknown[] = []
      for (const [i, item] of value.entries()) items.push(isRecord(by[i]) ? shown(item, by[i]) : item)
      return items
    }
    if (!isRecord(value)) return value
    const below = isRecord(by) ? by : {}
    const out: Record<string, unknown> = {}
    for (const key of Object.keys(value).sort()) {
      const next = below[key]
      setOwn(out, key, isRecord(next) || Array.isArray(next) ? shown(value[key], next) : value[key])
    }
    return out
  }
  return escapedJson(shown(document, reached))
}

/** A JSON value's type as Go prints it. */
export function goTypeOf(value: unknown): string {
  const kind = kindOf(value)
  return kind === 'null' ? '%!s(<nil>)' : goType[kind]
}
