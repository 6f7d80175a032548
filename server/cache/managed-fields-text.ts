/**
 * `metadata.managedFields` in the JSON of an object, found without parsing it: it is half of what a pod's parser reads, hundreds of small
 * objects, and nobody but an encoder or a write looks into it.
 */
import { endOfString } from '../machinery/json-scan.ts'
import { RawJson } from '../machinery/raw-json.ts'
import type { KubeObject } from '../machinery/types.ts'

const METADATA = '"metadata":{'
const MANAGED_FIELDS = '"managedFields":['
const FIELDS_V1 = '"fieldsV1":{'
// The engine looks for the first character first, and quotes and small letters are everywhere.
const RARE = { managedFields: MANAGED_FIELDS.indexOf('F'), fieldsV1: FIELDS_V1.indexOf('V') } as const
const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** Goes on to `end`, and stops behind the bracket that closes the first of `depth` open containers. */
function close(json: string, start: number, end: number, depth: number): { at: number; depth: number } {
  let open = depth
  let i = start
  while (i < end) {
    const code = json.charCodeAt(i)
    if (code === QUOTE) i = endOfString(json, i)
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) open++
    else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --open === 0) return { at: i + 1, depth: 0 }
    i++
  }
  return { at: i, depth: open }
}

/** As `indexOf`, by the part of `member` from `rare` on, which begins with a character that occurs seldom. */
function indexOfMember(json: string, member: string, rare: number, from: number): number {
  const part = member.slice(rare)
  for (let at = from + rare; ; at++) {
    at = json.indexOf(part, at)
    if (at < 0) return -1
    if (json.startsWith(member, at - rare)) return at - rare
  }
}

/** A set of fields, FieldsV1. */
interface FieldSetText {
  readonly text: string
  readonly json: RawJson
}

/** Those that were met lately, the latest first: objects of one shape have equal ones. */
const known: FieldSetText[] = []
const KNOWN_SETS = 8

/** The set that opens at `start`. That of a known text is found by its text alone: no object is the beginning of a longer one. */
function setAt(json: string, start: number): FieldSetText {
  for (let i = 0; i < known.length; i++) {
    const set = known[i]!
    // Faster than startsWith, which compares character by character.
    if (json.slice(start, start + set.text.length) !== set.text) continue
    if (i > 0) known.unshift(...known.splice(i, 1))
    return set
  }
  const bytes = Buffer.from(json.slice(start, close(json, start + 1, json.length, 1).at))
  // A text of its own, not a part of the object's, which it would keep.
  const set = { text: bytes.toString(), json: new RawJson(bytes) }
  known.unshift(set)
  if (known.length > KNOWN_SETS) known.pop()
  return set
}

export interface ManagedFieldsText {
  /** Offset of its name. */
  start: number
  /** Offset behind its value. */
  end: number
  /** The sets of fields within, in order, and where they begin. */
  sets: { start: number; set: FieldSetText }[]
}

/** Offset of the object's metadata, behind the brace that opens it; -1 where the layout is one of its own. */
function metadataStart(json: string): number {
  const at = json.indexOf(METADATA)
  return at < 0 || json.lastIndexOf('{', at) >= 0 ? -1 : at + METADATA.length
}

/**
 * The member `managedFields` of an object's metadata. Undefined when it has none, or a layout of its own.
 * @param json valid compact JSON, behind the brace that opens the object
 */
export function managedFieldsIn(json: string): ManagedFieldsText | undefined {
  const start = indexOfMember(json, MANAGED_FIELDS, RARE.managedFields, 0)
  if (start < 0) return undefined
  const metadata = metadataStart(json)
  if (metadata < 0 || metadata > start) return undefined
  const here = close(json, metadata, start, 1)
  // Metadata within the object, such as a template's.
  if (here.at !== start || here.depth !== 1) return undefined
  const sets: ManagedFieldsText['sets'] = []
  let [at, depth] = [start + MANAGED_FIELDS.length, 1]
  for (;;) {
    const found = indexOfMember(json, FIELDS_V1, RARE.fieldsV1, at)
    const next = close(json, at, found < 0 ? json.length : found, depth)
    if (next.depth === 0 || found < 0) return { start, end: next.at, sets }
    const open = found + FIELDS_V1.length - 1
    const set = setAt(json, open)
    sets.push({ start: open, set })
    at = open + set.text.length
    depth = next.depth
  }
}

/** The value of the object's metadata, as text. Undefined where the layout is one of its own. */
export function metadataIn(json: string): string | undefined {
  const start = metadataStart(json)
  if (start < 0) return undefined
  return json.slice(start - 1, close(json, managedFieldsIn(json)?.end ?? start, json.length, 1).at)
}

/** The JSON without metadata.managedFields. */
export function withoutManagedFields(json: string): string {
  const found = managedFieldsIn(json)
  if (found === undefined) return json
  const { start, end } = found
  // The comma before it goes with it, or the one behind.
  if (json.charCodeAt(start - 1) === COMMA) return json.slice(0, start - 1) + json.slice(end)
  return json.slice(0, start) + json.slice(json.charCodeAt(end) === COMMA ? end + 1 : end)
}

/**
 * What `parse` makes of the JSON, in which each set of fields is its text. Undefined when there is none, or one was stored as something else
 * than a set.
 */
export function withRawFieldSets(json: string, parse: (json: string) => KubeObject): KubeObject | undefined {
  const sets = managedFieldsIn(json)?.sets ?? []
  if (sets.length === 0) return undefined
  let text = ''
  let at = 0
  for (const { start, set } of sets) {
    text += `${json.slice(at, start)}null`
    at = start + set.text.length
  }
  const object = parse(text + json.slice(at))
  const places = (object.metadata.managedFields as { fieldsV1?: unknown }[]).filter(({ fieldsV1 }) => fieldsV1 === null)
  if (places.length !== sets.length) return undefined
  for (const [i, { set }] of sets.entries()) {
    // Escapes that only JSON for people needs (`<` as \u003c) do not belong into other encodings.
    places[i]!.fieldsV1 = set.text.includes('\\u') ? JSON.parse(set.text) : set.json
  }
  return object
}
