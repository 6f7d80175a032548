import type { FieldFacts, ScalarKind, Scheme, TypeFacts, TypeRef } from '../scheme/contract.ts'
import { everyGroupVersion } from './group-versions.ts'
import type { Descriptions } from './descriptions.ts'

/** Schemas of OpenAPI v2 and v3 as views of the facts table. The two differ in how they hold a reference that has more to say. */

export type Json = Record<string, unknown>
export type Dialect = 2 | 3

export interface GroupVersionKind {
  group: string
  version: string
  kind: string
}

export const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
export const VERSION_INFO = 'io.k8s.apimachinery.pkg.version.Info'
const PREFIX = { 2: '#/definitions/', 3: '#/components/schemas/' } as const

export const reference = (dialect: Dialect, name: string): Json => ({ $ref: `${PREFIX[dialect]}${name}` })

const INLINE: Partial<Record<ScalarKind, Json>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
}

/** Scalars that are schemas with a name of their own. */
export const NAMED: Partial<Record<ScalarKind, string>> = {
  time: `${META}.Time`,
  microTime: `${META}.MicroTime`,
  duration: `${META}.Duration`,
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  intOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  raw: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
  json: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
  fieldsV1: `${META}.FieldsV1`,
}

const NAMED_SHAPES: Partial<Record<ScalarKind, Record<Dialect, Json>>> = {
  time: same({ type: 'string', format: 'date-time' }),
  microTime: same({ type: 'string', format: 'date-time' }),
  duration: same({ type: 'string' }),
  quantity: { 2: { type: 'string' }, 3: { oneOf: [{ type: 'string' }, { type: 'number' }] } },
  intOrString: {
    2: { type: 'string', format: 'int-or-string' },
    3: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  },
  raw: same({ type: 'object' }),
  json: same({}),
  fieldsV1: same({ type: 'object' }),
}

function same(shape: Json): Record<Dialect, Json> {
  return { 2: shape, 3: shape }
}

const discriminated = (discriminator: string, members: Json): Json[] => [{ discriminator, 'fields-to-discriminateBy': members }]
const oneOf = (members: Json): Json[] => [{ 'fields-to-discriminateBy': members }]

/** x-kubernetes-unions, which no other fact says (the `+union` marks of the Go types). */
const UNIONS: Readonly<Record<string, Json[]>> = {
  'io.k8s.api.core.v1.AppArmorProfile': discriminated('type', { localhostProfile: 'LocalhostProfile' }),
  'io.k8s.api.core.v1.PodSchedulingGroup': oneOf({ podGroupName: 'PodGroupName' }),
  'io.k8s.api.core.v1.SeccompProfile': discriminated('type', { localhostProfile: 'LocalhostProfile' }),
  'io.k8s.api.scheduling.v1alpha3.WorkloadPodGroupDisruptionMode': oneOf({ all: 'All', single: 'Single' }),
  'io.k8s.api.scheduling.v1alpha3.WorkloadPodGroupSchedulingPolicy': oneOf({ basic: 'Basic', gang: 'Gang' }),
  'io.k8s.api.flowcontrol.v1.LimitResponse': discriminated('type', { queuing: 'Queuing' }),
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec': discriminated('type', { exempt: 'Exempt', limited: 'Limited' }),
  'io.k8s.api.flowcontrol.v1.Subject': discriminated('kind', { group: 'Group', serviceAccount: 'ServiceAccount', user: 'User' }),
}

/** The fields of this type are JSON Schema's own; but for one they are described nowhere, and their references stand alone. */
const isUndescribed = (owner: string, field: string): boolean =>
  owner === 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps' && field !== 'default'

/** The type of `/version`, which has no protobuf form and so is not in the table: JSON names in the struct's order, optional ones after `?`. */
const VERSION_FIELDS = [
  ...['major', 'minor', '?emulationMajor', '?emulationMinor', '?minCompatibilityMajor', '?minCompatibilityMinor'],
  ...['gitVersion', 'gitCommit', 'gitTreeState', 'buildDate', 'goVersion', 'compiler', 'platform'],
]

export interface SchemaSource {
  scheme: Scheme
  descriptions: Descriptions
  /** Values that a field may have are left out. */
  withoutEnums: boolean
  /** Kinds by the name of their type. */
  kinds: ReadonlyMap<string, GroupVersionKind>
}

/** The kinds that a group, version and kind are stated for: those of resources, their lists, subresources and apimachinery. */
export function kindsOf(scheme: Scheme): Map<string, GroupVersionKind> {
  const kinds = new Map<string, GroupVersionKind>()
  const add = (group: string, version: string, kind: string): void => {
    const type = scheme.typeOf(group, version, kind)
    if (type !== undefined) kinds.set(type.name, { group, version, kind })
  }
  for (const kind of ['Status', 'APIVersions', 'APIGroup', 'APIGroupList', 'APIResourceList']) add('', 'v1', kind)
  for (const r of scheme.resources) {
    add(r.group, r.version, r.kind)
    add(r.group, r.version, `${r.kind}List`)
    for (const s of r.subresources) add(s.group, s.version, s.kind)
  }
  return kinds
}

/** The group-version of the document that a schema stands in; undefined for the one of everything (v2), `custom` for those of custom resources. */
export type Home = { group: string; version: string } | 'custom' | undefined

/**
 * A schema and, through `need`, the names of those it refers to.
 */
export function schemaOf(source: SchemaSource, dialect: Dialect, name: string, home: Home, need: (name: string) => void): Json {
  const { descriptions, scheme } = source
  const description = descriptions.type(name)
  const head = description === undefined ? {} : { description }
  if (name === VERSION_INFO) return { ...head, ...versionInfo(dialect, descriptions) }
  if (name === `${META}.Patch`) return { ...head, type: 'object' }
  const type = scheme.type(name)
  if (type === undefined) throw new Error(`no type ${name} in the table`)
  if (type.scalar !== undefined) return { ...head, ...NAMED_SHAPES[type.scalar]?.[dialect] }
  if (type.union !== undefined) return head
  const extensions: Json = {
    'x-kubernetes-group-version-kind': groupVersionKinds(source, type, home),
    'x-kubernetes-map-type': type.mapType,
    'x-kubernetes-unions': UNIONS[name],
  }
  const required = type.jsonFields.filter((f) => f.required).map((f) => f.name)
  const sorted = [...type.jsonFields].sort((a, b) => (a.name < b.name ? -1 : 1))
  const properties = Object.fromEntries(sorted.map((f) => [f.name, property(source, dialect, name, f, need)]))
  return defined({
    ...head,
    type: 'object',
    required: required.length === 0 ? undefined : required,
    properties: sorted.length === 0 ? undefined : properties,
    ...extensions,
  })
}

/** DeleteOptions and WatchEvent are kinds of every group-version; a document names its own and the core one. */
function groupVersionKinds({ kinds }: SchemaSource, type: TypeFacts, home: Home): Json[] | undefined {
  const kind = type.name === `${META}.DeleteOptions` ? 'DeleteOptions' : type.name === `${META}.WatchEvent` ? 'WatchEvent' : undefined
  if (kind !== undefined) {
    const all =
      home === undefined || home === 'custom' ? everyGroupVersion(home) : home.group === '' ? [home] : [{ group: '', version: 'v1' }, home]
    return all.map(({ group, version }) => ({ group, kind, version }))
  }
  const own = kinds.get(type.name)
  return own === undefined ? undefined : [{ group: own.group, kind: own.kind, version: own.version }]
}

function property(source: SchemaSource, dialect: Dialect, owner: string, f: FieldFacts, need: (name: string) => void): Json {
  const { descriptions, scheme } = source
  const values = source.withoutEnums ? undefined : f.enum
  const inner = f.type.kind === 'array' || f.type.kind === 'map' ? values : undefined
  const shape = typeSchema(f.type, dialect, inner, need)
  // v2 has no defaults: clients of that time took them for values to send.
  const value = dialect === 3 ? f.default : undefined
  const bare = isUndescribed(owner, f.name)
  const wrapped = dialect === 3 && '$ref' in shape && !bare ? { default: value, allOf: [shape] } : { ...shape, default: value }
  return defined({
    // A field that has no sentence of its own is at least told what its type is.
    description: descriptions.field(owner, f.name) ?? (bare ? undefined : descriptions.type(typeName(f.type) ?? '')),
    ...wrapped,
    format: f.format ?? shape.format,
    enum: inner === undefined ? values : undefined,
    'x-kubernetes-list-map-keys': f.listMapKeys,
    'x-kubernetes-list-type': f.listType,
    'x-kubernetes-map-type': f.mapType === 'atomic' && isAtomicRef(f.type, scheme) ? undefined : f.mapType,
    'x-kubernetes-patch-merge-key': f.patchMergeKey,
    'x-kubernetes-patch-strategy': f.patchStrategy,
  })
}

/** Of the schema that a reference leads to. */
const typeName = (type: TypeRef): string | undefined =>
  type.kind === 'ref' ? type.name : type.kind === 'array' || type.kind === 'map' ? undefined : NAMED[type.kind]

/** The type says so itself then. */
const isAtomicRef = (type: TypeRef, scheme: Scheme): boolean => type.kind === 'ref' && scheme.type(type.name)?.mapType === 'atomic'

function typeSchema(type: TypeRef, dialect: Dialect, choices: readonly string[] | undefined, need: (name: string) => void): Json {
  if (type.kind === 'array') return { type: 'array', items: typeSchema(type.items, dialect, choices, need) }
  if (type.kind === 'map') return { type: 'object', additionalProperties: typeSchema(type.values, dialect, choices, need) }
  const name = typeName(type)
  if (name === undefined)
    return choices === undefined ? { ...INLINE[type.kind as ScalarKind] } : { ...INLINE[type.kind as ScalarKind], enum: choices }
  need(name)
  return reference(dialect, name)
}

function versionInfo(dialect: Dialect, descriptions: Descriptions): Json {
  const required = VERSION_FIELDS.filter((f) => !f.startsWith('?'))
  const entries = VERSION_FIELDS.map((f): [string, Json] => {
    const name = f.replace('?', '')
    const value = dialect === 3 && f === name ? { default: '' } : {}
    return [name, defined({ description: descriptions.field(VERSION_INFO, name), type: 'string', ...value })]
  })
  return { type: 'object', required, properties: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) }
}

const defined = (value: Json): Json => Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined))
