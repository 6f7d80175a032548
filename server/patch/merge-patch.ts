import { badRequest } from '../machinery/status.ts'

type Json = Record<string, unknown>

export function isRecord(v: unknown): v is Json {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
}

/** Reads the body of a merge or strategic merge patch; 400 when it is no JSON object. */
export function parseMergePatch(body: Buffer): Json {
  let patch: unknown
  try {
    patch = JSON.parse(body.toString('utf8'))
  } catch (e) {
    throw badRequest(`error decoding patch: ${e instanceof Error ? e.message : String(e)}`)
  }
  if (!isRecord(patch)) throw badRequest('error decoding patch: a merge patch is a JSON object')
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
