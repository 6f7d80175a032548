import fc from 'fast-check'
import type { KubeObject } from '../../machinery/types.ts'
import { atOnce, type Pausing } from '../../machinery/slice.ts'
import { FieldManager, type FieldManagerOptions } from '../field-manager.ts'
import { FieldSet } from '../field-set.ts'
import { UNTYPED, type ListStructure, type Structure } from '../structure.ts'
import type { TypedVersion } from '../updater.ts'

/** Structures by hand, objects and sets that fit them: what the tests of this room are made of. */
export const STRING: Structure = { scalar: 'string' }
export const NUMBER: Structure = { scalar: 'numeric' }
export const BOOLEAN: Structure = { scalar: 'boolean' }

export function struct(fields: Readonly<Record<string, Structure>>, atomic = false): Structure {
  return { map: { atomic, field: (name) => (Object.hasOwn(fields, name) ? fields[name] : undefined) } }
}
export const mapOf = (values: Structure, atomic = false): Structure => ({ map: { atomic, field: () => undefined, values } })
export const atomicList = (items: Structure): Structure => ({ list: { type: 'atomic', keys: [], items } })
export const setOf = (items: Structure): Structure => ({ list: { type: 'set', keys: [], items } })
export const listOf = (keys: readonly string[], items: Structure, keyDefaults?: ListStructure['keyDefaults']): Structure => ({
  list: { type: 'map', keys, items, ...(keyDefaults === undefined ? {} : { keyDefaults }) },
})

const PORT = struct({ port: NUMBER, protocol: STRING, note: STRING })
const CONTAINER = struct({
  name: STRING,
  image: STRING,
  args: atomicList(STRING),
  env: listOf(['name'], struct({ name: STRING, value: STRING })),
})

/** One of everything that a type can hold. */
export const KIND = struct({
  apiVersion: STRING,
  kind: STRING,
  metadata: struct({
    name: STRING,
    labels: mapOf(STRING),
    annotations: mapOf(STRING),
    finalizers: setOf(STRING),
    managedFields: atomicList(UNTYPED),
    resourceVersion: STRING,
    uid: STRING,
    generation: NUMBER,
  }),
  spec: struct({
    replicas: NUMBER,
    paused: BOOLEAN,
    args: atomicList(STRING),
    selector: mapOf(STRING, true),
    containers: listOf(['name'], CONTAINER),
    ports: listOf(['port', 'protocol'], PORT, { protocol: 'TCP' }),
    nested: struct({ a: STRING, b: struct({ c: STRING, d: NUMBER }) }),
    free: UNTYPED,
  }),
  status: struct({ ready: NUMBER }),
})

const name = fc.constantFrom('a', 'b', 'c', 'd')
const text = fc.constantFrom('', '1', '2', 'x y')
const some = <T>(arb: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arb, { nil: undefined })
const uniqueBy = <T>(arb: fc.Arbitrary<T>, selector: (item: T) => unknown): fc.Arbitrary<T[]> =>
  fc.uniqueArray(arb, { selector, maxLength: 3 })
const part = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> =>
  fc.record<T>(model, { requiredKeys: [] })

const port = fc
  .tuple(fc.constantFrom(80, 443), some(fc.constantFrom('TCP', 'UDP')), some(text))
  .map(([p, protocol, note]) => ({ port: p, ...(protocol === undefined ? {} : { protocol }), ...(note === undefined ? {} : { note }) }))
const env = fc.record({ name, value: text })
const container = fc
  .tuple(name, part({ image: text, args: fc.array(text, { maxLength: 2 }), env: uniqueBy(env, (e) => e.name) }))
  .map(([own, rest]) => ({ name: own, ...rest }))

/** Objects of KIND without duplicates in their lists; parts may be missing or empty, never null. */
export const objects: fc.Arbitrary<Record<string, unknown>> = fc
  .record({
    metadata: part({
      labels: fc.dictionary(name, text, { maxKeys: 3 }),
      finalizers: uniqueBy(name, (n) => n),
    }).map((m) => ({ name: 'x', ...m })),
    spec: part({
      replicas: fc.integer({ min: 0, max: 3 }),
      paused: fc.boolean(),
      args: fc.array(text, { maxLength: 2 }),
      selector: fc.dictionary(name, text, { maxKeys: 2 }),
      containers: uniqueBy(container, (c) => c.name),
      ports: uniqueBy(port, (p) => `${p.port}/${(p as { protocol?: string }).protocol ?? 'TCP'}`),
      nested: part({ a: text, b: part({ c: text, d: fc.integer({ min: 0, max: 2 }) }) }),
      free: part({ p: text, q: fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }) }),
    }),
  })
  .map((parts) => ({ apiVersion: 'test/v1', kind: 'Thing', ...parts }))

/** The same without empty maps and lists, which are values that no set of fields mentions. */
export const dense: fc.Arbitrary<Record<string, unknown>> = objects.map((o) => withoutEmpty(o) as Record<string, unknown>)

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).flatMap(([k, v]) => {
    const kept = withoutEmpty(v)
    return kept === undefined ? [] : [[k, kept] as const]
  })
  return fields.length === 0 ? undefined : Object.fromEntries(fields)
}

const element = fc.constantFrom(
  'f:a',
  'f:b',
  'f:c',
  'k:{"name":"x"}',
  'k:{"port":80,"protocol":"TCP"}',
  'v:"s"',
  'v:10',
  'v:9',
  'v:true',
  'i:2',
  'i:10',
)
export const paths = fc.array(element, { minLength: 1, maxLength: 4 })
/** Sets of few elements, so that two of them meet often. */
export const sets: fc.Arbitrary<FieldSet> = fc.array(paths, { maxLength: 8 }).map((all) => FieldSet.of(...all))

export const V1: TypedVersion = { apiVersion: 'test/v1', structure: KIND }

/** A field manager that does all at once. */
export interface WithoutPauses {
  apply(...args: Parameters<FieldManager['apply']>): KubeObject
  update(...args: Parameters<FieldManager['update']>): void
}

export function withoutPauses(options: FieldManagerOptions): WithoutPauses {
  const manager = new FieldManager(options)
  return { apply: (...args) => atOnce(manager.apply(...args)), update: (...args) => atOnce(manager.update(...args)) }
}

/** Versions that differ in nothing. */
export function* sameShape(objects: readonly unknown[]): Pausing<unknown[]> {
  yield
  return [...objects]
}

/** A manager of KIND in one version. */
export function managerOfThings(subresource = '', needsOwner?: readonly string[]): WithoutPauses {
  return withoutPauses({
    version: V1,
    kind: 'Thing',
    versions: { version: (v) => (v === V1.apiVersion ? V1 : undefined), convert: sameShape },
    subresource,
    needsOwner,
    empty: () => thing({}, {}),
  })
}

/** A thing named x. */
export function thing(spec: object, metadata: object = {}): KubeObject {
  return { apiVersion: 'test/v1', kind: 'Thing', metadata: { name: 'x', ...metadata }, spec } as KubeObject
}
