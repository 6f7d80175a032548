import { isRecord } from './merge-patch.ts'

/** A patch as Go prints a map: `map[a:1 b:[x y]]`, keys in order. The reference shows strategic merge patches so. */
export function goMap(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`
  if (!isRecord(value)) return String(value)
  const entries = Object.keys(value)
    .sort()
    .map((k) => `${k}:${goMap(value[k])}`)
  return `map[${entries.join(' ')}]`
}

/** A patched document as the reference shows it: its own fields in order of their names. */
export function goJson(document: unknown): string {
  if (!isRecord(document)) return JSON.stringify(document)
  const fields = Object.keys(document)
    .sort()
    .map((k) => [k, k === 'metadata' ? stored(document[k]) : document[k]])
  return JSON.stringify(Object.fromEntries(fields))
}

/** Metadata with resourceVersion where stored objects have it: ours comes first, since it is spliced in. */
function stored(metadata: unknown): unknown {
  if (!isRecord(metadata)) return metadata
  const { resourceVersion, ...rest } = metadata
  const out: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(rest)) {
    out[key] = value
    if (key === 'uid') out.resourceVersion = resourceVersion
  }
  return out
}
