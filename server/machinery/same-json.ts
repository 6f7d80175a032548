import { isContainer } from './copy-json.ts'
import { literalOf } from './numbers.ts'

/** Whether two values are written alike but for the order of fields: null is not absent, and 1.0 is not 1. As deep as code here recurses. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (!isContainer(a) || !isContainer(b)) return literalOf(a) !== undefined && literalOf(a) === literalOf(b)
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]))
  if (Array.isArray(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  for (const key of keys) if (!Object.hasOwn(b, key) || !sameJson(a[key], b[key])) return false
  return true
}
