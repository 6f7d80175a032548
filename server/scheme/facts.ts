/**
 * Expands the committed tables into TypeFacts and ResourceFacts. A type is one string in the table, taken apart when first asked for:
 * start-up reads strings and no more. tools/schema-facts/types.ts writes them and says how.
 */
import resourceTable from './facts/resources.json' with { type: 'json' }
import typeTable from './facts/types.json' with { type: 'json' }
import type { FieldFacts, GroupFacts, ResourceFacts, ScalarKind, SubresourceFacts, TypeFacts, TypeRef } from './contract.ts'

type SubresourceTuple = readonly [name: string, group: string, version: string, kind: string, verbs: number]
type ResourceTuple = readonly [
  group: string,
  version: string,
  resource: string,
  singular: string,
  kind: string,
  namespaced: number,
  shortNames: string[],
  categories: string[],
  verbs: number,
  subresources: SubresourceTuple[],
  type: string,
  hash: string,
]

// TypeScript sees tuples in JSON as arrays of unions; the tool that writes them and these types are kept together.
const table = typeTable as unknown as {
  scalars: Record<string, string>
  atomic: string[]
  packages: Record<string, [openapi: string, group: string, version: string]>
  types: Record<string, string>
}
const rows = resourceTable as unknown as { verbs: string[]; groups: [string, ...string[]][]; resources: ResourceTuple[] }

const flag = { required: 1, omitEmpty: 2, pointer: 4, omitZero: 8, zeroDefault: 16 } as const

const scalarKinds: Record<string, ScalarKind> = {
  s: 'string',
  b: 'boolean',
  i: 'int32',
  l: 'int64',
  d: 'double',
  B: 'bytes',
  t: 'time',
  u: 'microTime',
  D: 'duration',
  q: 'quantity',
  I: 'intOrString',
  R: 'raw',
  J: 'json',
  F: 'fieldsV1',
}
const goNames: Record<ScalarKind, string> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  bytes: '[]uint8',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
  duration: 'v1.Duration',
  quantity: 'resource.Quantity',
  intOrString: 'intstr.IntOrString',
  raw: 'runtime.RawExtension',
  json: 'v1.JSON',
  fieldsV1: 'v1.FieldsV1',
}
const unions = new Map<string, TypeFacts['union']>(
  ['apiextensions.v1', 'apiextensions.v1beta1'].flatMap((pkg): [string, TypeFacts['union']][] => [
    [`${pkg}.JSONSchemaPropsOrBool`, 'schemaOrBool'],
    [`${pkg}.JSONSchemaPropsOrArray`, 'schemaOrArray'],
    [`${pkg}.JSONSchemaPropsOrStringArray`, 'schemaOrStringArray'],
  ]),
)

/** `io.k8s.api.core.v1` to `core.v1`, the name of a package in the table. */
const shortOf = new Map(Object.entries(table.packages).map(([short, [openapi]]) => [openapi, short]))
const packageOf = new Map(Object.entries(table.packages).map(([short, [, group, version]]) => [`${group}/${version}`, short]))
const atomic = new Set(table.atomic)

/** Types refer to each other in circles: where a reference leads is looked up when it is asked for. */
class Reference {
  readonly kind = 'ref'
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  get facts(): TypeFacts {
    return typeOrThrow(this.name)
  }
}

function typeRef(code: string, pkg: string): TypeRef {
  const scalar = scalarKinds[code]
  if (scalar !== undefined) return { kind: scalar }
  const rest = code.slice(1)
  switch (code[0]) {
    case '[':
      return { kind: 'array', items: typeRef(rest, pkg) }
    case '{':
      return { kind: 'map', values: typeRef(rest, pkg) }
    case '(':
      return { kind: 'array', items: typeRef(rest, pkg), wrapped: true }
    case '.':
      return new Reference(`${table.packages[pkg]![0]}.${rest}`)
  }
  const dot = code.lastIndexOf('.')
  return new Reference(`${table.packages[code.slice(0, dot)]![0]}.${code.slice(dot + 1)}`)
}

/** The Go type that a reference suggests: `v1.Container`, `[]string`. */
function goType(type: TypeRef): string {
  if (type.kind === 'array') return `[]${goType(type.items)}`
  if (type.kind === 'map') return `map[string]${goType(type.values)}`
  if (type.kind === 'ref') return type.name.split('.').slice(-2).join('.')
  return goNames[type.kind]
}

function zero(type: TypeRef): unknown {
  if (type.kind === 'boolean') return false
  if (type.kind === 'int32' || type.kind === 'int64' || type.kind === 'double' || type.kind === 'intOrString') return 0
  return type.kind === 'ref' || type.kind === 'map' ? {} : ''
}

/** What a `key=value` of the table sets. */
const extras: Record<string, (facts: FieldFacts, text: string) => void> = {
  d: (facts, text) => {
    facts.default = JSON.parse(text)
  },
  e: (facts, text) => {
    facts.enum = text.split(',')
  },
  l: (facts, text) => {
    facts.listType = text as FieldFacts['listType']
  },
  k: (facts, text) => {
    facts.listMapKeys = text.split(',')
  },
  m: (facts, text) => {
    facts.mapType = text as FieldFacts['mapType']
  },
  s: (facts, text) => {
    facts.patchStrategy = text
  },
  p: (facts, text) => {
    facts.patchMergeKey = text
  },
  f: (facts, text) => {
    facts.format = text
  },
  g: (facts, text) => {
    facts.goType = text
  },
}

function field(text: string, pkg: string): FieldFacts {
  const [name, number, code, flagText, ...rest] = text.split('|') as [string, string, string, string, ...string[]]
  const type = typeRef(code, pkg)
  const flags = Number(flagText)
  const facts: FieldFacts = {
    name,
    number: Number(number),
    type,
    required: (flags & flag.required) !== 0,
    omitEmpty: (flags & flag.omitEmpty) !== 0,
    omitZero: (flags & flag.omitZero) !== 0,
    pointer: (flags & flag.pointer) !== 0,
    goType: goType(type),
  }
  if (name === '' && type.kind === 'ref') facts.embedded = type.name.slice(type.name.lastIndexOf('.') + 1)
  if (flags & flag.zeroDefault) facts.default = zero(type)
  if (type.kind === 'ref' && atomic.has(shortName(type.name) ?? '')) facts.mapType = 'atomic'
  for (const each of rest) extras[each[0]!]?.(facts, each.slice(2))
  return facts
}

class Message implements TypeFacts {
  readonly name: string
  readonly fields: readonly FieldFacts[]
  readonly mapType?: 'atomic'
  readonly scalar?: ScalarKind
  readonly union?: TypeFacts['union']
  #json: readonly FieldFacts[] | undefined
  #byName: Map<string, FieldFacts> | undefined

  constructor(name: string, fields: readonly FieldFacts[], more: Pick<TypeFacts, 'mapType' | 'scalar' | 'union'>) {
    this.name = name
    this.fields = fields
    if (more.mapType !== undefined) this.mapType = more.mapType
    if (more.scalar !== undefined) this.scalar = more.scalar
    if (more.union !== undefined) this.union = more.union
  }

  get jsonFields(): readonly FieldFacts[] {
    this.#json ??= this.fields.flatMap((f) => (f.name === '' && f.type.kind === 'ref' ? [...f.type.facts.jsonFields] : [f]))
    return this.#json
  }

  field(name: string): FieldFacts | undefined {
    this.#byName ??= new Map(this.jsonFields.map((f) => [f.name, f]))
    return this.#byName.get(name)
  }
}

function shortName(name: string): string | undefined {
  const dot = name.lastIndexOf('.')
  const short = shortOf.get(name.slice(0, dot))
  return short === undefined ? undefined : `${short}.${name.slice(dot + 1)}`
}

const expanded = new Map<string, TypeFacts>()

/** A message type by its OpenAPI name. Always the same object for the same name. */
export function type(name: string): TypeFacts | undefined {
  const known = expanded.get(name)
  if (known !== undefined) return known
  const made = expand(name)
  if (made !== undefined) expanded.set(name, made)
  return made
}

function expand(name: string): TypeFacts | undefined {
  const scalar = Object.hasOwn(table.scalars, name) ? table.scalars[name] : undefined
  if (scalar !== undefined) return new Message(name, [], { scalar: scalarKinds[scalar] })
  const short = shortName(name)
  if (short === undefined || !Object.hasOwn(table.types, short)) return undefined
  const pkg = short.slice(0, short.lastIndexOf('.'))
  const text = table.types[short]!
  const fields = text === '' ? [] : text.split(';').map((each) => field(each, pkg))
  return new Message(name, fields, { mapType: atomic.has(short) ? 'atomic' : undefined, union: unions.get(short) })
}

/** The message type that a kind of its own (one with apiVersion and kind) has in a group-version's package. */
export function typeOfKind(group: string, version: string, kind: string): TypeFacts | undefined {
  const short = packageOf.get(`${group}/${version}`)
  if (short === undefined) return undefined
  const found = type(`${table.packages[short]![0]}.${kind}`)
  return found !== undefined && found.fields[0]?.name === 'kind' && found.fields[0].number === 0 ? found : undefined
}

/** Names of all message types, in the order of the table. */
export const typeNames = (): string[] =>
  Object.keys(table.types).map((short) => {
    const dot = short.lastIndexOf('.')
    return `${table.packages[short.slice(0, dot)]![0]}.${short.slice(dot + 1)}`
  })

const verbs = rows.verbs.map((set) => set.split(' '))

const subresource = ([name, group, version, kind, set]: SubresourceTuple): SubresourceFacts => ({
  name,
  group,
  version,
  kind,
  verbs: verbs[set]!,
})

export const groups: readonly GroupFacts[] = rows.groups.map(([name, ...versions]) => ({ name, versions }))

export const resources: readonly ResourceFacts[] = rows.resources.map(
  ([group, version, resource, singular, kind, namespaced, shortNames, categories, set, subresources, type, storageVersionHash]) => ({
    group,
    version,
    resource,
    singular,
    kind,
    namespaced: namespaced === 1,
    shortNames,
    categories,
    verbs: verbs[set]!,
    subresources: subresources.map(subresource),
    type,
    storageVersionHash,
  }),
)

/** As type(), for names that the table itself refers to. */
export function typeOrThrow(name: string): TypeFacts {
  const found = type(name)
  if (found === undefined) throw new Error(`no type ${name} in the table`)
  return found
}
