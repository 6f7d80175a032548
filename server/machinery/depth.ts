/** As deep as a request's body may be (json.ts has the same limit for texts): code that walks objects recurses. */
export const MAX_LEVELS = 2_000

/** Whether a JSON value has objects and lists within each other on more than so many levels. It looks no deeper than that. */
export function isDeeper(value: unknown, levels = MAX_LEVELS): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) {
    for (const item of value) if (isDeeper(item, levels - 1)) return true
    return false
  }
  for (const key in value) if (isDeeper((value as Record<string, unknown>)[key], levels - 1)) return true
  return false
}
