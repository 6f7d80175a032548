import { createHash } from 'node:crypto'
import { parseNumbers } from '../machinery/numbers.ts'
import { escapedJson, escapeJsonBytes } from '../machinery/json-escape.ts'

/**
 * Stored values are JSON without resourceVersion; what clients get has it. This file splices it in and out on bytes,
 * so that no object is parsed for it.
 */

const METADATA = Buffer.from('"metadata":{')
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const UID = Buffer.from('"uid":"')
const QUOTE = 0x22
const BACKSLASH = 0x5c
const VERSION = Buffer.from('"resourceVersion":')
const FIELD = Buffer.from('"resourceVersion":"')
const FIELD_FIRST = [FIELD, Buffer.from('",')] as const
const FIELD_ALONE = [FIELD, Buffer.from('"')] as const
const FIELD_LATER = [Buffer.from(',"resourceVersion":"'), Buffer.from('"')] as const

export interface VersionedJson {
  json: Buffer
  /** Where the digits of resourceVersion stand in `json`. */
  rvStart: number
  rvEnd: number
  /** The stored value has a form in which it would not be written now. */
  stale?: boolean
  /** It was stored by a server of this kind. */
  ours?: boolean
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

/** Where the reference writes the version: behind the uid, before which only texts stand. -1 when the layout is another. */
function endOfUid(value: Buffer, start: number): number {
  const at = value.indexOf(UID, start)
  for (let i = start; i < at; i++) if (value[i] === OPEN_BRACE || value[i] === OPEN_BRACKET || value[i] === CLOSE_BRACE) return -1
  if (at < 0) return -1
  const end = value.indexOf(QUOTE, at + UID.length)
  // An escaped quote is not the end; uids have none.
  return value[end - 1] === BACKSLASH ? -1 : end + 1
}

/** Whether the metadata that begins at `start` brings a version of its own; references elsewhere (an Event's involvedObject) may. */
function hasVersion(value: Buffer, start: number): boolean {
  const at = value.indexOf(VERSION, start)
  let depth = 1
  let text = false
  for (let i = start; i < at && depth > 0; i++) {
    const byte = value[i]
    if (byte === QUOTE) text = !text
    else if (text) i += byte === BACKSLASH ? 1 : 0
    else if (byte === OPEN_BRACE) depth++
    else if (byte === CLOSE_BRACE) depth--
  }
  return at >= 0 && depth > 0
}

/** Adds `"resourceVersion":"<revision>"` to a stored value as it is shown; the value is parsed only when its layout is unusual. */
export function withResourceVersion(stored: Buffer, revision: number): VersionedJson {
  const value = escapeJsonBytes(stored)
  const start = metadataStart(value)
  const digits = String(revision)
  if (start < 0 || hasVersion(value, start)) return rewritten(value, digits)
  const afterUid = endOfUid(value, start)
  const at = afterUid < 0 ? start : afterUid
  const [head, tail] = afterUid >= 0 ? FIELD_LATER : value[start] === CLOSE_BRACE ? FIELD_ALONE : FIELD_FIRST
  // Memory of its own: in a piece of Node's pool, one object that stays would keep 64 KB of others' bytes.
  const json = Buffer.allocUnsafeSlow(value.length + head.length + digits.length + tail.length)
  value.copy(json, 0, 0, at)
  head.copy(json, at)
  const rvStart = at + head.length
  json.write(digits, rvStart, 'latin1')
  const rvEnd = rvStart + digits.length
  tail.copy(json, rvEnd)
  value.copy(json, rvEnd + tail.length, at)
  return { json, rvStart, rvEnd }
}

/** The member that has been put into what was stored; undefined where it stands first. */
function versionIn(v: VersionedJson): { start: number; end: number } | undefined {
  const [head, tail] = FIELD_LATER
  const start = v.rvStart - head.length
  if (start < 0 || v.json.compare(head, 0, head.length, start, v.rvStart) !== 0) return undefined
  return { start, end: v.rvEnd + tail.length }
}

/** A short text for what `v` was made of, equal to `digestOf` of that; undefined when its layout is unusual. */
export function digestOfMade(v: VersionedJson): string | undefined {
  const found = versionIn(v)
  if (found === undefined) return undefined
  return createHash('sha256').update(v.json.subarray(0, found.start)).update(v.json.subarray(found.end)).digest('base64')
}

export const digestOf = (value: Buffer): string => createHash('sha256').update(escapeJsonBytes(value)).digest('base64')

/** Whether a value is what `v` was made of; undefined when its layout is unusual and only a parser could tell. */
export function madeOf(v: VersionedJson, value: Buffer): boolean | undefined {
  const found = versionIn(v)
  if (found === undefined) return undefined
  const { start, end } = found
  if (value.length !== v.json.length - (end - start)) return false
  return value.compare(v.json, 0, start, 0, start) === 0 && value.compare(v.json, end, v.json.length, start) === 0
}

/**
 * The same for objects whose fields stand in the order of their names, as kube-apiserver writes custom resources: the version goes before
 * the uid, which is the last field of a metadata.
 */
export function withSortedResourceVersion(stored: Buffer, revision: number): VersionedJson {
  const value = escapeJsonBytes(stored)
  const start = metadataStart(value)
  const at = start < 0 ? -1 : memberOf(value, start, UID)
  // 0: an object that is not stored, which a dry run shows.
  if (revision === 0) return { json: value, rvStart: 0, rvEnd: 0 }
  if (at < 0) return sortedAnew(value, revision)
  const digits = String(revision)
  const [head, tail] = FIELD_FIRST
  const json = Buffer.allocUnsafeSlow(value.length + head.length + digits.length + tail.length)
  value.copy(json, 0, 0, at)
  head.copy(json, at)
  const rvStart = at + head.length
  json.write(digits, rvStart, 'latin1')
  const rvEnd = rvStart + digits.length
  tail.copy(json, rvEnd)
  value.copy(json, rvEnd + tail.length, at)
  return { json, rvStart, rvEnd }
}

/** Where a member of the object that begins at `start` stands, given as its name with what follows; -1 when there is none. */
function memberOf(value: Buffer, start: number, member: Buffer): number {
  let depth = 1
  for (let i = start; i < value.length && depth > 0; i++) {
    const byte = value[i]
    if (byte === QUOTE) {
      if (depth === 1 && value.compare(member, 0, member.length, i, i + member.length) === 0) return i
      do {
        i = value.indexOf(QUOTE, i + 1)
        if (i < 0) return -1
      } while (isEscaped(value, i))
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--
  }
  return -1
}

function isEscaped(value: Buffer, at: number): boolean {
  let backslashes = 0
  while (value[at - 1 - backslashes] === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}

/** Only the objects of another server may be laid out otherwise. */
function sortedAnew(value: Buffer, revision: number): VersionedJson {
  const { metadata, ...rest } = parseNumbers(value.toString()) as Record<string, unknown>
  const digits = String(revision)
  const meta = sorted({ ...(metadata as object | undefined), resourceVersion: digits })
  const json = Buffer.from(escapedJson(sorted({ ...rest, metadata: meta })))
  const at = json.indexOf(`"metadata":${escapedJson(meta)}`)
  const rvStart = memberOf(json, at + METADATA.length, FIELD) + FIELD.length
  return { json, rvStart, rvEnd: rvStart + digits.length }
}

const sorted = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))

function rewritten(value: Buffer, digits: string): VersionedJson {
  const { kind, apiVersion, metadata, ...rest } = parseNumbers(value.toString()) as Record<string, unknown>
  const { resourceVersion: _, name, generateName, namespace, selfLink, uid, ...meta } = (metadata ?? {}) as Record<string, unknown>
  const identity = { name, generateName, namespace, selfLink, uid, resourceVersion: digits }
  const text = escapedJson({ kind, apiVersion, metadata: { ...identity, ...meta }, ...rest })
  const json = Buffer.allocUnsafeSlow(Buffer.byteLength(text))
  json.write(text)
  const rvStart = json.indexOf(FIELD) + FIELD.length
  return { json, rvStart, rvEnd: rvStart + digits.length }
}

/** The same with a text in the place of the digits. */
export function withVersionText({ json, rvStart, rvEnd }: VersionedJson, text: string): VersionedJson {
  const escaped = Buffer.from(escapedJson(text).slice(1, -1))
  return {
    json: Buffer.concat([json.subarray(0, rvStart), escaped, json.subarray(rvEnd)]),
    ...{ rvStart, rvEnd: rvStart + escaped.length },
  }
}

/** The same bytes under another resourceVersion (a delete event carries the delete's revision). */
export function replaceResourceVersion(v: VersionedJson, revision: number): VersionedJson {
  const digits = String(revision)
  const rvEnd = v.rvStart + digits.length
  const json = Buffer.allocUnsafeSlow(v.json.length - (v.rvEnd - v.rvStart) + digits.length)
  v.json.copy(json, 0, 0, v.rvStart)
  json.write(digits, v.rvStart, 'latin1')
  v.json.copy(json, rvEnd, v.rvEnd)
  return { json, rvStart: v.rvStart, rvEnd }
}
