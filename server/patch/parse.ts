import { Entries, hasDuplicateKeys, JsonError, parseEntries, parseJson } from '../machinery/json.ts'
import { goQuote } from '../machinery/go-quote.ts'
import { jsonKind, overflowing } from '../machinery/numbers.ts'
import { badRequest, type StatusError } from '../machinery/status.ts'

/** The JSON of a patch; 400 with the reference's words for every text that is none, or is nested more deeply than any body may be. */
export function parsePatch(text: string): unknown {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (e) {
    if (e instanceof JsonError) throw badRequest('invalid JSON patch')
    throw e
  }
  return value
}

/** 400 for a patch of the wrong shape; `wanted` is the Go type that upstream reads it into. */
export function wrongPatchType(given: unknown, wanted: string, prefix?: string): StatusError {
  return cannotUnmarshal(given, `value of type ${wanted}`, prefix)
}

/**
 * 400 for a number that does not fit a float64, wherever in a patch it stands.
 * @param into as in cannotUnmarshal
 */
export function checkFloats(patch: unknown, into: string, prefix?: string): void {
  const found = overflowing(patch)
  if (found !== undefined) throw cannotUnmarshal(found, into, prefix, ` ${found.literal}`)
}

/** @param into `value of type …`, or the field as Go names it */
export function cannotUnmarshal(given: unknown, into: string, prefix = 'error decoding patch: ', literal = ''): StatusError {
  return badRequest(`${prefix}json: cannot unmarshal ${jsonKind(given)}${literal} into Go ${into}`)
}

/** Strict decoding tells so many faults and no more (sigs.k8s.io/json). */
export const MAX_STRICT_ERRORS = 100

/** A patch's fields that stand twice, in the words of strict decoding: `duplicate field "spec.replicas"`. */
export function duplicateFields(text: string, value: unknown): string[] {
  if (!hasDuplicateKeys(text, value)) return []
  const found = new Set<string>()
  const walk = (at: unknown, path: string): void => {
    if (found.size >= MAX_STRICT_ERRORS) return
    if (Array.isArray(at)) for (const [i, item] of at.entries()) walk(item, `${path}[${i}]`)
    if (!(at instanceof Entries)) return
    const seen = new Set<string>()
    for (const [name, item] of at.list) {
      const below = path === '' ? name : `${path}.${name}`
      if (seen.has(name) && found.size < MAX_STRICT_ERRORS) found.add(`duplicate field ${goQuote(below)}`)
      seen.add(name)
      walk(item, below)
    }
  }
  walk(parseEntries(text), '')
  return [...found]
}
