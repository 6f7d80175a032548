import type { FieldFacts, TypeFacts, TypeRef } from '../scheme/contract.ts'
import { typeOrThrow } from '../scheme/facts.ts'
import type { Json } from './api-server.ts'

/** Names of fields, from the object to a list or a map in it. A list on the way stands for its first item, a map for one key. */
export type ListPath = readonly string[]

/** How an item is filled: with what every item of a list needs, or with a value in every scalar field. */
export type Filling = 'lean' | 'full'

/** Of all names in an object, so that what refers to another item by its name finds it. Equally long, whatever `i`. */
const nameOf = (i: number): string => `a${String(i).padStart(4, '0')}`

/** What a scalar field holds that is no free text, by its name. */
const WORDS: Readonly<Record<string, (i: number) => unknown>> = {
  operator: () => 'In',
  protocol: () => 'TCP',
  effect: () => 'NoSchedule',
  whenUnsatisfiable: () => 'DoNotSchedule',
  scopeName: () => 'PriorityClass',
  status: () => 'True',
  type: (i) => `x.io/${nameOf(i)}`,
  conditionType: (i) => `x.io/${nameOf(i)}`,
  key: (i) => nameOf(i),
  mountPath: (i) => `/${nameOf(i)}`,
  devicePath: (i) => `/${nameOf(i)}`,
  topologyKey: (i) => `x.io/${nameOf(i)}`,
  ip: (i) => address(i),
  ips: (i) => address(i),
  podIPs: (i) => address(i),
  hostIPs: (i) => address(i),
  addresses: (i) => address(i),
  cidr: (i) => `${address(i)}/32`,
  clusterIPs: (i) => address(i),
  externalIPs: (i) => address(i),
  loadBalancerSourceRanges: (i) => `${address(i)}/32`,
  kind: () => 'Pod',
  apiVersion: () => 'v1',
  apiGroup: () => 'x.io',
  verbs: (i) => nameOf(i),
  finalizers: (i) => `x.io/${nameOf(i)}`,
  timeoutSeconds: () => 10,
  uid: (i) => `uid-${nameOf(i)}`,
}

const address = (i: number): string => `10.1.${String(100 + (i >> 7))}.${String(100 + (i & 127))}`

/** Every list and map of a type, `depth` lists or maps deep at most. A type within itself is not gone into again. */
export function listPaths(type: TypeFacts, depth: number): ListPath[] {
  const paths: ListPath[] = []
  const walk = (facts: TypeFacts, path: ListPath, left: number, above: readonly string[]): void => {
    if (facts.scalar !== undefined || above.includes(facts.name)) return
    for (const field of facts.jsonFields) {
      if (path.length === 0 && (field.name === 'kind' || field.name === 'apiVersion')) continue
      if (field.name === 'managedFields') continue
      const here = [...path, field.name]
      let ref = field.type
      let rest = left
      let deep = here
      while (ref.kind === 'array' || ref.kind === 'map') {
        if (rest === 0) break
        paths.push(deep)
        rest--
        deep = [...deep, '']
        ref = ref.kind === 'array' ? ref.items : ref.values
      }
      if (ref.kind === 'ref') walk(typeOrThrow(ref.name), here, rest, [...above, facts.name])
    }
  }
  walk(type, [], depth, [])
  return paths.filter((path) => !path.includes(''))
}

/** A copy of an object, with `n` distinct items in the list or the map at a path. What the path lacks on the way is made. */
export function withItems(type: TypeFacts, base: Json, path: ListPath, n: number, filling: Filling, first = 0): Json {
  const copy = structuredClone(base)
  let facts = type
  let at = copy
  for (const [depth, name] of path.entries()) {
    const field = facts.field(name)!
    const { type: ref } = field
    if (depth === path.length - 1) {
      at[name] = collection(field, ref, n, filling, first, at[name])
      break
    }
    const [next, item] = step(ref, at[name], filling, name)
    at[name] = next
    at = item
    facts = typeOrThrow((innermost(ref) as { name: string }).name)
  }
  return copy
}

function innermost(ref: TypeRef): TypeRef {
  return ref.kind === 'array' ? innermost(ref.items) : ref.kind === 'map' ? innermost(ref.values) : ref
}

/** A value on the way of a path with the object in it where the path goes on. */
function step(ref: TypeRef, value: unknown, filling: Filling, name: string): [value: unknown, inner: Json] {
  if (ref.kind === 'array') {
    const list = Array.isArray(value) ? (value as unknown[]) : []
    const [item, inner] = step(ref.items, list[0], filling, name)
    return [[item, ...list.slice(1)], inner]
  }
  if (ref.kind === 'map') {
    const map = (value ?? {}) as Json
    const key = Object.keys(map)[0] ?? nameOf(0)
    const [item, inner] = step(ref.values, map[key], filling, name)
    return [{ ...map, [key]: item }, inner]
  }
  const made = (value ?? message(typeOrThrow((ref as { name: string }).name), 0, filling)) as Json
  return [made, made]
}

function collection(field: FieldFacts, ref: TypeRef, n: number, filling: Filling, first: number, value: unknown): unknown {
  const { name } = field
  if (ref.kind === 'map') {
    return Object.fromEntries(
      Array.from({ length: n }, (_, i) => [nameOf(first + i), itemOf(field, ref.values, first + i, filling, undefined)]),
    )
  }
  const before = Array.isArray(value) ? (value as unknown[]) : []
  const { items } = ref as { items: TypeRef }
  return Array.from({ length: n }, (_, i) => itemOf({ ...field, name }, items, first + i, filling, before[0]))
}

function itemOf(field: FieldFacts, ref: TypeRef, i: number, filling: Filling, like: unknown): unknown {
  if (ref.kind === 'ref') {
    const facts = typeOrThrow(ref.name)
    if (facts.scalar !== undefined) return scalar(facts.scalar, field, i)
    const made = message(facts, i, filling, field.listMapKeys)
    return typeof like === 'object' && like !== null ? { ...structuredClone(like), ...made } : made
  }
  if (ref.kind === 'array') return [itemOf(field, ref.items, i, filling, undefined)]
  if (ref.kind === 'map') return { [nameOf(i)]: itemOf(field, ref.values, i, filling, undefined) }
  return scalar(ref.kind, field, i)
}

const IDENTITY = new Set([
  'name',
  'key',
  'ip',
  'type',
  'conditionType',
  'uid',
  'kind',
  'apiVersion',
  'topologyKey',
  'operator',
  'path',
  'mountPath',
])

function message(facts: TypeFacts, i: number, filling: Filling, keys: readonly string[] = []): Json {
  const made: Json = {}
  for (const field of facts.jsonFields) {
    const ref = field.type.kind === 'ref' && typeOrThrow(field.type.name).scalar
    const kind = ref || field.type.kind
    if (kind === 'ref' || kind === 'map' || kind === 'array') continue
    if (filling === 'full' || field.required || keys.includes(field.name) || IDENTITY.has(field.name)) {
      if (field.name === 'deletionTimestamp') continue
      made[field.name] = scalar(kind, field, i)
    }
  }
  return made
}

function scalar(kind: string, field: FieldFacts, i: number): unknown {
  const word = WORDS[field.name]
  switch (kind) {
    case 'string':
      if (word !== undefined) return word(i)
      return field.enum?.[0] ?? nameOf(i)
    case 'boolean':
      return false
    case 'int32':
    case 'int64':
      return i + 1
    case 'double':
      return i + 0.5
    case 'bytes':
      return Buffer.from(nameOf(i)).toString('base64')
    case 'time':
      return '2026-01-01T00:00:00Z'
    case 'microTime':
      return '2026-01-01T00:00:00.000000Z'
    case 'duration':
      return '1m0s'
    case 'quantity':
      return String(1001 + i)
    case 'intOrString':
      return 1001 + i
    default:
      return { a: nameOf(i) }
  }
}
