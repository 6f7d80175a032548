import { copyJson } from '../machinery/copy-json.ts'
import { withFloats } from '../machinery/numbers.ts'
import { atOnce, isTurn, type Pausing } from '../machinery/slice.ts'
import { running, type Steps } from '../machinery/steps.ts'
import { badRequest } from '../machinery/status.ts'
import { checkFloats, wrongPatchType } from './parse.ts'
import { setOwn } from '../machinery/own.ts'
import { sortTexts } from '../machinery/text-order.ts'
import { isRecord } from './values.ts'

type Json = Record<string, unknown>
const MAP = 'map[string]interface {}'
const FLOAT = 'value of type float64'

/**
 * A merge patch that was parsed: an object, or without strict decoding a list, which takes the document's place.
 * @param typed refuse the list, in the words of strict decoding
 */
export function mergePatchOf(patch: unknown, typed: boolean): unknown {
  if (typed) checkFloats(patch, FLOAT)
  if (isRecord(patch)) return patch
  // The capitals are those of upstream's library, which finds this one later than a text that is no JSON.
  if (patch === null || !(typed || Array.isArray(patch))) throw badRequest('Invalid JSON Patch')
  if (typed) throw wrongPatchType(patch, MAP)
  return patch
}

/** A strategic merge patch that was parsed; its error has no prefix upstream, and its numbers are Go's: `3.0` is a float, which a 3 is not. */
export function strategicPatchOf(value: unknown): Json {
  const patch = value ?? {}
  checkFloats(patch, FLOAT, '')
  if (!isRecord(patch)) throw wrongPatchType(patch, MAP, '')
  return withFloats(patch) as Json
}

/**
 * RFC 7396, but that objects in lists lose their nulls too, where the reference's library takes them out: in a list that is new or takes
 * the place of anything but an object. `document` is not changed.
 */
export const applyMergePatch = (document: unknown, patch: unknown): unknown => atOnce(applyingMergePatch(document, patch))

/** The same in turns with others. */
export function* applyingMergePatch(document: unknown, patch: unknown): Pausing<unknown> {
  return isRecord(patch) ? yield* running(merging(document, patch)) : withoutNulls(patch)
}

function* merging(document: unknown, patch: unknown): Steps<unknown> {
  if (!isRecord(document)) return withoutNulls(patch)
  if (!isRecord(patch)) return copyJson(patch)
  const out: Json = {}
  // Upstream's library makes maps of the objects that a patch touches, and Go writes maps in order.
  for (const key of sortTexts([...Object.keys(document), ...Object.keys(patch).filter((key) => !Object.hasOwn(document, key))])) {
    if (isTurn()) yield
    const before = Object.hasOwn(document, key) ? document[key] : undefined
    if (!Object.hasOwn(patch, key)) setOwn(out, key, before)
    else if (patch[key] !== null) setOwn(out, key, yield merging(before, patch[key]))
  }
  return out
}

/** A copy of a value without the fields that are null; items of lists stay. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = []
    for (const item of value) items.push(withoutNulls(item))
    return items
  }
  if (!isRecord(value)) return value
  const out: Json = {}
  for (const [key, item] of Object.entries(value)) if (item !== null) setOwn(out, key, withoutNulls(item))
  return out
}
