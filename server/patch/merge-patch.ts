import { parsePatch, wrongPatchType } from './parse.ts'

type Json = Record<string, unknown>

export function isRecord(v: unknown): v is Json {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
}

/** Reads the body of a merge or strategic merge patch; 400 when it is no JSON object. */
export function parseMergePatch(body: Buffer): Json {
  return object(body)
}

/** The same of a strategic merge patch, whose error has no prefix upstream. */
export function parseStrategicPatch(body: Buffer): Json {
  return object(body, '')
}

function object(body: Buffer, prefix?: string): Json {
  const patch = parsePatch(body) ?? {}
  if (!isRecord(patch)) throw wrongPatchType(patch, 'map[string]interface {}', prefix)
  return patch
}

/** RFC 7396; `document` is not changed. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return structuredClone(patch)
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
