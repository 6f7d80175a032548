/**
 * Stored values are JSON without resourceVersion; what clients get has it. This file splices it in and out on bytes,
 * so that no object is parsed for it.
 */

const METADATA = Buffer.from('"metadata":{')
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const FIELD = Buffer.from('"resourceVersion":"')
const FIELD_END = Buffer.from('",')
const FIELD_LAST = Buffer.from('"')

export interface VersionedJson {
  json: Buffer
  /** Where the digits of resourceVersion stand in `json`. */
  rvStart: number
  rvEnd: number
}

/**
 * Finds the end of `"metadata":{` when only kind and apiVersion come before it, as everything that this server and
 * kube-apiserver write looks. -1 otherwise.
 */
function metadataStart(value: Buffer): number {
  const at = value.indexOf(METADATA)
  if (at < 0 || value[0] !== OPEN_BRACE) return -1
  if (value.indexOf(OPEN_BRACE, 1) < at) return -1
  return at + METADATA.length
}

/** Adds `"resourceVersion":"<revision>"` to a stored value; the value is parsed only when its layout is unusual. */
export function withResourceVersion(value: Buffer, revision: number): VersionedJson {
  const at = metadataStart(value)
  const digits = String(revision)
  if (at < 0 || value.includes('"resourceVersion":', at)) return rewritten(value, digits)
  const empty = value[at] === CLOSE_BRACE
  const tail = empty ? FIELD_LAST : FIELD_END
  const json = Buffer.allocUnsafe(value.length + FIELD.length + digits.length + tail.length)
  value.copy(json, 0, 0, at)
  FIELD.copy(json, at)
  const rvStart = at + FIELD.length
  json.write(digits, rvStart, 'latin1')
  const rvEnd = rvStart + digits.length
  tail.copy(json, rvEnd)
  value.copy(json, rvEnd + tail.length, at)
  return { json, rvStart, rvEnd }
}

function rewritten(value: Buffer, digits: string): VersionedJson {
  const { kind, apiVersion, metadata, ...rest } = JSON.parse(value.toString()) as Record<string, unknown>
  const { resourceVersion: _, ...meta } = (metadata ?? {}) as Record<string, unknown>
  const json = Buffer.from(JSON.stringify({ kind, apiVersion, metadata: { resourceVersion: digits, ...meta }, ...rest }))
  const rvStart = json.indexOf(FIELD) + FIELD.length
  return { json, rvStart, rvEnd: rvStart + digits.length }
}

/** The same bytes under another resourceVersion (a delete event carries the delete's revision). */
export function replaceResourceVersion(v: VersionedJson, revision: number): VersionedJson {
  const digits = Buffer.from(String(revision))
  const json = Buffer.concat([v.json.subarray(0, v.rvStart), digits, v.json.subarray(v.rvEnd)])
  return { json, rvStart: v.rvStart, rvEnd: v.rvStart + digits.length }
}
