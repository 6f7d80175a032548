import type { Json } from './schemas.ts'
import { mapped, type Steps } from './steps.ts'
import { escapedJson } from '../machinery/json-escape.ts'

/**
 * Parameters that recur are stated once in the v2 document and referred to (kube-openapi `builder/parameters.go`), by names made of
 * their own and a hash of what they say.
 */
export function* shareParameters(items: Json): Steps<{ items: Json; parameters: Json }> {
  const shared: Json = {}
  const known = new Map<Json, Json>()
  const byText = new Map<string, Json>()
  const share = (p: Json): Json => {
    let made = known.get(p)
    if (made === undefined) known.set(p, (made = staysPut(p) ? p : referTo(p)))
    return made
  }
  const referTo = (p: Json): Json => {
    const text = escapedJson(p)
    const twin = byText.get(text)
    if (twin !== undefined) return twin
    const name = `${String(p.name)}-${hash(text)}`
    const made = { $ref: `#/parameters/${name}` }
    shared[name] = p
    byText.set(text, made)
    return made
  }
  const inside = (holder: Json): Json => {
    const { parameters } = holder
    return Array.isArray(parameters) ? { ...holder, parameters: parameters.map((p) => share(p as Json)) } : holder
  }
  const shareItem = (item: Json): Json =>
    inside(Object.fromEntries(Object.entries(item).map(([key, o]) => [key, key === 'parameters' ? o : inside(o as Json)])))
  const made = Object.fromEntries(yield* mapped(Object.entries(items), ([path, item]) => [path, shareItem(item as Json)] as const))
  return { items: made, parameters: Object.fromEntries(Object.entries(shared).sort(([a], [b]) => (a < b ? -1 : 1))) }
}

/** Old kubectl looks for dryRun and fieldValidation on the operation itself; names and bodies differ from kind to kind. */
function staysPut(p: Json): boolean {
  if (p.in === 'body') return !String((p.schema as Json).$ref).startsWith('#/definitions/io.k8s.apimachinery')
  return p.name === 'name' || (p.in === 'query' && (p.name === 'fieldValidation' || p.name === 'dryRun'))
}

const PRIME = 0x100000001b3n
const BASIS = 0xcbf29ce484222325n

/** Six bytes of 64-bit FNV-1, as URL-safe base64. */
function hash(text: string): string {
  let value = BASIS
  for (const byte of Buffer.from(text)) value = BigInt.asUintN(64, value * PRIME) ^ BigInt(byte)
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes.subarray(0, 6).toString('base64url')
}
