import { isDeepStrictEqual } from 'node:util'
import { badRequest, StatusError } from '../machinery/status.ts'
import type { FieldFacts, TypeFacts, TypeRef } from '../scheme/contract.ts'
import { scheme } from '../scheme/index.ts'
import { goMap } from './go-text.ts'
import { isRecord } from './merge-patch.ts'

/**
 * Strategic merge patch (apimachinery `util/strategicpatch`): a merge patch that knows from the schema which lists are
 * merged by key. Directives: `$patch: replace|delete|merge`, `$deleteFromPrimitiveList/<field>`,
 * `$setElementOrder/<field>`, `$retainKeys`.
 */
type Json = Record<string, unknown>

const DIRECTIVE = '$patch'
const DELETE_FROM = '$deleteFromPrimitiveList/'
const ORDER = '$setElementOrder/'
const RETAIN = '$retainKeys'

// What strategic patching has against a patch reaches the client as a bare 500 upstream.
const bare = (why: string): StatusError => new StatusError(500, '', why)

/** Applies `patch` to a copy of `document`, whose message type is `type`. Throws a Status for a patch that makes no sense. */
export function applyStrategicPatch(document: unknown, patch: Json, type: TypeFacts | undefined): unknown {
  return mergeObject(isRecord(document) ? document : {}, patch, type)
}

function typeOfRef(ref: TypeRef | undefined): TypeFacts | undefined {
  return ref?.kind === 'ref' ? scheme.type(ref.name) : undefined
}

function mergeObject(original: Json, patch: Json, type: TypeFacts | undefined): Json {
  const directive = patch[DIRECTIVE]
  if (directive !== undefined) {
    const { [DIRECTIVE]: _, ...rest } = patch
    if (directive === 'replace') return cleaned(rest) as Json
    if (directive === 'delete') return {}
    if (directive !== 'merge') throw bare(`unknown patch type: ${String(directive)} in map: ${goMap(patch)}`)
  }
  const out: Json = retained(original, patch)
  for (const [key, value] of Object.entries(patch)) {
    if (key === DIRECTIVE || key === RETAIN || key.startsWith(ORDER)) continue
    if (key.startsWith(DELETE_FROM)) {
      removeValues(out, key.slice(DELETE_FROM.length), value)
      continue
    }
    if (value === null) {
      delete out[key]
      continue
    }
    const field = type?.field(key)
    const merged = mergeValue(Object.hasOwn(out, key) ? out[key] : undefined, value, field, patch[ORDER + key])
    Object.defineProperty(out, key, { value: merged, writable: true, enumerable: true, configurable: true })
  }
  // An order may come for a list that the patch does not otherwise touch.
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(ORDER)) continue
    const name = key.slice(ORDER.length)
    if (Object.hasOwn(patch, name) || !Array.isArray(out[name])) continue
    out[name] = ordered(out[name], Array.isArray(order) ? order : [], out[name], type?.field(name)?.patchMergeKey)
  }
  return out
}

function retained(original: Json, patch: Json): Json {
  const keep = patch[RETAIN]
  if (keep === undefined) return { ...original }
  if (!Array.isArray(keep)) throw badRequest('$retainKeys must be a list')
  const out: Json = {}
  for (const [key, value] of Object.entries(original)) if (keep.includes(key)) out[key] = value
  return out
}

function removeValues(out: Json, field: string, values: unknown): void {
  if (!Array.isArray(values)) throw badRequest(`${DELETE_FROM}${field} must be a list`)
  const list = out[field]
  if (Array.isArray(list)) out[field] = list.filter((v) => !values.some((d) => isDeepStrictEqual(d, v)))
}

function mergeValue(original: unknown, value: unknown, field: FieldFacts | undefined, order: unknown): unknown {
  const ref = field?.type
  if (isRecord(value)) {
    const type = ref?.kind === 'map' ? undefined : typeOfRef(ref)
    // A map of messages (volumes' items do not occur as maps upstream) merges by key like any object.
    if (ref?.kind === 'map' && typeOfRef(ref.values) !== undefined)
      return mergeMap(isRecord(original) ? original : {}, value, typeOfRef(ref.values))
    if (field?.patchStrategy?.split(',').includes('replace') === true) return cleaned(value)
    return mergeObject(isRecord(original) ? original : {}, value, type)
  }
  if (Array.isArray(value)) {
    const strategies = field?.patchStrategy?.split(',') ?? []
    if (!strategies.includes('merge')) return cleaned(value)
    const items = ref?.kind === 'array' ? ref.items : undefined
    return mergeList(Array.isArray(original) ? original : [], value, typeOfRef(items), field?.patchMergeKey, order)
  }
  return value
}

function mergeMap(original: Json, patch: Json, type: TypeFacts | undefined): Json {
  const out: Json = { ...original }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key]
    else out[key] = isRecord(value) ? mergeObject(isRecord(out[key]) ? out[key] : {}, value, type) : value
  }
  return out
}

function mergeList(
  original: unknown[],
  patch: unknown[],
  type: TypeFacts | undefined,
  mergeKey: string | undefined,
  order: unknown,
): unknown[] {
  if (mergeKey === undefined || mergeKey === '') {
    const out = [...original]
    for (const v of patch) if (!out.some((o) => isDeepStrictEqual(o, v))) out.push(v)
    return ordered(out, Array.isArray(order) ? order : patch, original, undefined)
  }
  if (!patch.every(isRecord)) throw bare(`list element types are not identical: ${goMap([original, patch])}`)
  const items = patch as Json[]
  if (items.some((p) => p[DIRECTIVE] === 'replace')) return cleaned(items.filter((p) => p[DIRECTIVE] === undefined)) as unknown[]
  const same = (o: unknown, item: Json): boolean => isRecord(o) && isDeepStrictEqual(o[mergeKey], item[mergeKey])
  let out = [...original]
  const rest: Json[] = []
  for (const item of items) {
    if (item[mergeKey] === undefined) throw bare(`map: ${goMap(item)} does not contain declared merge key: ${mergeKey}`)
    // Duplicates under one key all go.
    if (item[DIRECTIVE] === 'delete') out = out.filter((o) => !same(o, item))
    else rest.push(item)
  }
  const left = out
  out = [...left]
  for (const item of rest) {
    const at = out.findIndex((o) => same(o, item))
    if (at < 0) out.push(mergeObject({}, item, type))
    else out[at] = mergeObject(out[at] as Json, item, type)
  }
  return ordered(out, Array.isArray(order) ? order : rest, left, mergeKey)
}

/**
 * The order of a merged list: items that `order` names (the patch itself, or its `$setElementOrder`) come as they do there, the server's
 * own come as they did, and an item of the server comes before one that is named only where it did so before.
 */
function ordered(list: unknown[], order: readonly unknown[], server: readonly unknown[], mergeKey: string | undefined): unknown[] {
  const keyOf = (v: unknown): unknown => (mergeKey === undefined ? v : isRecord(v) ? v[mergeKey] : undefined)
  const place = (where: readonly unknown[], v: unknown): number => where.findIndex((w) => isDeepStrictEqual(keyOf(w), keyOf(v)))
  const named = list.filter((v) => place(order, v) >= 0).sort((a, b) => place(order, a) - place(order, b))
  const own = list.filter((v) => place(order, v) < 0)
  const out: unknown[] = []
  while (own.length > 0 && named.length > 0) {
    const [l, r] = [place(server, own[0]), place(server, named[0])]
    out.push(l >= 0 && r >= 0 && l < r ? own.shift() : named.shift())
  }
  return [...out, ...own, ...named]
}

/** A value that is taken as it is: directives inside it are not data, and nulls mean "absent". */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((v) => !(isRecord(v) && v[DIRECTIVE] === 'delete')).map(cleaned)
  if (!isRecord(value)) return value
  const out: Json = {}
  for (const [k, v] of Object.entries(value)) {
    if (v === null || k === DIRECTIVE || k === RETAIN || k.startsWith(ORDER) || k.startsWith(DELETE_FROM)) continue
    out[k] = cleaned(v)
  }
  return out
}
