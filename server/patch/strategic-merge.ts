import { copyJson } from '../machinery/copy-json.ts'
import { badRequest, StatusError } from '../machinery/status.ts'
import type { FieldFacts, TypeFacts, TypeRef } from '../scheme/contract.ts'
import { goText, goVerbS } from '../machinery/json-values.ts'
import { goTypeOf } from './go-text.ts'
import { checkOrder, keyOf, ordered } from './element-order.ts'
import { setOwn } from '../machinery/own.ts'
import { sortTexts } from '../machinery/text-order.ts'
import { isRecord } from './values.ts'

/**
 * Strategic merge patch (apimachinery `util/strategicpatch`): a merge patch that knows from the schema which lists are
 * merged by key. Directives: `$patch: replace|delete`, `$deleteFromPrimitiveList/<field>`, `$setElementOrder/<field>`, `$retainKeys`.
 * Every list is looked through once, with its items in a Map by their key. What the reference has against a patch depends on the order of
 * Go's maps where a patch has several faults; here it is that of the patch.
 */
type Json = Record<string, unknown>

const DIRECTIVE = '$patch'
const DELETE_FROM = '$deleteFromPrimitiveList'
const ORDER = '$setElementOrder'
const RETAIN = '$retainKeys'

// What strategic patching has against a patch reaches the client as a bare 500 upstream, but for faults of format.
const bare = (why: string): StatusError => new StatusError(500, '', why)
const wrongType = (wanted: string, given: unknown): StatusError => bare(`expected a ${wanted}, but received a ${goTypeOf(given)}`)
const LIST = '[]interface {}'
const MAP = 'map[string]interface {}'

/** Applies `patch` to a copy of `document`, whose message type is `type`. Throws a Status for a patch that makes no sense. */
export function applyStrategicPatch(document: unknown, patch: Json, type: TypeFacts | undefined): unknown {
  return mergeMap(isRecord(document) ? document : {}, copyJson(patch), { type, name: shortName(type?.name ?? '') })
}

/** What a value is in Go: a message, or anything else, which has no fields to look up. */
interface Schema {
  type: TypeFacts | undefined
  /** Go's name of the message; '' for no message. */
  name: string
  map?: true
}

const shortName = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
const opaque: Partial<Record<TypeRef['kind'], string>> = { raw: 'RawExtension', json: 'JSON', fieldsV1: 'FieldsV1' }

function schemaOf(ref: TypeRef | undefined): Schema {
  if (ref?.kind === 'ref') return { type: ref.facts, name: shortName(ref.name) }
  if (ref?.kind === 'map') return { type: undefined, name: '', map: true }
  return { type: undefined, name: ref === undefined ? '' : (opaque[ref.kind] ?? '') }
}

/** A field by its JSON name, or by one in other capitals as Go's JSON would. Without a schema (in tests) nothing is known of any. */
function fieldOf(schema: Schema, name: string): FieldFacts | undefined {
  const { type } = schema
  if (schema.map) throw bare('merging an object in json but data type is not struct, instead is: map')
  if (type === undefined && schema.name === '') return undefined
  const found = type?.field(name) ?? type?.jsonFields.find((f) => f.name.toLowerCase() === name.toLowerCase())
  if (found === undefined) throw bare(`unable to find api field in struct ${schema.name} for the json field ${JSON.stringify(name)}`)
  return found
}

const strategy = (field: FieldFacts | undefined): string | undefined => field?.patchStrategy?.split(',').find((s) => s !== 'retainKeys')

function mergeMap(original: Json, patch: Json, schema: Schema): Json {
  if (Object.hasOwn(patch, DIRECTIVE)) return replaced(patch)
  const out = retained(original, patch)
  const rest = new Map(Object.entries(patch))
  rest.delete(RETAIN)
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(ORDER)) continue
    rest.delete(key)
    if (!Array.isArray(order)) throw wrongType(LIST, order)
    const name = listName(key, ORDER, 'setElementOrder list')
    mergeInOrder(out, name, rest, order, schema)
  }
  for (const [key, value] of rest) {
    if (key.startsWith(DELETE_FROM)) removeValues(out, listName(key, DELETE_FROM, 'primitive list'), value, schema)
    else if (value === null) delete out[key]
    else if (!Object.hasOwn(out, key) || goKind(out[key]) !== goKind(value)) setOrDrop(out, key, withoutDirectives(withoutNulls(value)))
    else if (isRecord(value)) setOwn(out, key, mergedMap(out[key] as Json, value, fieldOf(schema, key)))
    else if (Array.isArray(value)) setOwn(out, key, mergedList(out[key] as unknown[], value, fieldOf(schema, key)))
    else setOwn(out, key, value)
  }
  // Of a type the fields have their order; anything else Go writes as a map.
  return schema.type === undefined ? copyInOrder(out) : out
}

const copyInOrder = (map: Json): Json => {
  const out: Json = {}
  for (const key of sortTexts(Object.keys(map))) setOwn(out, key, map[key])
  return out
}

/** What a patch with a directive for its whole map leaves: itself, as it is, or nothing. */
function replaced(patch: Json): Json {
  const { [DIRECTIVE]: directive, ...rest } = patch
  if (directive === 'replace') return rest
  if (directive === 'delete') return {}
  throw bare(`unknown patch type: ${goVerbS(directive)} in map: ${goText(patch)}`)
}

/** The field that a directive `prefix/field` is for. */
function listName(key: string, prefix: string, format: string): string {
  const slash = key.indexOf('/')
  if (slash < 0 || key.slice(0, slash) !== prefix) throw badRequest(`invalid patch format of ${format}`)
  return key.slice(slash + 1)
}

function retained(original: Json, patch: Json): Json {
  if (!Object.hasOwn(patch, RETAIN)) return { ...original }
  const given = patch[RETAIN]
  const keep = Array.isArray(given) ? new Set<unknown>(given) : undefined
  const isDropped = ([key, value]: [string, unknown]): boolean =>
    key !== RETAIN && value !== null && !key.startsWith(DELETE_FROM) && !key.startsWith(ORDER) && keep?.has(key) !== true
  if (keep === undefined || Object.entries(patch).some(isDropped)) throw badRequest('invalid patch format of retainKeys')
  const out: Json = {}
  for (const [key, value] of Object.entries(original)) if (keep.has(key)) setOwn(out, key, value)
  return out
}

/** Merges the list `name`, which may be in the object, in `patch` (and then leaves it), or in both, and puts it in order. */
function mergeInOrder(out: Json, name: string, patch: Map<string, unknown>, order: unknown[], schema: Schema): void {
  const inObject = Object.hasOwn(out, name)
  const inPatch = patch.has(name)
  const before = inObject ? out[name] : []
  const given = inPatch ? patch.get(name) : []
  if (!Array.isArray(before)) throw wrongType(LIST, before)
  if (!Array.isArray(given)) throw wrongType(LIST, given)
  const field = fieldOf(schema, name)
  const mergeKey = field?.patchMergeKey ?? ''
  checkOrder(given, order, mergeKey)
  if (!inObject && !inPatch) return
  const merged = !inPatch ? before : inObject ? mergedList(before, given, field) : (withoutDirectives(given) as unknown[])
  elementKind(before, given)
  setOwn(out, name, ordered(merged, order, before, mergeKey))
  patch.delete(name)
}

function mergedMap(original: Json, patch: Json, field: FieldFacts | undefined): Json {
  if (strategy(field) === 'replace') return patch
  return mergeMap(original, patch, schemaOf(field?.type))
}

function mergedList(original: unknown[], patch: unknown[], field: FieldFacts | undefined): unknown[] {
  if (strategy(field) !== 'merge') return patch
  if (original.length === 0 && patch.length === 0) return original
  if (elementKind(original, patch) === 'map') return mergedItems(original, patch, field)
  return ordered([...new Set([...original, ...patch])], patch, original, field?.patchMergeKey ?? '')
}

function mergedItems(original: unknown[], patch: unknown[], field: FieldFacts | undefined): unknown[] {
  const mergeKey = field?.patchMergeKey ?? ''
  if (mergeKey === '') throw bare('cannot merge lists without merge key for struct')
  const { left, rest } = withoutSpecial(original as Json[], patch as Json[], mergeKey)
  const merged = mergeItems(left, rest, mergeKey, schemaOf(field?.type.kind === 'array' ? field.type.items : undefined))
  return ordered(merged, rest, left, mergeKey)
}

/** Values gone from a list, whatever the strategy of its field; given maps, upstream merges them. A list that is not there, or anything else, stays as it is. */
function removeValues(out: Json, name: string, values: unknown, schema: Schema): void {
  if (values === null) delete out[name]
  const list = out[name]
  if (!Array.isArray(list) || !Array.isArray(values) || list.length + values.length === 0) return
  if (elementKind(list, values) === 'map') return setOwn(out, name, mergedItems(list, values, fieldOf(schema, name)))
  const gone = new Set<unknown>(values)
  setOwn(
    out,
    name,
    list.filter((v) => !gone.has(v)),
  )
}

/** Go's kind of the elements of lists, which must all be of one. */
function elementKind(original: readonly unknown[], patch: readonly unknown[]): string {
  const kinds = new Set([...original, ...patch].map(goTypeOf))
  const [kind] = kinds
  if (kind === undefined) throw bare('no elements in any of the given slices')
  if (kind === LIST) throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
  const why = `list element types are not identical: ${goText([original, patch])}`
  // Of a null that comes first upstream asks the kind, and panics.
  if (kind === goTypeOf(null)) throw badRequest(why)
  if (kinds.size > 1) throw bare(why)
  return kind === MAP ? 'map' : kind
}

/** Items deleted from `original`, or all of them replaced; `rest` is what is to be merged. */
function withoutSpecial(original: Json[], patch: Json[], mergeKey: string): { left: Json[]; rest: Json[] } {
  const rest: Json[] = []
  const gone = new Set<unknown>()
  let replace = false
  for (const item of patch) {
    if (!Object.hasOwn(item, DIRECTIVE)) rest.push(item)
    else if (item[DIRECTIVE] === 'delete') gone.add(keyOf(item, mergeKey))
    else if (item[DIRECTIVE] === 'replace') replace = true
    else if (item[DIRECTIVE] === 'merge') throw bare('merging lists cannot yet be specified in the patch')
    else throw bare(`unknown patch type: ${goVerbS(item[DIRECTIVE])} in map: ${goText(item)}`)
  }
  if (replace) return { left: rest, rest: [] }
  return { left: gone.size === 0 ? original : original.filter((o) => !gone.has(o[mergeKey])), rest }
}

function mergeItems(original: readonly Json[], patch: readonly Json[], mergeKey: string, schema: Schema): Json[] {
  const out = [...original]
  if (patch.length === 0) return out
  const places = new Map<unknown, number>()
  for (const [i, item] of out.entries()) {
    if (Object.hasOwn(item, mergeKey) && !places.has(item[mergeKey])) places.set(item[mergeKey], i)
  }
  for (const item of patch) {
    const key = keyOf(item, mergeKey)
    const at = places.get(key)
    if (at === undefined) places.set(key, out.push(item) - 1)
    else out[at] = mergeMap(out[at]!, item, schema)
  }
  return out
}

const goKind = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value)

function setOrDrop(out: Json, key: string, value: unknown): void {
  if (value === undefined) delete out[key]
  else setOwn(out, key, value)
}

/** A value that is new: a map with a directive is not kept at all. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    // Loops, here and below: a callback of the engine's takes twice the stack, and patches may be deep.
    const items: unknown[] = []
    for (const item of value) {
      const kept = withoutDirectives(item)
      if (kept !== undefined) items.push(kept)
    }
    return items
  }
  if (!isRecord(value)) return value
  if (Object.hasOwn(value, DIRECTIVE)) return undefined
  const out: Json = {}
  for (const [key, item] of Object.entries(value)) {
    const kept = withoutDirectives(item)
    if (kept !== undefined) setOwn(out, key, kept)
  }
  return out
}

/** A copy without the fields that are null; items of lists stay. */
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

/** A patch as errors show it: upstream takes directives and the lists that have an order out of it while it merges. */
export function patchAsShown(patch: unknown): unknown {
  if (Array.isArray(patch)) {
    const items: unknown[] = []
    for (const item of patch) items.push(isRecord(item) ? fieldsShown(item) : patchAsShown(item))
    return items
  }
  if (!isRecord(patch)) return patch
  const { [DIRECTIVE]: directive, ...rest } = patch
  return fieldsShown(directive === 'replace' ? rest : patch)
}

function fieldsShown(patch: Json): Json {
  const out: Json = {}
  for (const [key, value] of Object.entries(patch)) {
    if (key !== RETAIN && !key.startsWith(ORDER) && !Object.hasOwn(patch, `${ORDER}/${key}`)) setOwn(out, key, patchAsShown(value))
  }
  return out
}
