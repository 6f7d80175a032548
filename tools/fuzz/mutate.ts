import type { Random } from './random.ts'
import type { Schema, Types } from './schemas.ts'
import { oddNumber, oddString, oddValue } from './values.ts'

type Json = Record<string, unknown>

/** A place in an object: its holder, its key, and what the schema says of it. */
interface Place {
  holder: Json | unknown[]
  key: string | number
  schema: Schema | undefined
  path: string
}

function* places(value: unknown, schema: Schema | undefined, types: Types, path = ''): IterableIterator<Place> {
  if (typeof value !== 'object' || value === null) return
  const s = types.resolve(schema)
  const own = (key: string | number): Schema | undefined =>
    typeof key === 'number'
      ? s.items
      : (s.properties?.[key] ?? (typeof s.additionalProperties === 'object' ? s.additionalProperties : undefined))
  const keys = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value)
  for (const key of keys) {
    const at = `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
    yield { holder: value as Json, key, schema: own(key), path: at }
    yield* places((value as Json)[key], own(key), types, at)
  }
}

const get = ({ holder, key }: Place): unknown => (holder as Json)[key]
const put = ({ holder, key }: Place, value: unknown): void => void ((holder as Json)[key] = value)
const isObject = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v)

/** One odd thing done to an object, in place. Returns the path that it was done at. */
export function mutate(r: Random, object: Json, schema: Schema | undefined, types: Types): string {
  const all = [...places(object, schema, types)]
  if (all.length === 0) return ''
  const place = r.pick(all)
  const value = get(place)
  r.weighted<() => void>([
    [2, () => remove(place)],
    [3, () => put(place, types.value(r, place.schema, 3))],
    [2, () => put(place, oddValue(r))],
    [typeof value === 'string' ? 4 : 0, () => put(place, oddString(r))],
    [typeof value === 'number' ? 4 : 0, () => put(place, oddNumber(r))],
    [isObject(value) ? 6 : 0, () => addField(r, value as Json, place.schema, types)],
    [isObject(value) ? 0.3 : 0, () => void ((value as Json)[oddString(r)] = oddValue(r))],
    [Array.isArray(value) ? 3 : 0, () => (value as unknown[]).push(types.value(r, types.resolve(place.schema).items, 3))],
    [Array.isArray(value) ? 2 : 0, () => (value as unknown[]).push(...structuredClone(value as unknown[]))],
    [0.2, () => put(place, null)],
  ])()
  return place.path
}

function remove({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(key as number, 1)
  else delete holder[key]
}

function addField(r: Random, value: Json, schema: Schema | undefined, types: Types): void {
  const { properties = {} } = types.resolve(schema)
  const names = Object.keys(properties)
  const missing = names.filter((n) => value[n] === undefined)
  const name = missing.length > 0 ? r.pick(missing) : oddString(r)
  value[name] = types.value(r, properties[name], 4)
}

/** What was changed, as a merge patch of the changed object's top level fields. */
export function mergePatch(before: Json, after: Json): Json {
  const out: Json = {}
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [a, b] = [before[key], after[key]]
    if (JSON.stringify(a) === JSON.stringify(b)) continue
    if (b === undefined) out[key] = null
    else out[key] = isObject(a) && isObject(b) ? mergePatch(a, b) : b
  }
  return out
}

/** A JSON patch that does odd things at places of the object. */
export function jsonPatch(r: Random, object: Json, schema: Schema | undefined, types: Types): unknown[] {
  const all = [...places(object, schema, types)]
  return Array.from({ length: 1 + r.below(3) }, () => {
    const place = r.pick(all)
    const path = r.chance(0.8) ? place.path : `${place.path}${r.pick(['/-', '/0', '/-1', '/01', '/x', '/~2', '/', ''])}`
    const from = r.pick(all).path
    const op = r.weighted([
      [4, 'add'],
      [4, 'replace'],
      [3, 'remove'],
      [1, 'test'],
      [1, 'copy'],
      [1, 'move'],
      [0.3, oddString(r)],
    ] as const) // prettier-ignore
    if (op === 'remove') return { op, path }
    if (op === 'copy' || op === 'move') return { op, from, path }
    return { op, path, value: r.chance(0.7) ? types.value(r, place.schema, 3) : oddValue(r) }
  })
}

const DIRECTIVES = ['$patch', '$retainKeys', '$setElementOrder/containers', '$deleteFromPrimitiveList/finalizers']

/** Directives of strategic merge patches, where they belong and where not. */
export function addDirectives(r: Random, patch: Json): void {
  const value = r.pick<unknown>(['delete', 'replace', 'merge', 'x', [], ['a'], [{ name: 'c' }], {}, null, 1])
  const holders = [patch, patch.spec, patch.metadata].filter(isObject)
  r.pick(holders)[r.pick(DIRECTIVES)] = value
}
