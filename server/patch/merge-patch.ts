import { copyJson } from '../machinery/copy-json.ts'
import { badRequest } from '../machinery/status.ts'
import { parsePatch, wrongPatchType } from './parse.ts'

type Json = Record<string, unknown>
const MAP = 'map[string]interface {}'

export function isRecord(v: unknown): v is Json {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
}

/** Reads the body of a merge or strategic merge patch; 400 when it is no JSON object. */
export function parseMergePatch(body: Buffer): Json {
  const patch = parsePatch(body)
  // The capitals are those of upstream's library, which finds this one later than a text that is no JSON.
  if (patch === null) throw badRequest('Invalid JSON Patch')
  if (!isRecord(patch)) throw wrongPatchType(patch, MAP)
  return patch
}

/** The same of a strategic merge patch, whose error has no prefix upstream. */
export function parseStrategicPatch(body: Buffer): Json {
  const patch = parsePatch(body) ?? {}
  if (!isRecord(patch)) throw wrongPatchType(patch, MAP, '')
  return patch
}

/** RFC 7396; `document` is not changed. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return copyJson(patch)
  const out: Json = isRecord(document) ? { ...document } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key]
    else {
      const merged = applyMergePatch(Object.hasOwn(out, key) ? out[key] : undefined, value)
      Object.defineProperty(out, key, { value: merged, writable: true, enumerable: true, configurable: true })
    }
  }
  return out
}
